"""The measuring loop: sends what is due, closes cycles that are over, hands values on.

Everything that has a next time is a *run* in one heap: an edge (its packets), a cycle that waits
for its last replies, a statement. Nothing in here waits for the network or for a name.
"""

import heapq
import logging
from collections.abc import Callable, Iterable
from itertools import count
from typing import Protocol

from multipath.agent.account import Packets, account
from multipath.agent.flight import Flight, Target
from multipath.agent.icmp import IcmpEngine
from multipath.agent.resolve import Resolver
from multipath.agent.schedule import (
    next_packet_ns,
    next_start_ns,
    packet_gap_ns,
    stagger_ns,
    to_ns,
)
from multipath.agent.task import Checkup, Probe, Statement, Task
from multipath.errors import AgentError

_LOGGED_CHANGES = 50
_RETRY_NS = 10_000_000
_RESOLVING_NS = 100_000_000
_log = logging.getLogger(__name__)

Deliver = Callable[[int, str, bool], None]
"""Takes item id, value, and whether the value is the reason of an unsupported item."""


class Run(Protocol):
    """Something with a next time."""

    def step(self, now_ns: int) -> int | None:
        """Do what is due and return when to come again; None: never."""


class Prober:
    """Runs the tasks it was last given."""

    def __init__(
        self, engine: IcmpEngine, resolver: Resolver, deliver: Deliver, health: Callable[[], str]
    ) -> None:
        self.engine = engine
        self.resolver = resolver
        self.deliver = deliver
        self.health = health
        self._serial = count()
        self._heap: list[tuple[int, int, Run]] = []
        self._running: dict[int, tuple[Task, _TaskRun]] = {}
        self.outgoing: list[Flight] = []
        self.packets_per_s = 0.0

    def configure(self, tasks: Iterable[Task], now_ns: int) -> None:
        """Run these tasks from now on: new ones begin, changed ones begin anew, others end.

        Cycles whose packets have all left are still closed, unless their item is gone.
        """
        changes = []
        wanted = {task.itemid: task for task in tasks}
        for itemid in self._running.keys() - wanted.keys():
            task, run = self._running.pop(itemid)
            run.ended = run.removed = True
            changes.append(f"removed {task}")
        for itemid, task in wanted.items():
            former = self._running.get(itemid)
            if former and former[0] == task:
                continue
            if former:
                former[1].ended = True
            self._running[itemid] = (task, self._begin(task, now_ns))
            changes.append(f"{'changed' if former else 'added'} {task}")
        self.packets_per_s = sum(
            task.spec.packets / task.cycle_s
            for task, _ in self._running.values()
            if isinstance(task, Probe)
        )
        for change in changes[:_LOGGED_CHANGES]:
            _log.info(change)
        if len(changes) > _LOGGED_CHANGES:
            _log.info("and %d more changes", len(changes) - _LOGGED_CHANGES)

    def tick(self, now_ns: int) -> int | None:
        """Do all that is due; return when to come again, None when there is nothing to do."""
        self.engine.drain()
        heap = self._heap
        while heap and heap[0][0] <= now_ns:
            _, serial, run = heap[0]  # and stays the first: what a step adds is due later
            due_ns = run.step(now_ns)
            if due_ns is None:
                heapq.heappop(heap)
            else:
                heapq.heapreplace(heap, (max(due_ns, now_ns + 1), serial, run))
        if self.outgoing:
            self.outgoing = self.engine.send(self.outgoing)
        if self.outgoing:
            return now_ns + _RETRY_NS
        return self._heap[0][0] if self._heap else None

    def add(self, run: Run, due_ns: int) -> None:
        """Put a run on the heap."""
        heapq.heappush(self._heap, (due_ns, next(self._serial), run))

    def end(self, packets: Packets | None) -> None:
        """Wait for nothing more of these packets."""
        if isinstance(packets, Flight):
            self.engine.end(packets)

    def _begin(self, task: Task, now_ns: int) -> "_TaskRun":
        if isinstance(task, Probe):
            edge = _EdgeRun(self, task, now_ns)
            self.add(edge, edge.due_ns)
            return edge
        run = _ValueRun(self, task)
        self.add(run, now_ns)
        return run


class _TaskRun:
    """What stands for a task. Once ended it begins nothing; once removed it delivers nothing."""

    ended = False
    removed = False


class _ValueRun(_TaskRun):
    """Delivers what needs no packets."""

    def __init__(self, prober: Prober, task: Statement | Checkup) -> None:
        self._prober = prober
        self._task = task

    def step(self, now_ns: int) -> int | None:
        if self.ended:
            return None
        task, deliver = self._task, self._prober.deliver
        if isinstance(task, Statement):
            deliver(task.itemid, task.value, task.unsupported)
        else:
            deliver(task.itemid, self._prober.health(), False)
        return now_ns + to_ns(task.period_s)


class _EdgeRun(_TaskRun):
    """Sends the packets of one edge, cycle after cycle."""

    def __init__(self, prober: Prober, task: Probe, now_ns: int) -> None:
        spec = task.spec
        self.prober = prober
        self.task = task
        self.timeout_ns = to_ns(spec.timeout_s)
        self._cycle_ns = to_ns(task.cycle_s)
        self._gap_ns = packet_gap_ns(task.cycle_s, spec.timeout_s, spec.packets)
        self._start_ns = now_ns + stagger_ns(spec.edge, self._gap_ns)
        self.due_ns = self._start_ns
        self._packets: Packets | None = None
        self._planned = 0
        self._target: Target | None = None
        self._error = ""
        prober.resolver.lookup(spec.address)

    def step(self, now_ns: int) -> int | None:
        if self.ended:
            self.prober.end(self._packets)
            return None
        if self._packets is None:
            if not self._aim():
                self._start_ns = self.due_ns = now_ns + _RESOLVING_NS
                return self.due_ns
            self._packets = self._begin()
        if isinstance(self._packets, Flight):
            self.prober.outgoing.append(self._packets)
        self._planned += 1
        if self._planned == self.task.spec.packets:
            closing = _Closing(self, self._packets, now_ns)
            self.prober.add(closing, now_ns + self.timeout_ns)
            return self._next_cycle(now_ns)
        self.due_ns = next_packet_ns(self.due_ns, self._gap_ns, now_ns)
        return self.due_ns

    def address(self) -> str:
        """Return the address that the edge's packets go to, empty when it has none."""
        return "" if self._target is None else self._target.endpoint.address

    def _begin(self) -> Packets:
        count = self.task.spec.packets
        if self._target:
            return self.prober.engine.begin(self._target, count)
        packets = Packets(count)
        packets.errors = dict.fromkeys(range(count), self._error)
        return packets

    def _aim(self) -> bool:
        """Take the address for this cycle; return False when its first look-up is under way."""
        spec = self.task.spec
        answer = self.prober.resolver.lookup(spec.address)
        self._error = answer.error
        if answer.endpoint is None:
            self._target = None
            return bool(answer.error)
        if self._target is None or self._target.endpoint != answer.endpoint:
            try:
                self._target = self.prober.engine.target(answer.endpoint, spec.size)
            except AgentError as error:
                self._target = None
                self._error = str(error)
        return True

    def _next_cycle(self, now_ns: int) -> int:
        self._packets = None
        self._planned = 0
        self._start_ns = next_start_ns(self._start_ns, self._cycle_ns, now_ns)
        self.due_ns = self._start_ns
        return self.due_ns


class _Closing:
    """A cycle whose packets have all left: accounted when nothing more can change its figures.

    That is a timeout after the last packet; when replies are missing then, one more timeout, so
    that every packet of the cycle has at least that long to be counted as late.
    """

    def __init__(self, edge: _EdgeRun, packets: Packets, sent_ns: int) -> None:
        self._edge = edge
        self._packets = packets
        self._address = edge.address()
        self._last_ns = sent_ns + 2 * edge.timeout_ns

    def step(self, now_ns: int) -> int | None:
        packets = self._packets
        missing = packets.received_ns.count(0) > packets.sent_ns.count(0)
        if missing and now_ns < self._last_ns and not self._edge.removed:
            return self._last_ns
        self._edge.prober.end(packets)
        if not self._edge.removed:
            task = self._edge.task
            measurement = account(packets, task.spec.timeout_s, self._address)
            self._edge.prober.deliver(task.itemid, measurement.to_json(), False)
        return None
