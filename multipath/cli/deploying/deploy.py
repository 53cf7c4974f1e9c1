"""``multipath deploy``: make Zabbix what the topologies ask for."""

from pathlib import Path

import click

from multipath.cli.deploying.carry_out import carry_out, dashboard_urls
from multipath.cli.deploying.planning import adopt_option, make_plan, read_plan, templates_option
from multipath.cli.options.connection import connection_options
from multipath.plan.safety import MAX_DELETE, check_deletions
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile


def _limit(_ctx: click.Context, _param: click.Parameter, value: str) -> int | None:
    if value == "all":
        return None
    if not value.isdecimal():
        raise click.BadParameter(f"{value!r} is neither a number nor the word all")
    return int(value)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@connection_options
@adopt_option
@templates_option
@click.option(
    "--max-delete",
    "limit",
    default=str(MAX_DELETE),
    show_default=True,
    callback=_limit,
    metavar="N|all",
    help="Refuse to delete more objects than this.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-v", "--verbose", is_flag=True, help="List every object and every difference.")
def deploy(
    files: tuple[Path, ...],
    zabbix: Profile,
    adopt: bool,
    templates: Path | None,
    limit: int | None,
    yes: bool,
    verbose: bool,
) -> None:
    """Make Zabbix what the topologies in FILES ask for, or apply a plan saved by `plan --out`.

    Shows what it will create, update and delete, asks, does it, reads it all back, and prints
    where to look. What is as it should be already is left alone: a second run changes nothing.

    \b
    Example:
      multipath deploy topologies/sh-la.yaml --profile lab
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    with Client(zabbix, writable=True) as client:
        planned = read_plan(client, files) or make_plan(client, load(files), templates, adopt=adopt)
        check_deletions(planned.plan, limit)
        ids = carry_out(client, planned, yes=yes, verbose=verbose)
        for url in dashboard_urls(client, ids):
            click.echo(f"Dashboard: {url}")
