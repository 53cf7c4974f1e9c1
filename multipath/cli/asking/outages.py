"""``multipath outages``: when nothing was answered, where the fault was, and what comes back."""

import json
from pathlib import Path

import click

from multipath.cli.asking import outages_view
from multipath.cli.asking.outages_view import Found
from multipath.cli.options.connection import connection_options
from multipath.cli.options.period import Period, period_options
from multipath.cli.printing.terminal import console, reading
from multipath.diagnosis.timeline import ill_between, of_topology
from multipath.report.comeback import comebacks
from multipath.report.outage import outages_of
from multipath.topology.edges import edges
from multipath.topology.loader import load
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.history import Progress
from multipath.zabbix.losses import cycles_around_outages
from multipath.zabbix.pages import hours
from multipath.zabbix.profile import Profile
from multipath.zabbix.verdicts import samples


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@connection_options
@period_options("30d")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def outages(files: tuple[Path, ...], zabbix: Profile, period: Period, as_json: bool) -> None:
    """List when edges of the topologies in FILES were down, and what comes back.

    An outage is three or more cycles on end without any answer; its verdict is what Zabbix held
    of the path meanwhile. A period is named when chance would show one like it less often than
    once in 1,000 times: a key that is renewed, a nightly job.

    \b
    Example:
      multipath outages topologies/sh-la.yaml --profile lab --since 30d
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    with Client(zabbix) as client, reading() as progress:
        found = [_find(client, topology, period, progress) for topology in load(files)]
    if as_json:
        told = [outages_view.data(each, period) for each in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for each in found:
            outages_view.show(console(), each, period)


def _find(client: Client, topology: Topology, period: Period, progress: Progress) -> Found:
    all_edges = edges(topology)
    cycles = cycles_around_outages(client, all_edges, period.since_s, period.until_s, progress)
    listed = outages_of(all_edges, cycles)
    touched = {hour for each in listed for hour in hours(each.begin_s, each.end_s)}
    held = of_topology(topology, samples(client, topology, sorted(touched)), period.until_s)
    told = tuple((each, ill_between(held, each.begin_s, each.end_s)) for each in listed)
    return Found(topology, told, tuple(comebacks(listed)))
