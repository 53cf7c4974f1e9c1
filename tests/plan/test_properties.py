"""What holds of any two states: from one to the other, and nothing left to do then."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.objects import State
from multipath.plan.diff import diff
from multipath.plan.document import SavedPlan, digests, from_json, to_json
from multipath.render.desired import desired
from multipath.topology.model import Node, Probe, Thresholds, Topology
from tests.plan.test_diff import applied, fields_of

PLACES = ("a", "b", "c", "d", "e")
NODES = {place: Node(address=f"{place}.example.com") for place in PLACES}
SCOPE = frozenset({"one", "two"})


@st.composite
def topologies(draw: st.DrawFn) -> list[Topology]:
    """Return none, one or two topologies over a few shared places."""
    result = []
    for name in draw(st.sets(st.sampled_from(sorted(SCOPE)))):
        order = draw(st.permutations(PLACES))
        proxies = tuple(order[2 : 2 + draw(st.integers(0, 3))])
        nodes = {place: NODES[place] for place in draw(st.permutations(order))}
        result.append(
            Topology(
                name=name,
                source=order[0],
                target=order[1],
                proxies=proxies,
                nodes=nodes,
                probe=Probe(packets=draw(st.integers(1, 3))),
                thresholds=Thresholds(loss_percent=draw(st.sampled_from(["1%", "5%"]))),
            )
        )
    return result


@settings(deadline=None, max_examples=25)
@given(topologies(), topologies())
def test_a_plan_turns_any_state_into_any_other(
    before: list[Topology], after: list[Topology]
) -> None:
    old, new = desired(before), desired(after)
    result = applied(diff(new, old, SCOPE), old)
    assert fields_of(result) == fields_of(new)
    assert not diff(new, result, SCOPE)
    assert not diff(old, old, SCOPE)


@settings(deadline=None, max_examples=25)
@given(topologies(), topologies(), st.randoms(use_true_random=False))
def test_the_order_of_things_never_changes_a_plan(
    before: list[Topology], after: list[Topology], random: Random
) -> None:
    def shuffled(state: State) -> State:
        entries = list(state.items())
        random.shuffle(entries)
        return dict(entries)

    old, new = desired(before), desired(after)
    assert diff(shuffled(new), shuffled(old), SCOPE) == diff(new, old, SCOPE)
    again = [
        each.model_copy(update={"nodes": dict(reversed(each.nodes.items()))}) for each in after
    ]
    assert diff(desired(again), old, SCOPE) == diff(new, old, SCOPE)


@settings(deadline=None, max_examples=25)
@given(topologies(), topologies())
def test_a_saved_plan_is_the_plan(before: list[Topology], after: list[Topology]) -> None:
    old = desired(before)
    plan = diff(desired(after), old, SCOPE)
    saved = SavedPlan("http://zabbix", SCOPE, (), digests(old), plan)
    again = from_json(to_json(saved))
    assert again == saved
    again.check_unchanged(old)
