"""Graphs and dashboards."""

from typing import Any

from multipath import names
from multipath.objects import SPECS, Kind, Object, canonical, ref_of
from multipath.zabbix.codec.ids import Ids
from multipath.zabbix.words import (
    AXIS_SIDE,
    AXIS_TYPE,
    DRAW_TYPE,
    GRAPH_TYPE,
    NO_YES,
    WIDGET_FIELD,
    word_for,
)

_PLAIN_GRAPH = ("name", "width", "height", "percent_left", "percent_right", "yaxismin", "yaxismax")
_GRAPH_WORDS = {
    "type": ("graphtype", GRAPH_TYPE),
    "show_work_period": ("show_work_period", NO_YES),
    "show_triggers": ("show_triggers", NO_YES),
    "ymin_type": ("ymin_type", AXIS_TYPE),
    "ymax_type": ("ymax_type", AXIS_TYPE),
}
_PLAIN_WIDGET = ("type", "name", "x", "y", "width", "height")
_PUBLIC = "0"
_REFERENCES = {"GRAPH": Kind.GRAPH, "ITEM": Kind.ITEM, "MAP": Kind.MAP, "SLA": Kind.SLA}


def encode_graph(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a graph with its items in the order of drawing."""
    fields = each.fields
    return {
        **{name: fields[name] for name in _PLAIN_GRAPH},
        **{api: table[fields[name]] for name, (api, table) in _GRAPH_WORDS.items()},
        "gitems": [
            {
                "itemid": ids.id_of(Kind.ITEM, entry["item"]["host"], entry["item"]["key"]),
                "color": entry["color"],
                "drawtype": DRAW_TYPE[entry["drawtype"]],
                "yaxisside": AXIS_SIDE[entry["yaxisside"]],
                "sortorder": str(place),
            }
            for place, entry in enumerate(fields["graph_items"])
        ],
    }


def decode_graph(row: dict[str, Any], ids: Ids) -> Object | None:
    """Return a graph; None for one that is not multipath's.

    It belongs to the topology that its name begins with, if that probes from its host.
    """
    owner = names.graph_owner(row["name"])
    owners = frozenset().union(*(ids.host_owners.get(host["hostid"], ()) for host in row["hosts"]))
    if owner not in owners:
        return None
    fields = {
        **{name: row[name] if name == "name" else _trimmed(row[name]) for name in _PLAIN_GRAPH},
        **{name: word_for(table, row[api]) for name, (api, table) in _GRAPH_WORDS.items()},
        "graph_items": [
            {
                "item": dict(
                    zip(("host", "key"), ids.key_of(Kind.ITEM, entry["itemid"]), strict=True)
                ),
                "color": entry["color"],
                "drawtype": word_for(DRAW_TYPE, entry["drawtype"]),
                "yaxisside": word_for(AXIS_SIDE, entry["yaxisside"]),
            }
            for entry in sorted(row["gitems"], key=lambda entry: int(entry["sortorder"]))
        ],
    }
    full = canonical(Kind.GRAPH, fields)
    return Object(ref_of(Kind.GRAPH, full), full, frozenset({owner}))


def encode_dashboard(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a dashboard that everyone may see."""
    return {
        "name": each.fields["name"],
        "private": _PUBLIC,
        "auto_start": NO_YES[each.fields["auto_start"]],
        "pages": [
            {
                "name": page["name"],
                "widgets": [_encode_widget(widget, ids) for widget in page["widgets"]],
            }
            for page in each.fields["pages"]
        ],
    }


def decode_dashboard(row: dict[str, Any], ids: Ids) -> Object | None:
    """Return a dashboard; None for one that is no topology's, by its name."""
    owner = names.board_owner(row["name"])
    if owner is None:
        return None
    fields = {
        "name": row["name"],
        "auto_start": word_for(NO_YES, row["auto_start"]),
        "pages": [
            {
                "name": page["name"],
                "widgets": [_decode_widget(widget, ids) for widget in page["widgets"]],
            }
            for page in row["pages"]
        ],
    }
    full = canonical(Kind.DASHBOARD, fields)
    return Object(ref_of(Kind.DASHBOARD, full), full, frozenset({owner}))


def _encode_widget(widget: dict[str, Any], ids: Ids) -> dict[str, Any]:
    fields = [
        {**field, "type": WIDGET_FIELD[field["type"]], "value": _encode_value(field, ids)}
        for field in widget["fields"]
    ]
    return {**{name: widget[name] for name in _PLAIN_WIDGET}, "fields": fields}


def _encode_value(field: dict[str, Any], ids: Ids) -> str:
    """Return a widget field's value; an object that it names is looked up."""
    value: str | dict[str, str] = field["value"]
    if isinstance(value, str):
        return value
    kind = _REFERENCES[field["type"]]
    return ids.id_of(kind, *(value[part] for part in SPECS[kind].identity))


def _decode_widget(row: dict[str, Any], ids: Ids) -> dict[str, Any]:
    fields = [
        {
            "type": word_for(WIDGET_FIELD, field["type"]),
            "name": field["name"],
            "value": _decode_value(field, ids),
        }
        for field in row["fields"]
    ]
    return {**{name: row[name] for name in _PLAIN_WIDGET}, "fields": fields}


def _decode_value(field: dict[str, str], ids: Ids) -> Any:
    kind = _REFERENCES.get(word_for(WIDGET_FIELD, field["type"]))
    if kind is None:
        return field["value"]
    return dict(zip(SPECS[kind].identity, ids.key_of(kind, field["value"]), strict=True))


def _trimmed(number: str) -> str:
    """Return a number as it was written: the API gives ``95.0000`` for 95."""
    return number.rstrip("0").rstrip(".") if "." in number else number
