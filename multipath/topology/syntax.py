"""What is wrong with a text that is no YAML, and what to write instead."""

from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from multipath.errors import Problem

MAX_VALUES = 20_000
"""Values in a file once its aliases are followed; more is a bomb, not a topology."""

TOO_MANY = "too many values"

_UNCLOSED = {
    "while scanning a quoted scalar": ("this text has no closing quote", "close it"),
    "while parsing a flow sequence": ("this list is not closed", 'close it with "]"'),
    "while parsing a flow mapping": ("this mapping is not closed", 'close it with "}"'),
    "'<stream end>'": ("the file ends in the middle of this value", "complete it"),
}
"""What the YAML library says (a part of it) of something that began well, and how we say it."""

_MISPLACED = {
    TOO_MANY: (
        f"the file holds more than {MAX_VALUES:,} values up to here",
        "follow the examples, with few aliases",
    ),
    "expected a single document": (
        "a second YAML document begins here",
        'write one topology per file, without "---" between',
    ),
    "\\t": ("a tab stands where YAML wants spaces", "indent with spaces"),
    "mapping values are not allowed": (
        "a colon stands where YAML expects none",
        "put values that contain a colon in quotes, and indent keys of one level alike",
    ),
    "found undefined alias": ("this alias has no anchor", "define it before with &name"),
    "expected <block end>": (
        "this line does not fit the lines above it",
        "indent keys of one level alike",
    ),
    "could not find expected ':'": ("this line has no colon", 'write "key: value"'),
    "cannot start any token": ("this character cannot begin a value", "put the value in quotes"),
}
"""The same of something that may not stand where it stands. Looked up in this order."""


def problem_at(file: str, mark: Any, what: str, instead: str) -> Problem:
    """Return a problem at a mark of the YAML library (its lines and columns begin at 0)."""
    return Problem(file, mark.line + 1, mark.column + 1, what, instead)


def syntax_problem(error: YAMLError, text: str, file: str) -> Problem:
    """Return what the YAML library found wrong with a text, in our words."""
    if isinstance(error, ReaderError):
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        what = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
        return Problem(file, line, column, what, "delete it")
    assert isinstance(error, MarkedYAMLError)  # noqa: S101 - the library has no third kind
    said = f"{error.context}: {error.problem}"
    here = error.problem_mark or error.context_mark
    for table, mark in ((_UNCLOSED, error.context_mark or here), (_MISPLACED, here)):
        for part, (what, instead) in table.items():
            if part in said:
                return problem_at(file, mark, what, instead)
    return problem_at(
        file, here, f"not valid YAML: {error.problem}", "see the examples for the form"
    )
