"""What is to be done when, for very many things that come again and again. Pure.

Moments are rounded up to a few milliseconds and kept together: the order of thousands of runs then
costs next to nothing, and none is early.
"""

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

_SLOT_NS = 5_000_000

R = TypeVar("R")


class Agenda(Generic[R]):
    """Gives what was added back at its time; times are monotonic nanoseconds."""

    def __init__(self) -> None:
        self._slots: dict[int, list[R]] = {}
        self._order: list[int] = []

    def add(self, run: R, due_ns: int) -> None:
        """Put something in."""
        slot = -(-due_ns // _SLOT_NS)
        if (runs := self._slots.get(slot)) is not None:
            runs.append(run)
        else:
            self._slots[slot] = [run]
            heapq.heappush(self._order, slot)

    def take(self, now_ns: int) -> Iterator[R]:
        """Yield what is due by now and forget it; what is added meanwhile for now comes as well."""
        while (next_ns := self.next_ns()) is not None and next_ns <= now_ns:
            yield from self._slots.pop(heapq.heappop(self._order))

    def next_ns(self) -> int | None:
        """Return when the next thing is due, None when there is none."""
        return self._order[0] * _SLOT_NS if self._order else None
