"""From what became of each packet to the figures of a cycle. Pure.

A packet counts as sent when it left, and then it is one of three: answered in time, answered late
(which is lost as well), or lost. A packet that could not be sent is none of them.
"""

import json
import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from multipath.agent.wire.icmp_error import Refusal

_NS_PER_S = 1e9
_QUANTILES = {"min": 0.0, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "max": 1.0}


class Packets:
    """What became of the packets of a cycle, by their place in it; times are monotonic ns.

    Args:
        count: how many there are.

    Attributes:
        sent_ns: when each left; 0 while it has not.
        received_ns: when its first reply came; 0 while none has.
        duplicates: replies after the first.
        corrupted: replies that were changed on their way; they count as no reply.
        errors: why packets could not be sent.
        refusals: the first ICMP error about a packet.
        resolve_s: how long the look-up of the address took; 0 without one.
        ttl: TTL or hop limit of the last reply; 0 when it is not known.
        ttl_changes: how often it differed from that of the reply before.
    """

    __slots__ = (
        "corrupted",
        "duplicates",
        "errors",
        "received_ns",
        "refusals",
        "resolve_s",
        "sent_ns",
        "ttl",
        "ttl_changes",
    )

    def __init__(self, count: int) -> None:
        self.sent_ns = array("q", bytes(8 * count))
        self.received_ns = array("q", bytes(8 * count))
        self.duplicates = self.corrupted = 0
        self.errors: dict[int, str] = {}
        self.refusals: dict[int, Refusal] = {}
        self.ttl = self.ttl_changes = 0
        self.resolve_s = 0.0

    def figures(self) -> dict[str, object]:
        """Return what this kind of packets tells beyond what all do, as JSON has it."""
        return {}

    def note_ttl(self, ttl: int) -> None:
        """Note the TTL of a reply."""
        self.ttl_changes += self.ttl not in {0, ttl}
        self.ttl = ttl

    def extend(self, other: "Packets", count: int) -> None:
        """Append the first packets of others, which left after these."""
        begun = len(self.sent_ns)
        self.sent_ns.extend(other.sent_ns[:count])
        self.received_ns.extend(other.received_ns[:count])
        self.duplicates += other.duplicates
        self.corrupted += other.corrupted
        self.errors |= {begun + p: why for p, why in other.errors.items() if p < count}
        self.refusals |= {begun + p: each for p, each in other.refusals.items() if p < count}
        if other.ttl:
            self.note_ttl(other.ttl)
            self.ttl_changes += other.ttl_changes


@dataclass(frozen=True, slots=True)
class Measurement:
    """One cycle of one edge.

    Args:
        rtts_s: RTTs of the replies in time, in sending order.
        reordered: replies that were overtaken by the reply to a later packet (RFC 4737).
        loss_run: the most packets lost in a row.
        ttl: of the last reply, 0 when it is not known.
        unreachable: lost packets that an ICMP error was about.
        unreachable_by: who sent most of these errors, and ``unreachable_why`` with what reason.
        address_was: of the cycle before, when it was another one.
        own: what only this kind of packets tells.
    """

    sent: int
    late: int
    duplicate: int
    not_sent: int
    rtts_s: tuple[float, ...]
    address: str
    error: str = ""
    reordered: int = 0
    corrupt: int = 0
    loss_run: int = 0
    ttl: int = 0
    ttl_changes: int = 0
    unreachable: int = 0
    unreachable_by: str = ""
    unreachable_why: str = ""
    address_was: str = ""
    own: Mapping[str, object] = field(default_factory=dict)

    @property
    def received(self) -> int:
        """Packets answered in time."""
        return len(self.rtts_s)

    @property
    def median_s(self) -> float:
        """The median RTT of the replies in time, of which there must be one."""
        return quantile(sorted(self.rtts_s), _QUANTILES["p50"])

    def to_json(self) -> str:
        """Return the master item's value; times in seconds rounded to 1 µs.

        Figures that do not exist have no key: no ``rtt_s`` without a reply in time, no
        ``jitter_s`` and ``mos`` with fewer than two, no ``loss_percent`` when nothing was sent.
        """
        value: dict[str, object] = {
            "sent": self.sent,
            "received": self.received,
            "late": self.late,
            "duplicate": self.duplicate,
            "not_sent": self.not_sent,
            "reordered": self.reordered,
            "corrupt": self.corrupt,
            "loss_run": self.loss_run,
            "unreachable": self.unreachable,
        }
        if self.sent:
            loss_percent = 100 * (self.sent - self.received) / self.sent
            value["loss_percent"] = round(loss_percent, 4)
            value |= _rtt_figures(self.rtts_s, loss_percent)
        if self.unreachable:
            value |= {
                "unreachable_by": self.unreachable_by,
                "unreachable_why": self.unreachable_why,
            }
        if self.ttl:
            value |= {"ttl": self.ttl, "ttl_changes": self.ttl_changes}
        if self.address:
            value["address"] = self.address
        if self.address_was:
            value["address_was"] = self.address_was
        value |= self.own
        if self.error:
            value["error"] = self.error
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def account(packets: Packets, timeout_s: float, address: str, address_was: str = "") -> Measurement:
    """Return the measurement of a cycle.

    Its error is that of the first packet that could not be sent.
    """
    times_ns = zip(packets.sent_ns, packets.received_ns, strict=True)
    answered_s = [
        (received_ns - sent_ns) / _NS_PER_S
        for sent_ns, received_ns in times_ns
        if sent_ns and received_ns
    ]
    rtts_s = tuple([rtt_s for rtt_s in answered_s if rtt_s <= timeout_s])
    not_sent = packets.sent_ns.count(0)
    refusals = Counter(
        (refusal.by, refusal.why)
        for place, refusal in packets.refusals.items()
        if not _in_time(packets.sent_ns[place], packets.received_ns[place], timeout_s)
    )
    by, why = refusals.most_common(1)[0][0] if refusals else ("", "")
    return Measurement(
        sent=len(packets.sent_ns) - not_sent,
        late=len(answered_s) - len(rtts_s),
        duplicate=packets.duplicates,
        not_sent=not_sent,
        rtts_s=rtts_s,
        address=address,
        error=packets.errors[min(packets.errors)] if packets.errors else "",
        reordered=_reordered(packets.received_ns),
        corrupt=packets.corrupted,
        loss_run=_loss_run(packets, timeout_s) if len(rtts_s) < len(packets.sent_ns) else 0,
        ttl=packets.ttl,
        ttl_changes=packets.ttl_changes,
        unreachable=refusals.total(),
        unreachable_by=by,
        unreachable_why=why,
        address_was=address_was,
        own=packets.figures(),
    )


def _in_time(sent_ns: int, received_ns: int, timeout_s: float) -> bool:
    return received_ns != 0 and (received_ns - sent_ns) / _NS_PER_S <= timeout_s


def _reordered(received_ns: Sequence[int]) -> int:
    earliest_ns, reordered = math.inf, 0
    for time_ns in reversed(received_ns):
        if time_ns:
            reordered += time_ns > earliest_ns
            earliest_ns = min(earliest_ns, time_ns)
    return reordered


def _loss_run(packets: Packets, timeout_s: float) -> int:
    longest = run = 0
    for sent_ns, received_ns in zip(packets.sent_ns, packets.received_ns, strict=True):
        if sent_ns:
            run = 0 if _in_time(sent_ns, received_ns, timeout_s) else run + 1
            longest = max(longest, run)
    return longest


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, linear between the two nearest.

    Definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996): the one of
    NumPy, R and spreadsheets.
    """
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def jitter_s(rtts_s: Sequence[float]) -> float:
    """Return the mean absolute difference of consecutive replies' RTTs, in sending order."""
    return math.fsum(abs(after - before) for before, after in pairwise(rtts_s)) / (len(rtts_s) - 1)


def mos(latency_s: float, jitter: float, loss_percent: float) -> float:
    """Return the mean opinion score, 1 to 4.4, that a call over this way would get.

    The simplified E-model (after ITU-T G.107) that PingPlotter and NetBeez show. Latency is the
    mean RTT, as theirs is; a one-way delay would give a better score.
    """
    effective_ms = 1000 * (latency_s + 2 * jitter) + 10
    bend_ms = 160
    slow = effective_ms >= bend_ms
    rating = 93.2 - ((effective_ms - 120) / 10 if slow else effective_ms / 40) - 2.5 * loss_percent
    rating = min(max(rating, 0.0), 100.0)
    return max(1.0, 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating))


def _rtt_figures(rtts_s: Sequence[float], loss_percent: float) -> dict[str, object]:
    if not rtts_s:
        return {}
    ordered = sorted(rtts_s)
    mean_s = math.fsum(ordered) / len(ordered)
    rtt_s = {name: round(quantile(ordered, share), 6) for name, share in _QUANTILES.items()}
    figures: dict[str, object] = {"rtt_s": rtt_s | {"mean": round(mean_s, 6)}}
    if len(rtts_s) > 1:
        jitter = jitter_s(rtts_s)
        figures["jitter_s"] = round(jitter, 6)
        figures["mos"] = round(mos(mean_s, jitter, loss_percent), 2)
    return figures
