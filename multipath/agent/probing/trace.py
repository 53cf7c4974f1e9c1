"""The way to a place, hop by hop: which to ask next, and what the answers say. Pure.

After Augustin et al., "Avoiding traceroute anomalies with Paris traceroute" (2006): all packets
look alike to routers that share load out by flow, so all take one way.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from multipath.agent.cycle.account import Packets, quantile

HOPS_MAX = 30
ROUNDS = 3
ROUNDS_OF_LOSS = 10
"""More packets for each hop, where some of them are lost."""

GAP_NS, ROUND_NS = 100_000_000, 1_000_000_000
TIMEOUT_S = 2.0
SILENT_MAX = 8
"""After so many hops without an answer the first round is over."""

_NS_PER_S = 1_000_000_000
_SHARES = {"min": 0.0, "p50": 0.5, "max": 1.0}


class Walk:
    """Decides which hop to ask next. The first round finds out how many there are.

    Args:
        packets: of the trace, which are sent in the order in which ``next`` names their hops;
            enough for so many rounds.
        rounds: how often each hop is asked.

    Attributes:
        hops: how many hops each packet may make, by its place.
    """

    def __init__(self, packets: Packets, rounds: int = ROUNDS) -> None:
        self._packets = packets
        self._rounds = rounds
        self.hops: list[int] = []
        self._round = 0
        self._hop = 1
        self._round_ns = 0
        self._settled_ns = 0

    def next(self, now_ns: int) -> tuple[int, int | None]:
        """Return the hop to ask now, 0 for none; and when to come again, None at the end."""
        if now_ns < self._settled_ns:
            return 0, self._settled_ns
        if self._round == self._rounds:
            return 0, None
        if self._hop > self.length():
            return 0, self._end_round(now_ns)
        if self._hop == 1:
            self._round_ns = now_ns
        hop, self._hop = self._hop, self._hop + 1
        self.hops.append(hop)
        return hop, now_ns + GAP_NS

    def length(self) -> int:
        """Return how many hops there are, as far as is known."""
        end = self.end()
        if end:
            return end
        last = max((self.hops[place] for place in self._packets.refusals), default=0)
        return min(HOPS_MAX, last + SILENT_MAX) if self._round == 0 else max(1, last)

    def end(self) -> int:
        """Return the hop at which packets have come to their end, or are turned away; 0: none."""
        packets = self._packets
        ends = [hop for place, hop in enumerate(self.hops) if packets.received_ns[place]]
        ends += [
            self.hops[place] for place, each in packets.refusals.items() if not each.is_transit
        ]
        return min(ends, default=0)

    def _end_round(self, now_ns: int) -> int:
        self._round += 1
        self._hop = 1
        settle = self._round in {1, self._rounds}
        wait_ns = round(TIMEOUT_S * _NS_PER_S)
        self._settled_ns = now_ns + wait_ns if settle else max(now_ns, self._round_ns + ROUND_NS)
        return self._settled_ns


@dataclass(frozen=True, slots=True)
class Hop:
    """What answered packets that were allowed so many hops.

    Args:
        address: that most answers came from; empty when there was none.
        why: what it says, if not that there were too many hops.
    """

    number: int
    address: str
    sent: int
    rtts_s: tuple[float, ...]
    why: str = ""

    @property
    def loss_percent(self) -> float:
        """Packets without an answer; routers limit how many they give."""
        return 100 * (self.sent - len(self.rtts_s)) / self.sent if self.sent else 0.0

    def quantiles_s(self) -> dict[str, float]:
        """Return the least, median and longest RTT, empty without an answer."""
        ordered = sorted(self.rtts_s)
        shares = _SHARES.items() if ordered else ()
        return {name: round(quantile(ordered, share), 6) for name, share in shares}

    def figures(self) -> dict[str, object]:
        """Return it for JSON; what does not exist has no key."""
        known = {"address": self.address, "rtt_s": self.quantiles_s(), "why": self.why}
        return {
            "hop": self.number,
            "sent": self.sent,
            "received": len(self.rtts_s),
            "loss_percent": round(self.loss_percent, 4),
            **{name: value for name, value in known.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Change:
    """The first hop of a way that has another address than before."""

    hop: int
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The way to an address.

    Args:
        reached: whether the last hop is the place itself.
        hops: in order, up to the last that answered.
    """

    address: str
    reached: bool
    hops: tuple[Hop, ...]
    error: str = ""

    @property
    def suspect(self) -> int:
        """The first hop from which on all lose packets; 0: none.

        A hop that loses while a later one does not only answers less than it forwards. One that
        turns packets away loses them all.
        """
        if not self.hops:
            return 0
        suspect = 0 if self.reached else len(self.hops) + (not self.hops[-1].why)
        for hop in reversed(self.hops):
            if not hop.loss_percent:
                break
            suspect = hop.number
        return suspect

    @property
    def path(self) -> tuple[str, ...]:
        """The hops' addresses, empty where nobody answered, or turned packets away."""
        return tuple("" if hop.why else hop.address for hop in self.hops)

    def to_json(self, change: Change | None = None, at: str = "", ill: str = "") -> str:
        """Return the item's value.

        Args:
            change: how the way differs from the one before.
            at: when the trace was begun.
            ill: what the edge had turned that made the agent trace it; else it was time.
        """
        value: dict[str, object] = {
            "address": self.address,
            "reached": self.reached,
            "changed": change is not None,
            "hops": [hop.figures() for hop in self.hops],
        }
        optional = {
            "at": at,
            "ill": ill,
            "changed_at": change.hop if change else 0,
            "changed_from": change.was if change else "",
            "suspect": self.suspect,
            "error": self.error,
        }
        value |= {name: each for name, each in optional.items() if each}
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def read_trace(packets: Packets, walk: Walk, address: str) -> Trace:
    """Return what a walk has found out; its error is that of the first packet not sent."""
    places: dict[int, list[int]] = {}
    for place, number in enumerate(walk.hops):
        places.setdefault(number, []).append(place)
    hops = [_hop(packets, number, places[number], address) for number in sorted(places)]
    hops = hops[: walk.length()]
    while hops and not hops[-1].address:
        hops.pop()
    error = packets.errors[min(packets.errors)] if packets.errors else ""
    reached = bool(hops) and hops[-1].address == address
    return Trace(address, reached, tuple(hops), error)


def _hop(packets: Packets, number: int, places: Sequence[int], address: str) -> Hop:
    by: Counter[str] = Counter()
    rtts_s, why = [], ""
    for place in places:
        refusal = packets.refusals.get(place)
        answered_ns = packets.received_ns[place] or (refusal.received_ns if refusal else 0)
        rtt_s = (answered_ns - packets.sent_ns[place]) / _NS_PER_S
        if not answered_ns or rtt_s > TIMEOUT_S:
            continue
        rtts_s.append(rtt_s)
        if packets.received_ns[place] or refusal is None:
            by[address] += 1
        else:
            by[refusal.by] += 1
            why = why if refusal.is_transit else refusal.why
    sent = sum(packets.sent_ns[place] != 0 for place in places)
    most = by.most_common(1)
    return Hop(number, most[0][0] if most else "", sent, tuple(rtts_s), why)


def change(former: Sequence[str], path: Sequence[str]) -> Change | None:
    """Return how a way has changed, if it has. A hop that is silent says nothing."""
    for number, (before, now) in enumerate(zip(former, path, strict=False), 1):
        if before and now and before != now:
            return Change(number, before, now)
    return None


def merged(former: Sequence[str], path: Sequence[str]) -> tuple[str, ...]:
    """Return a path with what the former one knows of its silent hops."""
    return tuple(
        now or (former[place] if place < len(former) else "") for place, now in enumerate(path)
    )
