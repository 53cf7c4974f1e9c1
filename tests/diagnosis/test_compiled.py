import json
from collections.abc import Sequence
from typing import Any

import dukpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.diagnosis.compiled import (
    EDGES_PER_WORD,
    as_data,
    code,
    encode,
    meanings,
    script,
)
from multipath.diagnosis.locate import Outcome, locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from tests.diagnosis.paths import SH_LA, THREE, path, patterns, read

RUN_ALL = """
(function (step) {
  return dukpy.values.map(function (value) {
    try { return step(value); } catch (error) { return JSON.stringify({thrown: error}); }
  });
})(new Function('value', dukpy.script))
"""


def in_zabbix(on: Path, all_healths: Sequence[Sequence[Health]]) -> list[dict[str, Any]]:
    """Return what the script says, run by Zabbix's JavaScript engine."""
    return run(on, [",".join(map(str, encode(healths))) for healths in all_healths])


def run(on: Path, values: list[str]) -> list[dict[str, Any]]:
    said: list[str] = dukpy.evaljs(RUN_ALL, script=script(on), values=values)
    return [json.loads(text) for text in said]


@pytest.mark.parametrize("proxies", range(5))
def test_the_script_says_what_python_says_for_every_pattern_of_states(proxies: int) -> None:
    on = path(proxies)
    every = list(patterns(proxies, *THREE))
    assert in_zabbix(on, every) == [as_data(on, locate(on, healths)) for healths in every]


@pytest.mark.parametrize("proxies", range(3))
def test_the_script_says_what_python_says_for_every_pattern_of_kinds(proxies: int) -> None:
    on = path(proxies)
    every = list(patterns(proxies, *Health))
    assert in_zabbix(on, every) == [as_data(on, locate(on, healths)) for healths in every]


@settings(max_examples=15)
@given(st.integers(3, 60), st.data())
def test_the_script_says_what_python_says_for_many_proxies(
    proxies: int, data: st.DataObject
) -> None:
    on, edges = path(proxies), 2 * proxies + 1
    healths = data.draw(st.lists(st.sampled_from(Health), min_size=edges, max_size=edges))
    assert in_zabbix(on, [healths]) == [as_data(on, locate(on, healths))]


def test_ties_of_two_hundred_proxies_are_counted_up_to_what_a_script_can() -> None:
    on = path(200)
    healths = [Health.UNKNOWN] * 201 + [Health.LOSSY] * 200
    healths[0] = Health.GOOD
    (said,) = in_zabbix(on, [healths])
    assert said == as_data(on, locate(on, healths))
    assert said["count"] == 10**9


@given(st.lists(st.sampled_from(Health), max_size=90))
def test_a_code_is_a_number_to_the_base_6_of_at_most_20_edges(healths: list[Health]) -> None:
    words = encode(healths)
    digits = [
        word // 6**place % 6
        for at, word in enumerate(words)
        for place in range(min(EDGES_PER_WORD, len(healths) - EDGES_PER_WORD * at))
    ]
    assert digits == healths
    assert all(float(word) == word < 2**53 for word in words)


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "7776", "1,1", "9e99"])
def test_what_is_no_code_of_the_path_is_refused(value: str) -> None:
    (said,) = run(SH_LA, [value])
    assert "edges" in said["thrown"]


def test_every_verdict_has_a_number_that_means_it() -> None:
    means = meanings(SH_LA)
    assert code(SH_LA, locate(SH_LA, read("44411"))) == 11
    assert means[11] == (Outcome.PLACE, "la")
    assert code(SH_LA, locate(SH_LA, read("11015"))) == 20
    assert means[20] == (Outcome.LOST, "proxy2")
    for healths in patterns(2, *Health):
        verdict = locate(SH_LA, healths)
        outcome, named = means[code(SH_LA, verdict)]
        if named:
            assert verdict.outcome is outcome
            assert (
                named in {*verdict.lost, *verdict.explanations[0].segments}
                if (verdict.explanations)
                else set(verdict.lost)
            )


def test_names_reach_the_script_whole() -> None:
    on = Path("a-1.b_c", "Z" * 64, ("0",))
    healths = read("411")
    assert in_zabbix(on, [healths]) == [as_data(on, locate(on, healths))]
