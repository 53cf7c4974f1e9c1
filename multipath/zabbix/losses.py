"""Reads the cycles in which an edge may have been down, out of a long past."""

from collections.abc import Iterator, Sequence

from multipath import names
from multipath.report.cycle import Cycle
from multipath.topology.edges import Edge
from multipath.zabbix.client import Client
from multipath.zabbix.history import Progress, cycles
from multipath.zabbix.pages import reaching
from multipath.zabbix.series import find

_LOSS = "loss"
_ALL_PERCENT = 100.0


def cycles_around_outages(
    client: Client, edges: Sequence[Edge], since_s: int, until_s: int, progress: Progress
) -> Iterator[Cycle]:
    """Yield the loss of the hours in which some cycle may have been lost whole, oldest first.

    Each such hour comes with the next one, so that an outage that ends with its hour is seen to
    end.

    Raises:
        ZabbixError: a call failed, or Zabbix does not know the edges.
    """
    wanted = {
        edge.name: (
            names.vantage_host(edge.from_name),
            names.metric_key(edge.topology, edge.from_name, edge.to_name, _LOSS),
        )
        for edge in edges
    }
    numbers = [item.number for item in find(client, wanted).values()]
    within = reaching(client, numbers, _ALL_PERCENT, since_s, until_s)
    return cycles(client, edges, since_s, until_s, progress, metrics=[_LOSS], within=within)
