"""Answers the UDP probes of other agents: off unless it is asked for.

It cannot be used against others: a reply is never longer than its request, only requests of our own
form are answered, and no more than a bounded number in a second.
"""

import socket
import struct
import time

from multipath.agent.sockets.watch import READ, Watch
from multipath.agent.wire.udp_echo import Counts, read_request, reply
from multipath.errors import AgentError

REPLIES_PER_S = 10_000
_BURST = 1_000
_BATCH = 256
_SIZE_MAX_BYTES = 65_536
_CONTROL_BYTES = 256
_NS_PER_S = 1_000_000_000
# Linux's numbers, which the socket module does not name (linux/in.h, asm-generic/socket.h).
_SO_TIMESTAMPNS = 35
_STAMP = struct.Struct("@qq")
_IP_PKTINFO = 8
_PKTINFO = {
    socket.AF_INET: (socket.IPPROTO_IP, _IP_PKTINFO, _IP_PKTINFO),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, socket.IPV6_PKTINFO),
}
"""Level, the option that asks for a packet's destination, and the message that tells it."""
_UNSPECIFIED = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 - all: it is asked for

_Ancillary = list[tuple[int, int, bytes]]


class EchoService:
    """Answers on a port of all addresses.

    Raises:
        AgentError: the port is taken, or not allowed.
    """

    def __init__(self, watch: Watch, port: int) -> None:
        self._watch = watch
        self._counts = Counts()
        self._allowance = float(_BURST)
        self._counted_s = time.monotonic()
        self._resting: list[socket.socket] = []
        self._sockets: list[socket.socket] = []
        try:
            self._open(port)
        except OSError as error:
            self.close()
            raise AgentError(
                f"cannot answer UDP probes on port {port}: {error.strerror}"
            ) from error

    def resume(self) -> None:
        """Go on after a rest, when the next second has come."""
        now_s = time.monotonic()
        self._allowance += (now_s - self._counted_s) * REPLIES_PER_S
        self._allowance = min(self._allowance, _BURST)
        self._counted_s = now_s
        while self._resting and self._allowance >= 1:
            self._listen(self._resting.pop())

    def close(self) -> None:
        """Answer no more."""
        for sock in self._sockets:
            if sock not in self._resting:
                self._watch.remove(sock)
            sock.close()
        self._sockets.clear()

    def _open(self, port: int) -> None:
        for family, address in _UNSPECIFIED.items():
            sock = socket.socket(family, socket.SOCK_DGRAM)
            self._sockets.append(sock)
            self._resting.append(sock)
            sock.setblocking(False)
            level, ask, _ = _PKTINFO[family]
            sock.setsockopt(level, ask, 1)
            sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((address, port))
        self.resume()

    def _listen(self, sock: socket.socket) -> None:
        self._watch.add(sock, READ, lambda _: self._answer(sock))

    def _answer(self, sock: socket.socket) -> None:
        """Answer what has come; rest when too much has."""
        for _ in range(_BATCH):
            if self._allowance < 1:
                self._watch.remove(sock)
                self._resting.append(sock)
                return
            try:
                data, ancillary, _, source = sock.recvmsg(_SIZE_MAX_BYTES, _CONTROL_BYTES)
            except OSError:  # nothing more has come, or an earlier reply could not be delivered
                return
            self._allowance -= 1
            ask = read_request(data)
            if ask is None or not source[1]:
                continue
            count = self._counts.note(source[0], ask)
            answer = reply(ask, len(data), count, _held_us(ancillary))
            try:
                sock.sendmsg([answer], _from_where_it_came(sock.family, ancillary), 0, source)
            except OSError:  # it is lost, as any packet may be; who has asked counts it
                continue


def _held_us(ancillary: _Ancillary) -> int:
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(content) == _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack(content)
            held_ns = time.time_ns() - (seconds * _NS_PER_S + nanoseconds)
            return held_ns // 1000 if 0 <= held_ns < _NS_PER_S else 0  # else the clock was set
    return 0


def _from_where_it_came(family: int, ancillary: _Ancillary) -> _Ancillary:
    """Return what lets a reply leave from the address that was asked."""
    level, _, told = _PKTINFO[socket.AddressFamily(family)]
    for got_level, kind, content in ancillary:
        if (got_level, kind) == (level, told):
            if family == socket.AF_INET6:
                return [(level, told, content[:16] + bytes(4))]
            return [(level, told, bytes(4) + content[4:8] + bytes(4))]
    return []
