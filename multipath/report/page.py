"""Reports → one HTML page that needs nothing else. Pure but for finding its template."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import jinja2

from multipath.diagnosis.wording import reason_of
from multipath.render.templates import template_folder
from multipath.report import drawing, figures
from multipath.report.drawing import Tick
from multipath.report.record import PathReport
from multipath.topology.units import format_duration, format_percent

Clock = Callable[[float], datetime]
"""Unix time → the time that readers know."""

_STEPS_S = (60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_MOST_TICKS = 9
_DAY_S = 86400


def page(reports: Sequence[PathReport], since_s: float, until_s: float, clock: Clock) -> str:
    """Return the page as HTML; every text in it is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_folder("report")),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        ms=figures.ms,
        percent=figures.percent,
        length=figures.length,
        moment=lambda seconds: clock(seconds).strftime("%Y-%m-%d %H:%M:%S"),
        minute=lambda seconds: clock(seconds).strftime("%Y-%m-%d %H:%M"),
        hour=lambda seconds: clock(seconds).strftime("%d %b %H:%M"),
        duration=format_duration,
        threshold=format_percent,
        place=lambda number: f"{number:.1f}",
        reason=reason_of,
    )
    return environment.get_template("report.html.j2").render(
        reports=reports,
        since_s=since_s,
        until_s=until_s,
        zone=_zone(clock(until_s)),
        times=list(_times(since_s, until_s, clock)),
        size=drawing,
    )


def _zone(moment: datetime) -> str:
    """Return a time's distance from UTC: ``UTC+08:00``, or ``UTC``."""
    offset = moment.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}" if moment.utcoffset() else "UTC"


def _times(since_s: float, until_s: float, clock: Clock) -> Iterator[Tick]:
    """Yield round times in the range, days by their date."""
    period_s = until_s - since_s
    step_s = next((step for step in _STEPS_S if period_s / step <= _MOST_TICKS), _STEPS_S[-1])
    offset = clock(since_s).utcoffset()
    ahead_s = offset.total_seconds() if offset else 0.0
    first = math.ceil((since_s + ahead_s) / step_s)
    for place in range(first, math.floor((until_s + ahead_s) / step_s) + 1):
        at_s = place * step_s - ahead_s
        form = "%H:%M" if (place * step_s) % _DAY_S else "%d %b"
        x = drawing.WIDTH * (at_s - since_s) / period_s
        yield Tick(x, clock(at_s).strftime(form))
