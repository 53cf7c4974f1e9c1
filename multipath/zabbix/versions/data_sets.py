"""The data sets of SVG graphs before Zabbix 7.0: items go by their names, not by a list. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from multipath.errors import PlanError
from multipath.objects import Kind, Ref, State, ref_of

Field = Mapping[str, Any]

_FIELD = re.compile(r"ds\.(\d+)\.(.+)")
_ANY_TEXT = "*"


def by_name(fields: list[Field], state: State) -> list[Field]:
    """Return a widget's fields with a data set of its own for each item, found by its name.

    Raises:
        PlanError: an item is none of those in the state, or its name would match others.
    """
    sets: dict[int, dict[str, Field]] = {}
    result: list[Field] = []
    for field in fields:
        match = _FIELD.fullmatch(field["name"])
        if match:
            sets.setdefault(int(match[1]), {})[match[2]] = field
        else:
            result.append(field)
    split = (part for _, each in sorted(sets.items()) for part in _split(each, state))
    for number, data_set in enumerate(split):
        result += [{**field, "name": f"ds.{number}.{name}"} for name, field in data_set.items()]
    return result


def _split(data_set: dict[str, Field], state: State) -> Iterator[dict[str, Field]]:
    places = sorted(int(name[8:]) for name in data_set if name.startswith("itemids."))
    if not places:
        yield data_set
        return
    common = {
        name: field
        for name, field in data_set.items()
        if not name.startswith(("itemids.", "color."))
    }
    for place in places:
        host, item = _names(data_set[f"itemids.{place}"]["value"], state)
        yield {
            **common,
            "color": data_set[f"color.{place}"],
            "hosts.0": {"type": "STRING", "value": host},
            "items.0": {"type": "STRING", "value": item},
        }


def _names(value: Mapping[str, str], state: State) -> tuple[str, str]:
    """Return the visible names of an item's host and of the item."""
    host, item = Ref(Kind.HOST, (value["host"],)), ref_of(Kind.ITEM, value)
    for ref in (host, item):
        if ref not in state:
            raise PlanError(f"graphs before Zabbix 7.0 find items by name, and {ref} has none here")
        if _ANY_TEXT in state[ref].fields["name"]:
            raise PlanError(
                f"graphs before Zabbix 7.0 find items by name, where {_ANY_TEXT} stands for any "
                f"text; {ref} has it in its name"
            )
    return state[host].fields["name"], state[item].fields["name"]
