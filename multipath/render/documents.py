"""Rendered YAML → objects. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from multipath import names
from multipath.errors import TemplateError
from multipath.objects import SPECS, Kind, Object, canonical, ref_of
from multipath.render import plain_yaml

_KIND_BY_SECTION = {spec.section: kind for kind, spec in SPECS.items()}


def parse(text: str, origin: str, owner: str) -> Iterator[Object]:
    """Yield the objects of one rendered document.

    Args:
        text: YAML, a mapping of sections (``items:``, ``triggers:``, …) to lists of objects.
        origin: the template and what it was rendered for, for error messages.
        owner: the topology that the objects belong to.

    Raises:
        TemplateError: it is no YAML, or has sections or fields that are unknown or missing.
    """
    try:
        document = plain_yaml.load(text)
    except ValueError as error:
        raise TemplateError(f"{origin} does not render to YAML: {_told(error, text)}") from error
    if not isinstance(document, Mapping):
        raise TemplateError(f"{origin} must render to a mapping of sections")
    for section, entries in document.items():
        kind = _KIND_BY_SECTION.get(section)
        if kind is None:
            known = ", ".join(_KIND_BY_SECTION)
            raise TemplateError(f"{origin}: unknown section {section!r}; there are: {known}")
        if entries == "":  # a heading with nothing under it
            continue
        if not isinstance(entries, list):
            raise TemplateError(f"{origin}: {section} must be a list")
        for entry in entries:
            yield _object(kind, entry, origin, owner)


def _told(error: ValueError, text: str) -> str:
    """Return an error in one line, with the line of the rendered text that it is about."""
    said = " ".join(str(error).split())
    places = re.findall(r"line (\d+), column", said)
    lines = text.splitlines()
    number = min(int(places[-1]), len(lines)) if places else 0
    return f"{said}: {lines[number - 1].strip()}" if number else said


def _object(kind: Kind, entry: Any, origin: str, owner: str) -> Object:
    spec = SPECS[kind]
    if not isinstance(entry, Mapping):
        raise TemplateError(f"{origin}: each entry of {spec.section} must be a mapping")
    label = entry.get("name") or entry.get("host") or entry.get("macro") or "an entry"
    if missing := spec.required - entry.keys():
        raise TemplateError(f"{origin}: {spec.section}: {label} lacks {', '.join(sorted(missing))}")
    if unknown := entry.keys() - spec.required - spec.defaults.keys():
        raise TemplateError(
            f"{origin}: {spec.section}: {label} has unknown fields {', '.join(sorted(unknown))}"
        )
    fields = canonical(kind, entry)
    tagged = {tag["value"] for tag in fields.get("tags", ()) if tag["tag"] == names.TAG_TOPOLOGY}
    return Object(ref_of(kind, fields), fields, frozenset(tagged | {owner}))
