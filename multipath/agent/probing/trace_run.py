"""Traces of an edge's way, one after the other, by the measuring loop or for a terminal."""

import logging
import time

from multipath.agent.cycle.schedule import next_start_ns, stagger_ns, to_ns
from multipath.agent.engines.engine import Engine
from multipath.agent.engines.flight import Flight, Target
from multipath.agent.items.key import ProbeSpec
from multipath.agent.items.task import Tracing
from multipath.agent.probing.run import Lane, Loop, TaskRun
from multipath.agent.probing.trace import (
    HOPS_MAX,
    ROUNDS,
    Trace,
    Walk,
    changed_at,
    merged,
    read_trace,
)
from multipath.agent.sockets.resolve import Endpoint
from multipath.errors import AgentError

_RESOLVING_NS = 100_000_000
_STAGGER_MAX_S = 60.0
_TICK_S = 0.01
_SPEC = ProbeSpec("", "", "", "icmp", "", one_flow=True)
_log = logging.getLogger(__name__)


class TraceRun(TaskRun):
    """Traces once every period, within some seconds."""

    def __init__(self, loop: Loop, lane: Lane[Target, Flight], task: Tracing, now_ns: int) -> None:
        self._loop = loop
        self._lane = lane
        self._task = task
        self._period_ns = to_ns(task.period_s)
        within_s = min(task.period_s, _STAGGER_MAX_S)
        self.due_ns = self._start_ns = now_ns + stagger_ns(task.spec.edge, to_ns(within_s))
        self._walking: tuple[Target, Flight, Walk] | None = None
        self._path: tuple[str, ...] = ()
        loop.resolver.lookup(task.spec.address)

    def step(self, now_ns: int) -> int | None:
        """Ask the next hop; after the last deliver the trace."""
        if self.ended:
            self._stop()
            return None
        if self._walking is None:
            error = self._begin()
            if error is None:
                return now_ns + _RESOLVING_NS
            if error:
                return self._deliver(Trace("", False, (), error), now_ns)
        if self._walking is None:
            return None
        target, flight, walk = self._walking
        hop, due_ns = walk.next(now_ns)
        if hop:
            self._lane.outgoing.append(flight)
        if due_ns is None:
            trace = read_trace(flight, walk, target.endpoint.address)
            self._stop()
            return self._deliver(trace, now_ns)
        return due_ns

    def _begin(self) -> str | None:
        """Begin a trace; return why there is none, or None while the name is looked up."""
        answer = self._loop.resolver.lookup(self._task.spec.address)
        if answer.endpoint is None:
            return answer.error or None
        try:
            self._walking = begin(self._lane.engine, answer.endpoint)
        except AgentError as error:
            return str(error)
        return ""

    def _deliver(self, trace: Trace, now_ns: int) -> int:
        where = changed_at(self._path, trace.path)
        if where:
            edge, was, now = self._task.spec.edge, self._path[where - 1], trace.path[where - 1]
            _log.info("%s: the way changed at hop %d: %s now, was %s", edge, where, now, was)
        self._path = merged(self._path, trace.path)
        self._loop.deliver(self._task.itemid, trace.to_json(where), False)
        self._start_ns = next_start_ns(self._start_ns, self._period_ns, now_ns)
        return self._start_ns

    def _stop(self) -> None:
        if self._walking:
            target, flight, _ = self._walking
            stop(self._lane.engine, target, flight)
            self._walking = None


def begin(engine: Engine[Target, Flight], endpoint: Endpoint) -> tuple[Target, Flight, Walk]:
    """Begin a trace, to be stopped once.

    Raises:
        AgentError: this host cannot send there.
    """
    target = engine.aim(endpoint, _SPEC)
    flight = engine.begin(target, HOPS_MAX * ROUNDS)
    walk = Walk(flight)
    flight.hops = walk.hops
    return target, flight, walk


def stop(engine: Engine[Target, Flight], target: Target, flight: Flight) -> None:
    """Wait for nothing more of a trace."""
    engine.end(flight)
    engine.drop(target)


def trace(engine: Engine[Target, Flight], endpoint: Endpoint) -> Trace:
    """Return a trace; this takes some seconds.

    Raises:
        AgentError: this host cannot send there.
    """
    target, flight, walk = begin(engine, endpoint)
    outgoing: list[Flight] = []
    due_ns: int | None = 0
    while due_ns is not None:
        now_ns = time.monotonic_ns()
        if now_ns >= due_ns:
            hop, due_ns = walk.next(now_ns)
            outgoing += [flight] if hop else []
        outgoing = engine.send(outgoing)
        time.sleep(_TICK_S)
        engine.drain()
    found = read_trace(flight, walk, endpoint.address)
    stop(engine, target, flight)
    return found
