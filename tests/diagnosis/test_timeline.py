"""Verdicts over time become incidents: what hangs together is one."""

import pytest
from hypothesis import given

from multipath.diagnosis.compiled import encode
from multipath.diagnosis.locate import Outcome
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import (
    Incident,
    Phase,
    Sample,
    decode,
    ill_between,
    incidents,
    phases,
)
from tests.diagnosis.paths import SH_LA, observed, path, read

EVERY_S, PATIENCE_S, SETTLE_S = 10, 60, 60
FINE, TARGET, MIDDLE, SOURCE = "11111", "44411", "41111", "41144"


def timeline(*story: tuple[str, int], begin_s: int = 1000) -> list[Phase]:
    """Return the phases of patterns that hold for so many samples each; a blank is no sample."""
    samples: list[Sample] = []
    at_s = begin_s
    for pattern, number in story:
        for _ in range(number):
            if pattern:
                samples.append(Sample(at_s, read(pattern)))
            at_s += EVERY_S
    return phases(SH_LA, samples, at_s, PATIENCE_S)


def found(*story: tuple[str, int]) -> list[Incident]:
    return incidents(timeline(*story), SETTLE_S)


def places(incident: Incident) -> list[tuple[str, ...]]:
    return [each.segments for each in incident.main.verdict.leading]


def test_a_fault_is_one_incident_from_its_first_sample_to_the_first_well_one() -> None:
    (one,) = found((FINE, 5), (TARGET, 20), (FINE, 5))
    assert (one.begin_s, one.end_s, one.ended) == (1050, 1250, True)
    assert places(one) == [("la",)]


def test_while_edges_fall_one_by_one_it_is_the_same_incident() -> None:
    (one,) = found((FINE, 5), (MIDDLE, 2), ("40411", 3), (TARGET, 30), ("14411", 2), (FINE, 9))
    assert (one.begin_s, one.end_s) == (1050, 1420)
    assert places(one) == [("la",)]
    assert len(one.phases) == 3


def test_a_slow_rise_is_the_same_incident_as_its_edges_are_among_the_later_ones() -> None:
    (one,) = found((MIDDLE, 10), ("44011", 12), (TARGET, 30), (FINE, 1))
    assert places(one) == [("la",)]


def test_another_fault_is_another_incident_also_without_a_pause() -> None:
    first, second = found((TARGET, 20), ("11441", 20), (FINE, 1))
    assert places(first) == [("la",)]
    assert second.begin_s == first.end_s
    assert second.main.verdict.outcome is Outcome.SEVERAL


def test_a_fault_that_flaps_is_one_incident_of_what_it_is_in_all() -> None:
    flaps = [(SOURCE, 5), (FINE, 3)] * 4
    (one,) = found(*flaps, ("41111", 7), (FINE, 9))
    assert places(one) == [("zabbix-sh",)]
    assert one.end_s - one.begin_s == (4 * 8 + 7) * EVERY_S


def test_well_for_longer_than_edges_take_to_settle_is_an_end() -> None:
    assert len(found((TARGET, 20), (FINE, 7), (TARGET, 20))) == 2


def test_what_lasts_yet_has_not_ended() -> None:
    (one,) = found((FINE, 5), (TARGET, 20))
    assert (one.end_s, one.ended) == (1250, False)


def test_what_was_not_seen_to_end_has_not_ended() -> None:
    (silent,) = found((TARGET, 20), ("00000", 20))
    (gone,) = found((TARGET, 20), ("", 100))
    assert not silent.ended
    assert not gone.ended
    assert gone.end_s == 1190 + PATIENCE_S


def test_a_sample_holds_no_longer_than_patience() -> None:
    before, after = timeline((FINE, 5), ("", 20), (FINE, 5))
    assert (before.end_s, after.begin_s) == (1040 + PATIENCE_S, 1250)


def test_a_phase_shows_the_pattern_that_held_longest() -> None:
    (phase,) = timeline(("41111", 2), ("51111", 6), ("41111", 3))
    assert phase.healths == read("51111")


def test_a_lost_proxy_is_an_incident() -> None:
    (one,) = found((FINE, 5), ("10151", 20), (FINE, 5))
    assert one.main.verdict.lost == ("proxy1",)


def test_nothing_ill_is_no_incident() -> None:
    assert found((FINE, 50), ("00000", 20), ("", 20)) == []
    assert phases(SH_LA, [], 100, PATIENCE_S) == []


def test_of_a_time_the_longest_verdict_counts() -> None:
    held = timeline((MIDDLE, 2), (TARGET, 20), (SOURCE, 30))
    assert ill_between(held, 1000, 1250) == Phase(1020, 1220, read(TARGET), held[1].verdict)
    assert ill_between(held, 1000, 1015) == Phase(1000, 1015, read(MIDDLE), held[0].verdict)
    assert ill_between(held, 5000, 5100) is None
    assert ill_between(timeline((FINE, 9)), 1000, 1050) is None


@given(observed(most_proxies=12))
def test_what_zabbix_holds_reads_as_it_was_encoded(seen: tuple[Path, tuple[Health, ...]]) -> None:
    way, healths = seen
    text = ",".join(map(str, encode(healths)))
    assert decode(text, len(way.edges)) == healths


def test_a_number_with_an_exponent_is_read() -> None:
    healths = (Health.GOOD,) * 19 + (Health.DOWN,)
    (word,) = encode(healths)
    assert decode(f"{word:.16e}", 20) == healths


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [("7776", 5, "more than 5"), ("1", 25, "less than 25"), ("up", 5, "could not convert")],
)
def test_what_is_of_another_path_is_refused(text: str, number: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decode(text, number)


def test_the_verdict_names_the_path_of_any_size() -> None:
    way = path(4)
    healths = tuple(Health.LOSSY if "t" in ends else Health.GOOD for ends in way.ends)
    (phase,) = phases(way, [Sample(0, healths)], 10, PATIENCE_S)
    assert phase.verdict.leading[0].segments == ("t",)
