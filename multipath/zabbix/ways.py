"""Reads the figures of routes: from history, and from trends where history is gone."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

from multipath import names
from multipath.diagnosis.detours import DIRECT
from multipath.errors import ZabbixError
from multipath.report.cycle import HOUR_S
from multipath.report.ways import MINUTE_S, Point
from multipath.topology.edges import edges, routes
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.pages import hours
from multipath.zabbix.series import Key, Progress, find, hourly, values

_METRICS = ("rtt", "loss")


def route_keys(topology: Topology) -> dict[tuple[str, str], Key]:
    """Return the items of routes: by the route's proxy (empty for direct), and rtt or loss."""
    host = names.path_host(topology.name)
    return {
        (route.proxy or "", metric): (host, names.route_key(topology.name, route.name, metric))
        for route, metric in product(routes(edges(topology)), _METRICS)
    }


def advised_key(topology: Topology) -> Key:
    """Return the item of the route that Zabbix advises, as a number."""
    key = names.route_key(topology.name, names.BEST_ROUTE, "number")
    return names.path_host(topology.name), key


def advised_via(topology: Topology, text: str) -> str:
    """Return the route that such a number means by its proxy, empty for direct."""
    number = round(float(text))
    return topology.proxies[number - 1] if 0 < number <= len(topology.proxies) else DIRECT


def points(
    client: Client, topology: Topology, since_s: int, until_s: int, progress: Progress
) -> Iterator[Point]:
    """Yield the figures of a topology's routes; an hour without history comes from trends.

    Raises:
        ZabbixError: a call failed, or Zabbix does not know the routes.
    """
    items = find(client, route_keys(topology))
    if not items:
        raise ZabbixError(f"Zabbix has no routes of {topology.name}: deploy it (again)")
    seen: set[tuple[str, str, int]] = set()
    cycle_s = min(edge.probe.cycle_s for edge in edges(topology))
    per_hour = len(items) * HOUR_S / cycle_s
    for value in values(client, items, hours(since_s, until_s), per_hour, progress):
        seen.add((*value.what, int(value.at_s) // HOUR_S))
        if since_s <= value.at_s < until_s:
            yield Point(*value.what, value.at_s, MINUTE_S, float(value.text))
    for value in hourly(client, items, since_s, until_s):
        if (*value.what, int(value.at_s) // HOUR_S) not in seen:
            yield Point(*value.what, value.at_s, HOUR_S, float(value.text))


def advised(client: Client, topology: Topology, since_s: int, until_s: int) -> dict[str, float]:
    """Return for which share of its values Zabbix advised each route, by proxies; maybe none.

    Raises:
        ZabbixError: a call failed.
    """
    items = find(client, {topology.name: advised_key(topology)})
    per_hour = HOUR_S / min(edge.probe.cycle_s for edge in edges(topology))
    counted = Counter(
        advised_via(topology, value.text)
        for value in values(client, items, hours(since_s, until_s), per_hour)
        if since_s <= value.at_s < until_s
    )
    return {via: number / counted.total() for via, number in counted.items()}
