"""What is delivered to Zabbix. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an item, or (``unsupported``) the reason why it has none."""

    itemid: int
    text: str
    clock_s: int
    ns: int
    unsupported: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """Values that are delivered together: all of one session, their numbers rise."""

    session: str
    values: Sequence[tuple[int, Value]]
