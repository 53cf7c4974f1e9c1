"""The cycles of all edges whose packets are told one by one."""

import time
from collections.abc import Callable

from multipath.agent.cycle.account import Packets
from multipath.agent.cycle.fates import Fates
from multipath.agent.items.key import ProbeSpec

_PERIOD_NS = 50_000_000

Write = Callable[[ProbeSpec, str], None]
"""Takes an edge and a line about a packet; may not wait."""


class FateBook:
    """A run of the measuring loop that writes what becomes of packets.

    Args:
        write: None: nothing is written.
    """

    def __init__(self, write: Write | None) -> None:
        self._write = write
        self._open: dict[int, tuple[ProbeSpec, Fates, Packets]] = {}

    def begin(self, spec: ProbeSpec, packets: Packets, address: str, first: int) -> None:
        """Tell of the packets of a cycle from now on; the first has this number."""
        if self._write:
            fates = Fates(packets, spec.timeout_s, address, first)
            self._open[id(packets)] = (spec, fates, packets)

    def end(self, packets: Packets) -> None:
        """Tell the last of a cycle."""
        self._tell([id(packets)] if id(packets) in self._open else [], time.monotonic_ns())
        self._open.pop(id(packets), None)

    def step(self, now_ns: int) -> int | None:
        """Write what has become known."""
        if self._write is None:
            return None
        self._tell(list(self._open), now_ns)
        return now_ns + _PERIOD_NS

    def _tell(self, numbers: list[int], now_ns: int) -> None:
        offset_ns = time.time_ns() - time.monotonic_ns()
        for number in numbers:
            spec, fates, _ = self._open[number]
            for line in fates.news(now_ns, offset_ns):
                if self._write:
                    self._write(spec, line)
