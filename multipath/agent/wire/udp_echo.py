"""UDP echo between agents as bytes, and the counts that tell the two ways apart. Pure.

A request is ``mpq1 | nonce | flight | sequence | 0 | 0 | zeros``, its reply of the same length
``mpr1 | nonce | flight | sequence | counted | held | zeros``: how many different packets of the
flight have come, and for how many µs this reply was held. A reply is never taken for a request, so
two agents cannot keep each other busy.
"""

import struct
from collections import OrderedDict
from typing import NamedTuple

NONCE_BYTES = 8
SEQUENCES = 1024
QUERY = 0xFFFF
"""The sequence number of a request that only asks for the count."""
FLOWS_MAX = 4096

_REQUEST, _REPLY = b"mpq1", b"mpr1"
_LAYOUT = struct.Struct(f"!4s{NONCE_BYTES}sIHHI")
_HELD_MAX_US = 0xFFFFFFFF


class Ask(NamedTuple):
    """A request."""

    nonce: bytes
    flight: int
    sequence: int


class Reply(NamedTuple):
    """A reply: how many packets of the flight have come there, how long this one was held."""

    nonce: bytes
    flight: int
    sequence: int
    counted: int
    held_us: int


def request(ask: Ask, size: int) -> bytes:
    """Return a request of so many bytes."""
    return _LAYOUT.pack(_REQUEST, *ask, 0, 0).ljust(size, b"\0")


def read_request(data: bytes) -> Ask | None:
    """Return what a request says; None when it is no well-formed one."""
    if len(data) < _LAYOUT.size:
        return None
    kind, nonce, flight, sequence, count, held_us = _LAYOUT.unpack_from(data)
    is_known = kind == _REQUEST and (sequence < SEQUENCES or sequence == QUERY)
    if not is_known or count or held_us or data.count(0, _LAYOUT.size) != len(data) - _LAYOUT.size:
        return None
    return Ask(nonce, flight, sequence)


def reply(ask: Ask, size: int, count: int, held_us: int) -> bytes:
    """Return the reply to a request of so many bytes: just as long."""
    held_us = min(max(held_us, 0), _HELD_MAX_US)
    return _LAYOUT.pack(_REPLY, *ask, count, held_us).ljust(size, b"\0")


def read_reply(data: bytes) -> Reply | None:
    """Return what a reply says; None when it is none."""
    if len(data) < _LAYOUT.size:
        return None
    kind, *said = _LAYOUT.unpack_from(data)
    return Reply(*said) if kind == _REPLY else None


class Counts:
    """How many different packets of each flight have come; of the last few thousand flights."""

    def __init__(self) -> None:
        self._flows: OrderedDict[tuple[str, bytes, int], int] = OrderedDict()

    def note(self, source: str, ask: Ask) -> int:
        """Note a request, and return the count of its flight."""
        flow = (source, ask.nonce, ask.flight)
        seen = self._flows.pop(flow, 0)
        if ask.sequence != QUERY:
            seen |= 1 << ask.sequence
        self._flows[flow] = seen
        if len(self._flows) > FLOWS_MAX:
            self._flows.popitem(last=False)
        return seen.bit_count()
