"""Echo requests and replies as bytes (RFC 792, RFC 4443). Pure.

A request is a header and a payload, ``nonce | flight | inverted flight | zeros``. The nonce is the
engine's own (random), the flight numbers its cycles, the sequence number the packets of a cycle.
The inverted number makes the checksum the same for every flight: all edges share the headers.
"""

import struct
from dataclasses import dataclass

NONCE_BYTES = 8
MARK_BYTES = NONCE_BYTES + 8
HEADER_BYTES = 8
SEQUENCE_BYTES = 2
SEQUENCES = 1024
FLIGHTS = 1 << 32

_HEADER = struct.Struct("!BBHHH")
_MARK = struct.Struct(f"!{NONCE_BYTES}sII")
_ALL_ONES = 0xFFFF


@dataclass(frozen=True, slots=True)
class EchoFormat:
    """The packets of one engine on one address family.

    Args:
        request_type: ICMP type of an echo request.
        reply_type: ICMP type of its reply.
        identifier: the ICMP identifier; where the kernel sets its own, that one.
        nonce: 8 bytes that no other prober on the network has.
        one_flow: the sequence number is outweighed in the payload, so that all packets have one
            checksum: routers that share load out by it send them the same way.
    """

    request_type: int
    reply_type: int
    identifier: int
    nonce: bytes
    one_flow: bool = False

    def request_header(self, sequence: int) -> bytes:
        """Return the header of a request; the kernel sums ICMPv6 up anew, with the addresses."""
        return self._header(self.request_type, sequence)

    def reply_header(self, sequence: int) -> bytes:
        """Return the header that a reply has; its checksum is that of ICMPv4."""
        return self._header(self.reply_type, sequence)

    def mark(self, flight: int) -> bytes:
        """Return what the payload of a flight's packets begins with; zeros follow."""
        return _MARK.pack(self.nonce, flight, ~flight & 0xFFFFFFFF)

    def outweigh(self, payload: bytearray, sequence: int) -> None:
        """Set what follows the mark, where all packets have one checksum."""
        weight = (~sequence & _ALL_ONES).to_bytes(SEQUENCE_BYTES, "big")
        payload[MARK_BYTES : MARK_BYTES + SEQUENCE_BYTES] = weight

    def find_own(self, data: bytes) -> tuple[bytes, bytes] | None:
        """Return mark and sequence number of a request of ours somewhere in ``data``, else None.

        The kernel hands a sent packet back with all its headers; how long they are depends on the
        link. Without any before its own it is no such packet.
        """
        place = data.find(self.nonce)
        if place <= HEADER_BYTES or len(data) < place + MARK_BYTES:
            return None
        return data[place : place + MARK_BYTES], data[place - SEQUENCE_BYTES : place]

    def _header(self, kind: int, sequence: int) -> bytes:
        # RFC 1071. A number and its inverse add up to ones, and so to nothing.
        weight = 0 if self.one_flow else sequence
        total = (kind << 8) + self.identifier + weight + 2 * _ALL_ONES
        total += sum(struct.unpack(f"!{NONCE_BYTES // 2}H", self.nonce))
        total = (total & _ALL_ONES) + (total >> 16)
        total = (total & _ALL_ONES) + (total >> 16)
        return _HEADER.pack(kind, 0, ~total & _ALL_ONES, self.identifier, sequence)
