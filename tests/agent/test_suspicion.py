"""When an edge has turned ill, so that its way is traced."""

from itertools import repeat

from multipath.agent.cycle.account import Measurement
from multipath.agent.cycle.suspicion import CLEAN_CYCLES, Ill, Suspicion


def cycle(lost: int = 0, rtt_s: float = 0.1, sent: int = 20) -> Measurement:
    received = sent - lost
    return Measurement(sent, 0, 0, 0, tuple(repeat(rtt_s, received)), "192.0.2.1")


def seen(*cycles: Measurement) -> list[Ill]:
    """What is fresh after each cycle, each being looked into at once."""
    suspicion, found = Suspicion(), []
    for each in cycles:
        suspicion.note(each)
        found.append(suspicion.fresh)
        if suspicion.fresh:
            suspicion.looked_into()
    return found


def test_a_turn_is_fresh_once_and_again_when_it_becomes_worse() -> None:
    assert seen(cycle(), cycle(1), cycle(2), cycle(9), cycle(20), cycle(20), cycle(9)) == [
        Ill.NOTHING,
        Ill.NOTHING,
        Ill.LOSSY,
        Ill.NOTHING,
        Ill.DOWN,
        Ill.NOTHING,
        Ill.NOTHING,
    ]


def test_it_can_turn_ill_anew_after_some_clean_cycles() -> None:
    def pause(clean: int) -> Ill:
        return seen(cycle(20), *repeat(cycle(), clean), cycle(20))[-1]

    assert pause(CLEAN_CYCLES - 1) is Ill.NOTHING
    assert pause(CLEAN_CYCLES) is Ill.DOWN


def test_what_was_not_looked_into_stays_fresh_while_it_lasts() -> None:
    suspicion = Suspicion()
    for each, fresh in ((cycle(5), Ill.LOSSY), (cycle(5), Ill.LOSSY), (cycle(), Ill.NOTHING)):
        suspicion.note(each)
        assert suspicion.fresh is fresh


def test_a_rise_of_the_rtt_is_fresh_in_its_second_cycle() -> None:
    well, slow = list(repeat(cycle(), 10)), cycle(rtt_s=0.16)
    assert seen(*well, slow, slow, slow)[-3:] == [Ill.NOTHING, Ill.SLOW, Ill.NOTHING]
    assert not any(seen(*well, slow, *well, slow))
    assert not any(seen(*well, *repeat(cycle(rtt_s=0.119), 10)))
    assert not any(seen(*repeat(cycle(rtt_s=0.001), 9), *repeat(cycle(rtt_s=0.010), 9)))


def test_what_lasts_becomes_usual() -> None:
    lasting = seen(*repeat(cycle(), 10), *repeat(cycle(rtt_s=0.2), 500), *repeat(cycle(), 10))
    assert [each for each in lasting if each] == [Ill.SLOW]
    again = seen(*repeat(cycle(), 10), *repeat(cycle(rtt_s=0.2), 900), *repeat(cycle(rtt_s=0.3), 9))
    assert [each for each in again if each] == [Ill.SLOW, Ill.SLOW]


def test_the_only_packet_of_a_cycle_counts_and_one_that_was_not_sent_does_not() -> None:
    assert seen(cycle(1, sent=1)) == [Ill.DOWN]
    assert seen(cycle(sent=0)) == [Ill.NOTHING]
