"""What edges showed, against what is usual, and what that says of places."""

import pytest

from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.posterior import USUAL_LOSS_RATIO
from multipath.diagnosis.timeline import Phase
from multipath.report.cycle import HOUR_S, Cycle
from multipath.report.evidence import (
    Traced,
    Usual,
    carried,
    chances,
    shown,
    usuals,
    witnesses,
)
from multipath.report.finding import Finding, finding
from tests.diagnosis.paths import read
from tests.report.makers import CYCLE_S, EDGES, NOON_S, TOPOLOGY, good, hour, lost, unsent

PATH = Path.of(TOPOLOGY)
USUAL = {(TOPOLOGY.name, edge.number): Usual(0.002, 0.1) for edge in EDGES}


def cycles(number: int, *, loss: tuple[float, ...], rtt_s: float = 0.1) -> list[Cycle]:
    """Return a minute of an edge for each of these losses, each edge having its own loss."""
    times = range(NOON_S, NOON_S + 60 * CYCLE_S, CYCLE_S)
    return [
        lost(at, number=number)
        if loss[number - 1] == 100
        else good(at, rtt_s, number=number, loss=loss[number - 1])
        for at in times
    ]


def measured(*loss: float, slow: int = 0) -> list[Cycle]:
    return [
        cycle
        for number in range(1, 6)
        for cycle in cycles(number, loss=loss, rtt_s=0.16 if number == slow else 0.1)
    ]


def test_an_edge_shows_its_packets_and_its_rtt() -> None:
    pattern = [*measured(30, 0, 100, 0, 0, slow=2), unsent(NOON_S, number=5)]
    seen = shown(EDGES, read("43511"), pattern, USUAL)
    assert [(each.sent, each.lost) for each in seen] == [
        (1200, lost) for lost in (360, 0, 1200, 0, 0)
    ]
    assert seen[0].loss_ratio == pytest.approx(0.3)
    assert seen[1].excess_s == pytest.approx(0.06)
    assert (seen[2].rtt_s, seen[2].excess_s) == (None, None)


def test_an_edge_that_was_not_measured_shows_nothing() -> None:
    (first, *_) = shown(EDGES, read("01111"), measured(0, 0, 0, 0, 0)[60:], USUAL)
    assert (first.sent, first.loss_ratio, first.rtt_s, first.excess_s) == (0, None, None, None)


def test_the_first_trace_of_each_ill_edge_bears_witness() -> None:
    seen = shown(EDGES, read("41501"), measured(30, 0, 100, 0, 0), USUAL)
    traces = [
        Traced(EDGES[edge], NOON_S + second, says)
        for second, edge, says in (
            (-1, 0, "too early"),
            (5, 2, "third"),
            (7, 1, "well"),
            (8, 0, "first"),
            (9, 0, "first again"),
            (60, 2, "too late"),
        )
    ]
    found = witnesses(seen, traces, NOON_S, NOON_S + 60)
    assert [(each.edge.number, each.says) for each in found] == [(1, "first"), (3, "third")]


def test_hours_say_what_is_usual_and_their_worst_tenth_does_not() -> None:
    past = [hour(NOON_S + at * HOUR_S, loss=50 if at == 5 else 1) for at in range(10)]
    found = usuals(EDGES, past, [good(NOON_S, 0.5, loss=20)])
    assert found[TOPOLOGY.name, 1].loss_ratio == pytest.approx(0.01, abs=1e-4)
    assert found[TOPOLOGY.name, 1].rtt_s == 0.1


def test_without_hours_a_near_past_says_it() -> None:
    near = [good(NOON_S + at * CYCLE_S, 0.05) for at in range(30)]
    found = usuals(EDGES, [hour(NOON_S)] * 2, near)
    assert found[TOPOLOGY.name, 1] == Usual(USUAL_LOSS_RATIO, 0.05)
    assert found[TOPOLOGY.name, 2] == Usual(USUAL_LOSS_RATIO, None)


@pytest.mark.parametrize(
    ("loss", "slow", "expected"),
    [
        ((30, 30, 30, 0, 0), 0, {"la": (0.3, 0.0)}),
        ((0, 0, 0, 20, 0), 0, {"zabbix-sh>proxy1": (0.2, 0.0)}),
        ((0, 0, 0, 0, 0), 1, {"zabbix-sh>la": (0.0, 0.06)}),
        ((0.4, 0, 0, 0, 0), 0, {}),
    ],
)
def test_places_carry_what_their_edges_share(
    loss: tuple[float, ...], slow: int, expected: dict[str, tuple[float, float]]
) -> None:
    seen = shown(EDGES, read("11111"), measured(*loss, slow=slow), USUAL)
    got = {each.segment: (each.loss_ratio, each.delay_s) for each in carried(PATH, seen)}
    assert got.keys() == expected.keys()
    for segment, amounts in expected.items():
        assert got[segment] == pytest.approx(amounts, abs=0.003)


@pytest.mark.parametrize(
    ("pattern", "loss", "slow"),
    [
        ("44411", (30, 30, 30, 0, 0), 0),
        ("55511", (100, 100, 100, 0, 0), 0),
        ("31111", (0, 0, 0, 0, 0), 1),
    ],
)
def test_a_clear_fault_is_more_probable_than_all_else(
    pattern: str, loss: tuple[float, ...], slow: int
) -> None:
    seen = shown(EDGES, read(pattern), measured(*loss, slow=slow), USUAL)
    (chance,) = chances(PATH, seen, locate(PATH, read(pattern)))
    assert 0.9 < chance < 1


def test_ties_share_their_chance() -> None:
    seen = shown(EDGES, read("40011"), measured(30, 0, 0, 0, 0)[:60], USUAL)
    verdict = locate(PATH, read("40011"))
    found = chances(PATH, seen, verdict)
    assert len(found) == 2
    assert found[0] == found[1]
    assert 0.4 < found[0] < 0.5


def test_only_the_time_of_the_phase_counts_with_what_edges_take_to_tell() -> None:
    ill = measured(30, 30, 30, 0, 0)
    well = [
        good(NOON_S - at * CYCLE_S, number=each.number) for at in range(1, 60) for each in EDGES
    ]
    healths = read("44411")
    begin_s = NOON_S + 2 * CYCLE_S
    phase = Phase(begin_s, begin_s + 600, healths, locate(PATH, healths))
    found: Finding = finding(TOPOLOGY, phase, [*well, *ill], USUAL)
    assert [each.loss_ratio for each in found.edges] == pytest.approx([0.3, 0.3, 0.3, 0, 0])
    assert [each.segment for each in found.carried] == ["la"]
    assert found.edges[0].sent == 1200
