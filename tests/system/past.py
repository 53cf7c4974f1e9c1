"""Gives a lab a past: writes history and trends into its database, as its server would have."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import fmean

from multipath import names
from multipath.lab import postgres
from multipath.lab.paths import State, Template
from multipath.lab.releases import release
from multipath.report.cycle import COLUMNS
from multipath.topology.edges import Edge
from multipath.zabbix.client import Client

Figures = dict[str, float]
"""One cycle's figures by metric."""

Row = tuple[str, int, int, float | str]
"""A value: its item's id, its seconds and nanoseconds, itself."""

Key = tuple[str, str]
"""A host, and the key of an item there."""

HOUR_S = 3600

FLOAT, CHAR, UNSIGNED, TEXT = "0", "1", "3", "4"
_HISTORY = {
    FLOAT: "history",
    CHAR: "history_str",
    UNSIGNED: "history_uint",
    TEXT: "history_text",
}
_TRENDS = {FLOAT: "trends", UNSIGNED: "trends_uint"}
_NUMBER = {FLOAT: float, UNSIGNED: int}


def answered(rtt_s: float, rng: random.Random, loss_percent: float = 0.0) -> Figures:
    """Return a cycle with some answers around an RTT."""
    spread = sorted(rtt_s * (1 + abs(rng.gauss(0, 0.004))) for _ in range(20))
    shares = {"min": 0, "p10": 2, "p25": 5, "p50": 10, "p75": 15, "p90": 18, "max": 19}
    return {
        "loss": loss_percent,
        "sent": 20.0,
        "late": 0.0,
        "duplicate": 0.0,
        "mos": 4.2,
        "jitter": rtt_s * 0.002,
        **{f"rtt.{name}": spread[place] for name, place in shares.items()},
    }


def lost() -> Figures:
    """Return a cycle without any answer."""
    return {"loss": 100.0, "sent": 20.0, "late": 0.0, "duplicate": 0.0}


def rows(
    client: Client,
    edges: Sequence[Edge],
    times_s: Iterable[int],
    figures: Callable[[Edge, int], Figures | None],
) -> Iterator[Row]:
    """Yield the values of the edges at these times; None is a cycle that nobody measured."""
    items = _items(client, edges)
    for second in times_s:
        for edge in edges:
            cycle = figures(edge, second)
            for name, value in (cycle or {}).items():
                yield items[metric(edge, name)], second, 1000 * edge.number, value


def metric(edge: Edge, name: str) -> Key:
    """Return the host and the key of a metric's item."""
    key = names.metric_key(edge.topology, edge.from_name, edge.to_name, name)
    return names.vantage_host(edge.from_name), key


def write_history(lab: str, values: Iterable[Row], value_type: str = FLOAT) -> None:
    """Write values into the history of a lab."""
    _copy(lab, f"{_HISTORY[value_type]} (itemid,clock,ns,value)", values)


def write_trends(lab: str, values: Iterable[Row], value_type: str = FLOAT) -> None:
    """Write the hours that values make into the trends of a lab."""
    hours: dict[tuple[str, int], list[float]] = defaultdict(list)
    for item, second, _, value in values:
        hours[item, second // HOUR_S * HOUR_S].append(float(value))
    _copy(
        lab,
        f"{_TRENDS[value_type]} (itemid,clock,num,value_min,value_avg,value_max)",
        (
            (*place, len(each), *map(_NUMBER[value_type], (min(each), fmean(each), max(each))))
            for place, each in hours.items()
        ),
    )


def write(lab: str, client: Client, values: Iterable[tuple[Key, int, int, float | str]]) -> None:
    """Write values of any items, whose types Zabbix tells, into history and trends of a lab."""
    listed = list(values)
    rows = client.get(
        "item",
        output=["itemid", "key_", "value_type"],
        filter={"key_": sorted({key for (_, key), *_ in listed})},
        selectHosts=["host"],
    )
    items = {(row["hosts"][0]["host"], row["key_"]): row for row in rows}
    by_type: dict[str, list[Row]] = defaultdict(list)
    for place, second, ns, value in listed:
        by_type[items[place]["value_type"]].append((items[place]["itemid"], second, ns, value))
    for value_type, of_type in by_type.items():
        write_history(lab, of_type, value_type)
        if value_type in _TRENDS:
            write_trends(lab, of_type, value_type)


def raise_problem(lab: str, triggerid: str, second: int) -> None:
    """Have a trigger of a lab raise a problem at a time."""
    columns = "(eventid,source,object,objectid,clock,value,name)"
    _copy(lab, f"events {columns}", [(10**15 + second, 0, 0, triggerid, second, 1, "past")])


def forget_history(lab: str, before_s: int) -> None:
    """Delete what is older from the history of a lab, as Zabbix's housekeeper does."""
    _sql(lab, f"DELETE FROM history WHERE clock < {before_s:d}")  # noqa: S608 - a whole number


def _items(client: Client, edges: Sequence[Edge]) -> dict[tuple[str, str], str]:
    found = client.get(
        "item",
        output=["itemid", "key_"],
        filter={"key_": [metric(edge, name)[1] for edge in edges for name in COLUMNS]},
        selectHosts=["host"],
    )
    return {(row["hosts"][0]["host"], row["key_"]): row["itemid"] for row in found}


def _copy(lab: str, table: str, values: Iterable[Sequence[object]]) -> None:
    lines = "\n".join("\t".join(map(str, value)) for value in values)
    _sql(lab, f"COPY {table} FROM stdin;\n{lines}\n\\.\n")


def _sql(lab: str, statement: str) -> None:
    postgres.query(Template.of(release("7.0")), State.of(lab).cluster, statement.encode())
