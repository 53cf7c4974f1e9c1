from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

from multipath.diagnosis.edge_health import Cycle, Judgement, Limits, step
from multipath.diagnosis.state import Health

WINDOW = 30
LIMITS = Limits(usual_rtt_s=0.182)
WELL = Cycle(20, 0, 0.182, 0.001)
SLOW = Cycle(20, 0, 0.242, 0.001)
JITTERY = Cycle(20, 0, 0.182, 0.06)
DEAD = Cycle(20, 20)


def judged(cycles: Sequence[Cycle], limits: Limits = LIMITS) -> list[Health]:
    """Return the edge's health after each cycle."""
    judgement, result = Judgement(), []
    for last in range(1, len(cycles) + 1):
        judgement = step(judgement, cycles[max(0, last - WINDOW) : last], limits)
        result.append(judgement.health)
    return result


def losing(ratio: float, cycles: int, random: Random) -> list[Cycle]:
    return [
        Cycle(20, sum(random.random() < ratio for _ in range(20)), 0.182, 0.001)
        for _ in range(cycles)
    ]


def test_one_lost_packet_raises_nothing_and_makes_no_doubt() -> None:
    for at in range(40):
        cycles = [WELL] * 40
        cycles[at] = Cycle(20, 1, 0.182, 0.001)
        assert set(judged(cycles)) == {Health.GOOD}


def test_three_per_cent_for_five_minutes_is_found() -> None:
    random = Random(3)
    found = sum(
        Health.LOSSY in judged([WELL] * WINDOW + losing(0.03, WINDOW, random))[WINDOW:]
        for _ in range(100)
    )
    assert found >= 95


def test_one_burst_of_loss_raises_nothing() -> None:
    for lost in range(1, 20):
        said = judged([*[WELL] * 40, Cycle(20, lost, 0.182, 0.001), *[WELL] * 30])
        assert not any(each.bad for each in said)


def test_a_day_of_usual_loss_raises_nothing() -> None:
    assert not [each for each in judged(losing(0.002, 8640, Random(1))) if each.bad]


def test_down_is_two_cycles_without_an_answer_and_ends_with_the_first_good_one() -> None:
    said = judged([*[WELL] * 40, DEAD, DEAD, *[WELL] * 8])
    assert said[40:42] == [Health.UNKNOWN, Health.DOWN]
    assert said[42:] == [Health.UNKNOWN] * 7 + [Health.GOOD]


def test_a_fault_that_begins_in_the_midst_of_a_cycle_is_down_with_the_next() -> None:
    for answered in range(21):
        begun = Cycle(20, 20 - answered, 0.182, 0.001)
        said = judged([*[WELL] * 40, begun, DEAD, DEAD])
        assert said[40] is not Health.DOWN
        assert (said[41] is Health.DOWN) == (answered <= 10)
        assert said[42] is Health.DOWN


def test_heavy_loss_is_raised_and_cleared_within_three_cycles_mostly() -> None:
    random = Random(5)
    raised = cleared = 0
    for _ in range(100):
        said = judged([*[WELL] * 40, *losing(0.3, 20, random), *[WELL] * 10])
        raised += Health.LOSSY in said[40:43]
        cleared += not said[62].bad
    assert raised >= 90
    assert cleared >= 95


def test_loss_does_not_flap_while_it_lasts() -> None:
    random = Random(7)
    flaps = 0
    for _ in range(50):
        said = judged([*[WELL] * 40, *losing(0.1, 60, random)])[50:]
        flaps += sum(before.bad and not after.bad for before, after in pairwise(said))
    assert flaps <= 5  # of 3,000 cycles


def test_slow_takes_three_cycles_to_come_and_two_to_go() -> None:
    said = judged([*[WELL] * 5, *[SLOW] * 4, *[WELL] * 5])
    assert said[5:9] == [Health.UNKNOWN, Health.UNKNOWN, Health.SLOW, Health.SLOW]
    assert said[9:] == [Health.SLOW] + [Health.UNKNOWN] * 2 + [Health.GOOD] * 2


def test_one_slow_cycle_is_doubt_and_never_bad() -> None:
    said = judged([*[WELL] * 5, SLOW, *[WELL] * 5])
    assert said[5] is Health.UNKNOWN
    assert said[6:] == [Health.GOOD] * 5


def test_between_the_two_limits_a_slow_edge_stays_what_it_was() -> None:
    between = Cycle(20, 0, 0.205, 0.001)  # 182 + 18 (half of 20 %) < 205 < 182 + 36
    assert Health.SLOW not in judged([*[WELL] * 5, *[between] * 9])
    assert judged([*[SLOW] * 5, *[between] * 9])[-1] is Health.SLOW


def test_jitter_is_held_against_the_threshold() -> None:
    said = judged([*[WELL] * 5, *[JITTERY] * 3, *[WELL] * 6])
    assert said[5:8] == [Health.UNKNOWN, Health.UNKNOWN, Health.JITTERY]
    assert said[8:11] == [Health.JITTERY, Health.UNKNOWN, Health.UNKNOWN]
    assert said[11] is Health.GOOD


def test_without_a_baseline_the_threshold_counts() -> None:
    limits = Limits(rtt_s=0.2)
    assert judged([SLOW] * 3, limits)[-1] is Health.SLOW
    assert judged([WELL] * 3, limits)[-1] is Health.GOOD


def test_a_threshold_below_the_baseline_counts_as_well() -> None:
    limits = Limits(usual_rtt_s=0.182, rtt_s=0.19)
    assert judged([Cycle(20, 0, 0.195)] * 3, limits)[-1] is Health.SLOW


def test_cycles_that_sent_nothing_tell_nothing() -> None:
    assert set(judged([Cycle(0, 0)] * 10)) == {Health.UNKNOWN}
    assert judged([*[WELL] * 5, Cycle(0, 0)])[-1] is Health.GOOD


def test_with_few_packets_a_cycle_it_takes_longer_to_be_down() -> None:
    assert judged([Cycle(3, 3)] * 2)[-1] is Health.DOWN
    assert Health.DOWN not in judged([Cycle(1, 1)] * 5)
    assert judged([Cycle(1, 1)] * 6)[-1] is Health.DOWN


ANSWERED = replace(WELL, confirmed=True)
FILTERED = replace(DEAD, confirmed=True)


def test_pings_that_are_filtered_beside_answered_tcp_make_an_edge_unknown() -> None:
    partly = Cycle(20, 10, 0.182, 0.001, confirmed=True)
    cycles = [*[ANSWERED] * 40, partly, *[FILTERED] * 30, partly, *[ANSWERED] * 8]
    said = judged(cycles)
    assert set(said[40:]) == {Health.GOOD, Health.UNKNOWN}
    assert set(said[41:71]) == {Health.UNKNOWN}


def test_an_outage_is_down_also_where_tcp_was_answered_before() -> None:
    said = judged([*[ANSWERED] * 40, DEAD, DEAD, *[ANSWERED] * 2])
    assert said[41] is Health.DOWN
    said = judged([*[ANSWERED] * 40, FILTERED, DEAD, DEAD])
    assert said[-1] is Health.DOWN


def test_loss_stays_loss_where_tcp_is_answered() -> None:
    lossy = Cycle(20, 10, 0.182, 0.001, confirmed=True)
    assert judged([*[ANSWERED] * 40, *[lossy] * 3])[-1] is Health.LOSSY
