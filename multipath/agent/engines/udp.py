"""UDP probes: round trips to the echo of another agent, and what is lost on either way.

Each target has a socket of its own, connected, so that an error is always of that edge. Replies are
stamped by the kernel as they come, so it does not matter how long they lie there.
"""

import errno
import os
import selectors
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import ExitStack

from multipath.agent.cycle.account import Packets
from multipath.agent.cycle.schedule import to_ns
from multipath.agent.items.key import ProbeSpec
from multipath.agent.sockets.clock import StampClock
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.sockopts import mark, report_refusals, said, take_error
from multipath.agent.wire.udp_echo import NONCE_BYTES, QUERY, Ask, read_reply, read_request, request
from multipath.errors import AgentError

_TRY_AGAIN = (errno.EAGAIN, errno.ENOBUFS)
_SO_TIMESTAMPNS = 35
_STAMP = struct.Struct("@qq")
_CONTROL_BYTES = 128
_BATCH = 512
_QUERIES = 5
_NS_PER_S = 1_000_000_000
_FLIGHTS = 1 << 32
_NO_ROOM = "the host had no room to send"


class UdpTarget:
    """Where an edge's packets go, and the socket for them.

    Attributes:
        users: the target itself and its flights, as long as they need the socket.

    Raises:
        AgentError: this host cannot send what is asked for.
    """

    def __init__(self, endpoint: Endpoint, spec: ProbeSpec) -> None:
        address, _, *rest = endpoint.sockaddr
        self.endpoint = endpoint
        self.spec = spec
        self.users = 1
        self.flights: dict[int, UdpFlight] = {}
        self.flight: UdpFlight | None = None
        with ExitStack() as undo:
            try:
                self.socket = socket.socket(endpoint.family, socket.SOCK_DGRAM)
                undo.callback(self.socket.close)
                self.socket.setblocking(False)
                mark(self.socket, spec.marks)
                report_refusals(self.socket)
                self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
                self.socket.connect((address, spec.port, *rest))
            except OSError as error:
                raise AgentError(said(error)) from error
            undo.pop_all()


class UdpFlight(Packets):
    """The packets of one cycle.

    Attributes:
        counted: how many of the packets before ``counted_to`` have come there, as far as known.
    """

    __slots__ = ("count", "counted", "counted_to", "is_over", "next", "number", "queries", "target")

    def __init__(self, target: UdpTarget, number: int, count: int) -> None:
        super().__init__(count)
        self.target = target
        self.number = number
        self.count = count
        self.next = self.queries = 0
        self.counted = self.counted_to = 0
        self.is_over = False

    def figures(self) -> dict[str, object]:
        """Return the loss on either way, of the packets that the far end has told of.

        A packet whose reply came late was lost on neither.
        """
        known = [place for place in range(self.counted_to) if self.sent_ns[place]]
        answered = sum(self.received_ns[place] > 0 for place in known)
        reached = min(max(self.counted, answered), len(known))
        own: dict[str, object] = {}
        if known:
            own["forward_loss_percent"] = round(100 * (len(known) - reached) / len(known), 4)
        if reached:
            own["backward_loss_percent"] = round(100 * (reached - answered) / reached, 4)
        return own


class UdpEngine:
    """All UDP probing of one process."""

    def __init__(self, clock: StampClock | None = None) -> None:
        self._clock = clock or StampClock()
        self._selector = selectors.DefaultSelector()
        self._nonce = os.urandom(NONCE_BYTES)
        self._number = int.from_bytes(os.urandom(4), "big")
        self._flights: dict[UdpFlight, None] = {}
        self._targets: dict[UdpTarget, None] = {}
        self.send_errors = 0

    def is_ready(self, spec: ProbeSpec) -> bool:  # noqa: ARG002 - nothing is read
        """Return True."""
        return True

    def aim(self, endpoint: Endpoint, spec: ProbeSpec) -> UdpTarget:
        """Return a target for ``begin``.

        Raises:
            AgentError: this host cannot send what is asked for.
        """
        target = UdpTarget(endpoint, spec)
        self._selector.register(target.socket, selectors.EVENT_READ, target)
        self._targets[target] = None
        return target

    def drop(self, target: UdpTarget) -> None:
        """Let go of a target; flights to it go on."""
        target.users -= 1
        if not target.users:
            self._selector.unregister(target.socket)
            target.socket.close()
            del self._targets[target]

    def begin(self, target: UdpTarget, count: int) -> UdpFlight:
        """Begin a cycle of so many packets; the one before to this target sends no more."""
        if target.flight is not None:
            target.flight.is_over = True
        self._number = (self._number + 1) % _FLIGHTS
        target.users += 1
        target.flight = UdpFlight(target, self._number, count)
        target.flights[self._number] = target.flight
        self._flights[target.flight] = None
        return target.flight

    def send(self, flights: Sequence[UdpFlight]) -> list[UdpFlight]:
        """Send the next packet of each flight; return those that the host has no room for now."""
        left = []
        for flight in flights:
            if flight.is_over:
                continue
            place, sent_ns = flight.next, time.monotonic_ns()
            error = self._send(flight, place)
            if error is not None and error.errno in _TRY_AGAIN:
                left.append(flight)
                continue
            if error is None:
                flight.sent_ns[place] = sent_ns
            else:
                flight.errors[place] = said(error)
                self.send_errors += 1
            flight.next += 1
        return left

    def drain(self) -> None:
        """Note what has come, and ask for the counts where replies are missing."""
        self._clock.sample()
        for key, _ in self._selector.select(0):
            self._read(key.data)
        now_ns = time.monotonic_ns()
        for flight in self._flights:
            self._ask(flight, now_ns)

    def end(self, flight: UdpFlight) -> None:
        """Stop waiting for a flight; packets that did not leave have an error then."""
        flight.is_over = True
        if flight in self._flights:
            del self._flights[flight], flight.target.flights[flight.number]
            self.drop(flight.target)
        for place in range(flight.next, flight.count):
            flight.errors[place] = _NO_ROOM

    def overflowed(self) -> int:
        """Return 0: few packets wait for each socket."""
        return 0

    def close(self) -> None:
        """Close all sockets."""
        for target in self._targets:
            self._selector.unregister(target.socket)
            target.socket.close()
        self._targets.clear()
        self._selector.close()

    def _send(self, flight: UdpFlight, sequence: int) -> OSError | None:
        """Send a packet; return what is against it. An error of an earlier one is not."""
        target = flight.target
        data = request(Ask(self._nonce, flight.number, sequence), target.spec.size)
        for _ in range(2):
            try:
                target.socket.send(data)
            except OSError as error:
                if not self._take_errors(target):
                    return error
            else:
                return None
        return None  # on its way it meets what the others have met

    def _ask(self, flight: UdpFlight, now_ns: int) -> None:
        """Ask for the count when all packets have left and replies are missing."""
        if flight.next < flight.count or flight.queries >= _QUERIES or not flight.sent_ns[-1]:
            return
        timeout_ns = to_ns(flight.target.spec.timeout_s)
        due_ns = flight.sent_ns[-1] + timeout_ns * (2 + flight.queries) // 4
        if now_ns >= due_ns and flight.received_ns.count(0) > flight.sent_ns.count(0):
            flight.queries += 1
            self._send(flight, QUERY)

    def _read(self, target: UdpTarget) -> None:
        for _ in range(_BATCH):
            try:
                data, ancillary, _, _ = target.socket.recvmsg(target.spec.size + 1, _CONTROL_BYTES)
            except BlockingIOError:
                return
            except OSError:  # an earlier packet was refused
                if not self._take_errors(target):
                    return
            else:
                self._note(target, data, self._stamp_ns(ancillary))

    def _note(self, target: UdpTarget, data: bytes, came_ns: int) -> None:
        reply = read_reply(data)
        flight = target.flights.get(reply.flight) if reply else None
        if reply is None or flight is None or reply.nonce != self._nonce:
            return
        place = reply.sequence
        if (place != QUERY and place >= flight.next) or len(data) != target.spec.size:
            flight.corrupted += 1
            return
        flight.counted = max(flight.counted, reply.counted)
        flight.counted_to = max(flight.counted_to, flight.next if place == QUERY else place + 1)
        if place == QUERY:
            return
        if flight.received_ns[place]:
            flight.duplicates += 1
            return
        # No reply is faster than none: what the far end says that it held it for may be wrong.
        flight.received_ns[place] = max(came_ns - 1000 * reply.held_us, flight.sent_ns[place] + 1)

    def _stamp_ns(self, ancillary: Sequence[tuple[int, int, bytes]]) -> int:
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = _STAMP.unpack(content)
                return self._clock.to_monotonic_ns(seconds * _NS_PER_S + nanoseconds)
        return time.monotonic_ns()

    def _take_errors(self, target: UdpTarget) -> bool:
        """Note the ICMP errors that have come; return whether there were any."""
        taken = False
        while (error := take_error(target.socket, time.monotonic_ns())) is not None:
            taken = True
            data, refusal = error
            ask = read_request(data.ljust(target.spec.size, b"\0"))
            flight = target.flights.get(ask.flight) if ask else target.flight
            place = ask.sequence if ask else (flight.next - 1 if flight else QUERY)
            if flight is not None and 0 <= place < flight.next:
                flight.refusals.setdefault(place, refusal)
        return taken
