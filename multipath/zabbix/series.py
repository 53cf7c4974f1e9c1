"""Reads what items held over a time, and what they hold now."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from multipath.report.cycle import HOUR_S
from multipath.zabbix.client import Client
from multipath.zabbix.pages import spans

_NS_PER_S = 1_000_000_000

Key = tuple[str, str]
"""A host and the key of an item there."""

Progress = Callable[[float], None]
"""Told after each page: which share of the time is read, 0 to 1."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """An item, and the value that it got last; empty if none yet, and then ``at_s`` is 0."""

    number: str
    value_type: str
    value: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """What an item held from a Unix time on."""

    what: T
    at_s: float
    text: str


def find(client: Client, wanted: Mapping[T, Key]) -> dict[T, Item]:
    """Return those of the wanted items that are there.

    Raises:
        ZabbixError: the call failed.
    """
    rows = client.get(
        "item",
        output=["itemid", "key_", "value_type", "lastvalue", "lastclock", "lastns"],
        filter={"key_": sorted({key for _, key in wanted.values()})},
        selectHosts=["host"],
    )
    there = {
        (row["hosts"][0]["host"], row["key_"]): Item(
            row["itemid"],
            row["value_type"],
            row["lastvalue"],
            int(row["lastclock"]) + int(row["lastns"]) / _NS_PER_S,
        )
        for row in rows
    }
    return {what: there[key] for what, key in wanted.items() if key in there}


def values(
    client: Client,
    items: Mapping[T, Item],
    within: Sequence[int],
    per_hour: float,
    progress: Progress = lambda _: None,
    since_s: float = 0.0,
) -> Iterator[Value[T]]:
    """Yield what history has of items, oldest first.

    Args:
        client: the connection.
        items: those to read.
        within: begins of the hours to read, ascending.
        per_hour: values that all of them together are expected to get in an hour.
        progress: told after each page.
        since_s: Unix time; what is older is left out.

    Raises:
        ZabbixError: a call failed.
    """
    by_type: dict[str, dict[str, T]] = defaultdict(dict)
    for what, item in items.items():
        by_type[item.value_type][item.number] = what
    done = 0
    for from_s, to_s in spans(within, per_hour):
        read = [
            Value(what[row["itemid"]], int(row["clock"]) + int(row["ns"]) / _NS_PER_S, row["value"])
            for value_type, what in by_type.items()
            for row in client.get(
                "history",
                history=int(value_type),
                output=["itemid", "clock", "ns", "value"],
                itemids=list(what),
                time_from=max(from_s, int(since_s)),
                time_till=to_s - 1,
            )
        ]
        yield from sorted(read, key=lambda value: value.at_s)
        done += (to_s - from_s) // HOUR_S
        progress(done / len(within))


def hourly(
    client: Client, items: Mapping[T, Item], since_s: float, until_s: float
) -> Iterable[Value[T]]:
    """Return the means of items by the hour, from trends, oldest first.

    Raises:
        ZabbixError: the call failed.
    """
    what = {item.number: each for each, item in items.items()}
    rows = client.get(
        "trend",
        itemids=list(what),
        time_from=int(since_s),
        time_till=int(until_s) - 1,
        output=["itemid", "clock", "value_avg"],
    )
    read = (Value(what[row["itemid"]], float(row["clock"]), row["value_avg"]) for row in rows)
    return sorted(read, key=lambda value: value.at_s)
