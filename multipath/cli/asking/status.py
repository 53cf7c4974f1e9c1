"""``multipath status``: the edges' last measurements, read back from Zabbix."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from multipath.cli.options.connection import connection_options
from multipath.cli.options.params import DURATION
from multipath.cli.printing.terminal import console
from multipath.diagnosis.state import EdgeState, Health, Reading, judge
from multipath.errors import ZabbixError
from multipath.topology.edges import Edge, edges
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from multipath.zabbix.measurements import latest
from multipath.zabbix.profile import Profile

_POLL_S = 1.0
_STYLE = {EdgeState.GOOD: "green", EdgeState.BAD: "red", EdgeState.UNKNOWN: "yellow"}

Row = tuple[Edge, Reading | None, Health]


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@connection_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--wait", "wait_s", type=DURATION, default=0.0, help="Wait this long for data of every edge."
)
def status(files: tuple[Path, ...], zabbix: Profile, as_json: bool, wait_s: float) -> None:
    """Show the last measurement of every edge of the topologies in FILES.

    An edge is bad when it is down (all packets of the last cycle lost), lossy or slow (above the
    topology's thresholds), and unknown without fresh data. With --wait, exit code 1 tells that
    some edge had still no data.

    \b
    Example:
      multipath status topologies/sh-la.yaml --profile lab
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    all_edges = [edge for topology in load(files) for edge in edges(topology)]
    with Client(zabbix) as client:
        rows = _judged(latest(client, all_edges))
        deadline = time.monotonic() + wait_s
        while _without_data(rows) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
            rows = _judged(latest(client, all_edges))
    if as_json:
        click.echo(json.dumps([_as_json(*row) for row in rows], ensure_ascii=False, indent=2))
    else:
        console().print(_table(rows))
    if wait_s and (missing := _without_data(rows)):
        raise ZabbixError(
            f"no data after {wait_s:g} s from {', '.join(missing)}: do their agents run, "
            "and does Zabbix accept them? (Monitoring → Hosts, filter by name multipath)"
        )


def _judged(readings: Mapping[Edge, Reading | None]) -> list[Row]:
    return [(edge, reading, judge(reading, edge.thresholds)) for edge, reading in readings.items()]


def _without_data(rows: list[Row]) -> list[str]:
    return [edge.name for edge, _, health in rows if health is Health.UNKNOWN]


def _table(rows: list[Row]) -> Table:
    table = Table("edge", "role", "RTT", "loss", "age", "state", box=None, pad_edge=False)
    for column in ("RTT", "loss", "age"):
        next(each for each in table.columns if each.header == column).justify = "right"
    for edge, reading, health in rows:
        rtt = f"{reading.rtt_s * 1000:.2f} ms" if reading and reading.rtt_s is not None else "-"
        loss = f"{reading.loss_percent:.1f} %" if reading else "-"
        age = f"{reading.age_s:.0f} s" if reading else "-"
        word = f"{health.state} ({health.ill})" if health.bad else str(health.state)
        table.add_row(edge.label, edge.role, rtt, loss, age, word, style=_STYLE[health.state])
    return table


def _as_json(edge: Edge, reading: Reading | None, health: Health) -> Any:
    return {
        "topology": edge.topology,
        "number": edge.number,
        "from": edge.from_name,
        "to": edge.to_name,
        "role": edge.role,
        "rtt_s": reading.rtt_s if reading else None,
        "loss_percent": reading.loss_percent if reading else None,
        "age_s": round(reading.age_s, 1) if reading else None,
        "state": health.state,
        "ill": health.ill,
    }
