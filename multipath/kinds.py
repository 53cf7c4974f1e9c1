"""The kinds of Zabbix objects, and what each consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Fields = Mapping[str, Any]
"""An object's fields: strings, lists and mappings of strings."""


class Kind(StrEnum):
    """The kinds of objects, in the order in which they can be created; the API's own names."""

    PROXY = "proxy"
    IMAGE = "image"
    HOST_GROUP = "hostgroup"
    HOST = "host"
    MACRO = "usermacro"
    VALUE_MAP = "valuemap"
    ITEM = "item"
    TRIGGER = "trigger"
    GRAPH = "graph"
    MAP = "map"
    SERVICE = "service"
    SLA = "sla"
    DASHBOARD = "dashboard"


@dataclass(frozen=True, slots=True)
class Spec:
    """What a kind of object consists of.

    Args:
        section: its heading in a template.
        identity: the fields that name it; they never change while it lives.
        required: fields that a template must give.
        defaults: all other fields, each with the value that it has when not given.
        unordered: fields whose lists are sets.
        operators: fields that operators own: deploy keeps what they set there.
    """

    section: str
    identity: tuple[str, ...]
    required: frozenset[str]
    defaults: Fields
    unordered: frozenset[str] = frozenset()
    operators: frozenset[str] = frozenset()


_STATUS = frozenset({"status"})

SPECS: Mapping[Kind, Spec] = {
    Kind.HOST_GROUP: Spec("host_groups", ("name",), frozenset({"name"}), {}),
    Kind.HOST: Spec(
        "hosts",
        ("host",),
        frozenset({"host", "groups", "tags"}),
        {"name": "", "description": "", "proxy": "", "status": "ENABLED"},
        unordered=frozenset({"groups", "tags"}),
        operators=_STATUS,
    ),
    Kind.MACRO: Spec(
        "macros", ("host", "macro"), frozenset({"host", "macro", "value"}), {"description": ""}
    ),
    Kind.VALUE_MAP: Spec(
        "valuemaps", ("host", "name"), frozenset({"host", "name", "mappings"}), {}
    ),
    Kind.ITEM: Spec(
        "items",
        ("host", "key"),
        frozenset({"host", "key", "name", "type", "value_type", "tags"}),
        {
            "delay": "0",
            "history": "31d",
            "trends": "365d",
            "units": "",
            "description": "",
            "valuemap": "",
            "master_item": "",
            "params": "",
            "preprocessing": [],
            "status": "ENABLED",
        },
        unordered=frozenset({"tags"}),
        operators=_STATUS,
    ),
    Kind.TRIGGER: Spec(
        "triggers",
        ("host", "name"),
        frozenset({"host", "name", "expression", "priority", "tags"}),
        {
            "event_name": "",
            "opdata": "",
            "description": "",
            "recovery_mode": "EXPRESSION",
            "recovery_expression": "",
            "manual_close": "NO",
            "dependencies": [],
            "status": "ENABLED",
        },
        unordered=frozenset({"tags", "dependencies"}),
        operators=_STATUS,
    ),
    Kind.GRAPH: Spec(
        "graphs",
        ("name",),
        frozenset({"name", "graph_items"}),
        {
            "width": "900",
            "height": "200",
            "type": "NORMAL",
            "show_work_period": "NO",
            "show_triggers": "NO",
            "percent_left": "0",
            "percent_right": "0",
            "ymin_type": "CALCULATED",
            "yaxismin": "0",
            "ymax_type": "CALCULATED",
            "yaxismax": "100",
        },
    ),
    Kind.MAP: Spec(
        "maps",
        ("name",),
        frozenset({"name", "width", "height", "elements", "links"}),
        {
            "label_type": "LABEL",
            "expand_macros": "YES",
            "highlight": "NO",
            "expandproblem": "NO",
            "grid_show": "NO",
        },
        unordered=frozenset({"elements", "links"}),
    ),
    Kind.SERVICE: Spec(
        "services",
        ("name",),
        frozenset({"name", "tags"}),
        {
            "algorithm": "MOST_CRITICAL_OF_CHILDREN",
            "sortorder": "0",
            "description": "",
            "parents": [],
            "problem_tags": [],
        },
        unordered=frozenset({"tags", "problem_tags", "parents"}),
    ),
    Kind.SLA: Spec(
        "slas",
        ("name",),
        frozenset({"name", "slo", "service_tags"}),
        {
            "period": "MONTHLY",
            "timezone": "system",
            "effective_date": "1577836800",
            "description": "",
            "status": "ENABLED",
        },
        unordered=frozenset({"service_tags"}),
        operators=frozenset({"status", "effective_date", "timezone"}),
    ),
    Kind.DASHBOARD: Spec(
        "dashboards", ("name",), frozenset({"name", "pages"}), {"auto_start": "NO"}
    ),
}
"""Every kind that multipath writes. A Zabbix proxy or an image is only ever looked up."""

ON_HOSTS = frozenset({Kind.MACRO, Kind.VALUE_MAP, Kind.ITEM, Kind.TRIGGER})
"""Kinds that die with the host that their name begins with."""
