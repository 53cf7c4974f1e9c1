"""Which hours of a past to ask for, and how many of them at once."""

from collections.abc import Collection, Iterator, Sequence

from multipath.report.cycle import HOUR_S
from multipath.zabbix.client import Client

PAGE = 50_000
"""Values that one call may be expected to return: Zabbix has them in memory, and so have we."""


def hours(since_s: float, until_s: float) -> list[int]:
    """Return the begins of the hours that a time touches."""
    first_s = int(since_s) // HOUR_S * HOUR_S
    return [hour_s for hour_s in range(first_s, int(until_s) + HOUR_S, HOUR_S) if hour_s < until_s]


def spans(begins_s: Sequence[int], per_hour: float) -> Iterator[tuple[int, int]]:
    """Yield the times of pages, from and until before, that cover just these hours.

    A page ends at a full hour: none cuts a second in two.

    Args:
        begins_s: of the hours, ascending.
        per_hour: values that an hour is expected to have.
    """
    most = max(1, int(PAGE / per_hour))
    page: list[int] = []
    for begin_s in begins_s:
        if page and (len(page) == most or begin_s != page[-1] + HOUR_S):
            yield page[0], page[-1] + HOUR_S
            page = []
        page.append(begin_s)
    if page:
        yield page[0], page[-1] + HOUR_S


def reaching(
    client: Client, itemids: Collection[str], least: float, since_s: float, until_s: float
) -> list[int]:
    """Return the hours in which an item may have been ``least`` or more, each with the next one.

    Trends tell, so that of a long past only the hours that matter need be read. An hour of which
    an item has no trends may have been anything.
    """
    asked = hours(since_s, until_s)
    rows = client.get(
        "trend",
        itemids=list(itemids),
        time_from=asked[0],
        time_till=asked[-1] + HOUR_S - 1,
        output=["itemid", "clock", "value_max"],
    )
    below = {(row["itemid"], int(row["clock"])) for row in rows if float(row["value_max"]) < least}
    chosen = {each for each in asked if not all((itemid, each) in below for itemid in itemids)}
    return [each for each in asked if each in chosen or each - HOUR_S in chosen]
