"""``multipath agent``: the probe agent of this host."""

import click

from multipath.cli.options.lazy import LazyGroup

COMMANDS = {
    "run": "multipath.cli.agent.run:run",
    "check": "multipath.cli.agent.check:check",
    "install": "multipath.cli.agent.install:install",
    "upgrade": "multipath.cli.agent.install:upgrade",
    "uninstall": "multipath.cli.agent.install:uninstall",
    "status": "multipath.cli.agent.status:status",
    "build": "multipath.cli.agent.build:build",
}


@click.group(cls=LazyGroup, places=COMMANDS)
def agent() -> None:
    """Measure this host's edges and report them to Zabbix.

    \b
    Examples:
      multipath agent run --server 127.0.0.1 --hostname multipath.zabbix-sh
      multipath agent install --ssh root@192.0.2.7 --server 127.0.0.1 --hostname multipath.p1
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
