"""When the packets of a cycle leave. Pure; all times are monotonic nanoseconds."""

import zlib

NS_PER_S = 1_000_000_000
_TICK_MIN_S, _TICK_MAX_S = 0.020, 0.050
_PACKETS_PER_TICK = 32


def to_ns(seconds: float) -> int:
    """Return seconds as whole nanoseconds."""
    return round(seconds * NS_PER_S)


def packet_gap_ns(cycle_s: float, timeout_s: float, packets: int) -> int:
    """Return the time between two packets of a cycle.

    They are spread evenly over the cycle less the timeout, so that the cycle's figures are known
    when it ends; over half of the cycle where the timeout is longer than that, because a burst
    would measure its own queue.
    """
    window_s = max(cycle_s - timeout_s, cycle_s / 2)
    return to_ns(window_s / packets)


def stagger_ns(edge: str, gap_ns: int) -> int:
    """Return how long after the common beginning an edge sends its first packet.

    Within one gap between packets, by a checksum of the edge's name: many edges make one even
    stream, one edge always has the same place in it, and a new edge moves no other.
    """
    return gap_ns * zlib.crc32(edge.encode()) >> 32


def next_start_ns(start_ns: int, cycle_ns: int, now_ns: int) -> int:
    """Return when the cycle after that of ``start_ns`` starts.

    Whole cycles that were slept through (a suspended machine) are left out, never caught up with.
    """
    missed = max(0, (now_ns - start_ns) // cycle_ns - 1)
    return start_ns + (missed + 1) * cycle_ns


def next_packet_ns(planned_ns: int, gap_ns: int, now_ns: int) -> int:
    """Return when the packet after that of ``planned_ns`` leaves.

    After a delay of the whole process the packets that are due are not sent in one burst.
    """
    return max(planned_ns + gap_ns, now_ns + gap_ns // 2)


def tick_s(packets_per_s: float) -> float:
    """Return how long to sleep at the least between two looks at what is due.

    Waking up costs as much as several packets. As many leave together as a slow uplink forgives.
    """
    wished_s = _PACKETS_PER_TICK / packets_per_s if packets_per_s else _TICK_MAX_S
    return min(max(wished_s, _TICK_MIN_S), _TICK_MAX_S)
