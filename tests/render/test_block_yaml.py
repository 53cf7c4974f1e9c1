"""YAML as multipath's own templates write it: read as all YAML is, or left to who reads all."""

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.render import block_yaml, plain_yaml
from multipath.render.desired import desired
from multipath.render.plain_yaml import load_any
from multipath.topology.loader import load

EXAMPLES = Path(__file__).parents[2] / "topologies"

_SCALARS = st.sampled_from(
    ["a", "a b", "1", '""', '"a"', '"a: b"', '"\\n\\""', "'a'", "a:b", "&x a"]
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda these: f"[{', '.join(these)}]"),
        st.lists(st.tuples(_SCALARS, inner), max_size=3).map(
            lambda pairs: f"{{{', '.join(f'{key}: {value}' for key, value in pairs)}}}"
        ),
    ),
    max_leaves=5,
)
_LINES = st.tuples(
    st.sampled_from(["", "  ", "    ", " "]),
    st.sampled_from(["", "", "- ", "-", "- - "]),
    st.sampled_from(["", "a: ", "b: ", "c:", "d : ", "e:  "]),
    st.one_of(st.just(""), _VALUES),
    st.sampled_from(["", "", "", " # told", " "]),
).map("".join)
_DOCUMENTS = st.lists(_LINES, max_size=8).map("\n".join)


def _rendered() -> Iterator[str]:
    """Yield what the templates render for the examples."""
    texts: list[str] = []

    def read(text: str) -> object:
        texts.append(text)
        return load_any(text)

    with mock.patch.object(plain_yaml, "load", read):
        for example in sorted(EXAMPLES.glob("*.yaml")):
            desired(load([example]))
    yield from texts


def test_all_that_our_templates_render_is_plain() -> None:
    for text in _rendered():
        assert block_yaml.load(text) == load_any(text)


@settings(deadline=None, max_examples=500)
@given(st.one_of(st.text(), _DOCUMENTS, _DOCUMENTS.map(lambda text: f"a:\n{text}")))
def test_what_is_read_is_what_it_means(text: str) -> None:
    try:
        read = block_yaml.load(text)
    except block_yaml.NotPlainError:
        return
    assert read == load_any(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2",
        "a: {b: 1, b: 2}",
        "a: 'b'",
        "a: b # told",
        "a: &x b",
        "a: |\n  b",
        "a: b\n  c",
        "a: b\n  c: d",
        "a: {b:c}",
        "a: [b, [c]",
        "a: {b, c}",
        "- - a",
        "a: \x85",
        'a: "\\u0041"',
        "--- a",
        "",
    ],
)
def test_what_is_not_so_plain_is_left(text: str) -> None:
    with pytest.raises(block_yaml.NotPlainError):
        block_yaml.load(text)
