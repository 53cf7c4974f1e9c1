"""A small topology that nobody measures, and its plans carried out without a word."""

from multipath.cli.deploying.planning import Planned
from multipath.zabbix.client import Client
from multipath.zabbix.writer import apply

TOPOLOGY = """\
name: drift
source: a
target: t
proxies: [b]
slo: 99.9%
nodes:
  a: {address: 192.0.2.1}
  b: {address: 192.0.2.2, zabbix_proxy: proxy1}
  t: {address: 192.0.2.3}
"""


def carry_out(client: Client, planned: Planned) -> None:
    """Apply a plan."""

    def nothing(_what: str, _number: int) -> None:
        """Report no progress."""

    apply(client, planned.plan, planned.ids, nothing)
