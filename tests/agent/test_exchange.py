"""One question and its answer, also when the other side behaves badly."""

from __future__ import annotations

import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from multipath.agent.connection.exchange import REPLY_MAX_BYTES, announce, exchange
from multipath.agent.connection.server import Server
from multipath.agent.connection.tls import Security, Tls
from multipath.agent.sockets.resolve import Resolver
from multipath.errors import AgentError

if TYPE_CHECKING:
    from tests.agent.conftest import TcpServer

    StartServer = Callable[..., TcpServer]

PLAIN = Security(Tls())
ANSWER = json.dumps({"response": "success"}).encode()


def framed(body: bytes, flags: int = 0x01, size: int | None = None) -> bytes:
    length = len(body) if size is None else size
    return b"ZBXD" + bytes([flags]) + length.to_bytes(4, "little") + bytes(4) + body


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.close()


def answering(reply: bytes) -> Callable[[socket.socket], None]:
    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(reply)

    return handle


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_question_is_framed_and_its_answer_read(
    tcp_server: StartServer, resolver: Resolver, host: str
) -> None:
    asked = []

    def handle(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(framed(ANSWER))

    server = Server(host, tcp_server(handle, host).port)
    assert exchange(server, resolver, PLAIN, {"request": "x"}) == {"response": "success"}
    body = b'{"request":"x"}'
    assert asked == [framed(body)]


def test_a_compressed_answer_is_read(tcp_server: StartServer, resolver: Resolver) -> None:
    server = Server("127.0.0.1", tcp_server(answering(framed(zlib.compress(ANSWER), 0x03))).port)
    assert exchange(server, resolver, PLAIN, {}) == {"response": "success"}


def test_an_answer_in_crumbs_is_read(tcp_server: StartServer, resolver: Resolver) -> None:
    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in framed(ANSWER):
            connection.sendall(bytes([byte]))
            time.sleep(0.001)

    server = Server("127.0.0.1", tcp_server(handle).port)
    assert exchange(server, resolver, PLAIN, {}) == {"response": "success"}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"", "it ended after 0 of 13 bytes"),
        (b"ZBXD\x01", "it ended after 5 of 13 bytes"),
        (framed(ANSWER, size=500), "it ended after 23 of 500 bytes"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not begin as Zabbix's protocol"),
        (framed(ANSWER, flags=0x05), "does not begin as Zabbix's protocol"),
        (framed(b"", size=REPLY_MAX_BYTES + 1), f"announces {REPLY_MAX_BYTES + 1} bytes"),
        (framed(b"not json"), "is no JSON"),
        (framed(b"\xff\xfe\xfd"), "is no JSON"),
        (framed(b"[" * 100_000), "is no JSON"),
        (framed(b"9" * 10_000), "is no JSON"),
        (framed(b"garbage", flags=0x03), "does not decompress"),
        (
            framed(zlib.compress(bytes(100 * 1024 * 1024)), flags=0x03),
            f"decompresses to more than {REPLY_MAX_BYTES} bytes",
        ),
    ],
    ids=lambda said: str(said)[:40],
)
def test_a_bad_answer_is_an_error_that_names_the_server(
    tcp_server: StartServer, resolver: Resolver, reply: bytes, reason: str
) -> None:
    server = Server("127.0.0.1", tcp_server(answering(reply)).port)
    with pytest.raises(AgentError) as caught:
        exchange(server, resolver, PLAIN, {})
    assert reason in str(caught.value)
    assert str(server) in str(caught.value)


def test_a_server_that_never_answers_is_left_at_the_deadline(
    tcp_server: StartServer, resolver: Resolver
) -> None:
    def handle(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    server = Server("127.0.0.1", tcp_server(handle).port)
    with pytest.raises(AgentError, match=r"no answer from .*: timed out"):
        exchange(server, resolver, PLAIN, {}, deadline_s=0.3)


def test_a_server_that_drips_is_left_at_the_deadline_too(
    tcp_server: StartServer, resolver: Resolver
) -> None:
    def handle(connection: socket.socket) -> None:
        for byte in framed(bytes(1000)):
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    server = Server("127.0.0.1", tcp_server(handle).port)
    began = time.monotonic()
    with pytest.raises(AgentError, match="timed out"):
        exchange(server, resolver, PLAIN, {}, deadline_s=0.3)
    assert time.monotonic() - began < 5


def test_nobody_listens(resolver: Resolver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(AgentError, match=f"cannot reach 127.0.0.1:{port}: connection refused"):
        exchange(Server("127.0.0.1", port), resolver, PLAIN, {})


def test_a_name_that_does_not_exist(resolver: Resolver) -> None:
    with pytest.raises(AgentError, match=r"cannot reach nowhere\.invalid:1: the name .* cannot be"):
        exchange(Server("nowhere.invalid", 1), resolver, PLAIN, {})


def test_an_announcement_waits_for_no_answer(tcp_server: StartServer, resolver: Resolver) -> None:
    heard: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            heard.append(data)

    announce(Server("127.0.0.1", tcp_server(handle).port), resolver, PLAIN, {"a": 1})
    end = time.monotonic() + 5
    while not heard and time.monotonic() < end:
        time.sleep(0.01)
    assert b"".join(heard) == framed(b'{"a":1}')
