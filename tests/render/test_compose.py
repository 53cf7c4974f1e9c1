"""What is rendered can be written down and read again."""

from pathlib import Path

import pytest

from multipath.objects import SPECS, Kind, State, by_ref
from multipath.render.compose import document, to_yaml
from multipath.render.desired import desired
from multipath.render.documents import parse
from multipath.topology.loader import load

EXAMPLES = sorted((Path(__file__).parents[2] / "topologies").glob("*.yaml"))


def _rendered(path: Path) -> State:
    return desired(load([path]))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_document_parses_back_to_the_same_objects(path: Path) -> None:
    topology = load([path])[0]
    objects = desired([topology])
    assert by_ref(parse(to_yaml(objects.values()), "the test", topology.name)) == objects


def test_shared_objects_parse_back_with_the_tags_of_all() -> None:
    objects = desired(load(EXAMPLES))
    again = by_ref(parse(to_yaml(objects.values()), "the test", "any"))
    assert {ref: each.fields for ref, each in again.items()} == {
        ref: each.fields for ref, each in objects.items()
    }


def test_sections_and_entries_are_sorted_whatever_the_order() -> None:
    objects = list(_rendered(EXAMPLES[-1]).values())
    assert to_yaml(reversed(objects)) == to_yaml(objects)
    kinds = {each.ref.kind for each in objects}
    assert list(document(objects)) == [SPECS[kind].section for kind in SPECS if kind in kinds]


def test_an_entry_begins_with_its_name_and_leaves_out_defaults() -> None:
    objects = _rendered(EXAMPLES[-1]).values()
    items = document(each for each in objects if each.ref.kind is Kind.ITEM)["items"]
    for item in items:
        assert list(item)[:2] == ["host", "key"]
        assert item.get("history") != SPECS[Kind.ITEM].defaults["history"]


def test_what_looks_like_a_number_or_a_flag_is_quoted() -> None:
    text = to_yaml(_rendered(EXAMPLES[-1]).values())
    assert "trends: '0'" in text
    assert "&id" not in text
