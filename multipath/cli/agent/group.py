"""``multipath agent``: the probe agent of this host."""

import click

from multipath.cli.agent.build import build
from multipath.cli.agent.check import check
from multipath.cli.agent.install import install, uninstall, upgrade
from multipath.cli.agent.run import run
from multipath.cli.agent.status import status


@click.group()
def agent() -> None:
    """Measure this host's edges and report them to Zabbix.

    \b
    Examples:
      multipath agent run --server 127.0.0.1 --hostname multipath.zabbix-sh
      multipath agent install --ssh root@192.0.2.7 --server 127.0.0.1 --hostname multipath.p1
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is


for _command in (run, check, install, upgrade, uninstall, status, build):
    agent.add_command(_command)
