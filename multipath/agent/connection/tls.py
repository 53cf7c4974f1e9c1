"""Connections as Zabbix secures them: by certificates, or by a key that both sides know (PSK)."""

import re
import socket
import ssl
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multipath.agent.connection.distinguished_name import format_name
from multipath.agent.connection.server import Server
from multipath.errors import AgentError, ConfigError

UNENCRYPTED, CERT, PSK = MODES = ("unencrypted", "cert", "psk")
IDENTITY_MAX_BYTES = 128
_KEY = re.compile(rb"(?:[0-9A-Fa-f]{2}){16,256}")
_KEY_FILE_MAX_BYTES = 1024
# Both sides prove that they know the key: no other way of agreeing may be offered.
_PSK_CIPHERS = "PSK:!kRSAPSK:!eNULL"


@dataclass(frozen=True, slots=True)
class Tls:
    """How to secure connections; the words are those of a Zabbix agent's settings.

    Args:
        connect: ``unencrypted``, ``cert``, ``psk``.
        ca_file: the authorities that a server's certificate may be of, PEM.
        cert_file: our certificate, PEM.
        key_file: its key, PEM.
        server_cert_issuer: whom the server's certificate must be by; empty: anyone in ``ca_file``.
        server_cert_subject: whose it must be; empty: anyone's.
        psk_identity: the name of the key.
        psk_file: the file that holds it, in hexadecimal digits.
    """

    connect: str = UNENCRYPTED
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    server_cert_issuer: str = ""
    server_cert_subject: str = ""
    psk_identity: str = ""
    psk_file: Path | None = None


class Security:
    """Secures connections.

    Raises:
        ConfigError: a file cannot be used, or this Python has no PSK.
    """

    def __init__(self, tls: Tls) -> None:
        self._tls = tls
        self._context: ssl.SSLContext | None = None
        if tls.connect == CERT:
            self._context = _certificate_context(tls)
        elif tls.connect == PSK:
            self._context = _psk_context(tls)

    def wrap(self, connection: socket.socket, server: Server) -> socket.socket:
        """Return the connection secured; its timeout bounds how long that may take.

        Raises:
            AgentError: the server is not the one that it should be, or refuses us.
            OSError: it did not answer.
        """
        if self._context is None:
            return connection
        secured = self._context.wrap_socket(connection, do_handshake_on_connect=False)
        try:
            secured.do_handshake()
            self._check(secured, server)
        except ssl.SSLCertVerificationError as error:
            secured.close()
            reason = error.verify_message
            raise AgentError(f"{server} has a certificate that is not trusted: {reason}") from error
        except ssl.SSLError as error:
            secured.close()
            raise AgentError(f"no TLS with {server}: {explain(error)}") from error
        except (OSError, AgentError):
            secured.close()
            raise
        return secured

    def _check(self, secured: ssl.SSLSocket, server: Server) -> None:
        if self._tls.connect != CERT:
            return
        certificate: dict[str, Any] = secured.getpeercert() or {}
        for role, wanted in (
            ("issuer", self._tls.server_cert_issuer),
            ("subject", self._tls.server_cert_subject),
        ):
            found = format_name(certificate.get(role, ()))
            if wanted and found != wanted:
                raise AgentError(
                    f"the certificate of {server} has the {role} {found!r}, not {wanted!r} as "
                    f"tls-server-cert-{role} says"
                )


def explain(error: ssl.SSLError) -> str:
    """Return what went wrong in words: ``tlsv1 alert unknown psk identity``."""
    if isinstance(error, ssl.SSLEOFError) or not error.reason:
        return "it ended the connection; does it accept this agent's certificate or key?"
    return str(error.reason).replace("_", " ").lower()


def _certificate_context(tls: Tls) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False  # Zabbix goes by issuer and subject, not by host names
    try:
        context.load_verify_locations(tls.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"tls-ca-file: cannot use {tls.ca_file}: {_reason(error)}") from error
    assert tls.cert_file  # noqa: S101 - config.py demands it with this mode
    try:
        # A key with a password would be asked for on the terminal: an empty one is no password.
        context.load_cert_chain(tls.cert_file, tls.key_file, password="")
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"tls-cert-file, tls-key-file: cannot use {tls.cert_file} with {tls.key_file}: "
            f"{_reason(error)}"
        ) from error
    return context


def _psk_context(tls: Tls) -> ssl.SSLContext:
    context: Any  # typeshed knows what this Python has, not what the library adds
    if hasattr(ssl.SSLContext, "set_psk_client_callback"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        try:
            from sslpsk3 import SSLPSKContext  # noqa: PLC0415 - where Python has no PSK only
        except ImportError:
            raise ConfigError(
                f"tls-connect: Python {sys.version_info.major}.{sys.version_info.minor} has no "
                "PSK of its own; install sslpsk3 beside the agent, run it with Python 3.13 or "
                "newer, or use certificates"
            ) from None
        context = SSLPSKContext(ssl.PROTOCOL_TLS_CLIENT)
    key = _read_key(tls.psk_file)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_PSK_CIPHERS)
    context.set_psk_client_callback(lambda _hint: (tls.psk_identity, key))
    made: ssl.SSLContext = context
    return made


def _read_key(file: Path | None) -> bytes:
    assert file  # noqa: S101 - config.py demands it with this mode
    try:
        with file.open("rb") as opened:
            mode = file.stat().st_mode
            content = opened.read(_KEY_FILE_MAX_BYTES).strip()
    except OSError as error:
        raise ConfigError(f"tls-psk-file: cannot read {file}: {_reason(error)}") from error
    if mode & stat.S_IRWXO:
        raise ConfigError(f"tls-psk-file: everyone may read {file}; chmod o= {file}")
    if not _KEY.fullmatch(content):
        raise ConfigError(
            f"tls-psk-file: {file} holds no key; write one line of 32 to 512 hexadecimal digits, "
            "as openssl rand -hex 32 makes"
        )
    return bytes.fromhex(content.decode("ascii"))


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return explain(error)
    return (error.strerror or str(error)).lower()
