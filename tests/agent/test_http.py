"""HTTP and HTTPS probes over a wire whose truth is known."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath.agent.engines import http
from multipath.agent.engines.all import STREAMS
from multipath.agent.engines.streams import StreamEngine
from multipath.agent.items.key import parse_probe
from multipath.agent.sockets.watch import Watch
from tests.agent.cycles import measure

if TYPE_CHECKING:
    from tests.agent.wire import Wire

ONE_WAY_S = {"out": 0.02, "back": 0.03}
TRIP_S = 0.05
SERVING_S = 0.03
SLACK_S = 1.0
ADDRESS = "10.97.1.1"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

Handle = Callable[[socket.socket], None]


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


@pytest.fixture
def engine(watch: Watch) -> Iterator[StreamEngine]:
    made = StreamEngine(watch, STREAMS)
    yield made
    made.close()


def say(answer: bytes, wait_s: float = 0.0) -> Handle:
    def handle(connection: socket.socket) -> None:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            data = connection.recv(65536)
            if not data:
                return
            request += data
        time.sleep(wait_s)
        connection.sendall(answer)

    return handle


@contextmanager
def serving(
    wire: Wire, handle: Handle, address: str = ADDRESS, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serve on the far host, a thread for each connection; yields the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with wire.inside(wire.far):
        listener = socket.create_server((address, 0), family=family, backlog=64)
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        connection.settimeout(10)
        with suppress(OSError), connection:
            if tls is None:
                handle(connection)
            else:
                with tls.wrap_socket(connection, server_side=True) as secured:
                    handle(secured)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=serve, args=(connection,)))
                threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join(10)
        listener.close()
        for thread in threads:
            thread.join(15)


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, cwd=folder, capture_output=True)


@pytest.fixture
def certify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ssl.SSLContext]]:
    """Certificates of an authority that the agent trusts (or not)."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        tmp_path, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca"
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    http._context.cache_clear()

    def make(name: str, *, known: bool = True) -> ssl.SSLContext:
        by = ("-CA", "ca.pem", "-CAkey", "ca.key") if known else ()
        names = ("-addext", f"subjectAltName=IP:{name}", "-addext", "basicConstraints=CA:FALSE")
        files = ("-keyout", "own.key", "-out", "own.pem", "-subj", "/CN=own")
        openssl(tmp_path, "req", "-x509", *by, *key, *files, *names)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tmp_path / "own.pem", tmp_path / "own.key")
        return context

    yield make
    http._context.cache_clear()


def test_phases_are_timed(wire: Wire, watch: Watch, engine: StreamEngine) -> None:
    wire.connect({ADDRESS: {"delay_s": ONE_WAY_S}})
    with serving(wire, say(GOOD, SERVING_S)) as port:
        probe = f"http,{ADDRESS},port={port},packets=5,timeout=2s"
        (measured,) = measure(wire, watch, engine, [probe])
    assert (measured.sent, measured.received, measured.late) == (5, 5, 0)
    assert 2 * TRIP_S + SERVING_S <= min(measured.rtts_s) < 2 * TRIP_S + SERVING_S + SLACK_S
    assert measured.own["status"] == {"200": 5}
    assert measured.own["failed"] == 0
    phases_s = measured.own["phases_s"]
    assert isinstance(phases_s, dict)
    assert list(phases_s) == ["resolve", "connect", "first_byte", "total"]
    assert phases_s["resolve"] == 0
    assert phases_s["connect"] >= TRIP_S
    assert phases_s["first_byte"] >= TRIP_S + SERVING_S
    assert phases_s["total"] >= 2 * TRIP_S + SERVING_S


@pytest.mark.parametrize("address", [ADDRESS, "fd97:1::1"])
def test_tls_has_a_phase_of_its_own(
    wire: Wire,
    watch: Watch,
    engine: StreamEngine,
    certify: Callable[..., ssl.SSLContext],
    address: str,
) -> None:
    wire.connect({address: {"delay_s": ONE_WAY_S}})
    with serving(wire, say(GOOD), address, certify(address)) as port:
        probe = f"https,{address},port={port},packets=5,timeout=2s"
        (measured,) = measure(wire, watch, engine, [probe])
    assert (measured.sent, measured.received, measured.own["status"]) == (5, 5, {"200": 5})
    assert 3 * TRIP_S <= min(measured.rtts_s) < 3 * TRIP_S + SLACK_S
    phases_s = measured.own["phases_s"]
    assert isinstance(phases_s, dict)
    assert list(phases_s) == ["resolve", "connect", "tls", "first_byte", "total"]
    assert min(phases_s[phase] for phase in ("connect", "tls", "first_byte")) >= TRIP_S


@pytest.mark.parametrize(
    ("name", "known", "reason"),
    [
        (ADDRESS, False, "the certificate of 10.97.1.1 is not valid: self-signed certificate"),
        ("10.97.1.9", True, "the certificate of 10.97.1.1 is not valid: IP address mismatch"),
    ],
)
def test_a_certificate_that_is_not_valid_is_an_error_and_no_answer(
    wire: Wire,
    watch: Watch,
    engine: StreamEngine,
    certify: Callable[..., ssl.SSLContext],
    name: str,
    known: bool,
    reason: str,
) -> None:
    wire.connect({})
    with serving(wire, say(GOOD), ADDRESS, certify(name, known=known)) as port:
        probe = f"https,{ADDRESS},port={port},packets=2,timeout=500ms"
        (measured,) = measure(wire, watch, engine, [probe])
    assert (measured.sent, measured.received, measured.not_sent) == (2, 0, 0)
    assert measured.own["failed"] == 2
    assert str(measured.own["error"]).startswith(reason)


def test_certificates_are_read_before_the_first_request_and_nothing_waits_for_that(
    engine: StreamEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_read = threading.Event()
    http._reading.cache_clear()
    monkeypatch.setattr(http, "_context", may_read.wait)
    plain, secured = (
        parse_probe(f"multipath.probe[t,a,b,{kind},{ADDRESS}]") for kind in ("http", "https")
    )
    try:
        assert engine.is_ready(plain)
        assert not engine.is_ready(secured)
        may_read.set()
        http._reading().join(10)
        assert engine.is_ready(secured)
    finally:
        may_read.set()
        http._reading.cache_clear()


def hang_up(connection: socket.socket) -> None:
    connection.recv(65536)


@pytest.mark.parametrize(
    ("kind", "handle", "reason"),
    [
        ("http", say(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "what answers is no HTTP server"),
        ("http", say(b"\x00" * 100_000), "what answers is no HTTP server"),
        ("http", hang_up, "the connection was closed without an answer"),
        ("https", say(GOOD), "no TLS connection: wrong version number"),
    ],
)
def test_what_is_no_http_server_is_no_answer(
    wire: Wire, watch: Watch, engine: StreamEngine, kind: str, handle: Handle, reason: str
) -> None:
    wire.connect({})
    if kind == "https":
        handle = lambda connection: connection.sendall(GOOD)  # noqa: E731 - speaks first
    with serving(wire, handle) as port:
        probe = f"{kind},{ADDRESS},port={port},packets=2,timeout=500ms"
        (measured,) = measure(wire, watch, engine, [probe])
    assert (measured.sent, measured.received) == (2, 0)
    assert (measured.own["failed"], measured.own["error"]) == (2, reason)
    assert "status" not in measured.own


def test_every_status_is_an_answer(wire: Wire, watch: Watch, engine: StreamEngine) -> None:
    wire.connect({})
    turns = iter([GOOD, b"HTTP/1.0 503 Busy\nServer: x\n\n", b"HTTP/1.1 404\r\n\r\n"])

    def handle(connection: socket.socket) -> None:
        say(next(turns))(connection)

    with serving(wire, handle) as port:
        probe = f"http,{ADDRESS},port={port},packets=3,timeout=1s"
        (measured,) = measure(wire, watch, engine, [probe], gap_s=0.1)
    assert (measured.received, measured.own["failed"]) == (3, 0)
    assert measured.own["status"] == {"200": 1, "404": 1, "503": 1}


def test_the_request_is_one_that_servers_take(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    wire.connect({})
    requests = []

    def handle(connection: socket.socket) -> None:
        requests.append(connection.recv(65536).decode())
        connection.sendall(GOOD)

    with serving(wire, handle) as port:
        probe = f"http,{ADDRESS},port={port},packets=1,timeout=1s,path=/health?full=1"
        (measured,) = measure(wire, watch, engine, [probe])
    assert measured.received == 1
    phases_s = measured.own["phases_s"]
    assert isinstance(phases_s, dict)
    told_s = phases_s["connect"] + phases_s["first_byte"]
    assert measured.rtts_s[0] == pytest.approx(told_s, abs=2e-6)
    first, *headers = requests[0].split("\r\n")
    assert first == "GET /health?full=1 HTTP/1.1"
    assert f"Host: {ADDRESS}:{port}" in headers
    assert "Connection: close" in headers


def test_an_endless_answer_is_read_no_further_than_its_bound(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    wire.connect({})

    def handle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            connection.sendall(bytes(65536))

    with serving(wire, handle) as port:
        probe = f"http,{ADDRESS},port={port},packets=1,timeout=10s"
        (measured,) = measure(wire, watch, engine, [probe], gap_s=3.0)
    assert measured.received == 1
    assert "total" in str(measured.own["phases_s"])  # it came to an end, which the answer has not


def test_one_bad_edge_never_disturbs_another(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    silent = {"lose": {"out": list(range(100))}}
    wire.connect({ADDRESS: {"delay_s": ONE_WAY_S}, "10.97.1.2": silent})
    with serving(wire, say(GOOD)) as port, serving(wire, lambda _: time.sleep(2)) as slow_port:
        good = f"http,{ADDRESS},port={port},packets=5,timeout=1s"
        bad = [
            "http,10.97.1.2,packets=5,timeout=1s",
            "https,192.0.2.1,packets=5,timeout=1s",
            f"http,{ADDRESS},port={slow_port},packets=5,timeout=1s",
            f"https,{ADDRESS},port=9,packets=5,timeout=1s",
        ]
        measured = measure(wire, watch, engine, [*bad, good])
    nobody, no_route, slow, refused, right = measured
    assert (right.sent, right.received, right.own["failed"]) == (5, 5, 0)
    assert (nobody.sent, nobody.received) == (5, 0)
    assert (no_route.sent, no_route.not_sent) == (0, 5)
    assert (slow.sent, slow.received) == (5, 0)
    assert (refused.sent, refused.received) == (5, 0)
    assert refused.own["error"] == "Connection refused (ECONNREFUSED)"


def test_requests_have_their_marks_on_the_wire(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    wire.connect({})
    with serving(wire, say(GOOD)) as port:
        probe = f"http,{ADDRESS},port={port},packets=1,timeout=1s,dscp=10,source=10.97.0.2"
        (measured,) = measure(wire, watch, engine, [probe])
    assert measured.received == 1
    heard = wire.heard(far=ADDRESS)
    assert len(heard) > 3
    assert {(each.dscp, each.source) for each in heard} == {(10, "10.97.0.2")}
