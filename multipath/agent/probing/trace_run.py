"""Traces of an edge's way, once every period and when it turns ill, or for a terminal."""

import logging
import time
from dataclasses import dataclass

from multipath.agent.cycle.schedule import next_start_ns, stagger_ns, to_ns
from multipath.agent.cycle.suspicion import Ill
from multipath.agent.engines.engine import Engine
from multipath.agent.engines.flight import Flight, Target
from multipath.agent.items.key import ProbeSpec
from multipath.agent.items.task import Tracing
from multipath.agent.probing.run import Lane, Loop, TaskRun
from multipath.agent.probing.trace import (
    HOPS_MAX,
    ROUNDS,
    ROUNDS_OF_LOSS,
    Trace,
    Walk,
    change,
    merged,
    read_trace,
)
from multipath.agent.sockets.resolve import Endpoint
from multipath.errors import AgentError

HASTENED_APART_S = 60.0
"""An edge that turns ill again and again is traced no more often than this."""

_RESOLVING_NS = 100_000_000
_STAGGER_MAX_S = 60.0
_TICK_S = 0.01
_SPEC = ProbeSpec("", "", "", "icmp", "", one_flow=True)
_log = logging.getLogger(__name__)


class TraceRun(TaskRun):
    """Begins a trace once every period, and when it is told that the edge has turned ill."""

    def __init__(self, loop: Loop, lane: Lane[Target, Flight], task: Tracing, now_ns: int) -> None:
        self._loop = loop
        self._lane = lane
        self._task = task
        self._period_ns = to_ns(task.period_s)
        within_s = min(task.period_s, _STAGGER_MAX_S)
        self.due_ns = self._start_ns = now_ns + stagger_ns(task.spec.edge, to_ns(within_s))
        self._hastened_ns: int | None = None
        self.walks = False
        self._path: tuple[str, ...] = ()
        loop.resolver.lookup(task.spec.address)

    def step(self, now_ns: int) -> int | None:
        """Begin the trace of this period, unless one is under way."""
        if self.ended:
            return None
        if not self.walks:
            self._begin(Ill.NOTHING, now_ns)
        self._start_ns = next_start_ns(self._start_ns, self._period_ns, now_ns)
        return self._start_ns

    def hasten(self, ill: Ill, now_ns: int) -> bool:
        """Begin a trace now; return False if one is under way, or it was hastened just before."""
        is_soon = self._hastened_ns is not None and now_ns - self._hastened_ns < to_ns(
            HASTENED_APART_S
        )
        if self.ended or self.walks or is_soon:
            return False
        self._hastened_ns = now_ns
        self._begin(ill, now_ns)
        return True

    def end_walk(self, trace: Trace, at: str, ill: Ill) -> None:
        """Deliver a trace."""
        self.walks = False
        changed = change(self._path, trace.path)
        if changed:
            edge, hop, now, was = self._task.spec.edge, changed.hop, changed.now, changed.was
            _log.info("%s: the way changed at hop %d: %s now, was %s", edge, hop, now, was)
        self._path = merged(self._path, trace.path)
        value = trace.to_json(changed, at, ill.name.lower() if ill else "")
        self._loop.deliver(self._task.itemid, value, False)

    def _begin(self, ill: Ill, now_ns: int) -> None:
        self.walks = True
        self._loop.add(_WalkRun(self, self._loop, self._lane, self._task.spec.address, ill), now_ns)


class _WalkRun:
    """One trace under way; it takes some seconds."""

    def __init__(
        self,
        owner: TraceRun,
        loop: Loop,
        lane: Lane[Target, Flight],
        address: str,
        ill: Ill,
    ) -> None:
        self._owner = owner
        self._loop = loop
        self._lane = lane
        self._address = address
        self._ill = ill
        self._at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._walking: _Walking | None = None

    def step(self, now_ns: int) -> int | None:
        """Ask the next hop; after the last deliver the trace."""
        if self._owner.ended:
            self._stop()
            return None
        if self._walking is None:
            answer = self._loop.resolver.lookup(self._address)
            if answer.endpoint is None:
                if not answer.error:
                    return now_ns + _RESOLVING_NS
                return self._fail(answer.error)
            rounds = ROUNDS_OF_LOSS if self._ill is Ill.LOSSY else ROUNDS
            try:
                self._walking = _begin(self._lane.engine, answer.endpoint, rounds)
            except AgentError as error:
                return self._fail(str(error))
        hop, due_ns = self._walking.walk.next(now_ns)
        if hop:
            self._lane.outgoing.append(self._walking.flight)
        if due_ns is None:
            trace = self._walking.read()
            self._stop()
            self._owner.end_walk(trace, self._at, self._ill)
        return due_ns

    def _fail(self, error: str) -> int | None:
        self._owner.end_walk(Trace("", False, (), error), self._at, self._ill)
        return None

    def _stop(self) -> None:
        if self._walking:
            self._walking.stop(self._lane.engine)
            self._walking = None


@dataclass(frozen=True, slots=True)
class _Walking:
    """A trace that has begun, to be stopped once."""

    target: Target
    flight: Flight
    walk: Walk

    def read(self) -> Trace:
        """Return what it has found out."""
        return read_trace(self.flight, self.walk, self.target.endpoint.address)

    def stop(self, engine: Engine[Target, Flight]) -> None:
        """Wait for nothing more of it."""
        engine.end(self.flight)
        engine.drop(self.target)


def _begin(engine: Engine[Target, Flight], endpoint: Endpoint, rounds: int) -> _Walking:
    """Begin a trace.

    Raises:
        AgentError: this host cannot send there.
    """
    target = engine.aim(endpoint, _SPEC)
    flight = engine.begin(target, HOPS_MAX * rounds)
    walk = Walk(flight, rounds)
    flight.hops = walk.hops
    return _Walking(target, flight, walk)


def trace(engine: Engine[Target, Flight], endpoint: Endpoint) -> Trace:
    """Return a trace; this takes some seconds.

    Raises:
        AgentError: this host cannot send there.
    """
    walking = _begin(engine, endpoint, ROUNDS)
    outgoing: list[Flight] = []
    due_ns: int | None = 0
    while due_ns is not None:
        now_ns = time.monotonic_ns()
        if now_ns >= due_ns:
            hop, due_ns = walking.walk.next(now_ns)
            outgoing += [walking.flight] if hop else []
        outgoing = engine.send(outgoing)
        time.sleep(_TICK_S)
        engine.drain()
    found = walking.read()
    walking.stop(engine)
    return found
