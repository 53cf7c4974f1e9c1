"""ICMP errors: what they say, and of which packet (RFC 792, RFC 1812, RFC 4443). Pure."""

import struct
from typing import NamedTuple

from multipath.agent.wire.echo import HEADER_BYTES, MARK_BYTES

TYPES_V4 = (3, 11, 12)
TYPES_V6 = (1, 2, 3, 4)
QUOTE_BYTES = 152
"""Room for an error that quotes our packet up to its mark, behind IP headers with all options."""

_IPV4, _IPV4_BYTES = 4, 20
_IPV6, _IPV6_BYTES = 6, 40
_ADDRESS_BYTES_V4 = 4
_PROTOCOLS, _FRAGMENT, _FRAGMENT_BYTES = (1, 58), 44, 8

# Linux's control messages (linux/errqueue.h, linux/in.h, linux/in6.h).
_NS_PER_S = 1_000_000_000
_CONTROL, _STAMP = struct.Struct("=Qii"), struct.Struct("=qq")
_EXTENDED_ERROR = struct.Struct("=IBBB9x")
_STAMPS = (1, 37)  # SOL_SOCKET, SO_TIMESTAMPING
ERROR_OPTIONS = {4: (0, 11), 6: (41, 25)}
"""IP_RECVERR and IPV6_RECVERR, by version: the option that fills a ping socket's error queue."""
_ORIGINS = (2, 3)  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
_OFFENDER_V4, _OFFENDER_V6 = slice(16 + 4, 16 + 8), slice(16 + 8, 16 + 24)

_TOO_BIG = "packet too big"
_FORBIDDEN = "administratively prohibited"
_WORDS = {
    (4, 3, 0): "network unreachable",
    (4, 3, 1): "host unreachable",
    (4, 3, 2): "protocol unreachable",
    (4, 3, 3): "port unreachable",
    (4, 3, 4): _TOO_BIG,
    (4, 3, 5): "source route failed",
    (4, 3, 6): "network unknown",
    (4, 3, 7): "host unknown",
    (4, 3, 8): "source host isolated",
    (4, 3, 9): f"network {_FORBIDDEN}",
    (4, 3, 10): f"host {_FORBIDDEN}",
    (4, 3, 11): "network unreachable for this type of service",
    (4, 3, 12): "host unreachable for this type of service",
    (4, 3, 13): _FORBIDDEN,
    (4, 3, 14): "host precedence violation",
    (4, 3, 15): "precedence cutoff in effect",
    (4, 11, 0): "time to live exceeded",
    (4, 11, 1): "fragment reassembly time exceeded",
    (6, 1, 0): "no route to destination",
    (6, 1, 1): _FORBIDDEN,
    (6, 1, 2): "beyond scope of source address",
    (6, 1, 3): "address unreachable",
    (6, 1, 4): "port unreachable",
    (6, 1, 5): "source address failed policy",
    (6, 1, 6): "reject route to destination",
    (6, 2, 0): _TOO_BIG,
    (6, 3, 0): "hop limit exceeded",
    (6, 3, 1): "fragment reassembly time exceeded",
}
_TOO_MANY_HOPS = {(4, 11, 0), (6, 3, 0)}
_FAMILIES = {
    (4, 3): "destination unreachable",
    (4, 11): "time exceeded",
    (4, 12): "parameter problem",
    (6, 1): "destination unreachable",
    (6, 2): _TOO_BIG,
    (6, 3): "time exceeded",
    (6, 4): "parameter problem",
}


class Refusal(NamedTuple):
    """An ICMP error about one of our packets.

    Args:
        by: the address of who sent it.
        kind: its ICMP type.
        received_ns: when it came, in monotonic time.
    """

    by: str
    kind: int
    code: int
    received_ns: int

    @property
    def version(self) -> int:
        """Of the Internet Protocol: 4 or 6."""
        return _IPV6 if ":" in self.by else _IPV4

    @property
    def is_transit(self) -> bool:
        """Whether it says that a router on the way had a packet with no hop left."""
        return (self.version, self.kind, self.code) in _TOO_MANY_HOPS

    @property
    def why(self) -> str:
        """The reason in words: ``host unreachable``."""
        known = _WORDS.get((self.version, self.kind, self.code))
        if known:
            return known
        family = _FAMILIES.get((self.version, self.kind), f"ICMP type {self.kind}")
        return f"{family}, code {self.code}"


class Error(NamedTuple):
    """An ICMP error that quotes an echo request, maybe one of ours.

    Args:
        by: who sent it, as a packed address.
        to: where the request went, likewise.
        header: the request's ICMP header.
        mark: what its payload begins with; empty where the quote ends before.
        stamp_ns: when it came, as the kernel stamps packets; 0 when it did not.
    """

    by: bytes
    kind: int
    code: int
    to: bytes
    header: bytes
    mark: bytes
    stamp_ns: int


def read_error(by: bytes, message: bytes, stamp_ns: int) -> Error | None:
    """Return what an ICMP message says; None when it is no error that quotes an ICMP packet."""
    kinds = TYPES_V4 if len(by) == _ADDRESS_BYTES_V4 else TYPES_V6
    if len(message) < HEADER_BYTES or message[0] not in kinds:
        return None
    quoted = message[HEADER_BYTES:]
    if quoted and quoted[0] >> 4 == _IPV4 and len(quoted) >= _IPV4_BYTES:
        start, protocol, to = (quoted[0] & 0x0F) * 4, quoted[9], quoted[16:20]
    elif quoted and quoted[0] >> 4 == _IPV6 and len(quoted) > _IPV6_BYTES:
        start, protocol, to = _IPV6_BYTES, quoted[6], quoted[24:40]
        if protocol == _FRAGMENT:
            start, protocol = _IPV6_BYTES + _FRAGMENT_BYTES, quoted[_IPV6_BYTES]
    else:
        return None
    if protocol not in _PROTOCOLS or len(to) != len(by):
        return None
    return _error(by, message[0], message[1], to, quoted[start:], stamp_ns)


def read_queued(control: bytes, to: bytes, request: bytes) -> Error | None:
    """Return what a ping socket's error queue says of a request; None when it is no ICMP error."""
    place, stamp_ns = 0, 0
    while place + _CONTROL.size <= len(control):
        length, level, kind = _CONTROL.unpack_from(control, place)
        content = control[place + _CONTROL.size : place + length]
        if (level, kind) == _STAMPS and len(content) >= _STAMP.size:
            seconds, nanoseconds = _STAMP.unpack_from(content)
            stamp_ns = seconds * _NS_PER_S + nanoseconds
        elif (level, kind) in ERROR_OPTIONS.values() and len(content) > _EXTENDED_ERROR.size:
            _, origin, error, code = _EXTENDED_ERROR.unpack_from(content)
            offender = content[_OFFENDER_V4 if len(to) == _ADDRESS_BYTES_V4 else _OFFENDER_V6]
            if origin not in _ORIGINS or len(offender) != len(to):
                return None
            return _error(offender, error, code, to, request, stamp_ns)
        if length < _CONTROL.size:
            break
        place += -(-length // 8) * 8
    return None


def _error(
    by: bytes, kind: int, code: int, to: bytes, request: bytes, stamp_ns: int
) -> Error | None:
    if len(request) < HEADER_BYTES:
        return None
    mark = request[HEADER_BYTES : HEADER_BYTES + MARK_BYTES]
    mark = mark if len(mark) == MARK_BYTES else b""
    return Error(by, kind, code, to, request[:HEADER_BYTES], mark, stamp_ns)
