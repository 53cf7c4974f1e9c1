"""Desired × existing → plan, and the plan applied."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import names
from multipath.errors import PlanError
from multipath.objects import ON_HOSTS, SPECS, Kind, Object, Ref, State
from multipath.plan.changes import Action, Kept, Plan
from multipath.plan.diff import diff, new_on
from multipath.render.desired import desired
from multipath.topology.loader import load
from multipath.topology.model import Topology

EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"
SH_LA = load([EXAMPLE])[0]
SCOPE = frozenset({"sh-la"})
ASKED = desired([SH_LA])


def applied(plan: Plan, before: State) -> State:
    """Return what Zabbix would hold after the plan; what is on a deleted host dies with it."""
    after = dict(before)
    for change in plan.changes:
        if change.after is not None:
            if change.before is not None:
                del after[change.before.ref]
            after[change.ref] = change.after
            continue
        del after[change.ref]
        if change.ref.kind is Kind.HOST:
            (host,) = change.ref.key
            after = {ref: each for ref, each in after.items() if ref.key[0] != host}
    return after


def fields_of(state: State) -> dict[Ref, object]:
    return {ref: each.fields for ref, each in state.items()}


def renamed(name: str) -> Topology:
    return SH_LA.model_copy(update={"name": name})


def with_value(state: State, ref: Ref, **changed: str) -> State:
    each = state[ref]
    return {**state, ref: Object(ref, {**each.fields, **changed}, each.owners)}


def test_from_nothing_everything_is_created_and_then_nothing_is_left_to_do() -> None:
    plan = diff(ASKED, {}, SCOPE)
    assert plan.counts() == {Action.CREATE: len(ASKED)}
    after = applied(plan, {})
    assert fields_of(after) == fields_of(ASKED)
    assert not diff(ASKED, after, SCOPE)


@given(st.randoms(use_true_random=False), st.data())
def test_any_part_of_it_becomes_the_whole(order: random.Random, data: st.DataObject) -> None:
    refs = sorted(ASKED, key=lambda ref: ref.sort_key)
    there = set(data.draw(st.lists(st.sampled_from(refs), unique=True)))
    shuffled = list(ASKED.items())
    order.shuffle(shuffled)
    before = {ref: each for ref, each in shuffled if ref in there}
    plan = diff(dict(shuffled), before, SCOPE)
    assert plan == diff(ASKED, before, SCOPE)
    assert fields_of(applied(plan, before)) == fields_of(ASKED)


def test_an_object_is_created_after_what_it_needs() -> None:
    place = {change.ref: number for number, change in enumerate(diff(ASKED, {}, SCOPE).changes)}
    for ref, each in ASKED.items():
        if ref.kind is Kind.ITEM and each.fields["master_item"]:
            assert place[Ref(Kind.ITEM, (ref.key[0], each.fields["master_item"]))] < place[ref]
        if ref.kind is Kind.TRIGGER:
            for other in each.fields["dependencies"]:
                assert place[Ref(Kind.TRIGGER, (other["host"], other["name"]))] < place[ref]
        if ref.kind in ON_HOSTS:
            assert place[Ref(Kind.HOST, (ref.key[0],))] < place[ref]


def test_one_batch_never_holds_an_object_and_what_it_needs() -> None:
    # states, the verdict, its parts; a side, proxy away, clock stepped, agent silent, down,
    # latency, baseline; path, any way, a way
    levels = {Kind.ITEM: 3, Kind.TRIGGER: 7, Kind.SERVICE: 3}
    batches = list(diff(ASKED, {}, SCOPE).batches())
    assert [kind for _, kind, _ in batches] == [
        kind for kind in SPECS for _ in range(levels.get(kind, 1))
    ]


def test_destroying_takes_all_away_last_created_first() -> None:
    plan = diff({}, ASKED, SCOPE)
    assert applied(plan, ASKED) == {}
    kinds = [change.ref.kind for change in plan.changes]
    assert kinds == [
        Kind.DASHBOARD,
        Kind.SLA,
        *[Kind.SERVICE] * 5,
        Kind.MAP,
        *[Kind.GRAPH] * 7,
        *[Kind.HOST] * 5,
        Kind.HOST_GROUP,
    ]


def test_destroying_one_of_two_leaves_the_other_as_if_it_were_alone() -> None:
    other = renamed("other")
    both = desired([SH_LA, other])
    left = applied(diff({}, both, SCOPE), both)
    assert fields_of(left) == fields_of(desired([other]))
    assert not diff(desired([other]), left, frozenset({"other"}))


def test_what_a_shared_trigger_waits_for_follows_those_that_share_it() -> None:
    office = {"office" if name == "zabbix-sh" else name: n for name, n in SH_LA.nodes.items()}
    other = renamed("other").model_copy(update={"source": "office", "nodes": office, "edges": {}})
    away = Ref(Kind.TRIGGER, ("multipath.proxy1", names.CHECK_PROXY))
    both = desired([SH_LA, other])
    assert {each["host"] for each in both[away].fields["dependencies"]} == {
        "multipath.zabbix-sh",
        "multipath.office",
    }
    assert not diff(ASKED, both, SCOPE)
    left = applied(diff({}, both, frozenset({"other"})), both)
    assert fields_of(left) == fields_of(ASKED)


def test_deploying_one_beside_another_never_touches_the_other() -> None:
    other = desired([renamed("other")])
    plan = diff(ASKED, other, SCOPE)
    after = applied(plan, other)
    assert fields_of(after) == fields_of(desired([SH_LA, renamed("other")]))
    assert Action.DELETE not in plan.counts()


def test_a_drifted_field_is_put_back_and_shown() -> None:
    ref = Ref(Kind.TRIGGER, ("multipath.zabbix-sh", "sh-la zabbix-sh>la down"))
    plan = diff(ASKED, with_value(ASKED, ref, priority="INFO"), SCOPE)
    (change,) = plan.changes
    assert change.differences() == {"priority": ("INFO", "WARNING")}


def test_a_probe_that_changes_keeps_its_item() -> None:
    slower = SH_LA.probe.model_copy(update={"packets": 5, "cycle_s": 60.0})
    plan = diff(desired([SH_LA.model_copy(update={"probe": slower})]), ASKED, SCOPE)
    assert plan.counts() == {
        Action.UPDATE: 5 * 3 + 6 + 4 + 2 + 2 + 5 + 1
    }  # edges, routes, advice, states and evidence, ways to proxies, triggers that count looks, map
    for change in plan.changes:
        if change.ref.key[-1].startswith(names.KEY_PROBE):
            assert change.differences().keys() == {"key", "delay"}


def test_a_removed_proxy_is_pruned() -> None:
    fewer = SH_LA.model_copy(update={"proxies": ("proxy1",)})
    plan = diff(desired([fewer]), ASKED, SCOPE)
    assert fields_of(applied(plan, ASKED)) == fields_of(desired([fewer]))
    assert Ref(Kind.HOST, ("multipath.proxy2",)) in {change.ref for change in plan.changes}


def test_a_threshold_that_an_operator_tuned_is_kept() -> None:
    macro = names.threshold_macro("LOSS.MAX", "sh-la", "zabbix-sh>la")
    ref = Ref(Kind.MACRO, ("multipath.zabbix-sh", macro))
    plan = diff(ASKED, with_value(ASKED, ref, value="33"), SCOPE)
    assert not plan
    assert plan.kept == (Kept(ref, "value", theirs="33", ours="5"),)


@pytest.mark.parametrize("kind", [Kind.HOST, Kind.ITEM, Kind.TRIGGER])
def test_what_an_operator_disabled_stays_disabled_also_when_it_changes(kind: Kind) -> None:
    ref = min((ref for ref in ASKED if ref.kind is kind), key=lambda ref: ref.sort_key)
    kept = Kept(ref, "status", theirs="DISABLED", ours="ENABLED")
    disabled = with_value(ASKED, ref, status="DISABLED")
    assert diff(ASKED, disabled, SCOPE) == Plan((), (kept,))
    plan = diff(ASKED, with_value(disabled, ref, description="drifted"), SCOPE)
    (change,) = plan.changes
    assert change.differences().keys() == {"description"}
    assert plan.kept == (kept,)


def test_a_renamed_target_keeps_its_items() -> None:
    (topology,) = [SH_LA]
    nodes = {"lax" if name == "la" else name: node for name, node in topology.nodes.items()}
    other = topology.model_copy(update={"target": "lax", "nodes": nodes, "edges": {}})
    plan = diff(desired([other]), ASKED, SCOPE)
    items = [
        change
        for change in plan.changes
        if change.ref.kind is Kind.ITEM and ",side," not in change.ref.key[-1]
        if not change.ref.key[0].startswith("multipath.target.")
    ]
    assert {change.action for change in items} == {Action.UPDATE}
    assert len(items) == 3 * 24 + 6 + 4 + 2 + 2
    assert fields_of(applied(plan, ASKED)) == fields_of(desired([other]))


def test_two_edges_that_could_be_the_renamed_one_are_not_guessed_at() -> None:
    def with_targets(*names: str) -> State:
        node = SH_LA.nodes["la"]
        return desired(
            [
                SH_LA.model_copy(
                    update={
                        "proxies": names,
                        "nodes": {**SH_LA.nodes, **dict.fromkeys(names, node)},
                        "edges": {},
                    }
                )
            ]
        )

    before, after = with_targets("a", "b"), with_targets("c", "d")
    plan = diff(after, before, SCOPE)
    assert fields_of(applied(plan, before)) == fields_of(after)
    for change in plan.changes:
        if change.ref.kind is Kind.ITEM and "probe[" in change.ref.key[1]:
            assert change.action is not Action.UPDATE


def test_a_threshold_that_only_the_topology_changed_is_updated() -> None:
    stricter = SH_LA.model_copy(
        update={
            "edges": {},
            "thresholds": SH_LA.thresholds.model_copy(update={"loss_percent": 1.0}),
        }
    )
    before = desired([SH_LA.model_copy(update={"edges": {}})])
    plan = diff(desired([stricter]), before, SCOPE)
    assert plan.counts() == {Action.UPDATE: 5 + 5}  # and what is far above it, in the states
    macros = [change for change in plan.changes if change.ref.kind is Kind.MACRO]
    assert {change.differences()["value"] for change in macros} == {("5", "1")}


def test_what_somebody_else_made_is_taken_over_only_when_asked() -> None:
    ref = Ref(Kind.HOST, ("multipath.zabbix-sh",))
    foreign = {ref: Object(ref, {**ASKED[ref].fields, "tags": []})}
    with pytest.raises(PlanError, match=r"did not make:\n  host multipath\.zabbix-sh\n.*--adopt"):
        diff(ASKED, foreign, SCOPE)
    plan = diff(ASKED, foreign, SCOPE, adopt=True)
    assert plan.counts() == {Action.CREATE: len(ASKED) - 1, Action.UPDATE: 1}
    assert fields_of(applied(plan, foreign)) == fields_of(ASKED)


def test_what_is_created_on_a_host_that_is_there_is_looked_up_by_name() -> None:
    hosts = {ref: each for ref, each in ASKED.items() if ref.kind is Kind.HOST}
    assert new_on(diff(ASKED, {}, SCOPE), ()) == []
    looked_up = new_on(diff(ASKED, hosts, SCOPE), [ref.key[0] for ref in hosts])
    assert len(looked_up) == sum(ref.kind in {Kind.ITEM, Kind.TRIGGER} for ref in ASKED)


def test_a_plan_tells_how_much_is_lost_with_what_goes_along() -> None:
    plan = diff({}, ASKED, SCOPE)
    assert plan.lost == len(ASKED) > len(plan.changes)
