"""A vantage without an agent: the same keys, from Zabbix's own pings."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from multipath.objects import Kind, Object, Ref, State
from multipath.plan.changes import Action
from multipath.plan.diff import diff
from multipath.render.desired import desired
from multipath.topology.loader import load
from multipath.topology.model import Topology

(SH_LA,) = load([Path(__file__).parents[2] / "topologies" / "sh-la.yaml"])
SCOPE = frozenset({"sh-la"})


def without_agents(*names: str, **changed: object) -> Topology:
    nodes = {
        name: node.model_copy(update={"agent": "none"}) if name in names else node
        for name, node in SH_LA.nodes.items()
    }
    return SH_LA.model_copy(update={"nodes": nodes, **changed})


BARE = desired([without_agents("zabbix-sh", "proxy1")])


def items(state: State, host: str) -> dict[str, Object]:
    return {
        ref.key[1]: each
        for ref, each in state.items()
        if ref.kind is Kind.ITEM and ref.key[0] == host
    }


def test_an_edge_is_pinged_four_times_in_one_burst() -> None:
    pings = [
        each for each in items(BARE, "multipath.proxy1").values() if each.fields["type"] == "SIMPLE"
    ]
    address = '{$MULTIPATH.ADDRESS:"sh-la:proxy1>la"}'
    assert sorted(each.fields["key"] for each in pings) == [
        f"icmppingloss[{address},20,250,56,2000]",
        f"icmppingsec[{address},20,250,56,2000,avg]",
        f"icmppingsec[{address},20,250,56,2000,max]",
        f"icmppingsec[{address},20,250,56,2000,min]",
    ]
    macro = BARE[Ref(Kind.MACRO, ("multipath.proxy1", address))]
    assert macro.fields["value"] == "203.0.113.10"


def test_an_rtt_of_0_is_discarded_before_it_is_stored() -> None:
    for host in ("multipath.proxy1", "multipath.zabbix-sh"):
        for key, each in items(BARE, host).items():
            if key.startswith("icmppingsec"):
                (step,) = each.fields["preprocessing"]
                assert (step["type"], step["error_handler"]) == ("IN_RANGE", "DISCARD_VALUE")
                assert float(step["parameters"][0]) > 0


def item_names(value: object) -> Iterator[tuple[str, str]]:
    """Yield the items that an object's fields name, however deep."""
    if isinstance(value, Mapping):
        if value.keys() == {"host", "key"}:
            yield value["host"], value["key"]
        for inner in value.values():
            yield from item_names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from item_names(inner)


def test_all_that_is_drawn_and_judged_is_there() -> None:
    known = {ref.key for ref in BARE if ref.kind is Kind.ITEM}
    for ref, each in BARE.items():
        if ref.kind in {Kind.GRAPH, Kind.DASHBOARD}:
            assert known >= set(item_names(each.fields)), ref
    triggers = {ref for ref in BARE if ref.kind is Kind.TRIGGER}
    checks = ("agent-silent", "agent-drops", "agent-disk", "clock-stepped")
    silent = {Ref(Kind.TRIGGER, (host, check)) for host in AGENTLESS for check in checks}
    assert triggers == {ref for ref in desired([SH_LA]) if ref.kind is Kind.TRIGGER} - silent
    for ref in triggers:
        for other in BARE[ref].fields["dependencies"]:
            assert Ref(Kind.TRIGGER, (other["host"], other["name"])) in triggers


AGENTLESS = ("multipath.zabbix-sh", "multipath.proxy1")


def test_a_changed_probe_or_address_keeps_the_items() -> None:
    probe = SH_LA.probe.model_copy(update={"packets": 5})
    plan = diff(desired([without_agents(*SH_LA.nodes, probe=probe)]), ALL_BARE, SCOPE)
    assert plan.counts().keys() == {Action.UPDATE}
    moved = without_agents(*SH_LA.nodes)
    elsewhere = moved.nodes["la"].model_copy(update={"address": "203.0.113.11"})
    nodes = {**moved.nodes, "la": elsewhere}
    plan = diff(desired([moved.model_copy(update={"nodes": nodes})]), ALL_BARE, SCOPE)
    # where three edges end, the map's label, what an undecided verdict waits for; its side is new
    assert plan.counts() == {Action.UPDATE: 3 + 1 + 1, Action.CREATE: 5 + 1, Action.DELETE: 2}


ALL_BARE = desired([without_agents(*SH_LA.nodes)])


def test_an_agent_that_comes_later_finds_the_history() -> None:
    plan = diff(desired([SH_LA]), ALL_BARE, SCOPE)
    kept = {change.ref.key[-1] for change in plan.changes if change.action is Action.UPDATE}
    for metric in ("loss", "rtt.min", "rtt.p50", "rtt.max", "jitter"):
        assert f"multipath.metric[sh-la,zabbix-sh,la,{metric}]" in kept
