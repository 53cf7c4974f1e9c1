"""Dashboards as Zabbix before 7.0 can have them. Pure.

Those have a coarser grid, fewer widgets, fewer fields in them, and other names for fields. What
there is not is left out, so that what was deployed is what was asked for.
"""

import re
from typing import Any

from multipath.errors import PlanError
from multipath.objects import Kind, Object, State, canonical
from multipath.zabbix.versions import data_sets
from multipath.zabbix.versions.widgets import INDEXED, KNOWN, NEAREST, PARTS, RENAMED

_COLUMNS = 24
_COLUMNS_7 = 72

Widget = dict[str, Any]


def before_7(state: State) -> State:
    """Return the objects, their dashboards as Zabbix before 7.0 can have them.

    Raises:
        PlanError: a dashboard has a widget that neither is there nor has one near to it, or a
            graph of an item that cannot be named there.
    """
    return {
        ref: _dashboard(each, state) if ref.kind is Kind.DASHBOARD else each
        for ref, each in state.items()
    }


def _dashboard(each: Object, state: State) -> Object:
    try:
        pages = [
            {**page, "widgets": [_widget(widget, state) for widget in page["widgets"]]}
            for page in each.fields["pages"]
        ]
    except PlanError as error:
        raise PlanError(f"{each.ref}: {error}") from error
    return Object(each.ref, canonical(Kind.DASHBOARD, {**each.fields, "pages": pages}), each.owners)


def _widget(widget: Widget, state: State) -> Widget:
    kind = NEAREST.get(widget["type"], widget["type"])
    if kind not in KNOWN:
        raise PlanError(
            f"Zabbix before 7.0 has no widget {widget['type']!r}, nor multipath one to replace it"
        )
    left = _column(int(widget["x"]))
    right = _column(int(widget["x"]) + int(widget["width"]))
    return {
        **widget,
        "type": kind,
        "x": str(left),
        "width": str(max(1, right - left)),
        "fields": [
            {**field, "name": name}
            for field in data_sets.by_name(widget["fields"], state)
            if (name := _name(_renamed(widget["type"], field["name"]), KNOWN[kind])) is not None
        ],
    }


def _column(column: int) -> int:
    """Return a column of the coarser grid; what abuts goes on doing so."""
    return round(column * _COLUMNS / _COLUMNS_7)


def _renamed(kind: str, name: str) -> str:
    for pattern, replacement in RENAMED.get(kind, ()):
        name = re.sub(f"^(?:{pattern})$", replacement, name)
    return name


def _name(name: str, known: frozenset[str]) -> str | None:
    """Return the older name of a widget's field: indexes at the end, or none at all."""
    base, *path = name.split(".")
    if base not in known:
        return None
    match path:
        case []:
            return base
        case [index]:
            return f"{base}.{index}" if base in INDEXED else base
        case [index, "thresholds", place, part]:
            return f"{base}thresholds.{part}.{index}.{place}"
        case [index, part, *place] if part in PARTS.get(base, ()):
            return ".".join([base, part, index, *place])
    return None
