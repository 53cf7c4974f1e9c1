"""The widgets of Zabbix before 7.0, as their forms in the frontend have them."""

from collections.abc import Mapping

_PROBLEMS = "groupids exclude_groupids hostids problem severities evaltype tags show_suppressed"
_HOSTS = "groupids hostids evaltype tags"


def _split(lists: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in lists.items()}


KNOWN = _split(
    {
        "actionlog": "sort_triggers show_lines",
        "clock": "time_type itemid",
        "dataover": f"{_HOSTS} show_suppressed style",
        "geomap": f"{_HOSTS} default_view",
        "graph": "source_type itemid graphid show_legend",
        "hostavail": "groupids interface_type layout maintenance",
        "item": "itemid show description desc_h_pos desc_v_pos desc_size desc_bold desc_color "
        "decimal_places decimal_size value_h_pos value_v_pos value_size value_bold value_color "
        "units_show units units_pos units_size units_bold units_color time_h_pos time_v_pos "
        "time_size time_bold time_color up_color down_color updown_color bg_color",
        "map": "sysmapid reference",
        "plaintext": "itemids show_lines",
        "problemhosts": f"{_PROBLEMS} hide_empty_groups ext_ack",
        "problems": f"show {_PROBLEMS} show_tags tag_name_format tag_priority show_opdata "
        "sort_triggers show_timeline show_lines",
        "problemsbysv": f"{_PROBLEMS} show_type layout show_opdata hide_empty_groups ext_ack "
        "show_timeline",
        "slareport": "slaid serviceid show_periods date_from date_to",
        "svggraph": "ds or source lefty lefty_min lefty_max lefty_units lefty_static_units righty "
        "righty_min righty_max righty_units righty_static_units axisx legend legend_lines "
        "show_problems graph_item_problems problemhosts severities problem_name evaltype tags",
        "systeminfo": "info_type",
        "tophosts": f"{_HOSTS} columns order column count",
        "trigover": f"show {_HOSTS} show_suppressed style",
        "url": "url",
        "web": f"{_HOSTS} exclude_groupids maintenance",
    }
)
"""The fields of each widget."""

_LINE = "hosts items color type width pointsize transparency fill missingdatafunc axisy timeshift"
_AGGREGATE = "aggregate_function aggregate_interval"
PARTS = _split(
    {
        "ds": f"{_LINE} {_AGGREGATE} aggregate_grouping",
        "or": _LINE,
        "columns": f"name data item timeshift {_AGGREGATE} min max display history base_color text",
        "tags": "tag operator value",
    }
)
"""The parts of fields that are tables."""

INDEXED = frozenset({"problemhosts"})
"""The one field whose values are numbered; other fields of several values are just repeated."""

NEAREST: Mapping[str, str] = {
    "gauge": "item",
    "honeycomb": "dataover",
    "hostnavigator": "problemhosts",
    "itemhistory": "plaintext",
    "itemnavigator": "dataover",
    "piechart": "svggraph",
    "toptriggers": "problems",
}
"""What takes the place of a widget that there is not."""

_BY_ITEM_TAGS = ((r"item_tags(\..*)", r"tags\1"), ("evaltype_item|item_tags_evaltype", "evaltype"))
RENAMED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "gauge": ((r"show\..*", ""),),
    "honeycomb": _BY_ITEM_TAGS,
    "itemhistory": ((r"columns\.(\d+)\.itemid", r"itemids.\1"),),
    "itemnavigator": _BY_ITEM_TAGS,
    "slareport": ((r"date_period\.from", "date_from"), (r"date_period\.to", "date_to")),
    "tophosts": (("show_lines", "count"),),
}
"""By the widget's type in 7.0: patterns of fields, and their names here; empty for none."""
