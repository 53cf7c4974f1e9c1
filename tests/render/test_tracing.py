"""Traces in words, by Zabbix's own JavaScript engine."""

import dukpy
import pytest

from multipath.agent.probing.trace import Change, Hop, Trace
from multipath.render.tracing import evidence, way_changed_script, way_script
from multipath.render.words import words
from multipath.topology.edges import edges
from multipath.topology.loader import load
from tests.render.test_words import EXAMPLE

W = words("en")
RUN = "(new Function('value', dukpy.script))(dukpy.value)"
AT = "2026-11-24T19:04:33Z"
(SH_LA,) = load([EXAMPLE])


def run(script: str, value: str) -> str:
    said: str = dukpy.evaljs(RUN, script=script, value=value)
    return said


def way(*received: int, reached: bool = True, why: str = "") -> Trace:
    last = len(received)
    hops = [
        Hop(number, f"10.0.0.{number}", 4, (0.031,) * count, why if number == last else "")
        for number, count in enumerate(received, 1)
    ]
    return Trace("192.0.2.1", reached, tuple(hops))


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        (way(4, 4, 0, 4), "there in 4 hops, 31.0 ms"),
        (way(4, 3, 2), "loss from hop 2 (10.0.0.2) on, 50 % at the end"),
        (way(4, 4, reached=False), "no answer beyond hop 2 (10.0.0.2)"),
        (
            way(4, 3, 2, reached=False),
            "loss from hop 2 (10.0.0.2) on, 50 % at the end; no answer beyond hop 3 (10.0.0.3)",
        ),
        (
            way(4, 4, reached=False, why="host unreachable"),
            "hop 2 (10.0.0.2) turns packets away: host unreachable",
        ),
        (Trace("", False, (), "no route"), "not sent: no route"),
        (way(reached=False), "nobody answers"),
    ],
)
def test_a_trace_in_words(trace: Trace, said: str) -> None:
    assert run(way_script(W), trace.to_json(at=AT)) == f"19:04:33Z {said}"
    assert run(way_script(W), trace.to_json()) == said


def test_a_change_of_the_way_is_told_and_recorded_of_its_own() -> None:
    value = way(4, 4).to_json(Change(2, "10.9.9.9", "10.0.0.2"), AT)
    said = "another way at hop 2: 10.0.0.2, was 10.9.9.9"
    assert run(way_script(W), value) == f"19:04:33Z there in 2 hops, 31.0 ms; {said}"
    assert run(way_changed_script(W), value) == said


def test_only_edges_that_are_ill_bear_witness() -> None:
    found = evidence(edges(SH_LA), W)
    assert found is not None
    assert found.params.startswith(
        "concat(last(/multipath.zabbix-sh/multipath.metric[sh-la,zabbix-sh,la,state]),"
        '" ",last(/multipath.zabbix-sh/multipath.metric[sh-la,zabbix-sh,la,way]),"|",last('
    )
    assert found.params.count("last(") == 2 * 5
    said = run(found.script, "5 19:04Z nobody answers|1 there|4 loss|0 there|1 there")
    assert said == "① zabbix-sh→la: 19:04Z nobody answers | ③ proxy2→la: loss"
    assert run(found.script, "1 there|1 there|0 there|1 there|1 there") == "nothing is ill"
    assert run(found.script, "-") == "not every edge has been traced yet"


def test_where_no_agent_traces_there_is_no_evidence() -> None:
    nodes = {name: node.model_copy(update={"agent": "none"}) for name, node in SH_LA.nodes.items()}
    assert evidence(edges(SH_LA.model_copy(update={"nodes": nodes})), W) is None
