"""How routes look, for people and for programs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isinf
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from multipath import names
from multipath.cli.options.period import Period
from multipath.cli.printing.moments import local, utc
from multipath.diagnosis.detours import Route
from multipath.report.figures import length, ms, percent
from multipath.report.ways import BadHour, Gains, Summary, Way
from multipath.topology.model import Topology

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """The routes of a topology, and the share of the time that Zabbix advised each, if it did."""

    topology: Topology
    summary: Summary
    advised: Mapping[str, float]


def show(out: Console, found: Found, period: Period) -> None:
    """Print how the routes did."""
    since, until = local(period.since_s), local(period.until_s)
    heading = f"{found.topology.name}: routes from {since} until {until}"
    if found.summary.gains is None:
        out.print(Text(f"{heading}: nothing is known of the direct one"), soft_wrap=True)
        return
    known = length(found.summary.known_s)
    out.print(Text(f"{heading}, {known} of it known"), soft_wrap=True)
    out.print(_ways(found))
    out.print(Text(_gains(found.summary.gains)), soft_wrap=True)
    if found.summary.worst:
        out.print(_worst(found.summary.worst))


def data(found: Found, period: Period) -> dict[str, Any]:
    """Return the same for programs: times in UTC, durations in seconds, shares 0 to 1."""
    gains = found.summary.gains
    return {
        "topology": found.topology.name,
        "since": utc(period.since_s),
        "until": utc(period.until_s),
        "known_s": found.summary.known_s,
        "routes": [
            {
                "route": _name(way.via),
                "best_ratio": round(way.best_ratio, _DIGITS),
                "advised_ratio": _advised(found, way.via),
                "rtt_s": _rounded(way.mean.rtt_s if way.mean else None),
                "loss_ratio": _rounded(way.mean.loss_ratio if way.mean else None),
                "dead_ratio": round(way.dead_ratio, _DIGITS),
            }
            for way in found.summary.ways
        ],
        "gains": gains
        and {
            "p10_s": _rounded(gains.p10_s),
            "p50_s": _rounded(gains.p50_s),
            "p90_s": _rounded(gains.p90_s),
            "most_s": _rounded(gains.most_s),
            "only_detour_s": gains.only_detour_s,
        },
        "worst_hours": [_hour(each) for each in found.summary.worst],
    }


def _hour(hour: BadHour) -> dict[str, Any]:
    return {
        "begin": utc(hour.begin_s),
        "rtt_s": _rounded(hour.direct.rtt_s),
        "loss_ratio": _rounded(hour.direct.loss_ratio),
        "instead": _name(hour.instead.via),
        "instead_rtt_s": _rounded(hour.instead.rtt_s),
        "instead_loss_ratio": _rounded(hour.instead.loss_ratio),
        "saved_s": None if isinf(hour.saved_s) else _rounded(hour.saved_s),
    }


def _ways(found: Found) -> Table:
    columns = ("route", "best", "advised", "RTT", "loss", "dead")
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for way in found.summary.ways:
        share = _advised(found, way.via)
        table.add_row(
            _name(way.via),
            percent(100 * way.best_ratio),
            percent(None if share is None else 100 * share),
            *_figures(way),
        )
    return table


def _figures(way: Way) -> Iterator[str]:
    yield ms(way.mean.rtt_s if way.mean else None)
    yield percent(100 * way.mean.loss_ratio if way.mean else None)
    yield percent(100 * way.dead_ratio if way.mean else None)


def _gains(gains: Gains) -> str:
    if not (gains.most_s or gains.only_detour_s):
        return "No other route was ever better than the direct one."
    told = (
        f"Against the direct one the best route saved {ms(gains.p50_s)} in the median, "
        f"{ms(gains.p10_s)} or less for a tenth of the time, {ms(gains.p90_s)} or more for "
        f"another, {ms(gains.most_s)} at most."
    )
    if gains.only_detour_s:
        told += f" For {length(gains.only_detour_s)} nothing but a detour got through."
    return told


def _worst(hours: tuple[BadHour, ...]) -> Table:
    columns = ("worst hours", "direct", "lost", "instead", "", "lost", "saved")
    table = Table(*columns, box=None, pad_edge=False)
    for place in (1, 2, 4, 5, 6):
        table.columns[place].justify = "right"
    for hour in hours:
        table.add_row(
            local(hour.begin_s),
            *_route(hour.direct),
            _name(hour.instead.via),
            *_route(hour.instead),
            "all" if isinf(hour.saved_s) else ms(hour.saved_s),
        )
    return table


def _route(route: Route) -> tuple[str, str]:
    return ms(route.rtt_s), percent(100 * route.loss_ratio)


def _name(via: str) -> str:
    return names.route(via or None)


def _advised(found: Found, via: str) -> float | None:
    return round(found.advised.get(via, 0.0), _DIGITS) if found.advised else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
