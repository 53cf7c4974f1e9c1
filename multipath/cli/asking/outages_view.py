"""How outages look, for people and for programs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from multipath import names
from multipath.cli.options.period import Period
from multipath.cli.printing.moments import local, utc
from multipath.diagnosis.places import Path
from multipath.diagnosis.recurrence import FEWEST
from multipath.diagnosis.timeline import Phase
from multipath.diagnosis.wording import WORDING, reason_of
from multipath.report.comeback import Comeback
from multipath.report.figures import length
from multipath.report.outage import Outage
from multipath.topology.edges import Edge
from multipath.topology.model import Topology


@dataclass(frozen=True, slots=True)
class Found:
    """The outages of a topology, each with what its edges together said (None: not known)."""

    topology: Topology
    outages: tuple[tuple[Outage, Phase | None], ...]
    comebacks: tuple[Comeback, ...]


def show(out: Console, found: Found, period: Period) -> None:
    """Print outages and what comes back."""
    out.print(_heading(found, period), soft_wrap=True)
    if found.outages:
        table = Table("begin", "lasted", "edges", "where", box=None, pad_edge=False)
        table.columns[-1].overflow = "fold"
        for outage, phase in found.outages:
            lasted = length(outage.length_s) + ("" if outage.ended else ", end unknown")
            where = _where(found.topology, phase)
            table.add_row(local(outage.begin_s), lasted, _circled(outage.edges), where)
        out.print(table)
        for line in _comebacks(found):
            out.print(line, soft_wrap=True)


def data(found: Found, period: Period) -> dict[str, Any]:
    """Return the same for programs: times in UTC, durations in seconds."""
    return {
        "topology": found.topology.name,
        "since": utc(period.since_s),
        "until": utc(period.until_s),
        "outages": [_outage_data(found.topology, *each) for each in found.outages],
        "comebacks": [
            {
                "edges": [edge.name for edge in each.edges],
                "period_s": round(each.recurrence.period_s, 1),
                "next": utc(each.recurrence.next_s),
                "on_time": each.recurrence.outages,
                "of": each.recurrence.of,
                "chance": float(f"{each.chance:.2g}"),
                "cause": each.recurrence.cause,
            }
            for each in found.comebacks
        ],
    }


def _outage_data(topology: Topology, outage: Outage, phase: Phase | None) -> dict[str, Any]:
    return {
        "begin": utc(outage.begin_s),
        "end": utc(outage.end_s),
        "length_s": round(outage.length_s, 3),
        "ended": outage.ended,
        "edges": [edge.name for edge in outage.edges],
        "places": [list(each.segments) for each in phase.verdict.leading] if phase else None,
        "lost": list(phase.verdict.lost) if phase else None,
        "reason": reason_of(phase, topology) if phase else None,
    }


def _heading(found: Found, period: Period) -> str:
    number = len(found.outages)
    since = f"since {local(period.since_s)}"
    if not number:
        return f"{found.topology.name}: no outage {since}"
    down_s = sum(outage.length_s for outage, _ in found.outages)
    counted = "1 outage" if number == 1 else f"{number} outages"
    return f"{found.topology.name}: {counted} {since}, {length(down_s)} in all"


def _where(topology: Topology, phase: Phase | None) -> str:
    """Return the places of a verdict in few words: ``la's side``."""
    if phase is None:
        return "not known"
    path, word = Path.of(topology), WORDING[topology.language].place
    told = [" + ".join(word(path, each) for each in one.segments) for one in phase.verdict.leading]
    return " / ".join(told) or reason_of(phase, topology)


def _circled(edges: Iterable[Edge]) -> str:
    return "".join(names.circled(edge.number) for edge in edges)


def _comebacks(found: Found) -> Iterator[str]:
    if not found.comebacks:
        few = len(found.outages) < FEWEST
        yield f"Fewer than {FEWEST}: no period can be told." if few else "No period in them."
    for each in found.comebacks:
        rhythm = each.recurrence
        edges = ", ".join(edge.label for edge in each.edges)
        yield (
            f"Comes back every {length(rhythm.period_s)} ({rhythm.period_s:,.0f} s): {edges}; "
            f"{rhythm.outages} of {rhythm.of} outages on time, "
            f"confidence {_confidence(each.confidence)}, next due {local(rhythm.next_s)}"
        )
        if rhythm.cause:
            yield f"  {rhythm.cause}"


def _confidence(share: float) -> str:
    """Return a confidence, never rounded up to certainty."""
    return f"{min(int(share * 10000), 9999) / 100:.2f} %"
