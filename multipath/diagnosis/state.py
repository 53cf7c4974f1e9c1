"""The health of one edge: unknown, good, or what ails it most. Pure."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from multipath.topology.model import Thresholds

_ALL_PERCENT = 100.0


class EdgeState(StrEnum):
    """What an edge is; unknown is never bad."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class Ill(StrEnum):
    """What ails a bad edge."""

    DOWN = "down"
    LOSSY = "lossy"
    SLOW = "slow"
    JITTERY = "jittery"


class Health(IntEnum):
    """An edge's state and its worst ill as one digit; what is bad, ascends with severity.

    Unknown is an edge without fresh data, or one whose data do not decide.
    """

    UNKNOWN = 0
    GOOD = 1
    JITTERY = 2
    SLOW = 3
    LOSSY = 4
    DOWN = 5

    @property
    def bad(self) -> bool:
        """Whether the edge is known to be ill."""
        return self > Health.GOOD

    @property
    def state(self) -> EdgeState:
        """Good, bad or unknown."""
        return EdgeState.BAD if self.bad else EdgeState(self.name.lower())

    @property
    def ill(self) -> Ill | None:
        """What ails it most; None unless it is bad."""
        return Ill(self.name.lower()) if self.bad else None


@dataclass(frozen=True, slots=True)
class Reading:
    """The last measurement of an edge as Zabbix has it.

    Args:
        age_s: seconds since the cycle.
        loss_percent: 0 to 100.
        rtt_s: median round-trip time; None when every packet was lost.
    """

    age_s: float
    loss_percent: float
    rtt_s: float | None


def judge(reading: Reading | None, limits: Thresholds) -> Health:
    """Return the health of an edge by its last measurement alone, against its thresholds."""
    if reading is None or reading.age_s > limits.silent_s:
        return Health.UNKNOWN
    if reading.loss_percent >= _ALL_PERCENT:
        return Health.DOWN
    if reading.loss_percent > limits.loss_percent:
        return Health.LOSSY
    if reading.rtt_s is not None and reading.rtt_s > limits.rtt_s:
        return Health.SLOW
    return Health.GOOD
