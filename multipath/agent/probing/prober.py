"""The measuring loop: sends what is due, closes cycles that are over, hands values on.

Everything that has a next time is a *run* on one agenda: an edge (its packets), a cycle that waits
for its last replies, a statement. Nothing in here waits for the network or for a name.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from multipath.agent.cycle.schedule import to_ns
from multipath.agent.cycle.suspicion import Ill
from multipath.agent.engines.engine import Engine
from multipath.agent.items.task import Checkup, Probe, Statement, Task, Tracing
from multipath.agent.probing.agenda import Agenda
from multipath.agent.probing.fate_book import FateBook, Write
from multipath.agent.probing.run import Deliver, EdgeRun, Lane, Run, TaskRun
from multipath.agent.probing.trace_run import TraceRun
from multipath.agent.sockets.resolve import Resolver

_LOGGED_CHANGES = 50
_RETRY_NS = 10_000_000
_HASTENED_MAX = 16
_log = logging.getLogger(__name__)


class Prober:
    """Runs the tasks it was last given.

    Args:
        engines: by the kinds of probes that each is for.
        write: takes what becomes of each packet, as a line of text.
    """

    def __init__(
        self,
        engines: Mapping[str, Engine[Any, Any]],
        resolver: Resolver,
        deliver: Deliver,
        health: Callable[[], str],
        write: Write | None = None,
    ) -> None:
        lanes = {engine: Lane(engine) for engine in engines.values()}
        self._lane_of = {kind: lanes[engine] for kind, engine in engines.items()}
        self._lanes = tuple(lanes.values())
        self.resolver = resolver
        self.deliver = deliver
        self.health = health
        self._agenda: Agenda[Run] = Agenda()
        self._running: dict[int, tuple[Task, TaskRun]] = {}
        self.packets_per_s = 0.0
        self._traces: dict[str, TraceRun] = {}
        self._hastened: list[TraceRun] = []
        self.fates = FateBook(write)
        self.add(self.fates, 0)

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
        for lane in self._lanes:
            lane.engine.drain()
        for run in self._agenda.take(now_ns):
            due_ns = run.step(now_ns)
            if due_ns is not None:
                self._agenda.add(run, max(due_ns, now_ns + 1))
        for lane in self._lanes:
            if lane.outgoing:
                lane.outgoing = lane.engine.send(lane.outgoing)
        if any(lane.outgoing for lane in self._lanes):
            return now_ns + _RETRY_NS
        return self._agenda.next_ns()

    def add(self, run: Run, due_ns: int) -> None:
        """Put a run on the agenda."""
        self._agenda.add(run, due_ns)

    def trace(self, edge: str, ill: Ill, now_ns: int) -> bool:
        """Trace an edge's way now because it has turned ill; return whether that begins.

        Not many at a time: when an uplink dies, all its edges turn ill at once.
        """
        self._hastened = [run for run in self._hastened if run.walks]
        run = self._traces.get(edge)
        if run is None or len(self._hastened) >= _HASTENED_MAX or not run.hasten(ill, now_ns):
            return False
        self._hastened.append(run)
        return True

    def _begin(self, task: Task, now_ns: int) -> TaskRun:
        if isinstance(task, Probe):
            edge: EdgeRun[Any, Any] = EdgeRun(self, self._lane_of[task.spec.kind], task, now_ns)
            self.add(edge, edge.due_ns)
            return edge
        if isinstance(task, Tracing):
            trace = TraceRun(self, self._lane_of["icmp"], task, now_ns)
            self._traces[task.spec.edge] = trace
            self.add(trace, trace.due_ns)
            return trace
        run = _ValueRun(self, task)
        self.add(run, now_ns)
        return run


class _ValueRun(TaskRun):
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
