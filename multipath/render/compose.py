"""Objects → YAML in the words and sections of the templates; undoes ``documents``. Pure."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import yaml

from multipath.objects import SPECS, Object, canonical

Document = dict[str, list[dict[str, Any]]]

_ONE_LINE = 10_000


def document(objects: Iterable[Object]) -> Document:
    """Return the objects by section, sorted, each without the fields that have their defaults."""
    ordered = sorted(objects, key=lambda each: each.ref.sort_key)
    return {
        SPECS[kind].section: [_entry(each) for each in group]
        for kind, group in groupby(ordered, key=lambda each: each.ref.kind)
    }


def to_yaml(objects: Iterable[Object]) -> str:
    """Return a document that ``documents.parse`` turns into the same objects again."""
    sections = document(objects)
    return "\n".join(_dump({section: entries}) for section, entries in sections.items())


def _entry(each: Object) -> dict[str, Any]:
    spec = SPECS[each.ref.kind]
    given = {name: each.fields[name] for name in each.fields if name in spec.required}
    bare = canonical(each.ref.kind, given)
    own = {name: value for name, value in each.fields.items() if value != bare[name]}
    leading = {name: each.fields[name] for name in spec.identity}
    return {**leading, **given, **own}


class _Dumper(yaml.CSafeDumper):
    """Writes what occurs twice twice: anchors are for people who write by hand."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _dump(section: Document) -> str:
    return yaml.dump(section, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_ONE_LINE)
