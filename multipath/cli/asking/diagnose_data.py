"""What ``diagnose`` tells, for programs: times in UTC, durations in seconds, shares 0 to 1."""

from typing import Any

from multipath.cli.asking.diagnosing import Moment, Span
from multipath.cli.printing.moments import utc
from multipath.diagnosis.timeline import Incident
from multipath.diagnosis.wording import WORDING, reason_of
from multipath.report.evidence import Carried, Shown
from multipath.report.finding import Finding
from multipath.topology.model import Topology

_DIGITS = 6


def data(found: Moment | Span) -> dict[str, Any]:
    """Return the object of a topology."""
    return _moment(found) if isinstance(found, Moment) else _span(found)


def _moment(found: Moment) -> dict[str, Any]:
    word = WORDING[found.topology.language].circumstance
    return {
        "topology": found.topology.name,
        "at": utc(found.at_s),
        "since": utc(found.incident.begin_s) if found.incident else None,
        **_finding(found.topology, found.found),
        "besides": [
            {
                "cause": str(each.cause),
                "where": each.where,
                "edges": sorted(each.edges),
                "says": word(each),
            }
            for each in found.besides
        ],
    }


def _span(found: Span) -> dict[str, Any]:
    return {
        "topology": found.topology.name,
        "since": utc(found.since_s),
        "until": utc(found.until_s),
        "unknown_s": round(found.unknown_s, 3),
        "incidents": [
            {**_times(incident), **_finding(found.topology, told)}
            for incident, told in found.incidents
        ],
    }


def _times(incident: Incident) -> dict[str, Any]:
    return {
        "begin": utc(incident.begin_s),
        "end": utc(incident.end_s),
        "length_s": round(incident.end_s - incident.begin_s, 3),
        "ended": incident.ended,
        "phases": [
            {
                "begin": utc(each.begin_s),
                "end": utc(each.end_s),
                "outcome": str(each.verdict.outcome),
                "places": [list(one.segments) for one in each.verdict.leading],
            }
            for each in incident.phases
        ],
    }


def _finding(topology: Topology, found: Finding) -> dict[str, Any]:
    verdict = found.phase.verdict
    return {
        "outcome": str(verdict.outcome),
        "health": verdict.health.name.lower(),
        "reason": reason_of(found.phase, topology),
        "lost": list(verdict.lost),
        "explanations": [
            {
                "places": {each.segment: each.health.name.lower() for each in one.suspects},
                "misfits": one.misfits,
                "probability": round(chance, _DIGITS),
            }
            for one, chance in zip(verdict.explanations, found.chances, strict=True)
        ],
        "carried": [_carried(each) for each in found.carried],
        "edges": [_edge(each) for each in found.edges],
        "traces": [
            {"edge": each.edge.name, "at": utc(each.at_s), "says": each.says}
            for each in found.traces
        ],
    }


def _carried(each: Carried) -> dict[str, Any]:
    return {
        "place": each.segment,
        "loss_ratio": round(each.loss_ratio, _DIGITS),
        "delay_s": round(each.delay_s, _DIGITS),
    }


def _edge(each: Shown) -> dict[str, Any]:
    return {
        "edge": each.edge.name,
        "number": each.edge.number,
        "health": each.health.name.lower(),
        "sent": each.sent,
        "lost": each.lost,
        "usual_loss_ratio": round(each.usual.loss_ratio, _DIGITS),
        "rtt_s": _rounded(each.rtt_s),
        "usual_rtt_s": _rounded(each.usual.rtt_s),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, _DIGITS)
