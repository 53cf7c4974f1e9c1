"""What ``watch`` draws: lines for a terminal of any size."""

from collections.abc import Iterator

from rich.cells import set_cell_size
from rich.console import Console, ConsoleDimensions, Group
from rich.text import Text

from multipath import names
from multipath.cli.asking.diagnose_view import STYLE
from multipath.cli.asking.watch_map import Map
from multipath.cli.asking.watcher import Seen
from multipath.cli.printing.moments import local
from multipath.diagnosis.detours import DIRECT, Route, gain_s
from multipath.diagnosis.timeline import Phase, patience_s
from multipath.diagnosis.wording import reason_of
from multipath.report.cycle import HOUR_S
from multipath.report.figures import length, ms, percent
from multipath.report.snapshot import Snapshot
from multipath.topology.model import Topology

_MOST_REASON, _MOST_ROUTES = 4, 4
_NAME = 16


def picture(out: Console, seen: Seen, now_s: float) -> Group:
    """Return the lines that fill a terminal."""
    size: ConsoleDimensions = out.size
    now = seen.snapshot
    foot = Text(seen.trouble or "q ends", style="red" if seen.trouble else "dim")
    below = [
        Text(),
        *_verdict(out, now, now_s),
        Text(),
        *_routes(now),
    ]
    room = size.height - len(below) - 3
    lines = [
        _heading(now.topology, now_s, size.width),
        Text(),
        *Map(now, now_s, size.width).lines(room),
        *below,
    ][: size.height - 1]
    lines += [Text()] * (size.height - 1 - len(lines))
    for line in (*lines, foot):
        line.truncate(size.width, overflow="ellipsis")
        line.no_wrap = True
    return Group(*lines, foot)


def _heading(topology: Topology, now_s: float, width: int) -> Text:
    clock = local(now_s)
    title = f"{topology.name}  {topology.description}"
    room = max(0, width - len(clock) - 1)
    return Text.assemble((set_cell_size(title, room), "bold"), " ", (clock, "dim"))


def _verdict(out: Console, now: Snapshot, now_s: float) -> Iterator[Text]:
    phase = now.phase
    if phase is None or now_s - now.at_s > patience_s(now.topology):
        yield Text("● Zabbix has no fresh verdict", style="yellow")
        return
    reason = reason_of(phase, now.topology)
    style = STYLE[phase.verdict.health.state]
    text = Text(reason, style=f"bold {style}" if phase.ill else style)
    for place, line in enumerate(text.wrap(out, out.size.width - 2)[:_MOST_REASON]):
        yield Text.assemble(("  " if place else "● ", style), line)
    yield Text(f"  {_since(phase, now)}", style="dim")


def _since(phase: Phase, now: Snapshot) -> str:
    if now.at_s - phase.begin_s > HOUR_S - patience_s(now.topology):
        return "for an hour or more"
    return f"since {local(phase.begin_s)}, {length(now.at_s - phase.begin_s)}"


def _routes(now: Snapshot) -> Iterator[Text]:
    """Yield the direct route, the advised one, and others from the best on."""
    alive = sorted(now.routes, key=lambda route: route.cost_s)
    best = alive[0].via if alive else None
    first = {DIRECT: 0, now.advised: 1}
    listed = sorted(alive, key=lambda route: first.get(route.via, len(first)))[:_MOST_ROUTES]
    direct = next((route for route in listed if route.via == DIRECT), None)
    for route in listed:
        marks = []
        if route.via == now.advised:
            marks.append("advised")
        if route.via == best:
            marks.append(_best(direct, route))
        yield _route(route, ", ".join(marks))


def _route(route: Route, mark: str) -> Text:
    name = set_cell_size(names.route(route.via or None), _NAME)
    figures = f"{name} {ms(route.rtt_s):>9} {percent(100 * route.loss_ratio):>8}  "
    return Text.assemble(figures, (mark, "bold"))


def _best(direct: Route | None, route: Route) -> str:
    """Return what the best route now saves."""
    if route.rtt_s is None:
        return "none gets through"
    if direct is None or route.via == DIRECT:
        return "best now"
    if direct.rtt_s is None:
        return "best now, the direct one is dead"
    return f"best now, saves {ms(gain_s(direct, route))}"
