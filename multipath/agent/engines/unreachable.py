"""Which packets on their way an ICMP error is about."""

import socket
from collections import defaultdict
from collections.abc import Iterable, Mapping

from multipath.agent.engines.flight import Flight
from multipath.agent.sockets.clock import StampClock
from multipath.agent.sockets.icmp_socket import IcmpSocket
from multipath.agent.wire.echo import SEQUENCE_BYTES, SEQUENCES
from multipath.agent.wire.icmp_error import Error, Refusal


def note_errors(
    flights: Mapping[bytes, Flight], channel: IcmpSocket, errors: Iterable[Error], clock: StampClock
) -> None:
    """Note each error with the packet that it quotes; what is not of these flights is ignored.

    A quote that ends before the payload names address and sequence number only. It is taken for
    the packet that waits the longest of those that it may be about.
    """
    by_address: dict[bytes, list[Flight]] = {}
    for error in errors:
        place = channel.numbers.get(error.header[-SEQUENCE_BYTES:], SEQUENCES)
        flight = flights.get(error.mark)
        if not error.mark and place < SEQUENCES:
            if error.header != channel.form.request_header(place):
                continue
            by_address = by_address or _by_address(flights.values())
            flight = _waits_longest(by_address.get(error.to, []), place)
        if flight is None or flight.source != error.to or not _is_sent(flight, place):
            continue
        if place not in flight.refusals:
            stamp_ns = error.stamp_ns
            came_ns = clock.to_monotonic_ns(stamp_ns) if stamp_ns else clock.monotonic_ns()
            by = socket.inet_ntop(channel.family, error.by)
            flight.refusals[place] = Refusal(by, error.kind, error.code, came_ns)


def _by_address(flights: Iterable[Flight]) -> dict[bytes, list[Flight]]:
    found: defaultdict[bytes, list[Flight]] = defaultdict(list)
    for flight in flights:
        found[flight.source].append(flight)
    return found


def _waits_longest(flights: Iterable[Flight], place: int) -> Flight | None:
    waiting = (
        flight
        for flight in flights
        if _is_sent(flight, place)
        and not flight.received_ns[place]
        and place not in flight.refusals
    )
    return min(waiting, key=lambda flight: flight.sent_ns[place], default=None)


def _is_sent(flight: Flight, place: int) -> bool:
    return place < flight.next and flight.sent_ns[place] != 0
