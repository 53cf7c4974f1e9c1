"""What becomes of packets one by one, as lines of text, told as soon as it is known. Pure."""

from datetime import UTC, datetime

from multipath.agent.cycle.account import Packets

_NS_PER_S, _NS_PER_MS = 1_000_000_000, 1_000_000


class Fates:
    """The packets of one cycle. Each has one line; one that was told as lost may get a second.

    Args:
        first: the number that the first packet has in the lines.
        address: where they go; empty while a name has none.
    """

    def __init__(self, packets: Packets, timeout_s: float, address: str, first: int) -> None:
        self._packets = packets
        self._timeout_ns = round(timeout_s * _NS_PER_S)
        self._address = address or "-"
        self._first = first
        self._next = 0
        self._waiting: dict[int, bool] = {}

    @property
    def waits(self) -> bool:
        """Whether a packet has left of which nothing has been told."""
        return not all(self._waiting.values())

    def news(self, now_ns: int, offset_ns: int) -> list[str]:
        """Return the lines of the packets whose fate is known since the last time.

        Args:
            now_ns: monotonic time.
            offset_ns: what is to be added to it for the time of day.
        """
        packets, waiting = self._packets, self._waiting
        while self._next < len(packets.sent_ns) and (
            packets.sent_ns[self._next] or self._next in packets.errors
        ):
            waiting[self._next] = False
            self._next += 1
        lines = []
        for place, is_told in list(waiting.items()):
            fate, is_last = self._fate(place, now_ns)
            if is_last:
                del waiting[place]
            elif fate:
                waiting[place] = True
            if fate and (is_last or not is_told):
                at_ns = (packets.sent_ns[place] or now_ns) + offset_ns
                number = self._first + place
                lines.append(f"{time_of_day(at_ns)} {self._address} seq={number} {fate}")
        return lines

    def _fate(self, place: int, now_ns: int) -> tuple[str, bool]:
        """Return what is known of a packet, if anything, and whether that is the last of it."""
        packets = self._packets
        sent_ns, received_ns = packets.sent_ns[place], packets.received_ns[place]
        if not sent_ns:
            return f"not sent: {packets.errors[place]}", True
        if received_ns:
            rtt_ns = received_ns - sent_ns
            ttl = f"ttl={packets.ttl} " if packets.ttl else ""
            late = "late " if rtt_ns > self._timeout_ns else ""
            return f"{late}{ttl}rtt={rtt_ns / _NS_PER_MS:.3f} ms", True
        refusal = packets.refusals.get(place)
        if refusal:
            return f"unreachable: {refusal.why}, says {refusal.by}", False
        return ("lost" if now_ns - sent_ns > self._timeout_ns else ""), False


def time_of_day(wall_ns: int) -> str:
    """Return a time as ``2026-11-24T03:04:40.123Z``."""
    seconds, ns = divmod(wall_ns, _NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns // _NS_PER_MS:03d}Z"
