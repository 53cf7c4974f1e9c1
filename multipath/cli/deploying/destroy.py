"""``multipath destroy``: take away what deploy made."""

from pathlib import Path

import click

from multipath.cli.deploying.carry_out import carry_out
from multipath.cli.deploying.planning import make_destruction
from multipath.cli.options.connection import connection_options
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@connection_options
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-v", "--verbose", is_flag=True, help="List every object.")
def destroy(files: tuple[Path, ...], zabbix: Profile, yes: bool, verbose: bool) -> None:
    """Take away all that deploy made in Zabbix for the topologies in FILES, and nothing else.

    Their history goes with them. A vantage that other topologies share stays.

    \b
    Example:
      multipath destroy topologies/sh-la.yaml --profile lab
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    topologies = load(files)
    with Client(zabbix, writable=True) as client:
        carry_out(client, make_destruction(client, topologies), yes=yes, verbose=verbose)
