from random import Random

import pytest

from multipath.diagnosis.recurrence import recurrence

DAY_S = 86400.0


def coming_back(
    period_s: float, times: int, random: Random, start_s: float = 1_700_000_000.0
) -> list[float]:
    return [start_s + turn * period_s + random.uniform(-30, 30) for turn in range(times)]


@pytest.mark.parametrize(
    ("period_s", "cause"),
    [
        (3600.0, "rekey"),
        (28800.0, "IPsec"),
        (43200.0, "DHCP"),
        (86400.0, "nightly"),
        (604800.0, "weekly"),
        (50000.0, ""),
    ],
)
def test_a_period_is_found_from_five_occurrences(period_s: float, cause: str) -> None:
    random = Random(int(period_s))
    for _ in range(100):
        found = recurrence(coming_back(period_s, 5, random))
        assert found is not None
        assert found.period_s == pytest.approx(period_s, abs=30)
        assert found.outages == found.of == 5
        assert found.confidence > 0.999
    assert found is not None
    assert cause in found.cause
    assert bool(found.cause) == bool(cause)


def test_the_next_one_is_foretold() -> None:
    random = Random(1)
    for _ in range(50):
        *past, due_s = coming_back(28800.0, 7, random)
        found = recurrence(past)
        assert found is not None
        assert found.next_s == pytest.approx(due_s, abs=120)


def test_it_is_found_among_others_and_with_some_missing() -> None:
    random = Random(2)
    found = 0
    for _ in range(100):
        back = [each for each in coming_back(28800.0, 15, random) if random.random() < 0.8]
        others = [1_700_000_000.0 + random.uniform(0, 15 * 28800) for _ in range(4)]
        told = recurrence([*back, *others])
        found += told is not None and abs(told.period_s - 28800) < 60
    assert found >= 95


@pytest.mark.parametrize("days", [1, 7, 30])
@pytest.mark.parametrize("number", [5, 6, 8, 12, 20])
def test_random_outages_have_no_period(number: int, days: int) -> None:
    random = Random(number * days)
    rounds = 150
    claimed = sum(
        recurrence([random.uniform(0, days * DAY_S) for _ in range(number)]) is not None
        for _ in range(rounds)
    )
    assert claimed <= 1  # the stated rate is 0.1 %


def test_random_outages_of_office_hours_have_no_period() -> None:
    random = Random(9)
    claimed = sum(
        recurrence(
            [day * DAY_S + random.uniform(9 * 3600, 18 * 3600) for day in range(30) for _ in "ab"]
        )
        is not None
        for _ in range(30)
    )
    assert claimed == 0


def test_flapping_is_one_outage() -> None:
    flaps = [at + flap for at in coming_back(28800.0, 3, Random(4)) for flap in (0.0, 90.0, 200.0)]
    assert recurrence(flaps) is None


def test_four_are_too_few_and_the_order_does_not_matter() -> None:
    times = coming_back(28800.0, 6, Random(5))
    assert recurrence(times[:4]) is None
    assert recurrence([]) is None
    assert recurrence(times[::-1]) == recurrence(times)
