"""What the measuring loop runs of an edge: its packets, and the cycles that wait for replies."""

import logging
from collections.abc import Callable
from typing import Generic, Protocol

from multipath.agent.cycle.account import Packets, account
from multipath.agent.cycle.schedule import (
    next_packet_ns,
    next_start_ns,
    packet_gap_ns,
    stagger_ns,
    to_ns,
)
from multipath.agent.cycle.suspicion import Ill, Suspicion
from multipath.agent.engines.engine import Engine, F, T
from multipath.agent.items.task import Probe
from multipath.agent.probing.fate_book import FateBook
from multipath.agent.sockets.resolve import Resolver
from multipath.errors import AgentError

_RESOLVING_NS = 100_000_000
_log = logging.getLogger(__name__)

Deliver = Callable[[int, str, bool], None]
"""Takes item id, value, and whether the value is the reason of an unsupported item."""


class Run(Protocol):
    """Something with a next time."""

    def step(self, now_ns: int) -> int | None:
        """Do what is due and return when to come again; None: never."""


class Loop(Protocol):
    """What a run may use of the loop that runs it."""

    resolver: Resolver
    deliver: Deliver
    fates: FateBook

    def add(self, run: Run, due_ns: int) -> None:
        """Put a run on the agenda."""

    def trace(self, edge: str, ill: Ill, now_ns: int) -> bool:
        """Trace an edge's way now because it has turned ill; return whether that begins."""


class Lane(Generic[T, F]):
    """An engine, and the flights whose next packet is due."""

    def __init__(self, engine: Engine[T, F]) -> None:
        self.engine = engine
        self.outgoing: list[F] = []


class TaskRun:
    """What stands for a task. Once ended it begins nothing; once removed it delivers nothing."""

    ended = False
    removed = False


class EdgeRun(TaskRun, Generic[T, F]):
    """Sends the packets of one edge, cycle after cycle."""

    def __init__(self, loop: Loop, lane: Lane[T, F], task: Probe, now_ns: int) -> None:
        spec = task.spec
        self.loop = loop
        self.task = task
        self.timeout_ns = to_ns(spec.timeout_s)
        self._count = spec.packets
        self._lane = lane
        self._cycle_ns = to_ns(task.cycle_s)
        self._gap_ns = packet_gap_ns(task.cycle_s, spec.timeout_s, spec.packets)
        self._start_ns = now_ns + stagger_ns(spec.edge, self._gap_ns)
        self.due_ns = self._start_ns
        self._packets: Packets | None = None
        self._flight: F | None = None
        self._planned = 0
        self._target: T | None = None
        self._error, self._resolve_s = "", 0.0
        self._used_address = self.address_was = ""
        self._begun = 0
        self._suspicion = Suspicion()
        loop.resolver.lookup(spec.address)

    def step(self, now_ns: int) -> int | None:
        """Send the next packet; after the last of a cycle, begin the next in its time."""
        if self.ended:
            self.end(self._packets, self._flight)
            self._drop()
            return None
        if self._packets is None:
            if not self._aim():
                self._start_ns = self.due_ns = now_ns + _RESOLVING_NS
                return self.due_ns
            self._packets = self._begin()
            self.loop.fates.begin(self.task.spec, self._packets, self.address(), self._begun)
            self._begun += self._count
        if self._flight is not None:
            self._lane.outgoing.append(self._flight)
        self._planned += 1
        if self._planned == self._count:
            closing = _Closing(self, self._packets, self._flight, now_ns)
            self.loop.add(closing, now_ns + self.timeout_ns)
            return self._next_cycle(now_ns)
        self.due_ns = next_packet_ns(self.due_ns, self._gap_ns, now_ns)
        return self.due_ns

    def address(self) -> str:
        """Return the address that the edge's packets go to, empty when it has none."""
        return "" if self._target is None else self._target.endpoint.address

    def close(self, packets: Packets, address: str, address_was: str, now_ns: int) -> None:
        """Deliver what a cycle says; trace the way while it is ill."""
        spec = self.task.spec
        measurement = account(packets, spec.timeout_s, address, address_was)
        self.loop.deliver(self.task.itemid, measurement.to_json(), False)
        self._suspicion.note(measurement)
        fresh = self._suspicion.fresh
        if fresh and self.loop.trace(spec.edge, fresh, now_ns):
            self._suspicion.looked_into()

    def end(self, packets: Packets | None, flight: F | None) -> None:
        """Wait for nothing more of a cycle."""
        if flight is not None:
            self._lane.engine.end(flight)
        if packets is not None:
            self.loop.fates.end(packets)

    def _begin(self) -> Packets:
        if self._target is not None:
            self._note_address()
            self._flight = self._lane.engine.begin(self._target, self._count)
            self._flight.resolve_s = self._resolve_s
            return self._flight
        packets = Packets(self._count)
        packets.errors = dict.fromkeys(range(self._count), self._error)
        return packets

    def _note_address(self) -> None:
        """See whether the cycle that begins has another address than the one before."""
        address, former = self.address(), self._used_address
        self.address_was = former if former != address else ""
        self._used_address = address
        if self.address_was:
            spec = self.task.spec
            _log.info("%s: %s is at %s now, was %s", spec.edge, spec.address, address, former)

    def _aim(self) -> bool:
        """Take the address for this cycle; return False while what it takes is being looked up."""
        spec = self.task.spec
        answer = self.loop.resolver.lookup(spec.address)
        self._error, self._resolve_s = answer.error, answer.took_s
        if self._target is not None and self._target.endpoint != answer.endpoint:
            self._drop()
        if answer.endpoint is None:
            return bool(answer.error)
        if not self._lane.engine.is_ready(spec):
            return False
        if self._target is None:
            try:
                self._target = self._lane.engine.aim(answer.endpoint, spec)
            except AgentError as error:
                self._error = str(error)
        return True

    def _drop(self) -> None:
        if self._target is not None:
            self._lane.engine.drop(self._target)
            self._target = None

    def _next_cycle(self, now_ns: int) -> int:
        self._packets = self._flight = None
        self._planned = 0
        self._start_ns = next_start_ns(self._start_ns, self._cycle_ns, now_ns)
        self.due_ns = self._start_ns
        return self.due_ns


class _Closing(Generic[T, F]):
    """A cycle whose packets have all left: accounted when nothing more can change its figures.

    That is a timeout after the last packet; when replies are missing then, one more timeout, so
    that every packet of the cycle has at least that long to be counted as late.
    """

    def __init__(
        self, edge: EdgeRun[T, F], packets: Packets, flight: F | None, sent_ns: int
    ) -> None:
        self._edge = edge
        self._packets = packets
        self._flight = flight
        self._address, self._address_was = edge.address(), edge.address_was
        self._last_ns = sent_ns + 2 * edge.timeout_ns

    def step(self, now_ns: int) -> int | None:
        """Deliver the measurement, or wait for late replies."""
        packets = self._packets
        missing = packets.received_ns.count(0) > packets.sent_ns.count(0)
        if missing and now_ns < self._last_ns and not self._edge.removed:
            return self._last_ns
        self._edge.end(packets, self._flight)
        if not self._edge.removed:
            self._edge.close(packets, self._address, self._address_was, now_ns)
        return None
