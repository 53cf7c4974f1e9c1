"""The languages: the same words in each, and nothing but words that differ."""

import re
import string
from pathlib import Path

import pytest

from multipath.objects import Kind, Object, Ref, State
from multipath.plan.changes import Action
from multipath.plan.diff import diff
from multipath.render.desired import desired
from multipath.render.words import LANGUAGES, words
from multipath.topology.loader import load
from multipath.topology.model import Topology

EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"
(SH_LA,) = load([EXAMPLE])
ENGLISH = desired([SH_LA])
CHINESE = desired([SH_LA.model_copy(update={"language": "zh"})])
SAID = ("name", "event_name", "description")
TOLD = re.compile(r"multipath\.(verdict\[sh-la,(told|evidence)|metric\[.*,way(\.changed)?)\]")
"""Items whose values are words."""
HAN = re.compile("[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_each_word_is_in_each_language_with_the_same_placeholders() -> None:
    english, *others = (words(language) for language in LANGUAGES)
    for other in others:
        assert other.keys() == english.keys()
        for key, said in english.items():
            assert placeholders(other[key]) == placeholders(said), key


def test_topologies_may_have_every_language_that_there_is() -> None:
    choices = Topology.model_json_schema()["properties"]["language"]["enum"]
    assert tuple(choices) == LANGUAGES


def named_alike(state: State) -> State:
    """Return the objects without the graphs that are named after what they compare."""
    return {
        ref: each
        for ref, each in state.items()
        if ref.kind is not Kind.GRAPH or len(each.fields["graph_items"]) == 8
    }


def test_what_objects_are_known_by_has_no_language() -> None:
    assert named_alike(CHINESE).keys() == named_alike(ENGLISH).keys()
    for ref, each in named_alike(CHINESE).items():
        if ref.kind in {Kind.TRIGGER, Kind.ITEM}:
            other = ENGLISH[ref]
            words = {*SAID, "preprocessing"} if TOLD.fullmatch(ref.key[-1]) else set(SAID)
            for field in each.fields.keys() - words:
                assert each.fields[field] == other.fields[field], (ref, field)


def test_a_changed_language_updates_and_takes_nothing_away_but_two_graphs() -> None:
    plan = diff(CHINESE, ENGLISH, frozenset({"sh-la"}))
    counts = plan.counts()
    assert (counts[Action.CREATE], counts[Action.DELETE]) == (2, 2)
    assert {change.ref.kind for change in plan.changes if change.before is None} == {Kind.GRAPH}


@pytest.mark.parametrize("kind", [Kind.TRIGGER, Kind.SERVICE, Kind.SLA])
def test_what_people_read_is_in_their_language(kind: Kind) -> None:
    def text(each: Object) -> str:
        return " ".join(each.fields.get(field, "") for field in SAID)

    objects = [ref for ref in CHINESE if ref.kind is kind and ref != PATH]
    assert objects
    assert all(HAN.search(text(CHINESE[ref])) for ref in objects)
    assert not any(HAN.search(text(ENGLISH[ref])) for ref in objects)


PATH = Ref(Kind.SERVICE, ("sh-la path",))
"""Named as the topology is."""
