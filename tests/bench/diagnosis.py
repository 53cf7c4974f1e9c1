"""How often verdicts are right: 108,000 random faults, and years without any.

Writes the tables and the picture of docs/diagnosis.md. With the same seed the figures are the
same on every machine.
"""

import re
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

from tests.bench.simulation import (
    BACKGROUNDS,
    FAULTS,
    Background,
    Fault,
    Score,
    false_alarms,
    misled,
    score,
)

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT, PICTURE = DOCS / "diagnosis.md", DOCS / "pictures" / "diagnosis-simulation.svg"
PROXIES = (2, 3, 4)
EDGE_YEARS = 10
EDGES_OF_A_PATH = 5
MISLEADING = 3000
"""Scenes of a kind in which it is looked for what is named first."""

COLORS = {
    "named": "#1a7c11",
    "listed": "#8bc34a",
    "part": "#f2c14e",
    "unseen": "#b0b0b0",
    "wrong": "#c62828",
}
TITLES = {
    "named": "named",
    "listed": "in the printed set",
    "part": "one of two named",
    "unseen": "not seen",
    "wrong": "wrong",
}


@dataclass(frozen=True)
class Group:
    """Scenes of one row: paths, number and kinds of faults, silent agents."""

    proxies: int
    faults: int
    kinds: tuple[Fault, ...]
    silent: int
    scenes: int

    @property
    def title(self) -> str:
        """Its name in tables and pictures."""
        what = self.kinds[0].name if self.faults == 1 else "two at once"
        return f"N = {self.proxies}, {what}" + (", an agent silent" if self.silent else "")


def groups(scale: float) -> list[Group]:
    """Return all rows; at scale 1 they hold 108,000 scenes."""
    singles = [
        Group(proxies, 1, (kind,), silent, round(2000 * scale))
        for silent, proxies, kind in product((0, 1), PROXIES, FAULTS)
    ]
    pairs = [
        Group(proxies, 2, FAULTS, silent, round(8000 * scale))
        for silent, proxies in product((0, 1), PROXIES)
    ]
    return singles + pairs


def run(group: Group) -> Score:
    """Return what is said of a row's scenes."""
    random = Random(group.title)
    return score(group.proxies, group.kinds, group.faults, group.silent, group.scenes, random)


def alarms(background: Background) -> int:
    """Return the false alarms of well edges in ``EDGE_YEARS`` years."""
    return false_alarms(background, EDGE_YEARS, Random(background.name))


def misleading(fault: Fault) -> int:
    """Return in how many of ``MISLEADING`` scenes another place is named first."""
    random = Random(f"first {fault.name}")
    return sum(misled(min(PROXIES), fault, random) for _ in range(MISLEADING))


def first_table(rows: Sequence[tuple[Fault, int]]) -> str:
    """Return the table of what is named first, in Markdown."""
    lines = ["| fault | another place named first |", "|---|---:|"]
    return "\n".join(
        [*lines, *(f"| {fault.name} | {100 * n / MISLEADING:.1f} % |" for fault, n in rows)]
    )


def faults_table(rows: Sequence[tuple[Group, Score]]) -> str:
    """Return the first table, in Markdown."""
    head = "| faults | scenes | " + " | ".join(TITLES.values()) + " | explanations |"
    lines = [head, "|---|---:|" + "---:|" * (len(TITLES) + 1)]
    for group, found in rows:
        shares = " | ".join(f"{100 * getattr(found, each) / found.total:.1f} %" for each in TITLES)
        mean = found.explanations / found.total
        lines.append(f"| {group.title} | {found.total} | {shares} | {mean:.2f} |")
    return "\n".join(lines)


def alarms_table(rows: Sequence[tuple[Background, int]]) -> str:
    """Return the second table, in Markdown."""
    lines = ["| loss of well edges | false alarms per path and year |", "|---|---:|"]
    for background, found in rows:
        rate = found * EDGES_OF_A_PATH / EDGE_YEARS
        told = f"{rate:.{0 if rate > 10 else 1}f}" if found else "none seen"
        lines.append(f"| {background.name} | {told} |")
    return "\n".join(lines)


def picture(rows: Sequence[tuple[Group, Score]]) -> str:
    """Return a bar for each row as SVG."""
    left, width, high, step = 270, 500, 14, 19
    parts = []
    for at, (each, title) in enumerate(TITLES.items()):
        x = left + at * 120
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{COLORS[each]}"/>')
        parts.append(f'<text x="{x + 16}" y="18">{title}</text>')
    for at, (group, found) in enumerate(rows):
        begin, y = float(left), 32 + at * step
        parts.append(f'<text x="{left - 8}" y="{y + 11}" text-anchor="end">{group.title}</text>')
        for each in TITLES:
            part = width * getattr(found, each) / found.total
            bar = f'x="{begin:.1f}" y="{y}" width="{part:.1f}" height="{high}"'
            parts.append(f'<rect {bar} fill="{COLORS[each]}"/>')
            begin += part
    size = f'width="{left + width + 40}" height="{40 + len(rows) * step}"'
    style = 'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11"'
    return "\n".join(
        [
            f"<svg {style} {size}>",
            '<rect width="100%" height="100%" fill="white"/>',
            *parts,
            "</svg>\n",
        ]
    )


def put(text: str, mark: str, table: str) -> str:
    """Return a document with a table between its marks."""
    between = rf"(<!-- {mark} -->\n).*?(<!-- end of {mark} -->)"
    return re.sub(between, lambda found: f"{found[1]}{table}\n{found[2]}", text, flags=re.DOTALL)


def main(scale: float) -> None:
    """Simulate, print the tables and, at full scale, write them into the document."""
    chosen = groups(scale)
    with ProcessPoolExecutor() as pool:
        scores, false = pool.map(run, chosen), pool.map(alarms, BACKGROUNDS)
        first = pool.map(misleading, FAULTS)
        rows = list(zip(chosen, scores, strict=True))
        backgrounds = list(zip(BACKGROUNDS, false, strict=True))
        firsts = list(zip(FAULTS, first, strict=True))
    tables = {
        "faults": faults_table(rows),
        "first": first_table(firsts),
        "alarms": alarms_table(backgrounds),
    }
    for table in tables.values():
        print(table, end="\n\n")
    if scale >= 1:
        text = DOCUMENT.read_text(encoding="utf-8")
        for mark, table in tables.items():
            text = put(text, mark, table)
        DOCUMENT.write_text(text, encoding="utf-8")
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(picture(rows), encoding="utf-8")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
