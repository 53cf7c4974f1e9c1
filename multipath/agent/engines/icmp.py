"""The ICMP engine: sends echo requests and notes what becomes of each.

Nothing here waits: the caller decides when to send and when to ``drain``. Because the kernel
stamps packets as they leave and arrive, it does not matter how long they lie there.
"""

import errno
import os
from collections.abc import Iterable, Iterator, Sequence

from multipath.agent.engines.flight import Flight, Target
from multipath.agent.engines.unreachable import note_errors
from multipath.agent.items.key import PLAIN, Marks, ProbeSpec
from multipath.agent.sockets.clock import StampClock
from multipath.agent.sockets.icmp_channels import IcmpChannels
from multipath.agent.sockets.icmp_socket import (
    IP_HEADER_BYTES,
    SO_TIMESTAMPING,
    STAMPS_TTL_BYTES,
    IcmpSocket,
    Own,
    Reply,
)
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.transport import BATCH
from multipath.agent.wire.echo import FLIGHTS, HEADER_BYTES, MARK_BYTES, SEQUENCES, EchoFormat

_TRY_AGAIN = (errno.EAGAIN, errno.ENOBUFS)
_NS_PER_S = 1_000_000_000
_NO_ROOM = "the host had no room to send"


class IcmpEngine:
    """All ICMP probing of one process, over one socket per address family (and kind of marks).

    Raises:
        AgentError: no ICMP socket may be opened at all.
    """

    def __init__(self, clock: StampClock | None = None) -> None:
        self._clock = clock or StampClock()
        self._channels = IcmpChannels()
        self._flights: dict[bytes, Flight] = {}
        self._number = 0
        self.send_errors = 0

    def is_ready(self, spec: ProbeSpec) -> bool:  # noqa: ARG002 - nothing is read
        """Return True."""
        return True

    def aim(self, endpoint: Endpoint, spec: ProbeSpec) -> Target:
        """Return a target for ``begin``.

        Raises:
            AgentError: this process has no socket of the endpoint's address family.
        """
        return self.target(endpoint, spec.size, spec.marks)

    def target(self, endpoint: Endpoint, size: int, marks: Marks = PLAIN) -> Target:
        """Return a target for ``begin``.

        Raises:
            AgentError: this process has no such socket.
        """
        return Target(self._channels.enter(endpoint.family, marks), endpoint, size)

    def drop(self, target: Target) -> None:
        """Let go of a target; flights to it go on."""
        self._channels.leave(target.channel)

    def begin(self, target: Target, count: int) -> Flight:
        """Begin a cycle of so many packets; the one before to this target sends no more."""
        if target.flight:
            target.flight.is_over = True
        self._number = (self._number + 1) % FLIGHTS
        target.channel.users += 1
        mark = target.channel.form.mark(self._number)
        target.post.payload[:MARK_BYTES] = mark
        target.flight = self._flights[mark] = Flight(target, mark, count)
        return target.flight

    def send(self, flights: Sequence[Flight]) -> list[Flight]:
        """Send the next packet of each flight; a packet that cannot be sent is noted as that.

        Returns:
            Flights that are left because the host is too busy just now: try again a little later.
        """
        once = dict.fromkeys(flights)
        left = [] if len(once) == len(flights) else _repeated(flights)
        for channel in self._channels:
            due = [each for each in once if each.channel is channel and not each.is_over]
            batch = 1 if channel.marks.one_flow else BATCH
            for start in range(0, len(due), batch):
                rest = self._send(channel, due[start : start + batch])
                if rest:
                    left += [*rest, *due[start + batch :]]
                    break
        return left

    def drain(self) -> None:
        """Note every stamp and reply that has come since the last time."""
        self._clock.sample()
        for channel in self._channels:
            for stamps in channel.own():
                self._note_stamps(channel, stamps)
            for replies in channel.replies():
                self._note_replies(channel, replies)

    def end(self, flight: Flight) -> None:
        """Stop waiting for a flight; what still comes for it is ignored, what has not left stays.

        Packets that did not leave have an error then.
        """
        flight.is_over = True
        if self._flights.pop(flight.mark, None):
            self._channels.leave(flight.channel)
        for place in range(flight.next, flight.count):
            flight.errors[place] = _NO_ROOM

    def overflowed(self) -> int:
        """Return how many packets the kernel dropped because they were not read in time."""
        return self._channels.overflowed()

    def describe(self) -> str:
        """Return in a few words what the engine works with."""
        return self._channels.describe()

    def close(self) -> None:
        """Close the sockets."""
        self._channels.close()

    def _send(self, channel: IcmpSocket, flights: Sequence[Flight]) -> Sequence[Flight]:
        """Send the next packet of each of a batch of flights; return those that are left."""
        for flight in flights:
            flight.post.aim(flight.next)
        if channel.marks.one_flow:  # then it is one
            for flight in flights:
                channel.prepare(flight.post, flight.next, flight.hops[flight.next])
        while flights:
            # Replaced by the kernel's stamp, if it gives one, at the next drain.
            sent_ns = self._clock.monotonic_ns()
            try:
                sent = channel.send([flight.post for flight in flights])
            except OSError as error:
                if error.errno in _TRY_AGAIN:
                    return flights
                name = errno.errorcode.get(error.errno or 0, str(error.errno))
                flights[0].errors[flights[0].next] = f"{os.strerror(error.errno or 0)} ({name})"
                flights[0].next += 1
                self.send_errors += 1
                sent = 1
            else:
                for flight in flights[:sent]:
                    flight.sent_ns[flight.next] = sent_ns
                    flight.next += 1
            flights = flights[sent:]
        return flights

    def _note_stamps(self, channel: IcmpSocket, batch: Iterable[Own]) -> None:
        flights, numbers = self._flights, channel.numbers
        odd: list[Own] = []
        for kind, seconds, nanoseconds, before, number, mark, after in batch:
            flight = flights.get(mark)
            if flight is None:
                if before:
                    odd.append((kind, seconds, nanoseconds, before, number, mark, after))
                continue
            place = numbers.get(number, SEQUENCES)
            if place >= flight.next or kind != SO_TIMESTAMPING:
                continue
            stamp_ns = self._clock.to_monotonic_ns(seconds * _NS_PER_S + nanoseconds)
            # A packet cannot leave before it was sent: such a stamp is not believed.
            flight.sent_ns[place] = max(flight.sent_ns[place], stamp_ns)
        if not odd:
            return
        if not channel.is_raw:
            note_errors(self._flights, channel, channel.errors(), self._clock)
        self._note_stamps(channel, _with_other_headers(channel.form, odd))

    def _note_replies(self, channel: IcmpSocket, batch: Iterable[Reply]) -> None:
        flights, sequences = self._flights, channel.sequences
        odd: list[Reply] = []
        for reply in batch:
            (control, size), (source, kind, seconds, nanoseconds, ttl, ip, header, mark, rest) = (
                reply
            )
            flight = flights.get(mark)
            if flight is None:
                if ip:
                    odd.append(reply)
                continue
            if source != flight.source:
                continue
            place = sequences.get(header, SEQUENCES)
            if (
                place >= flight.next
                or size != flight.reply_bytes
                or not rest.startswith(flight.padding)
            ):
                flight.corrupted += 1
                continue
            if ttl != flight.ttl and control == STAMPS_TTL_BYTES:
                flight.note_ttl(ttl)
            if flight.received_ns[place]:
                flight.duplicates += 1
            elif not control or kind != SO_TIMESTAMPING:
                flight.received_ns[place] = self._clock.monotonic_ns()
            else:
                stamp_ns = seconds * _NS_PER_S + nanoseconds
                flight.received_ns[place] = self._clock.to_monotonic_ns(stamp_ns)
        if odd and channel.is_raw:
            errors = filter(None, map(channel.error, odd))
            note_errors(self._flights, channel, errors, self._clock)
            self._note_replies(channel, _with_ip_options(odd))


def _repeated(flights: Sequence[Flight]) -> list[Flight]:
    """Return what is left when every flight is taken once."""
    repeated = list(flights)
    for each in dict.fromkeys(flights):
        repeated.remove(each)
    return repeated


def _with_other_headers(form: EchoFormat, batch: Iterable[Own]) -> Iterator[Own]:
    """Yield what has headers of another length than most, in order; ICMP errors have none."""
    for kind, seconds, nanoseconds, *parts in batch:
        found = form.find_own(b"".join(parts))
        if found:
            yield kind, seconds, nanoseconds, b"", *found, b""


def _with_ip_options(batch: Iterable[Reply]) -> Iterator[Reply]:
    """Yield the replies whose IP header has options, as if it had none."""
    for (control, size), (source, kind, seconds, nanoseconds, ttl, *parts) in batch:
        packet = b"".join(parts)
        start = (packet[0] & 0x0F) * 4
        if not parts[0] or start == IP_HEADER_BYTES:
            continue
        mark = start + HEADER_BYTES
        rest = mark + MARK_BYTES
        moved = (b"", packet[start:mark], packet[mark:rest], packet[rest:])
        yield (
            (control, size - start + IP_HEADER_BYTES),
            (source, kind, seconds, nanoseconds, ttl, *moved),
        )
