"""What several servers ask for becomes one list: what they ask alike is measured once. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from multipath.agent.items.task import Item

Recipient = tuple[int, int]
"""Which server's list, and the item's id there."""


def merge(
    lists: Sequence[tuple[Item, ...]],
) -> tuple[tuple[Item, ...], dict[int, list[Recipient]]]:
    """Return the items to measure, with ids of our own, and who gets each one's values.

    An id depends on the first server that asks for the item and on its id there, so that a changed
    item keeps it; with one server it is the same.
    """
    merged: dict[tuple[str, str], Item] = {}
    recipients: dict[int, list[Recipient]] = {}
    for place, items in enumerate(lists):
        for item in items:
            own = replace(item, itemid=item.itemid * len(lists) + place)
            first = merged.setdefault((item.key, item.delay), own)
            recipients.setdefault(first.itemid, []).append((place, item.itemid))
    return tuple(merged.values()), recipients
