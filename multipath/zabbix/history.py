"""Reads the measurements of a time: from history, and from trends where history is gone."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

from multipath import names
from multipath.errors import ZabbixError
from multipath.report.choose import choose
from multipath.report.cycle import COLUMNS, HOUR_S, PACKETS, Cycle, Origin, Place, place_of
from multipath.topology.edges import Edge
from multipath.zabbix import pages
from multipath.zabbix.client import Client

_FLOAT = 0
_NS_PER_S = 1_000_000_000

Progress = Callable[[float], None]
"""Told after each page: which share of the time is read, 0 to 1."""

Row = dict[str, str]
Items = dict[str, tuple[Edge, str]]
"""What an item holds, by its id."""


def cycles(
    client: Client,
    edges: Sequence[Edge],
    since_s: int,
    until_s: int,
    progress: Progress,
    *,
    metrics: Collection[str] = tuple(COLUMNS),
    within: Sequence[int] | None = None,
) -> Iterator[Cycle]:
    """Yield what was measured from ``since_s`` until before ``until_s``, oldest first.

    Pages end at full hours, so no page cuts a second in two, and nothing is lost or read twice.
    An hour of which history has a part only comes whole from trends, if it begins in the time.

    Args:
        client: the connection.
        edges: whose cycles.
        since_s: Unix time.
        until_s: Unix time.
        progress: told after each page.
        metrics: what to read of a cycle; everything if left out.
        within: begins of the only hours to read, ascending.

    Raises:
        ZabbixError: a call failed, or Zabbix does not know the edges.
    """
    groups = _groups(client, edges, metrics)
    begun: set[Place] = set()
    asked = pages.hours(since_s, until_s) if within is None else within
    per_hour = sum(_values_per_hour(edge, metrics) for edge in edges)
    done = 0
    for from_s, to_s in pages.spans(asked, per_hour):
        for items in groups:
            for cycle in _page(client, items, from_s, to_s, begun):
                if since_s * _NS_PER_S <= cycle.start_ns < until_s * _NS_PER_S:
                    yield cycle
        done += (to_s - from_s) // HOUR_S
        progress(done / len(asked))


def hourly(
    client: Client, edges: Sequence[Edge], since_s: int, until_s: int, metrics: Collection[str]
) -> list[Cycle]:
    """Return the hours that begin in a time, from trends alone.

    Raises:
        ZabbixError: a call failed, or Zabbix does not know the edges.
    """
    return [
        hour
        for items in _groups(client, edges, metrics)
        for hour in of_trends(_trends(client, items, since_s, until_s), items)
    ]


def _values_per_hour(edge: Edge, metrics: Collection[str]) -> float:
    return len(metrics) * HOUR_S / edge.probe.cycle_s


def _groups(client: Client, edges: Sequence[Edge], metrics: Collection[str]) -> list[Items]:
    """Return the items of the edges, those of as many edges together as one page holds."""
    wanted = {
        (
            names.vantage_host(edge.from_name),
            names.metric_key(edge.topology, edge.from_name, edge.to_name, metric),
        ): (edge, metric)
        for edge in edges
        for metric in metrics
    }
    rows = client.get(
        "item",
        output=["itemid", "key_"],
        filter={"key_": [key for _, key in wanted]},
        selectHosts=["host"],
    )
    found: dict[Place, Items] = defaultdict(dict)
    for row in rows:
        place = (row["hosts"][0]["host"], row["key_"])
        if place in wanted:
            edge, metric = wanted[place]
            found[place_of(edge)][row["itemid"]] = (edge, metric)
    if missing := [edge.name for edge in edges if place_of(edge) not in found]:
        raise ZabbixError(f"Zabbix has no items of {', '.join(missing)}: are they deployed?")
    groups: list[Items] = [{}]
    room = float(pages.PAGE)
    for edge in edges:
        room -= _values_per_hour(edge, metrics)
        if room < 0 and groups[-1]:
            groups.append({})
            room = pages.PAGE - _values_per_hour(edge, metrics)
        groups[-1] |= found[place_of(edge)]
    return groups


def _page(
    client: Client, items: Items, from_s: int, to_s: int, begun: set[Place]
) -> Iterator[Cycle]:
    values = client.get(
        "history",
        history=_FLOAT,
        output=["itemid", "clock", "ns", "value"],
        itemids=list(items),
        time_from=from_s,
        time_till=to_s - 1,
    )
    trends = _trends(client, items, from_s, to_s)
    yield from choose(of_history(values, items), of_trends(trends, items), begun)


def _trends(client: Client, items: Items, from_s: int, to_s: int) -> list[Row]:
    rows: list[Row] = client.get(
        "trend",
        output=["itemid", "clock", "num", "value_min", "value_avg", "value_max"],
        itemids=list(items),
        time_from=from_s,
        time_till=to_s - 1,
    )
    return rows


def of_history(rows: Sequence[Row], items: Items) -> list[Cycle]:
    """Return the cycles that values make: those of one cycle carry the same time."""
    figures: dict[tuple[Place, int], dict[str, float]] = defaultdict(dict)
    edges = {place_of(edge): edge for edge, _ in items.values()}
    places = {number: place_of(edge) for number, (edge, _) in items.items()}
    for row in rows:
        _, metric = items[row["itemid"]]
        start_ns = int(row["clock"]) * _NS_PER_S + int(row["ns"])
        figures[places[row["itemid"]], start_ns][metric] = float(row["value"])
    return [
        Cycle(edges[place], start_ns, Origin.HISTORY, 1, of_cycle)
        for (place, start_ns), of_cycle in figures.items()
    ]


def of_trends(rows: Sequence[Row], items: Items) -> list[Cycle]:
    """Return the hours that trends make."""
    hours: dict[tuple[Place, int], dict[str, Row]] = defaultdict(dict)
    edges = {place_of(edge): edge for edge, _ in items.values()}
    for row in rows:
        edge, metric = items[row["itemid"]]
        hours[place_of(edge), int(row["clock"]) * _NS_PER_S][metric] = row
    return [
        Cycle(
            edges[place],
            start_ns,
            Origin.TRENDS,
            max(int(row["num"]) for row in metrics.values()),
            {metric: _over_the_hour(metric, row) for metric, row in metrics.items()},
        )
        for (place, start_ns), metrics in hours.items()
    ]


def _over_the_hour(metric: str, row: Row) -> float:
    if metric in PACKETS:
        return float(round(float(row["value_avg"]) * int(row["num"])))
    field = {"rtt.min": "value_min", "rtt.max": "value_max"}.get(metric, "value_avg")
    return float(row[field])
