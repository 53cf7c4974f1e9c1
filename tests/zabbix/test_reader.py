"""What is read back of a state is that state, in whatever order Zabbix has made it."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.objects import Kind, Object, Ref, State
from multipath.plan.diff import diff
from multipath.render.desired import desired
from multipath.topology.loader import load
from multipath.topology.model import Topology
from multipath.zabbix import bulk
from multipath.zabbix.client import Client
from multipath.zabbix.codec import Ids
from multipath.zabbix.profile import Profile
from multipath.zabbix.reader import read
from tests.system.steps import EXAMPLE
from tests.zabbix.fake import serving
from tests.zabbix.recorded import Recorded

SH_LA = load([EXAMPLE])[0]


def named(*names: str) -> list[Topology]:
    return [SH_LA.model_copy(update={"name": name}) for name in names]


def read_back(recorded: Recorded, wanted: State, scope: frozenset[str]) -> tuple[State, Ids]:
    hosts = [ref for ref in wanted if ref.kind is Kind.HOST]
    with serving(recorded.answer) as url, Client(Profile(url, token="0")) as client:
        return read(client, hosts, scope, wanted)


@settings(deadline=None, max_examples=20)
@given(st.randoms(use_true_random=False), st.sampled_from([7, 50, 1000]))
def test_what_is_read_is_what_is_there(random: Random, size: int) -> None:
    """Also if an item was made before its master, or a trigger before what it depends on."""
    state = desired(named("one", "two"))
    numbers = random.sample(range(1, 10 * len(state)), len(state))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "OBJECTS", size)
        found, ids = read_back(Recorded(state, numbers), {}, frozenset({"one", "two"}))
    assert found == state
    assert {ids.by_ref[ref] for ref in state} == set(map(str, numbers))


def test_what_is_as_wanted_is_held_once() -> None:
    state = desired(named("one"))
    there, wanted = desired(named("one")), dict(state)
    changed = next(ref for ref in wanted if ref.kind is Kind.TRIGGER)
    wanted[changed] = Object(changed, {**wanted[changed].fields, "priority": "INFO"})
    found, ids = read_back(Recorded(there), wanted, frozenset({"one"}))
    assert found == state
    assert [ref for ref in found if found[ref] is not wanted[ref]] == [changed]
    assert [change.ref for change in diff(wanted, found, frozenset({"one"})).changes] == [changed]
    assert next(ref for ref in ids.by_ref if ref == changed) is wanted[changed].ref


def test_the_number_of_calls_does_not_grow_with_the_objects_of_a_page() -> None:
    calls = []
    for scope in (["one"], ["one", "two", "three"]):
        state = desired(named(*scope))
        recorded = Recorded(state)
        read_back(recorded, state, frozenset(scope))
        calls.append([request.method for request in recorded.asked])
    assert calls[0] == calls[1]


def test_no_two_maps_share_the_number_of_an_element() -> None:
    rows = Recorded(desired(named("one", "two"))).rows(Kind.MAP)
    numbers = [element["selementid"] for row in rows for element in row["selements"]]
    assert len(set(numbers)) == len(numbers) == 8


def test_a_link_that_leads_to_another_map_is_a_difference() -> None:
    recorded = Recorded(desired(named("one", "two")))
    one, two = recorded.rows(Kind.MAP)
    one["links"][0]["selementid1"] = two["selements"][0]["selementid"]
    wanted = desired(named("one", "two"))
    found, _ = read_back(recorded, wanted, frozenset({"one", "two"}))
    (change,) = diff(wanted, found, frozenset({"one", "two"})).changes
    assert change.ref.key == ("multipath one",)


def test_widgets_that_come_in_another_order_are_no_difference() -> None:
    recorded = Recorded(desired(named("one")))
    for page in recorded.rows(Kind.DASHBOARD)[0]["pages"]:
        page["widgets"].reverse()
    wanted = desired(named("one"))
    found, _ = read_back(recorded, wanted, frozenset({"one"}))
    assert not diff(wanted, found, frozenset({"one"}))


def test_of_a_crowded_vantage_only_what_is_asked_for_is_read() -> None:
    recorded = Recorded(desired(named("one", "two")))
    found, _ = read_back(recorded, desired(named("one")), frozenset({"one"}))
    assert {ref for ref, each in found.items() if "one" not in each.owners} == set()
    assert found.keys() == desired(named("one")).keys()


def test_a_trigger_that_depends_on_another_topologys_says_so() -> None:
    """One that was not asked for, and is on a host that was not asked for."""
    state = desired(named("one"))
    own, foreign = (
        next(ref for ref in state if ref.kind is Kind.TRIGGER and ref.key[0] == host)
        for host in ("multipath.proxy1", "multipath.zabbix-sh")
    )
    moved = dict(zip(("host", "name"), ("multipath.elsewhere", "theirs"), strict=True))
    theirs = Object(
        Ref(Kind.TRIGGER, ("multipath.elsewhere", "theirs")),
        {**state[foreign].fields, **moved, "tags": [], "dependencies": []},
    )
    ours = Object(own, {**state[own].fields, "dependencies": [moved]}, state[own].owners)
    found, _ = read_back(Recorded({**state, own: ours, theirs.ref: theirs}), {}, frozenset({"one"}))
    assert found[own].fields["dependencies"] == [moved]
    assert theirs.ref not in found
