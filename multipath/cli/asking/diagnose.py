"""``multipath diagnose``: what is ill and where; now, at a time, or over some time."""

import json
import time
from pathlib import Path

import click

from multipath.cli.asking import diagnose_data, diagnose_view
from multipath.cli.asking.diagnosing import Moment, Span, moment, span
from multipath.cli.options.connection import connection_options
from multipath.cli.options.period import MOMENT, checked
from multipath.cli.printing.terminal import console, reading
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@connection_options
@click.option("--at", type=MOMENT, help="When: how long ago (10m), or a time; now by default.")
@click.option("--since", type=MOMENT, help="List the incidents since then (24h, 2026-01-31).")
@click.option("--until", type=MOMENT, help="With --since: until when; now by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diagnose(
    files: tuple[Path, ...],
    zabbix: Profile,
    at: float | None,
    since: float | None,
    until: float | None,
    as_json: bool,
) -> None:
    """Tell what is ill on the topologies in FILES, and where.

    It is the verdict that Zabbix holds, with its reason, every explanation that ties and its
    probability, what each edge shows against what is usual for it, and how much each place
    carries. With --since it lists the incidents of a time instead.

    \b
    Examples:
      multipath diagnose topologies/sh-la.yaml --profile lab
      multipath diagnose topologies/sh-la.yaml --profile lab --at 2026-01-31T12:00
      multipath diagnose topologies/sh-la.yaml --profile lab --since 24h
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    now_s = time.time()
    if since is None and until is not None:
        raise click.UsageError("--until goes with --since; a moment is --at")
    if since is not None and at is not None:
        raise click.UsageError("give --at for a moment, or --since for the incidents of a time")
    period = None if since is None else checked(since, now_s if until is None else until)
    topologies = load(files)
    found: list[Moment | Span]
    with Client(zabbix) as client, reading() as progress:
        if period is None:
            found = [moment(client, each, now_s if at is None else at) for each in topologies]
        else:
            since_s, until_s = period.since_s, period.until_s
            found = [span(client, each, since_s, until_s, progress) for each in topologies]
    if as_json:
        click.echo(json.dumps(list(map(diagnose_data.data, found)), ensure_ascii=False, indent=2))
    else:
        for each in found:
            diagnose_view.show(console(), each)
