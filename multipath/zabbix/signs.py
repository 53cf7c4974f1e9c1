"""Reads what is known besides edges' health: silent agents, clocks that were set, filtered pings.

A value bears the time at which it was measured, not that at which it came. So an agent that has
values of a time when Zabbix had raised that it was silent has delivered them late.
"""

from collections.abc import Iterator, Mapping

from multipath import names
from multipath.diagnosis.circumstances import VantageSigns
from multipath.report.cycle import HOUR_S
from multipath.topology.edges import edges
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.pages import hours
from multipath.zabbix.series import Key, Value, find, values

AGENT_SILENT_S, PROXY_AWAY_S = 120.0, 60.0
"""As the triggers have it by default."""

_AGENT, _PROXY, _CLOCK = "agent", "Zabbix proxy", "clock"
_EVERY_S = 10
_EQUALS, _PROBLEM = "1", "1"
_LOOK_BACK_S = 7 * 86400
"""An agent that has been silent for longer is silent, whatever it delivers."""

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
    silent = _silent_hosts(client, topology, at_s)
    return tuple(
        VantageSigns(
            node,
            heard=_fresh(last, (node, _AGENT), at_s),
            late=names.vantage_host(node) in silent and _fresh(last, (node, _AGENT), at_s),
            zabbix_proxy=topology.nodes[node].zabbix_proxy,
            zabbix_proxy_heard=_proxy_heard(last, (node, _PROXY), at_s),
            clock_step_s=_clock_step_s(last, (node, _CLOCK)),
        )
        for node in (topology.source, *topology.proxies)
    )


def _silent_hosts(client: Client, topology: Topology, at_s: float) -> set[str]:
    """Return the hosts of vantages whose agent Zabbix held for silent at a time."""
    triggers = client.get(
        "trigger",
        output=["triggerid"],
        selectHosts=["host"],
        tags=[
            {"tag": names.TAG_TOPOLOGY, "value": topology.name, "operator": _EQUALS},
            {"tag": names.TAG_CHECK, "value": names.CHECK_AGENT, "operator": _EQUALS},
        ],
    )
    host_of = {each["triggerid"]: each["hosts"][0]["host"] for each in triggers}
    if not host_of:
        return set()
    events = client.get(
        "event",
        output=["objectid", "value"],
        objectids=list(host_of),
        time_from=int(at_s - _LOOK_BACK_S),
        time_till=int(at_s),
        sortfield="eventid",
    )
    last = {each["objectid"]: each["value"] for each in events}
    return {host_of[number] for number, value in last.items() if value == _PROBLEM}


def filtered(client: Client, topology: Topology, at_s: float) -> frozenset[str]:
    """Return the edges, by name, whose pings were filtered at a Unix time.

    Raises:
        ZabbixError: a call failed.
    """
    wanted = {
        each.name: (
            names.vantage_host(each.from_name),
            names.metric_key(each.topology, each.from_name, each.to_name, names.METRIC_FILTERED),
        )
        for each in edges(topology)
        if each.is_confirmed
    }
    items = find(client, wanted) if wanted else {}
    begin_s = at_s - max(each.thresholds.silent_s for each in edges(topology))
    last: dict[str, str] = {}
    if items:
        per_hour = 2 * len(items) * HOUR_S / min(each.probe.cycle_s for each in edges(topology))
        for value in values(client, items, hours(begin_s, at_s), per_hour, since_s=begin_s):
            if value.at_s <= at_s:
                last[value.what] = value.text
    return frozenset(edge for edge, text in last.items() if float(text))


def _wanted(topology: Topology) -> Iterator[tuple[_Sign, Key]]:
    for node in (topology.source, *topology.proxies):
        host = names.vantage_host(node)
        yield (node, _AGENT), (host, names.KEY_AGENT_PING)
        yield (node, _CLOCK), (host, names.agent_metric_key(names.METRIC_CLOCK_STEP))
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


def _clock_step_s(last: Mapping[_Sign, Value[_Sign] | None], sign: _Sign) -> float:
    value = last.get(sign)
    return 0.0 if value is None else float(value.text)
