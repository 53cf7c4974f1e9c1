"""``multipath routes``: which way was the best, and what the direct one cost."""

import json
from pathlib import Path

import click

from multipath.cli.asking import routes_view
from multipath.cli.asking.routes_view import Found
from multipath.cli.options.connection import connection_options
from multipath.cli.options.period import Period, period_options
from multipath.cli.printing.terminal import console, reading
from multipath.diagnosis.detours import DIRECT
from multipath.report.ways import Ways
from multipath.topology.loader import load
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile
from multipath.zabbix.series import Progress
from multipath.zabbix.ways import advised, points


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@connection_options
@period_options("7d")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def routes(files: tuple[Path, ...], zabbix: Profile, period: Period, as_json: bool) -> None:
    """Compare the routes of the topologies in FILES: the direct one, and one by each proxy.

    For which share of the time each was the best, what the best one saved, and the hours in which
    the direct one cost most. Routes compare minute by minute, by RTT plus one second for each
    packet lost.

    \b
    Example:
      multipath routes topologies/sh-la.yaml --profile lab --since 7d
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    with Client(zabbix) as client, reading() as progress:
        found = [_find(client, topology, period, progress) for topology in load(files)]
    if as_json:
        told = [routes_view.data(each, period) for each in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for each in found:
            routes_view.show(console(), each, period)


def _find(client: Client, topology: Topology, period: Period, progress: Progress) -> Found:
    ways = Ways((DIRECT, *topology.proxies))
    for point in points(client, topology, period.since_s, period.until_s, progress):
        ways.add(point)
    shares = advised(client, topology, period.since_s, period.until_s)
    return Found(topology, ways.summary(), shares)
