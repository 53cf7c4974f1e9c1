"""Items as the server lists them become tasks: an edge to probe, or something to state. Pure."""

from dataclasses import dataclass

from multipath import __version__, names
from multipath.agent.items.duration import parse_duration_s
from multipath.agent.items.key import ProbeSpec, parse_probe, split_key
from multipath.agent.items.trace_key import TraceSpec, parse_trace
from multipath.errors import AgentError

CYCLE_MIN_S = 1.0
CYCLE_MAX_S = 86400.0
TRACE_PERIOD_MIN_S = 30.0
_BAD_DELAY_PERIOD_S = 60.0
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the server's list of active checks; the delay is the item's interval."""

    itemid: int
    key: str
    delay: str


@dataclass(frozen=True, slots=True)
class Probe:
    """An edge to measure, once every cycle."""

    itemid: int
    spec: ProbeSpec
    cycle_s: float

    def __str__(self) -> str:
        return f"{self.spec.edge} to {self.spec.address} every {self.cycle_s:g} s"


@dataclass(frozen=True, slots=True)
class Statement:
    """A value that is known beforehand, or the reason why an item is not supported."""

    itemid: int
    key: str
    value: str
    period_s: float
    unsupported: bool = False

    def __str__(self) -> str:
        return self.key[:_SHOWN] + (f" as unsupported: {self.value}" if self.unsupported else "")


@dataclass(frozen=True, slots=True)
class Checkup:
    """The agent's own health, once every period."""

    itemid: int
    key: str
    period_s: float

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True, slots=True)
class Tracing:
    """The way of an edge, hop by hop, once every period."""

    itemid: int
    spec: TraceSpec
    period_s: float

    def __str__(self) -> str:
        return f"{self.spec.edge}: the way to {self.spec.address} every {self.period_s:g} s"


Task = Probe | Statement | Checkup | Tracing


def plan_task(item: Item) -> Task:
    """Return what to do for an item; one that cannot be done states why, and nothing else."""
    cycle_s = _BAD_DELAY_PERIOD_S
    try:
        cycle_s = _parse_cycle_s(item.delay)
        name, _ = split_key(item.key)
        if name == names.KEY_AGENT_PING:
            return Statement(item.itemid, item.key, "1", cycle_s)
        if name == names.KEY_AGENT_VERSION:
            return Statement(item.itemid, item.key, __version__, cycle_s)
        if name == names.KEY_AGENT_HEALTH:
            return Checkup(item.itemid, item.key, cycle_s)
        if name == names.KEY_TRACE:
            return _traced(Tracing(item.itemid, parse_trace(item.key), cycle_s))
        return Probe(item.itemid, _fitting(parse_probe(item.key), cycle_s), cycle_s)
    except AgentError as error:
        return Statement(item.itemid, item.key, str(error), cycle_s, unsupported=True)


def _fitting(spec: ProbeSpec, cycle_s: float) -> ProbeSpec:
    """Return the spec when its cycles close in order: an item's values are sent oldest first."""
    if spec.timeout_s > cycle_s:
        raise AgentError(
            f"the timeout of {spec.timeout_s:g} s is longer than the interval of {cycle_s:g} s"
        )
    return spec


def _traced(task: Tracing) -> Tracing:
    if task.period_s < TRACE_PERIOD_MIN_S:
        raise AgentError(
            f"the interval of {task.period_s:g} s is shorter than a trace may take; "
            f"write {TRACE_PERIOD_MIN_S:g}s or more"
        )
    return task


def _parse_cycle_s(delay: str) -> float:
    if ";" in delay or "/" in delay:
        raise AgentError(f"the interval {delay[:40]!r} is not a plain one; write 10s or 1m")
    cycle_s = parse_duration_s(delay)
    if not CYCLE_MIN_S <= cycle_s <= CYCLE_MAX_S:
        raise AgentError(f"the interval {delay} is not from {CYCLE_MIN_S:g} s to a day")
    return cycle_s
