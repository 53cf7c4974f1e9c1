"""``multipath render``: every object that deploy would make, without asking any Zabbix."""

import json
from pathlib import Path

import click

from multipath.cli.deploying.planning import templates_option
from multipath.objects import SPECS
from multipath.render.compose import document, to_yaml
from multipath.render.desired import desired
from multipath.topology.loader import load

_KIND_BY_SECTION = {spec.section: kind for kind, spec in SPECS.items()}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    "sections",
    multiple=True,
    type=click.Choice(list(_KIND_BY_SECTION)),
    help="Only these; may be given several times.",
)
@templates_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def render(
    files: tuple[Path, ...], sections: tuple[str, ...], templates: Path | None, as_json: bool
) -> None:
    """Print every Zabbix object that the topologies in FILES ask for, as YAML.

    No Zabbix is asked. The sections and words are those of the templates, sorted, so that two
    versions of a topology or of a template can be compared: a field that is left out has its
    default.

    \b
    Example:
      multipath render topologies/sh-la.yaml --kind triggers
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    kinds = {_KIND_BY_SECTION[section] for section in sections or _KIND_BY_SECTION}
    objects = [each for each in desired(load(files), templates).values() if each.ref.kind in kinds]
    if as_json:
        click.echo(json.dumps(document(objects), indent=2, ensure_ascii=False))
    else:
        click.echo(to_yaml(objects), nl=False)
