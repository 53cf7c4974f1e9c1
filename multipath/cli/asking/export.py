"""``multipath export``: the measurements, for spreadsheets and programs."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from multipath.cli.options.connection import connection_options
from multipath.cli.options.period import Period, period_options
from multipath.cli.printing.output import writing
from multipath.cli.printing.terminal import reading
from multipath.report.cycle import COLUMNS, PACKETS, Cycle
from multipath.topology.edges import edges
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from multipath.zabbix.history import cycles
from multipath.zabbix.profile import Profile

_LEADING = ("time", "topology", "edge", "origin", "cycles")
_DIGITS = 6
"""After the decimal point: times are measured to 1 µs."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@connection_options
@period_options("24h")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="What to write.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write here.")
def export(
    files: tuple[Path, ...], zabbix: Profile, period: Period, form: str, output: Path | None
) -> None:
    """Write the measurements of the topologies in FILES, one row for each edge and cycle.

    Where Zabbix has deleted the history already, a row is an hour from its trends: `origin` says
    so, and `cycles` how many it stands for. Times are UTC, durations in seconds.

    \b
    Example:
      multipath export topologies/sh-la.yaml --profile lab --since 7d -o sh-la.csv
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    all_edges = [edge for topology in load(files) for edge in edges(topology)]
    with Client(zabbix) as client, writing(output) as stream, reading() as progress:
        rows = cycles(client, all_edges, period.since_s, period.until_s, progress)
        _WRITERS[form](map(_row, rows), stream)


def _row(cycle: Cycle) -> dict[str, Any]:
    moment = datetime.fromtimestamp(cycle.start_s, UTC).isoformat(timespec="milliseconds")
    return {
        "time": moment.replace("+00:00", "Z"),
        "topology": cycle.edge.topology,
        "edge": cycle.edge.name,
        "origin": str(cycle.origin),
        "cycles": cycle.count,
        **{column: _figure(cycle, metric) for metric, column in COLUMNS.items()},
    }


def _figure(cycle: Cycle, metric: str) -> float | None:
    value = cycle.figures.get(metric)
    if value is None:
        return None
    return int(value) if metric in PACKETS else round(value, _DIGITS)


def _write_csv(rows: Iterable[Mapping[str, Any]], stream: TextIO) -> None:
    writer = csv.DictWriter(stream, [*_LEADING, *COLUMNS.values()], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _write_json(rows: Iterable[Mapping[str, Any]], stream: TextIO) -> None:
    """Write a list, one row a line."""
    before = "[\n"
    for row in rows:
        stream.write(f"{before}{json.dumps(row, ensure_ascii=False)}")
        before = ",\n"
    stream.write("[]\n" if before == "[\n" else "\n]\n")


_WRITERS: dict[str, Callable[[Iterable[Mapping[str, Any]], TextIO], None]] = {
    "csv": _write_csv,
    "json": _write_json,
}
