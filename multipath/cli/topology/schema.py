"""``multipath schema``: the topology format for editors and for people."""

import json

import click

from multipath.topology.schema import key_table
from multipath.topology.schema import schema as json_schema


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "markdown"]),
    default="json",
    show_default=True,
    help="The JSON schema, or a table of the keys.",
)
def schema(form: str) -> None:
    """Print the format of topology files.

    Editors complete and check a topology whose first line names the schema:

    \b
        multipath schema > topology.schema.json
        # yaml-language-server: $schema=topology.schema.json
    """  # noqa: D301 - click keeps the lines after a real backspace
    if form == "json":
        click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    else:
        click.echo(key_table(), nl=False)
