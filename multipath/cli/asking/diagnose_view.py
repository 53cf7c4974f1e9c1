"""What ``diagnose`` tells, for people."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from multipath.cli.asking.diagnosing import Moment, Span
from multipath.cli.printing.moments import local
from multipath.diagnosis.locate import Explanation
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import EdgeState
from multipath.diagnosis.timeline import Incident, patience_s, settle_s
from multipath.diagnosis.wording import WORDING, reason_of
from multipath.report.evidence import Carried, Shown
from multipath.report.figures import length, ms, percent
from multipath.report.finding import Finding
from multipath.topology.model import Topology

STYLE = {EdgeState.GOOD: "green", EdgeState.BAD: "red", EdgeState.UNKNOWN: "yellow"}

_ALL = 0.995
"""All lost is reckoned as a little less, above what is usual."""


def show(out: Console, found: Moment | Span) -> None:
    """Print what is told of a topology."""
    if isinstance(found, Moment):
        _show_moment(out, found)
    else:
        _show_span(out, found)


def _show_moment(out: Console, found: Moment) -> None:
    topology = found.topology
    reason = reason_of(found.found.phase, topology)
    out.print(Text(f"{topology.name} at {local(found.at_s)}: {reason}"), soft_wrap=True)
    if found.incident:
        begin_s = found.incident.begin_s
        out.print(f"Since {local(begin_s)}, {length(found.at_s - begin_s)}.")
    for each in found.besides:
        out.print(Text(WORDING[topology.language].circumstance(each)), soft_wrap=True)
    out.print(_edges(found.found.edges))
    for line in _details(topology, found.found):
        out.print(Text(line), soft_wrap=True)


def _show_span(out: Console, found: Span) -> None:
    number = len(found.incidents)
    counted = "1 incident" if number == 1 else f"{number or 'no'} incidents"
    since, until = local(found.since_s), local(found.until_s)
    out.print(Text(f"{found.topology.name}: {counted} from {since} until {until}"), soft_wrap=True)
    for incident, told in found.incidents:
        out.print(Text(_heading(incident)), style="bold", soft_wrap=True)
        for line in _incident(found.topology, incident, told):
            out.print(Text(f"  {line}"), soft_wrap=True)
    if found.unknown_s >= patience_s(found.topology):
        out.print(f"Nothing is known of {length(found.unknown_s)} of that time.")


def _heading(incident: Incident) -> str:
    lasted = length(incident.end_s - incident.begin_s)
    end = "" if incident.ended else ", not seen to end"
    return f"{local(incident.begin_s)} – {local(incident.end_s)}, {lasted}{end}"


def _incident(topology: Topology, incident: Incident, told: Finding) -> Iterator[str]:
    yield reason_of(told.phase, topology)
    yield from _details(topology, told)
    ill = [each for each in told.edges if each.health.bad]
    if ill:
        yield f"Edges: {'; '.join(map(_edge, ill))}."
    for phase in incident.phases:
        if phase is not told.phase and phase.length_s > settle_s(topology):
            yield f"For {length(phase.length_s)} of it: {reason_of(phase, topology)}"


def _details(topology: Topology, found: Finding) -> Iterator[str]:
    """Yield the lines on explanations and on what places carry."""
    path = Path.of(topology)
    explanations = found.phase.verdict.explanations
    told = [
        f"{_places(topology, one)} {percent(100 * chance)}"
        for one, chance in zip(explanations, found.chances, strict=True)
    ]
    if told:
        yield f"Probability: {'; '.join(told)}."
    place = WORDING[topology.language].place
    if found.carried:
        parts = (f"{place(path, each.segment)} {_amount(each)}" for each in found.carried)
        yield f"Carried by: {'; '.join(parts)}."
    for each in found.traces:
        yield f"Traced: {each.edge.label} {each.says}."


def _edges(shown: Sequence[Shown]) -> Table:
    table = Table("edge", "health", "loss", "RTT", "usual RTT", "more", box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for each in shown:
        more = "–" if each.excess_s is None else f"{each.excess_s * 1000:+.1f} ms"
        table.add_row(
            each.edge.label,
            each.health.name.lower(),
            _loss(each),
            ms(each.rtt_s),
            ms(each.usual.rtt_s),
            more,
            style=STYLE[each.health.state],
        )
    return table


def _edge(each: Shown) -> str:
    """Return an edge's evidence in few words."""
    parts = [f"{_loss(each)} lost"]
    if each.excess_s is not None:
        parts.append(f"{ms(each.rtt_s)}, usually {ms(each.usual.rtt_s)}")
    return f"{each.edge.label} {each.health.name.lower()} ({', '.join(parts)})"


def _loss(each: Shown) -> str:
    return percent(None if each.loss_ratio is None else 100 * each.loss_ratio)


def _amount(each: Carried) -> str:
    parts = []
    if each.loss_ratio >= _ALL:
        parts.append("everything lost")
    elif each.loss_ratio:
        parts.append(f"{percent(100 * each.loss_ratio)} loss")
    if each.delay_s:
        parts.append(f"{ms(each.delay_s)} more")
    return " and ".join(parts)


def _places(topology: Topology, explanation: Explanation) -> str:
    path, place = Path.of(topology), WORDING[topology.language].place
    return " plus ".join(place(path, each) for each in explanation.segments)
