"""``multipath lab``: a real Zabbix and four hosts on this machine, to try and to break."""

import click

from multipath.cli.options.lazy import LazyGroup

COMMANDS = {
    "up": "multipath.cli.lab.life:up",
    "status": "multipath.cli.lab.life:status",
    "exec": "multipath.cli.lab.life:execute",
    "agents": "multipath.cli.lab.agents:agents",
    "fault": "multipath.cli.lab.faults:fault",
    "heal": "multipath.cli.lab.faults:heal",
    "down": "multipath.cli.lab.life:down",
}


@click.group(
    cls=LazyGroup, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
def lab() -> None:
    """Run a real Zabbix with two proxies on this machine, and a WAN to break.

    \b
    Four hosts in network namespaces, joined by an emulated WAN:
      zabbix-sh  the source, with the Zabbix server and its frontend
      proxy1     a Zabbix proxy in Hong Kong
      proxy2     a Zabbix proxy in Tokyo
      la         the target in Los Angeles

    \b
    Example:
      multipath lab up
      multipath lab fault la --loss 30%
      multipath lab heal
      multipath lab down
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
