"""``multipath report``: what was, as one HTML page to keep or to send."""

from datetime import datetime
from pathlib import Path

import click

from multipath.cli.asking.diagnosing import incidents_of
from multipath.cli.options.connection import connection_options
from multipath.cli.options.period import Period, period_options
from multipath.cli.printing.output import writing
from multipath.cli.printing.terminal import reading
from multipath.diagnosis.timeline import Incident
from multipath.report.page import page
from multipath.report.record import Record
from multipath.topology.edges import edges
from multipath.topology.loader import load
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.history import Progress, cycles
from multipath.zabbix.profile import Profile
from multipath.zabbix.verdicts import NoVerdictError


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@connection_options
@period_options("24h")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The HTML file to write.",
)
def report(files: tuple[Path, ...], zabbix: Profile, period: Period, output: Path) -> None:
    """Write a report of the topologies in FILES: summary, outages, verdicts, the smoke bands.

    One HTML file that needs nothing else: no network, no script. It is made from the history
    and the trends that Zabbix has; times are those of this machine's time zone.

    \b
    Example:
      multipath report topologies/sh-la.yaml --profile lab --since 24h -o report.html
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    topologies = load(files)
    all_edges = [edge for topology in topologies for edge in edges(topology)]
    record = Record(topologies, period.since_s, period.until_s)
    with Client(zabbix) as client, reading() as progress:
        for cycle in cycles(client, all_edges, period.since_s, period.until_s, progress):
            record.add(cycle)
        incidents = {
            topology.name: found
            for topology in topologies
            if (found := _incidents(client, topology, period, progress)) is not None
        }
    html = page(record.reports(incidents), period.since_s, period.until_s, _local)
    with writing(output) as stream:
        stream.write(html)
    click.echo(f"wrote {output}")


def _incidents(
    client: Client, topology: Topology, period: Period, progress: Progress
) -> list[Incident] | None:
    """Return what the verdicts of a topology told; None if there are none of it, as it is now."""
    try:
        return incidents_of(client, topology, period.since_s, period.until_s, progress)
    except NoVerdictError as error:
        click.echo(f"Note: the report of {topology.name} has no verdicts: {error}", err=True)
        return None


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
