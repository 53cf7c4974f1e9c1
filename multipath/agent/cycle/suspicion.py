"""Whether an edge has turned ill, by its own cycles: soon enough to look while it lasts. Pure.

It is no verdict and raises nothing: what follows is a trace, which does no harm when it is one too
many. So it needs less than an edge's health in Zabbix does.
"""

from enum import IntEnum

from multipath.agent.cycle.account import Measurement

LEAST_LOST = 2
"""One packet lost says nothing."""

CLEAN_CYCLES = 3
"""After so many cycles that are well, in a row, an edge can turn ill anew."""

_SLOW_CYCLES = 2
_RISE_RATIO, _RISE_S = 0.2, 0.010
_PACE, _PACE_WHEN_SLOW = 1 / 16, 1 / 256


class Ill(IntEnum):
    """What ails an edge, the worst last."""

    NOTHING = 0
    SLOW = 1
    LOSSY = 2
    DOWN = 3


class Suspicion:
    """What the cycles of an edge say, one after the other.

    Attributes:
        fresh: what the latest cycle shows that is worse than what was looked into; or nothing.
    """

    __slots__ = ("_clean", "_known", "_slow", "_usual_s", "fresh")

    def __init__(self) -> None:
        self.fresh = Ill.NOTHING
        self._known = Ill.NOTHING
        self._clean = 0
        self._slow = 0
        self._usual_s = 0.0

    def note(self, measurement: Measurement) -> None:
        """Note a cycle; one that sent nothing tells nothing."""
        if not measurement.sent:
            self.fresh = Ill.NOTHING
            return
        now = self._judge(measurement)
        self._clean = 0 if now else self._clean + 1
        if self._clean >= CLEAN_CYCLES:
            self._known = Ill.NOTHING
        self.fresh = now if now > self._known else Ill.NOTHING

    def looked_into(self) -> None:
        """Note that what is fresh has been looked into: only what is worse is fresh again."""
        self._known, self.fresh = max(self._known, self.fresh), Ill.NOTHING

    def _judge(self, measurement: Measurement) -> Ill:
        if not measurement.received:
            return Ill.DOWN
        self._note_rtt(measurement.median_s)
        if measurement.sent - measurement.received >= LEAST_LOST:
            return Ill.LOSSY
        return Ill.SLOW if self._slow >= _SLOW_CYCLES else Ill.NOTHING

    def _note_rtt(self, rtt_s: float) -> None:
        """Follow the usual RTT: within minutes, and slowly to one that is above it."""
        usual_s = self._usual_s or rtt_s
        is_slow = rtt_s > usual_s + max(_RISE_RATIO * usual_s, _RISE_S)
        self._slow = self._slow + 1 if is_slow else 0
        self._usual_s = usual_s + (rtt_s - usual_s) * (_PACE_WHEN_SLOW if is_slow else _PACE)
