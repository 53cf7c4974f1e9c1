"""The words that problems are told in: what a value is, what was likely meant."""

import difflib
from collections.abc import Iterable


class Refusal(ValueError):  # noqa: N818 - raised to refuse a value, told as a problem
    """A refused value.

    Args:
        what: what is wrong with it.
        instead: what to write instead.
    """

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"{what}; {instead}")
        self.what, self.instead = what, instead


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
