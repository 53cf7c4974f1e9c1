"""A path's verdict as Zabbix holds it: formulas, script, and what each number means. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multipath import names
from multipath.diagnosis import compiled, compiled_edge, wording_en, wording_zh
from multipath.diagnosis.compiled_edge import EdgeItems
from multipath.diagnosis.cuts import HEAVY_CYCLES
from multipath.diagnosis.locate import Outcome
from multipath.diagnosis.places import Path
from multipath.diagnosis.rules import HEALTHS
from multipath.diagnosis.state import Health
from multipath.topology.edges import Edge, Role
from multipath.topology.model import Topology

_JOINED, _COMMA = "concat({})", ',",",'

_PLACE_WORDS = {"en": wording_en.place, "zh": wording_zh.place}
_HOLD_CYCLES, _GONE_CYCLES = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Blame:
    """A stretch that leads to the target, which a path's own trigger blames.

    Args:
        code: the verdict's number.
        segment: its name, as the inference has it.
        text: as people say it.
        says: the key of the words that tell what to do.
        priority: of the trigger.
    """

    code: int
    segment: str
    text: str
    says: str
    priority: str


@dataclass(frozen=True, slots=True)
class Way:
    """What is between the source and a proxy: the same for all paths that have both.

    Args:
        proxy: its node.
        text: the place as people say it.
        formula: the expression of its health as this path's verdict has it.
    """

    proxy: str
    text: str
    formula: str


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """What stands for a path's verdict in Zabbix.

    Args:
        states: the expression of the health of all edges as one number, or a text of several.
        states_type: type of that value.
        cycle_s: length of the shortest cycle of an edge in seconds; how often the verdict is looked
            at goes by it.
        hold_cycles: when a verdict has named a place for so long its problem is raised,
        gone_cycles: and it ends when it has not for so long.
        nothing_known: that value when the health of no edge is known.
        script: what turns it into the verdict.
        telling: what turns that into words: ``la's side: lossy``.
        lossy: what its JSON says when loss is the worst of it, as an expression quotes it.
        meanings: what each number of a verdict means, in words.
        blames: the stretches that the path's own triggers blame: those to its target.
        ways: what is between the source and each proxy; the problem of one is all paths' together.
        sides: the nodes whose sides may be blamed; the problem of a side is all paths' together.
    """

    states: str
    states_type: str
    cycle_s: float
    hold_cycles: float
    gone_cycles: float
    nothing_known: str
    script: str
    telling: str
    lossy: str
    meanings: Mapping[int, str]
    blames: Sequence[Blame]
    ways: Sequence[Way]
    sides: Sequence[str]

    @property
    def look_s(self) -> int:
        """How often it is looked at, in seconds."""
        return compiled_edge.look_s(self.cycle_s)

    def looks(self, cycles: float) -> int:
        """Return how many looks in a row span so many cycles."""
        return compiled_edge.looks(cycles, self.cycle_s)


def path_verdict(topology: Topology, edges: Sequence[Edge], w: Mapping[str, str]) -> PathVerdict:
    """Return what stands for the verdict of a topology with these edges, in these words."""
    path = Path.of(topology)
    words, cycle_s = _words_of(edges), min(edge.probe.cycle_s for edge in edges)
    meanings = {
        number: _meaning(topology, path, w, *meant)
        for number, meant in compiled.meanings(path).items()
    }
    numbers = {
        place: number
        for number, (outcome, place) in compiled.meanings(path).items()
        if outcome is Outcome.PLACE
    }
    return PathVerdict(
        states=words[0] if len(words) == 1 else _JOINED.format(_COMMA.join(words)),
        states_type="UNSIGNED" if len(words) == 1 else "TEXT",
        cycle_s=cycle_s,
        hold_cycles=_HOLD_CYCLES,
        gone_cycles=_GONE_CYCLES,
        nothing_known=",".join("0" for _ in words),
        script=compiled.script(path),
        telling=_telling(meanings, w),
        lossy=rf"\"health\":{Health.LOSSY:d}",
        meanings=meanings,
        blames=[
            _blame(edge, numbers[edge.name], meanings[numbers[edge.name]])
            for edge in edges
            if edge.role is not Role.SOURCE_PROXY
        ],
        ways=[
            Way(edge.to_name, meanings[numbers[edge.name]], _way(edge, numbers[edge.name], cycle_s))
            for edge in edges
            if edge.role is Role.SOURCE_PROXY
        ],
        sides=[topology.source, topology.target, *topology.proxies],
    )


def edge_formulas(edge: Edge) -> Mapping[str, str]:
    """Return the expressions of an edge's usual RTT, pace and state, by their metric.

    Where handshakes are made beside its pings, also that of whether these are filtered.
    """
    items = _items(edge)
    probe = edge.probe
    filtered = (
        {names.METRIC_FILTERED: compiled_edge.filtered(items, probe.cycle_s)}
        if edge.is_confirmed
        else {}
    )
    return filtered | {
        names.METRIC_USUAL: compiled_edge.usual(items),
        names.METRIC_PACE: compiled_edge.pace(items, probe.packets),
        names.METRIC_STATE: compiled_edge.state(
            items, probe.packets, probe.cycle_s, edge.thresholds.loss_percent
        ),
    }


def _items(edge: Edge) -> EdgeItems:
    def item(metric: str) -> str:
        return names.metric_path(edge.topology, edge.from_name, edge.to_name, metric)

    def limit(name: str) -> str:
        return names.threshold_macro(name, edge.topology, edge.name)

    return EdgeItems(
        loss=item("loss"),
        rtt=item("rtt.p50"),
        jitter=item("jitter"),
        usual=item(names.METRIC_USUAL),
        pace=item(names.METRIC_PACE),
        state=item(names.METRIC_STATE),
        confirmed=item(names.METRIC_CONFIRMED) if edge.is_confirmed else None,
        max_loss=limit("LOSS.MAX"),
        max_rtt=limit("RTT.MAX"),
        max_jitter=limit("JITTER.MAX"),
    )


def _words_of(edges: Sequence[Edge]) -> list[str]:
    """Return the expressions of the words that ``compiled.encode`` makes of the edges' health."""
    return [
        "+".join(
            f"{HEALTHS**place}*last({_items(edge).state})"
            for place, edge in enumerate(edges[first : first + compiled.EDGES_PER_WORD])
        )
        for first in range(0, len(edges), compiled.EDGES_PER_WORD)
    ]


def _meaning(
    topology: Topology, path: Path, w: Mapping[str, str], outcome: Outcome, named: str
) -> str:
    if outcome is Outcome.PLACE:
        return _PLACE_WORDS[topology.language](path, named)
    return w[f"verdict_{outcome}"].format(node=named)


_TELL = """
function names(suspects) {
  return suspects.map(function (each) { return each[0]; }).join(' + ');
}

var said = JSON.parse(value), told = '';
if (said.outcome === 'place') {
  told = KINDS[said.health];
} else if (said.outcome === 'several') {
  told = Object.keys(said.ill).map(function (segment) {
    return segment + ' (' + KINDS[said.ill[segment]] + ')';
  }).join(', ');
} else if (said.outcome === 'undecided') {
  told = said.explanations.filter(function (each) {
    return each.misfits === said.explanations[0].misfits;
  }).map(function (each) { return names(each.suspects); }).join(OR) +
    ' (' + KINDS[said.health] + ')';
} else if (said.lost.length > 1) {
  told = said.lost.join(', ');
}
return (MEANINGS[said.code] + (told && ': ') + told).slice(0, 255);
"""


def _telling(meanings: Mapping[int, str], w: Mapping[str, str]) -> str:
    given: dict[str, object] = {
        "MEANINGS": meanings,
        "KINDS": [w[f"health_{health.name.lower()}"] for health in Health],
        "OR": f" {w['or']} ",
    }
    constants = "".join(
        f"var {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in given.items()
    )
    return (constants + _TELL).strip()


def _blame(edge: Edge, number: int, text: str) -> Blame:
    direct = edge.role is Role.DIRECT
    return Blame(
        code=number,
        segment=edge.name,
        text=text,
        says="direct_says" if direct else "middle_says",
        priority="HIGH" if direct else "WARNING",
    )


def _way(edge: Edge, number: int, shortest_s: float) -> str:
    """Return the expression of the health of what is between the source and a proxy.

    It is ill when the verdict, which goes by the shortest cycle, has named it for some looks: when
    a proxy is cut off, only the way to it looks ill until its own values are too old, and for so
    long nothing is said of that way. Once ill it is so until the verdict has not named it for some.
    """
    topology, host = edge.topology, names.path_host(edge.topology)
    code = f"/{host}/{names.verdict_key(topology, 'code')}"
    own = f"/{host}/{names.way_to_key(topology, edge.from_name, edge.to_name)}"
    cycle_s = edge.probe.cycle_s
    apart_s = compiled_edge.fresh_s(cycle_s) - HEAVY_CYCLES * cycle_s
    hold = compiled_edge.looks(_HOLD_CYCLES + apart_s / shortest_s, shortest_s)
    gone = compiled_edge.looks(_GONE_CYCLES, shortest_s)
    begins = f'(count({code},#{hold},"eq",{number})={hold})'
    goes_on = f'(count({own},#1,"ge",{Health.JITTERY:d})>0)*(count({code},#{gone},"eq",{number})>0)'
    return f"({begins}+{goes_on}>0)*max({Health.JITTERY:d},last({_items(edge).state}))"
