"""Reads the signs of vantages besides their edges: agents and Zabbix proxies that fell silent."""

from collections.abc import Iterator, Mapping

from multipath import names
from multipath.diagnosis.circumstances import VantageSigns
from multipath.report.cycle import HOUR_S
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.pages import hours
from multipath.zabbix.series import Key, Value, find, values

AGENT_SILENT_S, PROXY_AWAY_S = 120.0, 60.0
"""As the triggers have it by default."""

_AGENT, _PROXY = "agent", "Zabbix proxy"
_EVERY_S = 10
_Sign = tuple[str, str]
"""A node, and what is known of it."""


def signs(client: Client, topology: Topology, at_s: float) -> tuple[VantageSigns, ...]:
    """Return the signs of each vantage at a Unix time; what has no item is taken to be well.

    Raises:
        ZabbixError: a call failed.
    """
    items = find(client, dict(_wanted(topology)))
    last: dict[_Sign, Value[_Sign] | None] = dict.fromkeys(items)
    if items:
        per_hour = len(items) * HOUR_S / _EVERY_S
        for value in values(client, items, hours(at_s - AGENT_SILENT_S, at_s), per_hour):
            if value.at_s <= at_s:
                last[value.what] = value
    return tuple(
        VantageSigns(
            node,
            heard=_fresh(last, (node, _AGENT), at_s),
            zabbix_proxy=topology.nodes[node].zabbix_proxy,
            zabbix_proxy_heard=_proxy_heard(last, (node, _PROXY), at_s),
        )
        for node in (topology.source, *topology.proxies)
    )


def _wanted(topology: Topology) -> Iterator[tuple[_Sign, Key]]:
    for node in (topology.source, *topology.proxies):
        host = names.vantage_host(node)
        yield (node, _AGENT), (host, names.KEY_AGENT_PING)
        if zabbix_proxy := topology.nodes[node].zabbix_proxy:
            yield (node, _PROXY), (host, names.zabbix_proxy_key(zabbix_proxy))


def _fresh(last: Mapping[_Sign, Value[_Sign] | None], sign: _Sign, at_s: float) -> bool:
    if sign not in last:
        return True
    value = last[sign]
    return value is not None and at_s - value.at_s <= AGENT_SILENT_S


def _proxy_heard(last: Mapping[_Sign, Value[_Sign] | None], sign: _Sign, at_s: float) -> bool:
    """Tell whether the server heard of the Zabbix proxy: its item holds when."""
    if sign not in last:
        return True
    value = last[sign]
    return value is not None and at_s - float(value.text) <= PROXY_AWAY_S
