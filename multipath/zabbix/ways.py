"""Reads the figures of routes: from history, and from trends where history is gone."""

from collections import Counter
from collections.abc import Iterator
from itertools import product

from multipath import names
from multipath.errors import ZabbixError
from multipath.report.cycle import HOUR_S
from multipath.report.ways import MINUTE_S, Point
from multipath.topology.edges import Route, edges, routes
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.pages import hours
from multipath.zabbix.series import Key, Progress, find, hourly, values

_METRICS = ("rtt", "loss")


def points(
    client: Client, topology: Topology, since_s: int, until_s: int, progress: Progress
) -> Iterator[Point]:
    """Yield the figures of a topology's routes; an hour without history comes from trends.

    Raises:
        ZabbixError: a call failed, or Zabbix does not know the routes.
    """
    all_routes = routes(edges(topology))
    items = find(
        client,
        {
            (route.proxy or "", metric): _key(topology, route, metric)
            for route, metric in product(all_routes, _METRICS)
        },
    )
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
    key = names.route_key(topology.name, names.BEST_ROUTE, "number")
    items = find(client, {topology.name: (names.path_host(topology.name), key)})
    per_hour = HOUR_S / min(edge.probe.cycle_s for edge in edges(topology))
    vias = ("", *topology.proxies)
    counted = Counter(
        vias[int(value.text)]
        for value in values(client, items, hours(since_s, until_s), per_hour)
        if since_s <= value.at_s < until_s and int(value.text) < len(vias)
    )
    return {via: number / counted.total() for via, number in counted.items()}


def _key(topology: Topology, route: Route, metric: str) -> Key:
    return names.path_host(topology.name), names.route_key(topology.name, route.name, metric)
