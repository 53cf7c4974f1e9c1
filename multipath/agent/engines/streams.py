"""The engine of probes over TCP: each packet of a cycle is a connection of its own.

All sockets are non-blocking and watched while the measuring loop sleeps, so that what happens on
them is noted at once. A connection is let go of after twice its timeout, whatever it waits for.
"""

import errno
import os
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from multipath.agent.cycle.account import Packets
from multipath.agent.cycle.schedule import to_ns
from multipath.agent.items.key import ProbeSpec
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.sockopts import mark, report_refusals, said, take_refusal
from multipath.agent.sockets.watch import WRITE, Watch
from multipath.errors import AgentError

OPEN_MAX = 4096
OPEN_PER_EDGE_MAX = 256
_NO_ROOM = "this host had no room for another connection"


class StreamTarget:
    """Where an edge's connections go."""

    def __init__(self, endpoint: Endpoint, spec: ProbeSpec) -> None:
        address, _, *rest = endpoint.sockaddr
        self.endpoint = endpoint
        self.sockaddr = (address, spec.port, *rest)
        self.spec = spec
        self.patience_ns = 2 * to_ns(spec.timeout_s)
        self.flight: StreamFlight | None = None


class StreamFlight(Packets):
    """The connections of one cycle.

    Attributes:
        attempts: those that are under way, the oldest first.
    """

    __slots__ = ("attempts", "count", "is_over", "next", "target")

    def __init__(self, target: StreamTarget, count: int) -> None:
        super().__init__(count)
        self.target = target
        self.count = count
        self.next = 0
        self.is_over = False
        self.attempts: dict[int, Attempt] = {}


class Attempt(ABC):
    """One connection, from its first packet on. What kind of probe it is, subclasses say."""

    flights: ClassVar[type[StreamFlight]] = StreamFlight

    def __init__(self, watch: Watch, flight: StreamFlight) -> None:
        self.watch = watch
        self.flight = flight
        self.place = flight.next
        self.begun_ns = 0
        self.socket = socket.socket(flight.target.endpoint.family, socket.SOCK_STREAM)
        self.socket.setblocking(False)

    @classmethod
    def is_ready(cls, spec: ProbeSpec) -> bool:  # noqa: ARG003 - some need something
        """Return whether all is there that a connection takes; what is not is being read."""
        return True

    def begin(self) -> None:
        """Send the first packet.

        Raises:
            OSError, AgentError: it could not be sent.
        """
        mark(self.socket, self.flight.target.spec.marks)
        report_refusals(self.socket)
        self.begun_ns = time.monotonic_ns()
        code = self.socket.connect_ex(self.flight.target.sockaddr)
        if code not in {0, errno.EINPROGRESS, errno.ECONNREFUSED}:
            raise OSError(code, os.strerror(code))
        self.flight.sent_ns[self.place] = self.begun_ns
        self.flight.attempts[self.place] = self
        self.watch.add(self.socket, WRITE, self._decide)
        if code == errno.ECONNREFUSED:  # a place on this host is as quick as that
            self._note_refusal(time.monotonic_ns())

    def end(self) -> None:
        """Close the connection, if it is not yet."""
        if self.flight.attempts.pop(self.place, None) is not None:
            self.watch.remove(self.socket)
        self.socket.close()

    @abstractmethod
    def established(self, now_ns: int) -> None:
        """Go on: the far end has accepted the connection."""

    @abstractmethod
    def refused(self, now_ns: int) -> None:
        """Go on: the far end itself has refused the connection."""

    def _decide(self, now_ns: int) -> None:
        code = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not code:
            self.established(now_ns)
        elif code == errno.ECONNREFUSED:
            self._note_refusal(now_ns)
        else:
            refusal = take_refusal(self.socket, now_ns)
            if refusal is not None:
                self.flight.refusals[self.place] = refusal
            self.end()

    def _note_refusal(self, now_ns: int) -> None:
        refusal = take_refusal(self.socket, now_ns)
        if refusal is None:
            self.refused(now_ns)
        else:  # not the far end has said so, but somebody in between, or its firewall
            self.flight.refusals[self.place] = refusal
            self.end()


class StreamEngine:
    """All probing over TCP of one process.

    Args:
        kinds: what an attempt is, by kind of probe.
    """

    def __init__(self, watch: Watch, kinds: Mapping[str, type[Attempt]]) -> None:
        self._watch = watch
        self._kinds = kinds
        self._flights: dict[StreamFlight, None] = {}
        self.send_errors = 0

    def is_ready(self, spec: ProbeSpec) -> bool:
        """Return whether all is there that such connections take; what is not is being read."""
        return self._kinds[spec.kind].is_ready(spec)

    def aim(self, endpoint: Endpoint, spec: ProbeSpec) -> StreamTarget:
        """Return a target for ``begin``."""
        return StreamTarget(endpoint, spec)

    def drop(self, target: StreamTarget) -> None:
        """Let go of a target; it has nothing of its own."""

    def begin(self, target: StreamTarget, count: int) -> StreamFlight:
        """Begin a cycle of so many connections; the one before to this target begins no more."""
        if target.flight is not None:
            target.flight.is_over = True
        target.flight = self._kinds[target.spec.kind].flights(target, count)
        self._flights[target.flight] = None
        return target.flight

    def send(self, flights: Sequence[StreamFlight]) -> list[StreamFlight]:
        """Begin the next connection of each flight; one that cannot be is noted as not sent."""
        under_way = sum(len(flight.attempts) for flight in self._flights)
        for flight in flights:
            if flight.is_over:
                continue
            has_room = under_way < OPEN_MAX and len(flight.attempts) < OPEN_PER_EDGE_MAX
            error = self._begin(flight) if has_room else _NO_ROOM
            if error:
                flight.errors[flight.next] = error
                self.send_errors += 1
            flight.next += 1
            under_way += 1
        return []

    def drain(self) -> None:
        """Let go of connections that have waited long enough."""
        now_ns = time.monotonic_ns()
        for flight in self._flights:
            for attempt in list(flight.attempts.values()):
                if now_ns - attempt.begun_ns < flight.target.patience_ns:
                    break
                attempt.end()

    def end(self, flight: StreamFlight) -> None:
        """Close all connections of a flight; those that did not begin are not sent."""
        flight.is_over = True
        self._flights.pop(flight, None)
        for attempt in list(flight.attempts.values()):
            attempt.end()
        for place in range(flight.next, flight.count):
            flight.errors[place] = _NO_ROOM

    def overflowed(self) -> int:
        """Return 0: what comes is noted at once."""
        return 0

    def close(self) -> None:
        """Close all connections."""
        for flight in list(self._flights):
            self.end(flight)

    def _begin(self, flight: StreamFlight) -> str:
        """Begin a connection; return why it cannot be, or nothing."""
        attempt = None
        try:
            attempt = self._kinds[flight.target.spec.kind](self._watch, flight)
            attempt.begin()
        except (OSError, AgentError) as error:
            if attempt is not None:
                attempt.end()
            return str(error) if isinstance(error, AgentError) else said(error)
        return ""
