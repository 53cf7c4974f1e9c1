"""Secured connections: who the other side is, is checked, and the key is told to nobody."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from multipath.agent.connection.distinguished_name import format_name
from multipath.agent.connection.exchange import exchange
from multipath.agent.connection.server import Server
from multipath.agent.connection.tls import CERT, PSK, Security, Tls
from multipath.agent.sockets.resolve import Resolver
from multipath.errors import AgentError, ConfigError
from tests.agent.test_status import wait_for_status
from tests.certificates import Pair, authority, signed

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, TcpServer

    StartServer = Callable[..., TcpServer]

_REFUSED = "alert unknown ca|it ended the connection; does it accept|connection reset"
"""With TLS 1.3 the refusal comes after the handshake: as an alert, unless the end overtakes it."""
KEY = "0123456789abcdef" * 4


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    folder = tmp_path_factory.mktemp("certificates")
    ours, others = authority(folder, "ours"), authority(folder, "others")
    return {
        "ours": ours,
        "others": others,
        "server": signed(folder, "server", ours),
        "agent": signed(folder, "agent", ours),
        "stranger": signed(folder, "stranger", others),
    }


def answering_by_tls(own: Pair, trusted: Pair) -> Callable[[socket.socket], None]:
    """A server with a certificate that demands one of a trusted authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    context.load_verify_locations(trusted.certificate)
    context.verify_mode = ssl.CERT_REQUIRED

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            body = json.dumps({"response": "success"}).encode()
            secured.sendall(b"ZBXD\x01" + len(body).to_bytes(4, "little") + bytes(4) + body)

    return handle


def agents_tls(certificates: dict[str, Pair], **changed: object) -> Tls:
    own = certificates["agent"]
    files = {"ca_file": certificates["ours"].certificate, "cert_file": own.certificate}
    return Tls(CERT, **{**files, "key_file": own.key, **changed})  # type: ignore[arg-type] # by name


def test_a_server_that_is_who_it_should_be_is_talked_to(
    tcp_server: StartServer, resolver: Resolver, certificates: dict[str, Pair]
) -> None:
    handle = answering_by_tls(certificates["server"], certificates["ours"])
    server = Server("127.0.0.1", tcp_server(handle).port)
    tls = agents_tls(
        certificates,
        server_cert_issuer="CN=ours,O=Example\\, Inc.",
        server_cert_subject="CN=server,O=Example",
    )
    assert exchange(server, resolver, Security(tls), {}) == {"response": "success"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"server_cert_subject": "CN=zabbix,O=Example"},
            "has the subject 'CN=server,O=Example', not 'CN=zabbix,O=Example' as "
            "tls-server-cert-subject says",
        ),
        ({"server_cert_issuer": "CN=server"}, "as tls-server-cert-issuer says"),
        (
            {"ca_file": "others"},
            "is not trusted: self-signed certificate in",
        ),
    ],
)
def test_a_server_that_is_not_who_it_should_be_gets_nothing(
    tcp_server: StartServer,
    resolver: Resolver,
    certificates: dict[str, Pair],
    changed: dict[str, object],
    reason: str,
) -> None:
    if "ca_file" in changed:
        changed = {"ca_file": certificates[str(changed["ca_file"])].certificate}
    handle = answering_by_tls(certificates["server"], certificates["ours"])
    server = Server("127.0.0.1", tcp_server(handle).port)
    with pytest.raises(AgentError) as caught:
        exchange(server, resolver, Security(agents_tls(certificates, **changed)), {})
    assert reason in str(caught.value)
    assert str(server) in str(caught.value)


def test_an_agent_that_the_server_does_not_trust_is_told(
    tcp_server: StartServer, resolver: Resolver, certificates: dict[str, Pair]
) -> None:
    handle = answering_by_tls(certificates["server"], certificates["ours"])
    server = Server("127.0.0.1", tcp_server(handle).port)
    own = certificates["stranger"]
    tls = agents_tls(certificates, cert_file=own.certificate, key_file=own.key)
    with pytest.raises(AgentError, match=_REFUSED):
        exchange(server, resolver, Security(tls), {})


def test_a_server_without_tls_and_one_that_says_nothing_are_left(
    tcp_server: StartServer, resolver: Resolver, certificates: dict[str, Pair]
) -> None:
    security = Security(agents_tls(certificates))

    def answer_plainly(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"ZBXD\x01" + bytes(8))

    def say_nothing(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    plain = Server("127.0.0.1", tcp_server(answer_plainly).port)
    with pytest.raises(AgentError, match=f"no TLS with {plain}: wrong version number"):
        exchange(plain, resolver, security, {})
    silent = Server("127.0.0.1", tcp_server(say_nothing).port)
    with pytest.raises(AgentError, match=r"timed out"):
        exchange(silent, resolver, security, {}, deadline_s=0.3)


def test_a_reload_reads_certificates_and_keys_again(
    tcp_server: StartServer,
    start_configured: Callable[[Path], AgentProcess],
    certificates: dict[str, Pair],
    tmp_path: Path,
) -> None:
    server = tcp_server(answering_by_tls(certificates["server"], certificates["ours"]))
    file = tmp_path / "agent.toml"
    settings = {
        "server": f"127.0.0.1:{server.port}",
        "hostname": "here",
        "state": tmp_path,
        "refresh": "1s",
        "tls-connect": CERT,
        "tls-ca-file": certificates["ours"].certificate,
        "tls-cert-file": tmp_path / "certificate",
        "tls-key-file": tmp_path / "key",
    }
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))

    def put(pair: Pair) -> None:
        shutil.copy(pair.certificate, tmp_path / "certificate")
        shutil.copy(pair.key, tmp_path / "key")

    def has_said(words: str) -> Callable[[Mapping[str, Any]], bool]:
        return lambda facts: any(words in line for line in facts["log"])

    put(certificates["stranger"])
    agent, status = start_configured(file), tmp_path / "here.status"
    wait_for_status(status, has_said("cannot fetch the configuration"))
    (tmp_path / "key").write_text("")
    agent.process.send_signal(signal.SIGHUP)
    wait_for_status(status, has_said("cannot reload, the settings stay as they were: tls-cert"))
    put(certificates["agent"])
    agent.process.send_signal(signal.SIGHUP)
    wait_for_status(status, has_said("can fetch the configuration again"))
    assert agent.finish() == 0


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        (None, 0o600, "cannot read .*: no such file"),
        (KEY, 0o604, "everyone may read .*; chmod o="),
        ("", 0o600, "holds no key; write one line of 32 to 512"),
        (KEY[:30], 0o600, "holds no key"),
        (KEY[:-1], 0o600, "holds no key"),
        ("secret", 0o600, "holds no key"),
        (KEY * 20, 0o600, "holds no key"),
    ],
)
def test_a_key_that_cannot_be_used_is_said_without_saying_it(
    tmp_path: Path, content: str | None, mode: int, reason: str
) -> None:
    file = tmp_path / "agent.psk"
    if content is not None:
        file.write_text(content)
        file.chmod(mode)
    with pytest.raises(ConfigError, match=f"tls-psk-file: .*{reason}") as caught:
        Security(Tls(PSK, psk_identity="agent", psk_file=file))
    for secret in (KEY[:30], "secret"):
        assert secret not in str(caught.value)


def test_certificates_that_cannot_be_used_are_said(
    tmp_path: Path, certificates: dict[str, Pair]
) -> None:
    wrong_key = certificates["stranger"].key
    locked = tmp_path / "locked.key"
    encrypt = ["openssl", "pkey", "-in", str(certificates["agent"].key), "-aes256"]
    subprocess.run([*encrypt, "-passout", "pass:secret", "-out", str(locked)], check=True)
    for changed, reason in (
        ({"ca_file": tmp_path / "none"}, "tls-ca-file: cannot use .*: no such file"),
        ({"ca_file": wrong_key}, "tls-ca-file: cannot use"),
        (
            {"key_file": wrong_key},
            "tls-cert-file, tls-key-file: cannot use .*: key values mismatch",
        ),
        ({"key_file": locked}, "tls-cert-file, tls-key-file: cannot use"),
    ):
        with pytest.raises(ConfigError, match=reason):
            Security(agents_tls(certificates, **changed))


def test_a_python_without_psk_and_without_the_library_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "agent.psk"
    file.write_text(KEY)
    file.chmod(0o600)
    script = (
        "import ssl, sys, pathlib\n"
        "sys.modules['sslpsk3'] = None\n"
        "from multipath.agent.connection.tls import PSK, Security, Tls\n"
        f"tls = Tls(PSK, psk_identity='a', psk_file=pathlib.Path({str(file)!r}))\n"
        "try:\n    Security(tls)\nexcept Exception as error:\n    print(error)\n"
        "print(hasattr(ssl.SSLContext, 'set_psk_client_callback'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    has_psk = done.stdout.endswith("True\n")
    assert ("install sslpsk3 beside the agent" in done.stdout) is not has_psk


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (
            ((("countryName", "CN"),), (("organizationName", "A"),), (("commonName", "b c"),)),
            "CN=b c,O=A,C=CN",
        ),
        (((("commonName", "a"), ("userId", "7")),), "CN=a+UID=7"),
        (((("commonName", 'a,b+"c"\\<d>;'),),), 'CN=a\\,b\\+\\"c\\"\\\\\\<d\\>\\;'),
        (((("commonName", " a "),),), "CN=\\ a\\ "),
        (((("commonName", "#a"),), (("emailAddress", "a@b"),)), "emailAddress=a@b,CN=\\#a"),
        ((), ""),
    ],
)
def test_names_are_written_as_zabbix_writes_them(
    name: tuple[tuple[tuple[str, str], ...], ...], shown: str
) -> None:
    assert format_name(name) == shown
