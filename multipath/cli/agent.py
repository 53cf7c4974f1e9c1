"""``multipath agent``: the probe agent of this host."""

import click

from multipath.cli.agent_build import build
from multipath.cli.agent_run import run


@click.group()
def agent() -> None:
    """Measure this host's edges and report them to Zabbix.

    \b
    Example:
      multipath agent run --server 127.0.0.1 --hostname multipath.zabbix-sh
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is


agent.add_command(run)
agent.add_command(build)
