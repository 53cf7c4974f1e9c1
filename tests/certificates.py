"""Authorities, certificates and keys for tests of TLS, made by openssl."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, PEM files."""

    certificate: Path
    key: Path


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def _key(file: Path) -> Path:
    # RSA: Debian's Zabbix (GnuTLS) has no cipher suites for others.
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file)
    return file


def authority(folder: Path, name: str) -> Pair:
    """Make one that signs for itself."""
    pair = Pair(folder / f"{name}.crt", _key(folder / f"{name}.key"))
    subject = ("-subj", f"/O=Example, Inc./CN={name}")
    _openssl("req", "-x509", "-key", pair.key, "-days", "2", *subject, "-out", pair.certificate)
    return pair


def signed(folder: Path, name: str, by: Pair) -> Pair:
    """Make a certificate that an authority signed."""
    pair = Pair(folder / f"{name}.crt", _key(folder / f"{name}.key"))
    asked = folder / f"{name}.csr"
    _openssl("req", "-new", "-key", pair.key, "-subj", f"/O=Example/CN={name}", "-out", asked)
    signer = ("-CA", by.certificate, "-CAkey", by.key, "-CAcreateserial")
    _openssl("x509", "-req", "-in", asked, *signer, "-days", "2", "-out", pair.certificate)
    return pair
