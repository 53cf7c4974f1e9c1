"""One question to a Zabbix server or proxy and its answer, under one deadline.

Nothing that comes back is trusted: a reply is bounded before and after it is unpacked.
"""

import json
import socket
import ssl
import struct
import time
import zlib
from typing import Protocol

from zabbix_utils.common import ZabbixProtocol

from multipath.agent.connection.protocol import Message
from multipath.agent.connection.server import Server
from multipath.agent.connection.tls import Security, explain
from multipath.agent.sockets.resolve import Resolver
from multipath.errors import AgentError

DEADLINE_S = 10.0
REPLY_MAX_BYTES = 8 * 1024 * 1024

_HEADER = struct.Struct("<4sBII")
_FLAG_PROTOCOL, _FLAG_COMPRESSED = 0x01, 0x02
_CHUNK_BYTES = 65536


class Readable(Protocol):
    """What is asked of a connection."""

    def settimeout(self, timeout_s: float, /) -> None:
        """Let no ``recv`` last longer."""

    def recv(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""


def exchange(
    server: Server,
    resolver: Resolver,
    security: Security,
    message: Message,
    deadline_s: float = DEADLINE_S,
) -> object:
    """Send a message and return the JSON of the reply.

    Raises:
        AgentError: no answer within the deadline, or one that is not of this protocol.
    """
    end_s = time.monotonic() + deadline_s
    with _connection(server, resolver, security, end_s) as connection:
        _send(server, connection, message, end_s)
        try:
            return json.loads(read_reply(connection, end_s))
        except OSError as error:
            raise AgentError(f"no answer from {server}: {_reason(error)}") from error
        except (ValueError, RecursionError) as error:
            raise AgentError(f"the answer of {server} is no JSON") from error
        except AgentError as error:
            raise AgentError(f"{server} gave no valid answer: {error}") from error


def announce(
    server: Server,
    resolver: Resolver,
    security: Security,
    message: Message,
    deadline_s: float = DEADLINE_S,
) -> None:
    """Send a message that has no reply.

    Raises:
        AgentError: it could not be sent within the deadline.
    """
    end_s = time.monotonic() + deadline_s
    with _connection(server, resolver, security, end_s) as connection:
        _send(server, connection, message, end_s)


def read_reply(connection: Readable, end_s: float) -> bytes:
    """Return what one packet of Zabbix's protocol holds, unpacked.

    Args:
        connection: where it comes from.
        end_s: until when, in monotonic time.

    Raises:
        AgentError: it is no such packet, or a very large one.
        OSError: it did not come in time.
    """
    header = _read(connection, ZabbixProtocol.HEADER_SIZE, end_s)
    magic, flags, size, _ = _HEADER.unpack(header)
    if magic != ZabbixProtocol.ZABBIX_PROTOCOL or flags & ~_FLAG_COMPRESSED != _FLAG_PROTOCOL:
        raise AgentError("it does not begin as Zabbix's protocol does")
    if size > REPLY_MAX_BYTES:
        raise AgentError(f"it announces {size} bytes")
    body = _read(connection, size, end_s)
    return _decompress(body) if flags & _FLAG_COMPRESSED else body


def _connection(
    server: Server, resolver: Resolver, security: Security, end_s: float
) -> socket.socket:
    answer = resolver.lookup(server.host, wait_s=end_s - time.monotonic())
    if answer.endpoint is None:
        raise AgentError(f"cannot reach {server}: {answer.error}")
    connection = socket.socket(answer.endpoint.family, socket.SOCK_STREAM)
    try:
        connection.settimeout(_left_s(end_s))
        address, _, *scope = answer.endpoint.sockaddr
        connection.connect((address, server.port, *scope))
        connection.settimeout(_left_s(end_s))
        return security.wrap(connection, server)
    except OSError as error:
        connection.close()
        raise AgentError(f"cannot reach {server}: {_reason(error)}") from error
    except AgentError:
        connection.close()
        raise


def _send(server: Server, connection: socket.socket, message: Message, end_s: float) -> None:
    packet = memoryview(_packet(message))
    try:
        while packet:
            connection.settimeout(_left_s(end_s))
            packet = packet[connection.send(packet[:_CHUNK_BYTES]) :]
    except OSError as error:
        raise AgentError(f"cannot send to {server}: {_reason(error)}") from error


def _packet(message: Message) -> bytes:
    body = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
    return _HEADER.pack(ZabbixProtocol.ZABBIX_PROTOCOL, _FLAG_PROTOCOL, len(body), 0) + body


def _read(connection: Readable, size: int, end_s: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        connection.settimeout(_left_s(end_s))
        chunk = connection.recv(min(size - len(received), _CHUNK_BYTES))
        if not chunk:
            raise AgentError(f"it ended after {len(received)} of {size} bytes")
        received += chunk
    return bytes(received)


def _decompress(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(body, REPLY_MAX_BYTES)
    except zlib.error as error:
        raise AgentError(f"it does not decompress ({error})") from error
    if unpacker.unconsumed_tail:
        raise AgentError(f"it decompresses to more than {REPLY_MAX_BYTES} bytes")
    return plain


def _left_s(end_s: float) -> float:
    left_s = end_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("timed out")
    return left_s


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return explain(error)
    return (error.strerror or str(error)).lower()
