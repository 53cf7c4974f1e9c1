"""What the templates make of a topology."""

import re
from collections import Counter
from pathlib import Path

import pytest

from multipath import names
from multipath.agent.items.key import DEFAULT_PORTS, parse_probe
from multipath.errors import TemplateError
from multipath.objects import Kind, Object, Ref, State
from multipath.render.desired import desired
from multipath.render.templates import template_folder
from multipath.topology.edges import edges
from multipath.topology.loader import load
from multipath.topology.model import Topology

EXAMPLES = Path(__file__).parents[2] / "topologies"


@pytest.fixture(scope="module")
def sh_la() -> Topology:
    return load([EXAMPLES / "sh-la.yaml"])[0]


@pytest.fixture(scope="module")
def objects(sh_la: Topology) -> State:
    return desired([sh_la])


def test_topologies_with_the_same_target_share_the_problem_of_its_side(sh_la: Topology) -> None:
    other = sh_la.model_copy(update={"name": "other"})
    found = desired([sh_la, other])
    host = names.target_host("la", "203.0.113.10")
    shared = found[Ref(Kind.TRIGGER, (host, names.CHECK_SIDE))]
    topologies = [tag["value"] for tag in shared.fields["tags"] if tag["tag"] == "multipath"]
    assert topologies == ["other", "sh-la"]
    side = found[Ref(Kind.ITEM, (host, names.KEY_SIDE))]
    key = names.side_key("*", "la", "203.0.113.10")
    assert side.fields["params"] == f"max(last_foreach(/*/{key},2m))"
    for name in ("sh-la", "other"):
        key = names.side_key(name, "la", "203.0.113.10")
        assert Ref(Kind.ITEM, (names.path_host(name), key)) in found
        path = names.path_host(name)
        blamed = [ref.key[1] for ref in found if ref.kind is Kind.TRIGGER and ref.key[0] == path]
        assert names.verdict_check("la") not in blamed
        assert names.verdict_check("zabbix-sh>la") in blamed


def test_topologies_with_the_same_proxy_share_the_problem_of_the_way_to_it(
    sh_la: Topology,
) -> None:
    found = desired([sh_la, sh_la.model_copy(update={"name": "other"})])
    host, check = names.vantage_host("proxy1"), names.verdict_check("zabbix-sh>proxy1")
    shared = found[Ref(Kind.TRIGGER, (host, check))]
    topologies = [tag["value"] for tag in shared.fields["tags"] if tag["tag"] == "multipath"]
    assert topologies == ["other", "sh-la"]
    way = found[Ref(Kind.ITEM, (host, names.way_key("zabbix-sh")))]
    key = names.way_to_key("*", "zabbix-sh", "proxy1")
    assert way.fields["params"] == f"max(last_foreach(/*/{key},2m))"
    for name in ("sh-la", "other"):
        path = names.path_host(name)
        key = names.way_to_key(name, "zabbix-sh", "proxy1")
        assert Ref(Kind.ITEM, (path, key)) in found
        assert Ref(Kind.TRIGGER, (path, check)) not in found


def test_a_target_of_the_same_name_at_another_address_is_another_place(sh_la: Topology) -> None:
    moved = sh_la.nodes["la"].model_copy(update={"address": "203.0.113.99"})
    other = sh_la.model_copy(update={"name": "other", "nodes": {**sh_la.nodes, "la": moved}})
    hosts = {ref.key[0] for ref in desired([sh_la, other]) if ref.kind is Kind.HOST}
    assert {names.target_host("la", each) for each in ("203.0.113.10", "203.0.113.99")} <= hosts


@pytest.mark.parametrize(
    "address", ["2001:db8::1", "a" * 63 + ".example.com", "_x.example", "x" * 250]
)
def test_the_name_of_a_targets_host_is_one_that_zabbix_takes(address: str) -> None:
    host = names.target_host("n" * 64, address)
    assert re.fullmatch(r"[0-9A-Za-z_. -]{1,128}", host)
    assert host != names.target_host("n" * 64, f"{address[:-1]}z")


def _of(objects: State, kind: Kind) -> list[Object]:
    return [each for ref, each in objects.items() if ref.kind is kind]


def _tags(each: Object) -> dict[str, str]:
    return {tag["tag"]: tag["value"] for tag in each.fields["tags"]}


def test_sh_la_is_three_vantages_a_path_and_five_masters(objects: State) -> None:
    masters = [each for each in _of(objects, Kind.ITEM) if "probe[" in each.fields["key"]]
    assert len(masters) == 5
    assert Counter(ref.kind for ref in objects) == {
        Kind.HOST_GROUP: 1,
        Kind.HOST: 3 + 1 + 1,
        Kind.VALUE_MAP: 3 * 3 + 1 + 2,
        Kind.MACRO: 3 * 2 + 1 + 2 + 5 * 4,
        Kind.ITEM: 3 * (2 + 11 + 1) + 2 + 5 * 24 + 3 * 3 + 5 + 4 + 1 + 3 + 2 * 2,
        Kind.TRIGGER: 3 * (4 + 1) + 2 + 5 * 5 + (1 + 3) + 2 + 2 + 2,
        Kind.GRAPH: 5 + 2,
        Kind.MAP: 1,
        Kind.SERVICE: 2 + 3,
        Kind.SLA: 1,
        Kind.DASHBOARD: 1,
    }


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_agent_understands_every_key_and_measures_what_is_written(file: Path) -> None:
    (topology,) = load([file])
    keys = [each.fields["key"] for each in _of(desired([topology]), Kind.ITEM)]
    specs = {spec.edge: spec for spec in map(parse_probe, keys_of_probes(keys))}
    assert len(specs) == len(edges(topology))
    for edge in edges(topology):
        probe, spec = edge.probe, specs[f"{topology.name} {edge.name}"]
        told = (spec.kind, spec.packets, spec.timeout_s, spec.dscp, spec.source)
        source = probe.source or ""
        assert told == (probe.type, probe.packets, probe.timeout_s, probe.dscp, source)
        assert spec.path == (probe.path if probe.type in DEFAULT_PORTS else "/")
        if probe.type in {"icmp", "udp"}:
            assert (spec.size, spec.df) == (probe.size, probe.df)
        if probe.type != "icmp":
            assert spec.port == (probe.port or DEFAULT_PORTS[probe.type])


def keys_of_probes(keys: list[str]) -> list[str]:
    return [key for key in keys if key.startswith("multipath.probe[")]


def test_packets_that_are_marked_are_asked_for_in_the_key() -> None:
    (topology,) = load([EXAMPLES / "services.yaml"])
    keys = [each.fields["key"] for each in _of(desired([topology]), Kind.ITEM)]
    assert sorted(keys_of_probes(keys)) == [
        "multipath.probe[shop,colo,web-shop,tcp,shop.example.com,packets=10,port=443,timeout=2s]",
        "multipath.probe[shop,head-office,colo,icmp,198.51.100.40,"
        "df=1,dscp=46,packets=60,size=1472,source=eth0,timeout=2s]",
        "multipath.probe[shop,head-office,web-shop,https,shop.example.com,"
        "packets=10,path=/health,timeout=2s]",
    ]


def test_a_master_item_tells_the_agent_all_it_needs(objects: State) -> None:
    ref = Ref(Kind.ITEM, ("multipath.zabbix-sh", "multipath.probe[sh-la,zabbix-sh,la]"))
    fields = objects[ref].fields
    assert fields["key"] == (
        "multipath.probe[sh-la,zabbix-sh,la,icmp,203.0.113.10,packets=20,size=56,timeout=2s]"
    )
    assert (fields["type"], fields["value_type"], fields["delay"]) == (
        "ZABBIX_ACTIVE",
        "TEXT",
        "10s",
    )


def test_a_figure_that_a_measurement_lacks_gives_no_value(objects: State) -> None:
    calculated = [each for each in _of(objects, Kind.ITEM) if each.fields["type"] == "CALCULATED"]
    assert len(calculated) == 5 * 4 + 3 * 3 + 4 + 1 + 1 + 1 + 2 * 2
    for each in calculated:
        step, *_ = each.fields["preprocessing"]
        assert step["type"] == "CHECK_NOT_SUPPORTED"
        unknown = "-1" if each.fields["key"].endswith(",cost]") else "0"
        if each.fields["value_type"] == "TEXT":
            unknown = "-" if "evidence" in each.fields["key"] else "0 0 -"
        measured = each.fields["value_type"] == "FLOAT" and unknown == "0"
        handled = ("DISCARD_VALUE", "") if measured else ("CUSTOM_VALUE", unknown)
        assert (step["error_handler"], step["error_handler_params"]) == handled
    dependents = [
        each
        for each in _of(objects, Kind.ITEM)
        if each.fields["type"] == "DEPENDENT"
        and each.fields["host"] != "multipath.path.sh-la"
        and names.METRIC_WAY not in each.fields["key"]
    ]
    assert len(dependents) == 5 * 16 + 3 * 10
    for each in dependents:
        (step,) = each.fields["preprocessing"]
        assert (step["type"], step["error_handler"]) == ("JSONPATH", "DISCARD_VALUE")


def test_everything_of_an_edge_carries_the_tags_of_the_contract(objects: State) -> None:
    for each in _of(objects, Kind.ITEM):
        tags = _tags(each)
        assert tags["multipath"] == "sh-la"
        if "route" in tags:
            assert tags == {"multipath": "sh-la", "route": each.fields["key"].split(",")[1]}
        elif "scope" in tags:
            assert tags == {"multipath": "sh-la", "scope": "vantage"}
        elif each.fields["key"].startswith(("multipath.verdict[", "multipath.route[")):
            assert tags == {"multipath": "sh-la"}
        else:
            assert tags.keys() == {"multipath", "from", "to", "role"}
            assert f"[sh-la,{tags['from']},{tags['to']}," in each.fields["key"]
    for each in _of(objects, Kind.TRIGGER):
        tags = _tags(each)
        assert tags["multipath"] == "sh-la"
        if tags["scope"] == "vantage":
            assert tags["check"] in {
                *("agent-silent", "agent-drops", "agent-disk", "proxy-away", "clock-stepped")
            }
        elif tags["scope"] == "route":
            assert tags["check"] in {"better via-proxy1", "better via-proxy2"}
        elif tags["scope"] == "verdict":
            assert tags.keys() == {"multipath", "scope", "check", "place"}
        else:
            usable = tags["check"] not in {"down", "loss"}
            route = set() if usable else {"route"}
            assert tags.keys() == {"multipath", "from", "to", "role", "scope", "check"} | route


def test_a_route_has_the_edges_from_source_to_target(objects: State) -> None:
    edges: dict[str, set[tuple[str, str]]] = {}
    for each in _of(objects, Kind.TRIGGER):
        tags = _tags(each)
        if "route" in tags:
            edges.setdefault(tags["route"], set()).add((tags["from"], tags["to"]))
    assert edges == {
        "direct": {("zabbix-sh", "la")},
        "via-proxy1": {("zabbix-sh", "proxy1"), ("proxy1", "la")},
        "via-proxy2": {("zabbix-sh", "proxy2"), ("proxy2", "la")},
    }


def test_a_vantage_is_monitored_by_its_zabbix_proxy(objects: State) -> None:
    proxies = {each.fields["host"]: each.fields["proxy"] for each in _of(objects, Kind.HOST)}
    assert proxies == {
        "multipath.zabbix-sh": "",
        "multipath.proxy1": "proxy1",
        "multipath.proxy2": "proxy2",
        "multipath.target.la.203.0.113.10": "",
        "multipath.path.sh-la": "",
    }


def test_every_trigger_of_an_edge_ends_when_its_data_ends(objects: State) -> None:
    for each in _of(objects, Kind.TRIGGER):
        if _tags(each)["scope"] == "edge":
            assert each.fields["expression"].endswith(",1m)=0"), each.ref
            assert each.fields["recovery_expression"].endswith(",1m)=1"), each.ref
            assert each.fields["recovery_expression"].count("nodata(") == 1


def test_every_alarm_of_an_edge_waits_for_its_agent_and_that_for_its_zabbix_proxy(
    objects: State,
) -> None:
    for ref, each in objects.items():
        chain = [ref]
        if ref.kind is not Kind.TRIGGER or _tags(each)["scope"] == "verdict":
            continue
        while others := objects[chain[-1]].fields["dependencies"]:
            (other,) = others
            chain.append(Ref(Kind.TRIGGER, (other["host"], other["name"])))
        if _tags(each)["scope"] == "edge":
            checks = [_tags(objects[other])["check"] for other in chain]
            away = [] if "sh" in ref.key[0] else ["proxy-away", "side-ill"]
            vantage = ["agent-silent", "clock-stepped", *away]
            assert checks[checks.index("down") :] == ["down", *vantage], ref


def test_topologies_share_a_vantage_and_both_tag_it(sh_la: Topology) -> None:
    other = sh_la.model_copy(update={"name": "sh-la-2"})
    both = desired([sh_la, other])
    host = both[Ref(Kind.HOST, ("multipath.zabbix-sh",))]
    assert host.owners == {"sh-la", "sh-la-2"}
    assert [tag["value"] for tag in host.fields["tags"]] == ["sh-la", "sh-la-2"]
    assert len(_of(both, Kind.HOST)) == 3 + 1 + 2
    assert len(_of(both, Kind.GRAPH)) == 2 * 7


def test_topologies_that_disagree_on_a_shared_vantage_are_refused(sh_la: Topology) -> None:
    moved = {**sh_la.nodes, "proxy1": sh_la.nodes["proxy2"]}
    other = sh_la.model_copy(update={"name": "sh-la-2", "nodes": moved})
    with pytest.raises(TemplateError, match=r"host multipath\.proxy1 is shared by sh-la and sh-la"):
        desired([sh_la, other])


def test_a_topology_without_proxies_has_one_edge(sh_la: Topology) -> None:
    alone = sh_la.model_copy(update={"proxies": ()})
    assert len(_of(desired([alone]), Kind.GRAPH)) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% if %}", r"edge\.yaml\.j2:1: Expected an expression"),
        ("{{ edge.nonsense }}", r"/edge\.yaml\.j2:1 for edge zabbix-sh>la of sh-la: .*nonsense"),
        ("items: [", r"edge\.yaml\.j2 for edge zabbix-sh>la of sh-la does not render to YAML"),
        ("things: []", "unknown section 'things'; there are: host_groups, hosts"),
        ("items: [{host: a, name: b}]", "items: b lacks key, tags, type, value_type"),
        ("macros: [{host: a, macro: b, value: c, x: d}]", "macros: a has unknown fields x"),
        ("just words", "must render to a mapping of sections"),
        ("items: word", "items must be a list"),
        ("items: [word]", "each entry of items must be a mapping"),
    ],
)
def test_a_broken_template_says_where(
    sh_la: Topology, tmp_path: Path, text: str, message: str
) -> None:
    for file in template_folder().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "edge.yaml.j2").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=message):
        desired([sh_la], tmp_path)
