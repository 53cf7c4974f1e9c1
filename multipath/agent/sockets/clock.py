"""Two clocks that never mix: monotonic for durations, wall for the time of a value.

The kernel stamps packets with the wall clock. It may be stepped at any time; a duration may not.
"""

import time
from collections.abc import Callable, Container

_NS_PER_S = 1_000_000_000
_STEP_NS = 500_000
_SET_NS = 500_000_000
_SLACK_NS = 10_000_000
_REMEMBERED_NS = 900 * _NS_PER_S
_BACK_NS = 5 * _NS_PER_S

Clock = Callable[[], int]


class StampClock:
    """Converts the kernel's wall-clock stamps to monotonic time.

    Both clocks are slewed alike, so the distance between them changes only when the wall clock is
    stepped. It is looked at in every ``sample`` and kept until it moves by half a millisecond:
    the noise of looking never reaches an RTT.
    """

    def __init__(self, wall_ns: Clock = time.time_ns, monotonic_ns: Clock = time.monotonic_ns):
        self._wall_ns = wall_ns
        self.monotonic_ns = monotonic_ns
        self._offset_ns = self._look()
        self._former_offset_ns = self._offset_ns
        self._sampled_ns = self._former_sampled_ns = monotonic_ns()

    def sample(self) -> bool:
        """Look for a step of the wall clock; return whether there was one since the last look."""
        offset_ns = self._look()
        stepped = abs(offset_ns - self._offset_ns) > _STEP_NS
        self._former_offset_ns = self._offset_ns
        if stepped:
            self._offset_ns = offset_ns
        self._former_sampled_ns, self._sampled_ns = self._sampled_ns, self.monotonic_ns()
        return stepped

    def to_monotonic_ns(self, stamp_ns: int) -> int:
        """Return a stamp that was taken between the last two samples as monotonic time."""
        stamp = stamp_ns - self._offset_ns
        if self._former_offset_ns == self._offset_ns or self._is_possible(stamp):
            return stamp
        former = stamp_ns - self._former_offset_ns
        return former if self._is_possible(former) else self._sampled_ns

    def _is_possible(self, time_ns: int) -> bool:
        return self._former_sampled_ns - _SLACK_NS <= time_ns <= self._sampled_ns + _SLACK_NS

    def _look(self) -> int:
        """Return wall − monotonic, of three looks the one that was interrupted least."""
        looks = []
        for _ in range(3):
            before_ns = self.monotonic_ns()
            wall_ns = self._wall_ns()
            after_ns = self.monotonic_ns()
            looks.append((after_ns - before_ns, wall_ns - (before_ns + after_ns) // 2))
        return min(looks)[1]


class ValueClock:
    """Gives values their time: the wall clock, yet strictly increasing for each item.

    A wall clock that is set back by more than 5 s is followed: it is right now, or else its
    values are old in any case.
    """

    def __init__(self, wall_ns: Clock = time.time_ns, monotonic_ns: Clock = time.monotonic_ns):
        self._wall_ns = wall_ns
        self._monotonic_ns = monotonic_ns
        self._last_ns: dict[int, int] = {}
        self._offset_ns = wall_ns() - monotonic_ns()
        self._step_ns = self._stepped_at_ns = 0

    def stamp(self, itemid: int) -> tuple[int, int]:
        """Return seconds and nanoseconds for the next value of an item."""
        wall_ns = self._look()
        next_ns = self._last_ns.get(itemid, -1) + 1
        time_ns = wall_ns if next_ns - wall_ns > _BACK_NS else max(wall_ns, next_ns)
        self._last_ns[itemid] = time_ns
        return divmod(time_ns, _NS_PER_S)

    def stepped_s(self) -> float:
        """Return by how much the wall clock was set last, if within the last quarter of an hour.

        Set forward it is above 0; less than half a second is none.
        """
        self._look()
        recent = self._monotonic_ns() - self._stepped_at_ns < _REMEMBERED_NS
        return self._step_ns / _NS_PER_S if recent else 0.0

    def _look(self) -> int:
        """Return the wall clock's time, and note whether it was set."""
        now_ns, wall_ns = self._monotonic_ns(), self._wall_ns()
        step_ns = wall_ns - now_ns - self._offset_ns
        if abs(step_ns) >= _SET_NS:
            self._step_ns, self._stepped_at_ns = step_ns, now_ns
            self._offset_ns += step_ns
        return wall_ns

    def keep(self, itemids: Container[int]) -> None:
        """Forget the items that are gone."""
        self._last_ns = {key: last for key, last in self._last_ns.items() if key in itemids}
