"""The map that ``watch`` draws: source left, target right, the proxies between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from multipath import names
from multipath.cli.asking.diagnose_view import STYLE
from multipath.diagnosis.places import spokes
from multipath.report.figures import ms
from multipath.report.snapshot import EdgeNow, Snapshot, sparkline

_MS, _PERCENT = 9, 7
_ENDS, _AROUND_NAME = 10, 6
_LEAST_BARS, _MOST_BARS, _SHORTEST_NAME = 4, 60, 6

_Spoke = tuple[str, tuple[EdgeNow, EdgeNow]]
"""A proxy, and its edges: from the source, to the target."""


@dataclass(frozen=True, slots=True)
class Map:
    """How the lines are cut.

    Args:
        now: what is drawn.
        now_s: Unix time.
        width: cells of a line.
    """

    now: Snapshot
    now_s: float
    width: int

    def lines(self, most: int) -> Iterator[Text]:
        """Yield the direct way, and as many proxies as so many lines hold: the ill ones stay."""
        yield self._direct()
        pairs = spokes(self.now.edges)
        everyone = list(zip(self.now.topology.proxies, pairs, strict=True))
        shown = _shown(everyone, most - 1)
        airy = 2 * len(everyone) <= most - 1
        for place, spoke in enumerate(shown):
            if airy:
                yield Text(f"  │{' ' * (self.width - 6)}│")
            yield self._proxy(*spoke, last=place == len(everyone) - 1)
        if missing := len(everyone) - len(shown):
            yield Text(f"  └─ and {missing} more: make the window higher")

    def _direct(self) -> Text:
        source, target = (
            _short(name, self.width // 4)
            for name in (self.now.topology.source, self.now.topology.target)
        )
        edge = self.now.edges[0]
        room = self.width - cell_len(source) - cell_len(target) - 2
        bars = min(max(0, room - self._figures_width - 5), 2 * _LEAST_BARS + self._bars)
        figures = self._figures(edge, bars)
        left = (room - cell_len(figures) - 2) // 2
        right = room - cell_len(figures) - 2 - left
        drawn = f" {'─' * left} {figures} {'─' * right} "
        return Text.assemble((source, "bold"), (drawn, _style(edge)), (target, "bold"))

    def _proxy(self, name: str, pair: tuple[EdgeNow, EdgeNow], *, last: bool) -> Text:
        first, second = pair
        shown = _short(name, self._name)
        spare = self.width - _ENDS - _AROUND_NAME - self._name
        spare -= 2 * (self._figures_width + 1 + self._bars)
        left, right = ("└", "┘") if last else ("├", "┤")
        line = "─" * (1 + self._name - cell_len(shown) + max(0, spare))
        return Text.assemble(
            f"  {left}",
            (f"─ {self._figures(first, self._bars)} ─ ", _style(first)),
            (shown, "bold"),
            (f" {line} {self._figures(second, self._bars)} ─", _style(second)),
            right,
        )

    def _figures(self, edge: EdgeNow, bars: int) -> str:
        """Return an edge's number, RTT, loss and latest RTTs."""
        last = edge.last(self.now_s)
        rtt = ms(last.rtt_s if last else None)
        loss = f"{last.loss_percent:.1f} %" if last else "–"
        drawn = sparkline(edge.beats, edge.edge.probe.cycle_s, self.now_s, bars)
        number = set_cell_size(names.circled(edge.edge.number), self._number)
        return f"{number} {rtt:>{_MS}} {loss:>{_PERCENT}} {drawn}".rstrip()

    @property
    def _number(self) -> int:
        return max(cell_len(names.circled(each.edge.number)) for each in self.now.edges)

    @property
    def _figures_width(self) -> int:
        return self._number + 1 + _MS + 1 + _PERCENT

    @property
    def _room(self) -> int:
        """Cells that a proxy's name and its bars share."""
        return self.width - _ENDS - _AROUND_NAME - 2 * (self._figures_width + 1)

    @property
    def _name(self) -> int:
        longest = max((cell_len(name) for name in self.now.topology.proxies), default=0)
        return max(_SHORTEST_NAME, min(longest, self._room - 2 * _LEAST_BARS))

    @property
    def _bars(self) -> int:
        return min(_MOST_BARS, max(0, (self._room - self._name) // 2))


def _shown(everyone: Sequence[_Spoke], most: int) -> list[_Spoke]:
    """Return the proxies to draw, in their order; one line less if some are left out."""
    if len(everyone) <= most:
        return list(everyone)
    by_ill = sorted(everyone, key=lambda each: -max(edge.health for edge in each[1]))
    chosen = {name for name, _ in by_ill[: max(0, most - 1)]}
    return [each for each in everyone if each[0] in chosen]


def _style(edge: EdgeNow) -> str:
    return STYLE[edge.health.state]


def _short(name: str, most: int) -> str:
    return name if cell_len(name) <= most else f"{set_cell_size(name, max(0, most - 1))}…"
