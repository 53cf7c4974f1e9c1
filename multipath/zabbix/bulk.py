"""How many objects one call carries: PHP has a call whole in memory, by default 128 MB."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from multipath.kinds import Kind
from multipath.zabbix.client import Client
from multipath.zabbix.codec import CODECS, Row

OBJECTS = 1000
VALUES = 25_000
"""The most that one call writes: so many objects, or objects of so many values in all."""

_READ = {Kind.MAP: 200, Kind.DASHBOARD: 20}
"""Objects that one call reads, of kinds that are large; of others ``OBJECTS``."""


def pages(weights: Iterable[int]) -> Iterator[slice]:
    """Yield what each call carries of objects of so many values; each has one at least."""
    first, sum_of_values, place = 0, 0, 0
    for place, values in enumerate(weights):
        full = place - first == OBJECTS or sum_of_values + values > VALUES
        if full and place > first:
            yield slice(first, place)
            first, sum_of_values = place, 0
        sum_of_values += values
    yield slice(first, place + 1)


def weight(value: Any) -> int:
    """Return how many values are in an object's field, or in all of them."""
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list):
        return 1
    return sum(map(weight, value))


def read_paged(
    client: Client, kind: Kind, which: Sequence[Mapping[str, Any]], **wanted: Any
) -> Iterator[list[Row]]:
    """Yield the rows of some objects page by page, in the order in which they were made.

    Args:
        client: the connection.
        kind: what to read.
        which: parameters that say which objects; what one of them finds is read once.
        wanted: parameters that say what to read of each.

    Raises:
        ZabbixError: a call failed.
    """
    by = CODECS[kind].id_field
    found = {row[by] for each in which for row in client.get(kind, output=[by], **each)}
    yield from read_by_id(client, kind, found, **wanted)


def read_by_id(
    client: Client, kind: Kind, numbers: Collection[str], **wanted: Any
) -> Iterator[list[Row]]:
    """Yield the rows of objects of these ids page by page, in the order in which they were made.

    Raises:
        ZabbixError: a call failed.
    """
    by = CODECS[kind].id_field
    ordered = sorted(numbers, key=int)
    size = _READ.get(kind, OBJECTS)
    for first in range(0, len(ordered), size):
        yield client.get(kind, **{f"{by}s": ordered[first : first + size]}, **wanted)
