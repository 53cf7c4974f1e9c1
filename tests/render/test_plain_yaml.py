"""Rendered YAML as plain values."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from multipath.render.plain_yaml import load
from multipath.render.templates import quoted


@given(st.text())
def test_a_quoted_text_is_read_back(text: str) -> None:
    assert load(f"a: [{{b: {quoted(text)}}}]") == {"a": [{"b": text}]}


@given(st.text())
def test_any_text_is_read_as_the_library_reads_it_or_refused(text: str) -> None:
    try:
        read = load(text)
    except ValueError:
        return
    assert read == yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - builds strings only


def test_every_scalar_is_a_string() -> None:
    assert load("a: YES\nb: [1, 0x2, null, 2026-01-01, '']") == {
        "a": "YES",
        "b": ["1", "0x2", "null", "2026-01-01", ""],
    }


def test_an_alias_is_the_value_of_its_anchor() -> None:
    assert load("a: &x [1]\nb: {c: *x}") == {"a": ["1"], "b": {"c": ["1"]}}


def test_an_empty_text_is_nothing() -> None:
    assert load("# only a comment\n") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "did not find expected node content"),
        ("a: 1\n---\nb: 2", "more than one document"),
        ("a: *x", r"\*x has no anchor.*line 1, column 4"),
        ("a: 1\na: 2", "a is there twice.*line 2, column 1"),
        ("[a]: 1", "a key must be a text.*line 1, column 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){message}"):
        load(text)
