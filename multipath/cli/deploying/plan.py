"""``multipath plan``: show what deploy would do."""

import sys
from pathlib import Path

import click

from multipath.cli.deploying import plan_view
from multipath.cli.deploying.planning import adopt_option, make_plan, templates_option
from multipath.cli.options.connection import connection_options
from multipath.cli.printing.verdicts_view import ties
from multipath.errors import PlanError
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile

_CHANGES = 2


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@connection_options
@adopt_option
@templates_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan for deploy.")
@click.option("--exit-code", is_flag=True, help="Exit with 2 if there are changes.")
@click.option("-v", "--verbose", is_flag=True, help="List every object and every difference.")
def plan(
    files: tuple[Path, ...],
    zabbix: Profile,
    adopt: bool,
    templates: Path | None,
    as_json: bool,
    out: Path | None,
    exit_code: bool,
    verbose: bool,
) -> None:
    """Show what deploy would change in Zabbix for the topologies in FILES; only reads.

    + is created, ~ updated (old → new), - deleted, = kept as an operator set it in Zabbix. A plan
    saved with --out is applied by deploy just as it is, or not at all if Zabbix has changed.

    \b
    Example:
      multipath plan topologies/sh-la.yaml --profile lab --out sh-la.plan
      multipath deploy sh-la.plan --profile lab
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    topologies = load(files)
    with Client(zabbix) as client:
        save = as_json or out is not None
        planned = make_plan(client, topologies, templates, adopt=adopt, save=save)
        text = planned.to_document(client.url) if save else ""
    if out:
        _save(out, text)
    if as_json:
        click.echo(text)
    else:
        for topology in topologies:
            click.echo(ties(topology))
        plan_view.show(planned.plan, verbose=verbose)
    if exit_code and planned.plan:
        sys.exit(_CHANGES)


def _save(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PlanError(f"cannot save the plan in {file}: {error.strerror}") from error
