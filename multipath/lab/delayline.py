"""Packets under way: each is held until it is due. Pure; time and chance are handed in."""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass

from multipath.lab.segments import OneWay

REORDER_HOLD_S = 0.025
"""How long a packet that is to be overtaken is held back."""

CAPACITY = 100_000
"""Packets under way at most; at 2,000 packets/s that is 25 s of delay each way."""


@dataclass(slots=True)
class Lane:
    """The way from one node to another: what it does now, and when its last packet is due."""

    exit_fd: int
    way: OneWay
    last_due_s: float = 0.0


class DelayLine:
    """A heap of packets ordered by the time when they are due.

    ``lost`` counts what the emulated network dropped on purpose, ``overflowed`` what it had to
    drop because too many packets were under way.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._heap: list[tuple[float, int, int, bytes]] = []
        self._count = 0
        self.lost = 0
        self.overflowed = 0

    @property
    def next_due_s(self) -> float | None:
        """When the next packet is due, None if none is under way."""
        return self._heap[0][0] if self._heap else None

    def push(self, now_s: float, lane: Lane, packet: bytes) -> None:
        """Take a packet that entered the lane now; it may be lost, held back, or doubled.

        Packets of a lane stay in order under jitter; only a reordered one is overtaken.
        """
        way, chance = lane.way, self._rng.random
        if way.down or (way.loss_ratio and chance() < way.loss_ratio):
            self.lost += 1
            return
        due_s = now_s + way.delay_s
        for jitter_s in way.jitters_s:
            due_s += jitter_s * (2.0 * chance() - 1.0)
        due_s = max(due_s, now_s, lane.last_due_s)
        if way.reorder_ratio and chance() < way.reorder_ratio:
            due_s += REORDER_HOLD_S
        else:
            lane.last_due_s = due_s
        self._hold(due_s, lane, packet)
        if way.duplicate_ratio and chance() < way.duplicate_ratio:
            self._hold(due_s, lane, packet)

    def pop(self, now_s: float) -> Iterator[tuple[int, bytes]]:
        """Yield the descriptor to write to and the packet, for all that are due by now."""
        heap = self._heap
        while heap and heap[0][0] <= now_s:
            _, _, exit_fd, packet = heapq.heappop(heap)
            yield exit_fd, packet

    def _hold(self, due_s: float, lane: Lane, packet: bytes) -> None:
        if len(self._heap) >= CAPACITY:
            self.overflowed += 1
            return
        self._count += 1
        heapq.heappush(self._heap, (due_s, self._count, lane.exit_fd, packet))
