"""An ICMP socket, with kernel time stamps in both directions."""

import contextlib
import os
import socket
import struct
from collections.abc import Iterable, Iterator, Sequence

from multipath.agent.items.key import PLAIN, Marks
from multipath.agent.sockets.icmp_filter import filter_icmp
from multipath.agent.sockets.icmp_open import open_icmp
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.slots import CONTROL_BYTES, NAME_BYTES, Slots
from multipath.agent.sockets.sockopts import mark
from multipath.agent.sockets.transport import BATCH, TRIES, Headers, Post, open_transport
from multipath.agent.wire.echo import (
    HEADER_BYTES,
    MARK_BYTES,
    NONCE_BYTES,
    SEQUENCE_BYTES,
    SEQUENCES,
    EchoFormat,
)
from multipath.agent.wire.icmp_error import (
    ERROR_OPTIONS,
    QUOTE_BYTES,
    Error,
    read_error,
    read_queued,
)
from multipath.errors import AgentError

# Linux's numbers, which the socket module does not name (asm-generic/socket.h,
# linux/net_tstamp.h, linux/in.h, linux/sock_diag.h).
SO_TIMESTAMPING = 37
_SO_MEMINFO = 55
_MEMINFO, _MEMINFO_DROPS = struct.Struct("@9I"), 8
_STAMP_FLAGS = (1 << 1) | (1 << 3) | (1 << 4)  # TX_SOFTWARE, RX_SOFTWARE, SOFTWARE

_TTL_OPTIONS = {
    socket.AF_INET: (socket.IPPROTO_IP, 12),  # IP_RECVTTL
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT),
}

_HOPS_OPTIONS = {
    socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}

_NS_PER_S = 1_000_000_000
_SLOTS_BYTES = 1024 * 1024
_SLOTS_MIN = 4
IP_HEADER_BYTES, _IP_OPTIONS_BYTES = 20, 40
_OWN_BYTES = 128
_DRAIN_MAX = 20_000
_ERROR_QUEUE = int(socket.MSG_ERRQUEUE)

# A slot, see slots.py. First the address of a sockaddr, then the stamps' control message: its
# type, the seconds and nanoseconds of the first stamp; then the TTL's.
_NAMES = {socket.AF_INET: "4x4s24x", socket.AF_INET6: "8x16s8x"}
_NAME_ADDRESS = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 24)}
_STAMPS = f"12xiqq32x{CONTROL_BYTES - 64}x"
_STAMPS_TTL = f"12xiqq32x16xi4x{CONTROL_BYTES - 88}x"
STAMPS_TTL_BYTES = 88
"""How long the control messages of a reply are when all that is read of them is there."""
_OUTCOMES = struct.Struct("=40xQ8xI4x")

Reply = tuple[tuple[int, int], tuple[bytes, int, int, int, int, bytes, bytes, bytes, bytes]]
"""Lengths of control messages and packet; source, type of the first control message, seconds,
nanoseconds, TTL, IPv4 header, ICMP header (of ICMPv6 its second half), mark, the rest."""
Own = tuple[int, int, int, bytes, bytes, bytes, bytes]
"""Type of the first control message, seconds, nanoseconds; headers, sequence number, mark, rest;
the last four may be cut at other places where the headers differ in length."""


class IcmpSocket:
    """A raw ICMP socket, or an unprivileged one where raw ones are not allowed.

    Attributes:
        users: targets and flights that need it.

    Raises:
        AgentError: neither is allowed, the system has not this address family, or not the source
            that the packets shall leave from.
    """

    def __init__(self, family: socket.AddressFamily, marks: Marks = PLAIN) -> None:
        self._owner, self.is_raw = open_icmp(family)
        self._socket: socket.socket = self._owner.sock
        try:
            mark(self._socket, marks)
        except AgentError:
            self.close()
            raise
        self.marks = marks
        self.users = 0
        with contextlib.suppress(OSError):  # a system without them: the process stamps itself
            self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, _STAMP_FLAGS)
        with contextlib.suppress(OSError):  # the TTL of replies is then not known
            self._socket.setsockopt(*_TTL_OPTIONS[family], 1)
        self.family = family
        self.form = self._make_format()
        if self.is_raw:
            with contextlib.suppress(OSError):  # it only saves work
                filter_icmp(self._socket, self.form)
        else:
            with contextlib.suppress(OSError):  # what is unreachable is lost without a reason
                version = 4 if family == socket.AF_INET else 6
                self._socket.setsockopt(*ERROR_OPTIONS[version], 1)
        headers = [self.form.reply_header(number) for number in range(SEQUENCES)]
        self.numbers = {header[-SEQUENCE_BYTES:]: place for place, header in enumerate(headers)}
        # The checksum of ICMPv6 is the kernel's, over the addresses too.
        start = 4 if family == socket.AF_INET6 else 0
        self.sequences = {header[start:]: place for place, header in enumerate(headers)}
        self._headers = Headers(self.form)
        self._transport = open_transport(self._socket)
        self._own = Slots(BATCH, _OWN_BYTES)
        self._expect_own(IP_HEADER_BYTES + HEADER_BYTES)
        self._make_room(MARK_BYTES)

    def post(self, endpoint: Endpoint, size: int) -> Post:
        """Return what sends packets of so many bytes to a place."""
        if size > self._size:
            self._make_room(size)
        return Post(self._headers, endpoint, size)

    def send(self, posts: Sequence[Post]) -> int:
        """Send to different places; return how many of the first packets left.

        Raises:
            OSError: the first could not be sent, and none was.
        """
        for _ in range(0 if self.is_raw else TRIES):
            # A ping socket fails a call for an ICMP error about a packet sent before.
            with contextlib.suppress(OSError):
                return self._transport.send(posts)
        return self._transport.send(posts)

    def prepare(self, post: Post, sequence: int, hops: int) -> None:
        """Make the next packet one of a flow that may make so many hops."""
        self.form.outweigh(post.payload, sequence)
        self._socket.setsockopt(*_HOPS_OPTIONS[self.family], hops)

    def replies(self) -> Iterator[Iterable[Reply]]:
        """Yield what has come, batch by batch, until there is no more."""
        slots, layout = self._slots, self._layout
        for received in self._batches(slots, 0):
            outcomes = _OUTCOMES.iter_unpack(slots.vector[: received * _OUTCOMES.size])
            packets = layout.iter_unpack(slots.view[: received * slots.stride])
            yield zip(outcomes, packets, strict=True)

    def own(self) -> Iterator[Iterable[Own]]:
        """Yield the sent packets that have come back with a stamp, batch by batch."""
        slots = self._own
        for received in self._batches(slots, _ERROR_QUEUE):
            place = bytes(slots.view[slots.stride - _OWN_BYTES : slots.stride]).find(
                self.form.nonce
            )
            if place != self._own_place and place > HEADER_BYTES:
                self._expect_own(place)
            yield self._own_layout.iter_unpack(slots.view[: received * slots.stride])

    def error(self, reply: Reply) -> Error | None:
        """Return what a packet on a raw socket says when it is an ICMP error, else None."""
        (_, size), (source, kind, seconds, nanoseconds, _, ip, *parts) = reply
        if self.family == socket.AF_INET6:  # the checksum is left out of a reply
            ip += bytes(2)
        packet = b"".join((ip, *parts))[:size]
        start = (packet[0] & 0x0F) * 4 if self._has_ip_header else 0
        stamp_ns = seconds * _NS_PER_S + nanoseconds if kind == SO_TIMESTAMPING else 0
        return read_error(source, packet[start:], stamp_ns)

    def errors(self) -> Iterator[Error]:
        """Yield the ICMP errors among the last batch of ``own``: on a ping socket they are."""
        slots = self._own
        outcomes = _OUTCOMES.iter_unpack(slots.vector)
        for place, (control_bytes, size) in enumerate(outcomes):
            start = place * slots.stride
            name = bytes(slots.view[start : start + NAME_BYTES])
            control = start + NAME_BYTES
            data = control + CONTROL_BYTES
            error = size and read_queued(
                bytes(slots.view[control : control + control_bytes]),
                name[_NAME_ADDRESS[self.family]],
                bytes(slots.view[data : data + size]),
            )
            if error:
                yield error

    def _batches(self, slots: Slots, flags: int) -> Iterator[int]:
        for _ in range(_DRAIN_MAX // slots.count):
            received = self._transport.receive(slots, flags)
            if received:
                yield received
                slots.renew(received)
            # On a ping socket an ICMP error ends a batch, too.
            if received < (slots.count if self.is_raw else 1):
                return

    def overflowed(self) -> int:
        """Return how many packets were lost here because the receive buffer was full."""
        info = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        return int(_MEMINFO.unpack(info)[_MEMINFO_DROPS])

    def close(self) -> None:
        """Close the socket."""
        self._owner.close()

    def _expect_own(self, place: int) -> None:
        """Read the mark of sent packets at this place from now on."""
        self._own_place = place
        rest = _OWN_BYTES - place - MARK_BYTES
        self._own_layout = struct.Struct(f"=32x{_STAMPS}{place - 2}s2s{MARK_BYTES}s{rest}s")

    def _make_room(self, size: int) -> None:
        """Receive packets of up to so many bytes of payload from now on."""
        self._size = size
        self.reply_bytes = HEADER_BYTES + (IP_HEADER_BYTES if self._has_ip_header else 0)
        options_bytes = _IP_OPTIONS_BYTES if self._has_ip_header else 0
        needed = max(self.reply_bytes + size + options_bytes, QUOTE_BYTES)
        count = min(BATCH, max(_SLOTS_MIN, _SLOTS_BYTES // needed))
        self._slots = Slots(count, needed)
        rest = self._slots.data_bytes - self.reply_bytes - MARK_BYTES
        headers = "2s2x4s" if self.family == socket.AF_INET6 else "20s8s" if self.is_raw else "0s8s"
        packet = f"{headers}{MARK_BYTES}s{rest}s"
        self._layout = struct.Struct(f"={_NAMES[self.family]}{_STAMPS_TTL}{packet}")

    @property
    def _has_ip_header(self) -> bool:
        return self.is_raw and self.family == socket.AF_INET

    def _make_format(self) -> EchoFormat:
        nonce = os.urandom(NONCE_BYTES)
        if self.is_raw:
            identifier = int.from_bytes(os.urandom(2), "big")
        else:
            if not self._socket.getsockname()[1]:  # else its source has bound it
                self._socket.bind(("", 0))
            identifier = self._socket.getsockname()[1]
        request, reply = (8, 0) if self.family == socket.AF_INET else (128, 129)
        return EchoFormat(request, reply, identifier, nonce, self.marks.one_flow)
