"""A plan made part by part is the plan made at once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from multipath.cli.deploying import comparison
from multipath.cli.deploying.planning import Planned, make_plan
from multipath.objects import Object
from multipath.plan.changes import Plan
from multipath.render.desired import desired
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile
from tests.bench.many import topologies as many
from tests.plan.test_properties import topologies
from tests.zabbix.fake import serving
from tests.zabbix.recorded import Recorded


def planned(recorded: Recorded, asked: list[Topology], part: int) -> Planned:
    with (
        pytest.MonkeyPatch.context() as patch,
        serving(recorded.answer) as url,
        Client(Profile(url, token="0")) as client,
    ):
        patch.setattr(comparison, "PART", part)
        return make_plan(client, asked, adopt=False, save=True)


def unlevelled(plan: Plan) -> Plan:
    """Return a plan by what it does; levels only order what is created among itself."""
    changes = sorted(
        (replace(change, level=0) for change in plan.changes),
        key=lambda change: (change.action, change.ref.sort_key),
    )
    return replace(plan, changes=tuple(changes))


@settings(deadline=None, max_examples=10)
@given(topologies(), topologies())
def test_parts_make_the_same_plan(before: list[Topology], after: list[Topology]) -> None:
    recorded = Recorded(desired(before))
    whole, parts = (planned(recorded, after, part) for part in (100, 1))
    assert unlevelled(parts.plan) == unlevelled(whole.plan)
    assert parts.hosts == whole.hosts
    assert parts.ids.by_ref == whole.ids.by_ref
    assert parts.seen == whole.seen


def test_what_a_part_has_settled_is_shared_by_the_next() -> None:
    """The vantages of the first topology are as they should be, until the second joins them."""
    first, second = many(2)
    (change,) = [
        change
        for change in planned(Recorded(desired([first])), [first, second], 1).plan.changes
        if change.ref.key == ("multipath.proxy1",)
    ]
    assert isinstance(change.after, Object)
    assert change.after.owners == {"bench-0", "bench-1"}
    tags = [tag["value"] for tag in change.after.fields["tags"]]
    assert tags == ["bench-0", "bench-1"]


def test_what_is_as_asked_is_forgotten() -> None:
    asked = many(3)
    recorded = Recorded(desired(asked))
    with (
        pytest.MonkeyPatch.context() as patch,
        serving(recorded.answer) as url,
        Client(Profile(url, token="0")) as client,
    ):
        patch.setattr(comparison, "PART", 1)
        found = comparison.compare(client, asked, None, digest=False)
    held = {ref.kind for ref in found.wanted}
    assert len(found.wanted) < 30
    assert held <= {"hostgroup", "host", "usermacro", "valuemap", "item", "trigger"}
