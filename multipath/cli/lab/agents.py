"""``multipath lab agents``: probe agents on the hosts of the lab."""

from pathlib import Path

import click

from multipath.cli.lab.faults import name_option
from multipath.lab import agents as lab_agents
from multipath.topology.loader import load


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@name_option
def agents(files: tuple[Path, ...], name: str) -> None:
    """Start the probe agents of the topologies in FILES on the hosts of the lab.

    One on the source and on each proxy; where one runs already, it stays.

    \b
    Example:
      multipath lab agents topologies/sh-la.yaml
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    nodes = lab_agents.vantages(load(files))
    started = lab_agents.start(name, nodes)
    for node in nodes:
        click.echo(f"agent on {node}: {'started' if node in started else 'runs already'}")
