"""YAML as multipath's own templates write it, read line by line. Pure.

``plain_yaml`` reads all YAML. Most of what is rendered is much plainer, and is read here in a
quarter of the time: each line is ``key: value`` or ``- value``, and a value is words, a string in
double quotes, or ``{…}`` and ``[…]`` of these. Whatever else there is, is left to the other.
"""

import json
import re
from functools import cache, lru_cache
from sys import intern
from typing import Any

_REMEMBERED = 1 << 14
"""Values: those of an edge are mostly those of the edge before."""

_FOREIGN = re.compile(
    "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What ends a line, or may not stand in YAML as it is (YAML 1.2, 5.1 and 5.4)."""

_STRING = r'"(?:[^"\\]|\\["\\nrtbf])*"'
_WORD = r"[A-Za-z0-9_][\w.%/>-]*"
_WORDS = f"{_WORD}(?: {_WORD})*"
_LINE = re.compile(r"^( *)(?! |$)(- )?(?:([A-Za-z_]\w*):(?: +|$))?(.*)$", re.MULTILINE)
_PLAIN, _QUOTED = re.compile(_WORDS), re.compile(_STRING)
_IN_FLOW = re.compile(f"{_STRING}|({_WORDS})|:(?! )")

_Line = tuple[str, str, str, str]
"""A line's indent, dash, key and value."""

_END: _Line = ("", "", "", "")


class NotPlainError(ValueError):
    """The text is not as plain as this; it may be YAML all the same."""


def load(text: str) -> Any:
    """Return the document in a text, the same as ``plain_yaml`` does.

    Raises:
        NotPlainError: it is no YAML, or none that is so plain.
    """
    if _FOREIGN.search(text):
        raise NotPlainError
    lines = [*_LINE.findall(text), _END]
    lines.reverse()
    value = _block(lines, lines[-1][0])
    if len(lines) > 1 or not value:
        raise NotPlainError
    return value


def _block(lines: list[_Line], indent: str) -> Any:
    """Take the mapping or list at an indent from the lines, the next of which is the last.

    What fits nowhere is left, and found left over at the end.
    """
    if not lines[-1][1]:
        return _mapping(lines, indent)
    result: list[Any] = []
    inner = indent + "  "
    while lines[-1][1] and lines[-1][0] == indent:
        _, _, key, text = lines.pop()
        if key:
            lines.append((inner, "", key, text))
        result.append(_mapping(lines, inner) if key else _value(text))
    return result


def _mapping(lines: list[_Line], indent: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    while True:
        at, dash, key, text = lines[-1]
        if at != indent or dash or not key:
            return result
        if key in result:
            raise NotPlainError
        lines.pop()
        if text:
            result[key] = _value(text)
            continue
        below, dash = lines[-1][:2]
        has_value = below > indent or (below == indent and dash)
        result[key] = _block(lines, below) if has_value else ""


@lru_cache(_REMEMBERED)
def _value(text: str) -> Any:
    if _PLAIN.fullmatch(text):
        return intern(text)
    if _QUOTED.fullmatch(text):
        return intern(json.loads(text) if "\\" in text else text[1:-1])
    if text[:1] not in {"{", "["}:
        raise NotPlainError
    try:
        return _decoder().decode(_IN_FLOW.sub(_as_json, text))
    except ValueError as error:
        raise NotPlainError from error


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_object)


def _as_json(found: re.Match[str]) -> str:
    """Return a piece of a flow as JSON has it, where words are quoted, and ``a:b`` is nothing."""
    if found[1]:
        return f'"{found[1]}"'
    return "" if found[0] == ":" else found[0]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = {
        intern(key): intern(value) if isinstance(value, str) else value for key, value in pairs
    }
    if len(result) < len(pairs):
        raise NotPlainError
    return result
