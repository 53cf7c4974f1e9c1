"""Reads what traces of edges said: in words, as Zabbix keeps them for a month."""

from collections.abc import Sequence

from multipath import names
from multipath.report.evidence import Traced
from multipath.topology.edges import edges
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.series import find, values

_PER_HOUR = 12
"""One in ten minutes, and some more when an edge turns ill."""


def traces(
    client: Client, topology: Topology, within: Sequence[int], since_s: float = 0.0
) -> list[Traced]:
    """Return the traces that came in some hours, from a time on, oldest first.

    Args:
        client: the connection.
        topology: whose edges.
        within: begins of the hours, ascending.
        since_s: Unix time; what is older is left out.

    Raises:
        ZabbixError: a call failed.
    """
    all_edges = edges(topology)
    wanted = {
        edge: (
            names.vantage_host(edge.from_name),
            names.metric_key(edge.topology, edge.from_name, edge.to_name, names.METRIC_WAY),
        )
        for edge in all_edges
    }
    items = find(client, wanted)
    per_hour = _PER_HOUR * len(items)
    return [
        Traced(value.what, value.at_s, value.text)
        for value in values(client, items, within, per_hour, since_s=since_s)
        if value.at_s >= since_s
    ]
