"""History where it is whole, trends where it is not: nothing twice, nothing lost."""

from hypothesis import given
from hypothesis import strategies as st

from multipath.report.choose import choose
from multipath.report.cycle import HOUR_S, Cycle, Place
from tests.report.makers import CYCLE_S, NOON_S, good, hour

ONE_PM_S = NOON_S + HOUR_S


def _hour_of_cycles(begin_s: int, *, first: int = 0, number: int = 1) -> list[Cycle]:
    return [
        good(begin_s + second, number=number) for second in range(first * CYCLE_S, HOUR_S, CYCLE_S)
    ]


def test_an_hour_that_history_has_whole_is_from_history() -> None:
    cycles = _hour_of_cycles(NOON_S)
    assert choose(cycles, [hour(NOON_S)], set()) == cycles


def test_an_hour_that_history_lacks_is_from_trends() -> None:
    later = _hour_of_cycles(ONE_PM_S)
    assert choose(later, [hour(NOON_S), hour(ONE_PM_S)], set()) == [hour(NOON_S), *later]


def test_an_hour_that_was_deleted_in_part_is_from_trends_alone() -> None:
    part, whole = _hour_of_cycles(NOON_S, first=100), _hour_of_cycles(ONE_PM_S)
    chosen = choose([*part, *whole], [hour(NOON_S), hour(ONE_PM_S)], set())
    assert chosen == [hour(NOON_S), *whole]


def test_the_running_hour_has_no_trends_yet() -> None:
    part = _hour_of_cycles(NOON_S, first=100)
    assert choose(part, [], set()) == part


def test_after_its_begin_history_is_trusted_even_if_trends_count_more() -> None:
    """A value that Zabbix got twice is counted by the trends, and stored once."""
    begun: set[Place] = set()
    first = _hour_of_cycles(NOON_S)
    assert choose(first, [hour(NOON_S)], begun) == first
    second = _hour_of_cycles(ONE_PM_S)
    assert choose(second, [hour(ONE_PM_S, count=361)], begun) == second


def test_edges_are_chosen_for_one_by_one() -> None:
    cycles = _hour_of_cycles(NOON_S, number=1)
    chosen = choose(cycles, [hour(NOON_S, number=1), hour(NOON_S, number=2)], set())
    assert chosen == sorted(
        [*cycles, hour(NOON_S, number=2)], key=lambda each: (each.start_ns, each.place)
    )


@given(deleted=st.integers(0, 3 * 360), page_hours=st.integers(1, 3))
def test_every_cycle_counts_once_however_much_was_deleted(deleted: int, page_hours: int) -> None:
    begins = [NOON_S + place * HOUR_S for place in range(3)]
    everything = [cycle for begin in begins for cycle in _hour_of_cycles(begin)]
    left = everything[deleted:]
    begun: set[Place] = set()
    counted = 0
    for first in range(0, 3, page_hours):
        page = begins[first : first + page_hours]
        end_ns = (page[-1] + HOUR_S) * 10**9
        history = [each for each in left if page[0] * 10**9 <= each.start_ns < end_ns]
        counted += sum(each.count for each in choose(history, [hour(at) for at in page], begun))
    assert counted == len(everything)
