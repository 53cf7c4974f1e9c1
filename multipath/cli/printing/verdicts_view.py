"""How ``multipath edges --verdicts`` looks: pattern of ill edges → verdict."""

from collections.abc import Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from multipath import names
from multipath.diagnosis.locate import Explanation
from multipath.diagnosis.places import Path
from multipath.diagnosis.resolution import Named, Resolution, Row, resolution, rows
from multipath.diagnosis.wording_en import place
from multipath.topology.model import Topology

_ENOUGH = ("proxy1", "proxy2")
_MOST_CIRCLED = 12


def verdicts(topology: Topology) -> Group:
    """Return what can be told about each place of a topology, and what cannot."""
    path = Path.of(topology)
    table = Table(title=Text(f"{topology.name}: verdicts"), title_justify="left")
    table.add_column("bad edges", overflow="fold")
    table.add_column("verdict", overflow="fold")
    for bad, text in dict(_cells(path, row) for row in rows(path)).items():
        table.add_row(bad, text)
    return Group(table, *(Text(line) for line in _sums(path)))


def ties(topology: Topology) -> str:
    """Return one line: which places of a topology cannot be told apart when one of them is ill."""
    path = Path.of(topology)
    tied = dict.fromkeys(_leading(path, row) for row in rows(path) if len(row.verdict.leading) > 1)
    if not tied:
        return f"{topology.name}: every place that may be ill can be told from every other."
    better = " (two proxies would tell)" if len(path.proxies) < len(_ENOUGH) else ""
    return f"{topology.name}: cannot be told apart: {'; '.join(tied)}{better}."


def _cells(path: Path, row: Row) -> tuple[str, str]:
    bad = [number for number, health in enumerate(row.healths, 1) if health.bad]
    shown = "".join(map(names.circled, bad)) if len(bad) <= _MOST_CIRCLED else f"{len(bad)} edges"
    return shown, _leading(path, row)


def _leading(path: Path, row: Row) -> str:
    return " or ".join(_place(path, each) for each in row.verdict.leading)


def _place(path: Path, explanation: Explanation) -> str:
    return " plus ".join(place(path, segment) for segment in explanation.segments)


def _sums(path: Path) -> Iterator[str]:
    yield f"Named uniquely: {_told(resolution(path))}."
    missing = len(_ENOUGH) - len(path.proxies)
    if missing > 0:
        enough = Path(path.source, path.target, _ENOUGH)
        yield f"With two proxies it would be: {_told(resolution(enough))}."


def _told(found: Resolution) -> str:
    parts = [
        (found.single, "single faults"),
        (found.one_silent, "while one proxy's agent is silent"),
        (found.pairs, "pairs of faults at once"),
    ]
    return ", ".join(f"{_share(named)} {what}" for named, what in parts if named)


def _share(named: Named) -> str:
    return f"{named.unique} of {named.of}"
