"""Many packets with one system call (sendmmsg, recvmmsg); one by one where that is not possible."""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.slots import CONTROL_BYTES, NAME_BYTES, Iovec, Message, Slots
from multipath.agent.wire.echo import SEQUENCES, EchoFormat

BATCH = 64
_DONT_WAIT = int(socket.MSG_DONTWAIT)  # plain numbers: flags that are enums cost microseconds
_INET = struct.Struct("=H2x4s8x")
_INET6 = struct.Struct("=H2xI16sI")
_CONTROL_HEADER = struct.Struct("=Qii")
_OUTCOME = struct.Struct("=Q8xI")
_OUTCOME_PLACE = 40
_POINTER_BYTES = 8
TRIES = 8
"""An ICMP error also fails the next call on a ping socket, whatever that is about; once."""

_Message = tuple[int, list[tuple[int, int, bytes]], int, Any]


class Headers:
    """The headers of all sequence numbers, ready to be pointed at."""

    def __init__(self, form: EchoFormat) -> None:
        self.all = [form.request_header(sequence) for sequence in range(SEQUENCES)]
        self._memory = ctypes.create_string_buffer(b"".join(self.all))
        base, size = ctypes.addressof(self._memory), len(self.all[0])
        self.addresses = [base + size * sequence for sequence in range(SEQUENCES)]


class Post:
    """The next packet to one place: all but its sequence number stays from packet to packet."""

    def __init__(self, headers: Headers, endpoint: Endpoint, size: int) -> None:
        self.endpoint = endpoint
        self.payload = bytearray(size)
        self.address = socket.inet_pton(endpoint.family, endpoint.address.partition("%")[0])
        self._headers = headers
        self._addresses = headers.addresses
        self._parts = (Iovec * 2)()
        self._head = self._parts[0]
        self._head.length = len(headers.all[0])
        content = ctypes.c_char.from_buffer(self.payload)
        self._parts[1] = Iovec(ctypes.addressof(content), size)
        name = _pack_name(endpoint)
        self._name = ctypes.create_string_buffer(name, NAME_BYTES)
        message = Message()
        message.name, message.name_bytes = ctypes.addressof(self._name), len(name)
        message.parts, message.part_count = ctypes.addressof(self._parts), 2
        self.message = bytes(message)
        self.sequence = 0

    def aim(self, sequence: int) -> None:
        """Set the sequence number of the next packet."""
        self.sequence = sequence
        self._head.base = self._addresses[sequence]

    @property
    def parts(self) -> tuple[bytes, bytearray]:
        """Header and payload."""
        return self._headers.all[self.sequence], self.payload


class BatchTransport:
    """Sends and receives up to ``BATCH`` packets with a call.

    Raises:
        AttributeError, OSError: this system has no such calls.
    """

    def __init__(self, sock: socket.socket) -> None:
        if ctypes.sizeof(ctypes.c_void_p) != _POINTER_BYTES:
            raise OSError(errno.ENOSYS, "the layout of the buffers is that of a 64-bit system")
        library = ctypes.CDLL(None, use_errno=True)
        self._sendmmsg, self._recvmmsg = library.sendmmsg, library.recvmmsg
        self._recvmmsg.argtypes = (
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_void_p,
        )
        self._sendmmsg.argtypes = self._recvmmsg.argtypes[:-1]
        self._descriptor = sock.fileno()
        outgoing = bytearray(BATCH * ctypes.sizeof(Message))
        self._outgoing = memoryview(outgoing)
        self._outgoing_address = ctypes.addressof(ctypes.c_char.from_buffer(outgoing))

    def send(self, posts: Sequence[Post]) -> int:
        """Send packets, all different posts; return how many of the first ones left.

        Raises:
            OSError: the first could not be sent, and none was.
        """
        vector = b"".join([post.message for post in posts])
        self._outgoing[: len(vector)] = vector
        sent: int = self._sendmmsg(self._descriptor, self._outgoing_address, len(posts), _DONT_WAIT)
        if sent < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return sent

    def receive(self, slots: Slots, flags: int = 0) -> int:
        """Fill slots with what has come; return how many."""
        for _ in range(TRIES):
            received: int = self._recvmmsg(
                self._descriptor,
                slots.messages_address,
                slots.count,
                flags | _DONT_WAIT,
                None,
            )
            if received >= 0:
                return received
            if ctypes.get_errno() == errno.EAGAIN:
                break
        return 0


class PlainTransport:
    """The same, packet by packet."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, posts: Sequence[Post]) -> int:
        """As ``BatchTransport.send``."""
        for place, post in enumerate(posts):
            try:
                self._socket.sendmsg(post.parts, [], _DONT_WAIT, post.endpoint.sockaddr)
            except OSError:
                if place:
                    return place
                raise
        return len(posts)

    def receive(self, slots: Slots, flags: int = 0) -> int:
        """As ``BatchTransport.receive``."""
        for place in range(slots.count):
            start = place * slots.stride + NAME_BYTES
            room = slots.view[start + CONTROL_BYTES : (place + 1) * slots.stride]
            message = self._receive(room, flags)
            if message is None:
                return place
            size, ancillary, _, source = message
            control = b"".join(
                _CONTROL_HEADER.pack(_CONTROL_HEADER.size + len(content), level, kind)
                + content.ljust(-(-len(content) // 8) * 8, b"\0")
                for level, kind, content in ancillary
            )[:CONTROL_BYTES]
            if source:
                name = _pack_name(Endpoint(self._socket.family, source))
                slots.view[start - NAME_BYTES : start - NAME_BYTES + len(name)] = name
            slots.view[start : start + len(control)] = control
            outcome = place * ctypes.sizeof(Message) + _OUTCOME_PLACE
            _OUTCOME.pack_into(slots.vector, outcome, len(control), size)
        return slots.count

    def _receive(self, room: memoryview, flags: int) -> _Message | None:
        for _ in range(TRIES):
            try:
                return self._socket.recvmsg_into([room], CONTROL_BYTES, flags | _DONT_WAIT)
            except BlockingIOError:
                break
            except OSError:  # of a packet that was sent before: the next call is free of it
                continue
        return None


def open_transport(sock: socket.socket) -> BatchTransport | PlainTransport:
    """Return the best transport of this system."""
    try:
        return BatchTransport(sock)
    except (AttributeError, OSError):
        return PlainTransport(sock)


def _pack_name(endpoint: Endpoint) -> bytes:
    """Return an endpoint as the system's ``sockaddr``."""
    address = socket.inet_pton(endpoint.family, endpoint.address.partition("%")[0])
    if endpoint.family == socket.AF_INET:
        return _INET.pack(endpoint.family, address)
    scope = endpoint.sockaddr[-1]
    return _INET6.pack(endpoint.family, 0, address, scope)
