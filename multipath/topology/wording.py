"""The words that problems are told in: what a value is, what was likely meant."""

import difflib
from collections.abc import Iterable

from pydantic_core import PydanticCustomError

REFUSED = "refused"
"""The pydantic error type of everything that this package itself refuses."""


def refusal(what: str, instead: str) -> PydanticCustomError:
    """Return the ValueError for a refused value: what is wrong, and what to write instead."""
    return PydanticCustomError(REFUSED, "{what}; {instead}", {"what": what, "instead": instead})


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that looks most like this one, or None if none does."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)


def quoted(text: str) -> str:
    """Return a text in quotes, cut when it is long."""
    longest = 60
    return f'"{text if len(text) <= longest else text[:longest] + "…"}"'


def described(value: object) -> str:
    """Return what a YAML value is: ``the text "20"``, ``a list``."""
    match value:
        case None:
            return "no value"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {quoted(value)}"
        case list():
            return "a list"
        case _:
            return "a mapping"
