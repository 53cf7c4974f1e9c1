"""The JSON schema of a topology file, for editors, and the table of its keys, for people."""

from collections.abc import Iterator
from typing import Any

from multipath.topology.model import Topology
from multipath.topology.naming import NAME_PATTERN
from multipath.topology.units import (
    DURATION_PATTERN,
    PERCENT_PATTERN,
    format_duration,
    format_percent,
)

_KINDS = {
    DURATION_PATTERN: "duration",
    PERCENT_PATTERN: "percentage",
    NAME_PATTERN: "name",
    "": "text",
}
"""What people call a text of this form."""

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that the YAML language server of most editors knows."""


def schema() -> dict[str, Any]:
    """Return the JSON schema: keys, types, ranges, forms. What takes several keys it cannot say."""
    generated = Topology.model_json_schema(by_alias=True)
    return {"$schema": DIALECT, "title": "multipath topology", **_tidied(generated)}


def key_table() -> str:
    """Return every key as a Markdown table: key, value, default, meaning."""
    rows: list[tuple[str, ...]]
    rows = [("key", "value", "default", "meaning"), ("---", "---", "---", "---")]
    whole = schema()
    rows.extend(_rows(whole, whole, ""))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _tidied(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part without Python's titles, its defaults as a file would write them."""
    result: dict[str, Any] = {}
    for key, value in part.items():
        if key in {"properties", "patternProperties", "$defs"}:
            result[key] = {name: _tidied(inner) for name, inner in value.items()}
        elif key == "default":
            if isinstance(value, str | int | float):
                result[key] = _written(value, part)
        elif key != "title":
            result[key] = _tidied(value) if isinstance(value, dict) else value
    return result


def _written(default: object, part: dict[str, Any]) -> object:
    if not isinstance(default, float):
        return default
    return format_percent(default) if "%" in part["pattern"] else format_duration(default)


def _rows(part: dict[str, Any], whole: dict[str, Any], above: str) -> Iterator[tuple[str, ...]]:
    for name, inner in part["properties"].items():
        key = f"{above}{name}"
        needed = "(needed)" if name in part.get("required", ()) else ""
        default = f"`{_shown(inner['default'])}`" if inner.get("default", "") != "" else needed
        yield f"`{key}`", _kind(inner), default, inner["description"]
        if "patternProperties" in inner:
            (entry,) = inner["patternProperties"].values()
            placeholder = {"nodes": "NAME", "edges": "FROM>TO"}[name]
            yield from _rows(_followed(entry, whole), whole, f"{key}.{placeholder}.")
        elif "$ref" in inner and not above:  # an edge's sections are those of the topology
            yield from _rows(_followed(inner, whole), whole, f"{key}.")


def _shown(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _followed(part: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = whole["$defs"][part["$ref"].rpartition("/")[2]]
    return result


def _kind(part: dict[str, Any]) -> str:
    """Return what a value looks like, in a word."""
    if "anyOf" in part:
        return _kind(part["anyOf"][0])
    if choices := part.get("enum") or [part[key] for key in ("const",) if key in part]:
        return " or ".join(f"`{choice}`" for choice in choices)
    if part.get("type") == "integer":
        return f"whole number, {part['minimum']} to {part['maximum']}"
    if part.get("type") == "string":
        return next(kind for pattern, kind in _KINDS.items() if pattern in part["pattern"])
    return {"array": "list of names", "boolean": "`true` or `false`"}.get(
        part.get("type", ""), "mapping"
    )
