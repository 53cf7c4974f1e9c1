"""A small run of the simulation with a fixed seed holds its bounds."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.bench import simulation
from tests.bench.diagnosis import faults_table, groups, picture, put
from tests.bench.simulation import BACKGROUNDS, FAULTS, Fault, Score, false_alarms, misled, score


@pytest.fixture(scope="module", autouse=True)
def fewer_outcomes() -> Iterator[None]:
    """Take what has become of an edge from 1,000 drawn ones instead of 2,000."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "_OUTCOMES", 1000)
        yield


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_single_fault_is_named_when_all_agents_are_heard(fault: Fault) -> None:
    found = score(2, [fault], 1, 0, 200, Random(1))
    assert found.named >= 185
    assert found.wrong <= 4


@pytest.mark.parametrize("fault", [FAULTS[0], FAULTS[1], FAULTS[4]], ids=lambda fault: fault.name)
def test_a_heavy_fault_is_hardly_ever_misnamed_at_first(fault: Fault) -> None:
    random = Random(5)
    assert sum(misled(2, fault, random) for _ in range(100)) <= 1


def test_a_silent_agent_makes_verdicts_wider_and_hardly_wrong() -> None:
    found = score(3, FAULTS, 1, 1, 400, Random(2))
    assert found.named + found.listed >= 320
    assert found.wrong <= 8


def test_of_two_faults_one_at_least_is_nearly_always_right() -> None:
    found = score(2, FAULTS, 2, 0, 400, Random(3))
    assert found.named + found.listed + found.part >= 360


def test_a_year_of_usual_loss_raises_next_to_nothing() -> None:
    assert false_alarms(BACKGROUNDS[0], 1, Random(4)) <= 1


def test_the_tables_and_the_picture_hold_every_row() -> None:
    rows = [(group, Score(named=group.scenes)) for group in groups(1)]
    assert sum(group.scenes for group, _ in rows) >= 100_000
    table = faults_table(rows)
    assert table.count("| 100.0 % |") == len(rows)
    assert picture(rows).count("</text>") == len(rows) + 5
    text = "a\n<!-- faults -->\nold\n<!-- end of faults -->\nb"
    assert put(text, "faults", "new") == text.replace("old", "new")
