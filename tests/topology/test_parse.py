"""What a good text means; and that no text at all makes parse raise."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from multipath.topology.edges import edges
from multipath.topology.model import Topology
from multipath.topology.parse import parse

MINIMAL = """\
name: a
source: s
target: t
nodes:
  s: {address: 192.0.2.1}
  t: {address: 192.0.2.2}
"""

WITH_PROXY = """\
name: a
source: s
target: t
proxies: [p]
nodes:
  s: {address: 192.0.2.1}
  p: {address: 192.0.2.3}
  t: {address: 192.0.2.2}
probe: {packets: 50, cycle: 20s}
thresholds: {rtt: 90ms, loss: 2.5%}
"""


def good(text: str) -> Topology:
    topology, problems = parse(text, "good.yaml")
    assert problems == []
    assert topology is not None
    return topology


def as_yaml(data: object) -> str:
    stream = StringIO()
    YAML(typ="safe", pure=True).dump(data, stream)
    return str(stream.getvalue())


def test_what_is_left_out_has_the_defaults() -> None:
    topology = good(MINIMAL)
    assert topology.description == ""
    assert topology.proxies == ()
    assert topology.nodes["s"].zabbix_proxy is None
    assert topology.nodes["s"].agent == "multipath"
    assert (topology.language, topology.slo) == ("en", None)
    assert topology.probe.model_dump() == {
        "type": "icmp",
        "packets": 20,
        "cycle_s": 30.0,
        "timeout_s": 2.0,
        "size": 56,
        "port": None,
        "confirm_port": None,
        "path": "/",
        "dscp": 0,
        "df": False,
        "source": None,
    }
    assert topology.thresholds.model_dump() == {
        "loss_percent": 5.0,
        "rtt_s": 0.3,
        "baseline_percent": 30.0,
        "jitter_s": 0.05,
        "window_s": 180.0,
        "silent_s": 120.0,
    }


def test_durations_are_seconds_and_percentages_of_a_hundred() -> None:
    topology = good(WITH_PROXY)
    assert topology.probe.cycle_s == 20.0
    assert topology.thresholds.rtt_s == 0.09
    assert topology.thresholds.loss_percent == 2.5


def test_an_edge_differs_only_in_what_it_says_itself() -> None:
    text = WITH_PROXY + "edges:\n  p>t: {thresholds: {rtt: 40ms}, probe: {size: 100}}\n"
    direct, proxy_target, source_proxy = edges(good(text))
    assert (proxy_target.thresholds.rtt_s, proxy_target.thresholds.loss_percent) == (0.04, 2.5)
    assert (proxy_target.probe.size, proxy_target.probe.packets) == (100, 50)
    assert direct.thresholds == source_proxy.thresholds == good(WITH_PROXY).thresholds
    assert direct.probe == source_proxy.probe == good(WITH_PROXY).probe


def test_an_edge_may_say_again_what_the_default_is() -> None:
    text = WITH_PROXY + "edges:\n  p>t: {probe: {packets: 20}}\n"
    assert edges(good(text))[1].probe.packets == 20


def test_anchors_aliases_and_merges_are_followed() -> None:
    text = WITH_PROXY + (
        "edges:\n"
        "  s>t: {thresholds: &low {rtt: 40ms, loss: 1%}}\n"
        "  p>t: {thresholds: *low}\n"
        "  s>p: {thresholds: {<<: *low, loss: 9%}}\n"
    )
    found = [(edge.thresholds.rtt_s, edge.thresholds.loss_percent) for edge in edges(good(text))]
    assert found == [(0.04, 1.0), (0.04, 1.0), (0.04, 9.0)]


def test_a_later_anchor_replaces_an_earlier_one_of_its_name() -> None:
    text = WITH_PROXY + (
        "edges:\n"
        "  s>t: {thresholds: &low {rtt: 40ms}}\n"
        "  p>t: {thresholds: &low {rtt: 50ms}}\n"
        "  s>p: {thresholds: *low}\n"
    )
    assert [edge.thresholds.rtt_s for edge in edges(good(text))] == [0.04, 0.05, 0.05]


def test_yaml_is_1_2_so_on_and_no_are_names() -> None:
    text = "name: a\nsource: on\ntarget: no\nnodes: {on: {address: a.b}, no: {address: c.d}}\n"
    assert list(good(text).nodes) == ["on", "no"]


def test_addresses_take_their_usual_form() -> None:
    text = MINIMAL.replace("192.0.2.1}", '"2001:DB8:0:0::1"}').replace("192.0.2.2", "LA.example")
    nodes = good(text).nodes
    assert (nodes["s"].address, nodes["t"].address) == ("2001:db8::1", "la.example")


@given(st.data())
def test_the_order_of_keys_never_matters(data: st.DataObject) -> None:
    def shuffled(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {key: shuffled(value[key]) for key in data.draw(st.permutations(list(value)))}

    plain = YAML(typ="safe", pure=True).load(
        WITH_PROXY + "edges: {p>t: {probe: {size: 99, packets: 9}, thresholds: {rtt: 1s}}}\n"
    )
    assert good(as_yaml(shuffled(plain))) == good(as_yaml(plain))


@given(st.text())
def test_no_text_makes_parse_raise(text: str) -> None:
    topology, problems = parse(text, "any")
    assert (topology is None) == bool(problems)


yaml_like = st.text(alphabet=list("abst:-[]{},&*!|>'\"#%@<>=~? \n\t0123456789."), max_size=60)


@given(yaml_like, st.integers(0, len(WITH_PROXY)))
def test_no_damage_to_a_good_text_makes_parse_raise(noise: str, place: int) -> None:
    topology, problems = parse(WITH_PROXY[:place] + noise + WITH_PROXY[place:], "any")
    assert (topology is None) == bool(problems)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
keys = st.sampled_from(
    ["name", "source", "target", "proxies", "nodes", "probe", "thresholds", "edges"]
)


@given(keys, values)
def test_no_value_of_a_key_makes_parse_raise(key: str, value: object) -> None:
    plain = YAML(typ="safe", pure=True).load(WITH_PROXY)
    topology, problems = parse(as_yaml({**plain, key: value}), "any")
    assert (topology is None) == bool(problems)


sections = st.sampled_from(["probe", "thresholds"])
section_keys = st.sampled_from(
    [
        *("type", "packets", "cycle", "timeout", "size", "port", "path", "dscp", "df", "source"),
        *("loss", "rtt", "window", "silent"),
    ]
)


@given(sections, st.dictionaries(section_keys, scalars, max_size=4))
def test_no_value_in_a_section_makes_parse_raise(section: str, written: dict[str, object]) -> None:
    plain = YAML(typ="safe", pure=True).load(WITH_PROXY)
    plain["edges"] = {"s>t": {section: written}}
    topology, problems = parse(as_yaml(plain), "any")
    assert (topology is None) == bool(problems)


@pytest.mark.parametrize(
    ("written", "dscp"), [("0", 0), ("46", 46), ("EF", 46), ("af41", 34), ("CS6", 48), ("LE", 1)]
)
def test_a_class_of_service_is_a_number_or_a_name(written: str, dscp: int) -> None:
    topology = good(f"{MINIMAL}probe: {{dscp: {written}}}\n")
    assert topology.probe.dscp == dscp


def test_keys_of_other_types_are_for_the_edges_that_have_them() -> None:
    topology = good(f"{MINIMAL}probe: {{port: 8443}}\nedges: {{s>t: {{probe: {{type: https}}}}}}\n")
    (edge,) = edges(topology)
    assert (edge.probe.type, edge.probe.port) == ("https", 8443)


def test_an_edge_may_leave_the_type_that_has_a_port() -> None:
    probe = "probe: {type: tcp, port: 22}"
    topology = good(f"{MINIMAL}{probe}\nedges: {{s>t: {{probe: {{type: icmp}}}}}}\n")
    assert edges(topology)[0].probe.type == "icmp"
