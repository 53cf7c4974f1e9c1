"""Items and triggers."""

import re
from typing import Any

from multipath.objects import Kind, Object, Ref, canonical, ref_of
from multipath.zabbix.codec.hosts import plain_tags, tag_owners
from multipath.zabbix.codec.ids import Ids
from multipath.zabbix.words import (
    ERROR_HANDLER,
    ITEM_TYPE,
    NO_YES,
    PREPROCESSING,
    PRIORITY,
    RECOVERY_MODE,
    STATUS,
    VALUE_TYPE,
    word_for,
)

_PLAIN_ITEM = ("name", "delay", "history", "trends", "units", "description")
_PLAIN_TRIGGER = ("event_name", "opdata", "recovery_expression")
_NONE = "0"


def encode_item(each: Object, ids: Ids) -> dict[str, Any]:
    """Return an item. The API takes no delay for a dependent one."""
    fields = each.fields
    host = fields["host"]
    params: dict[str, Any] = {
        "hostid": ids.id_of(Kind.HOST, host),
        "key_": fields["key"],
        "type": ITEM_TYPE[fields["type"]],
        "value_type": VALUE_TYPE[fields["value_type"]],
        "status": STATUS[fields["status"]],
        "tags": fields["tags"],
        "preprocessing": [
            {
                "type": PREPROCESSING[step["type"]],
                "params": "\n".join(step["parameters"]),
                "error_handler": ERROR_HANDLER[step["error_handler"]],
                "error_handler_params": step["error_handler_params"],
            }
            for step in fields["preprocessing"]
        ],
        **{name: fields[name] for name in _PLAIN_ITEM},
    }
    params["valuemapid"] = (
        ids.id_of(Kind.VALUE_MAP, host, fields["valuemap"]) if fields["valuemap"] else _NONE
    )
    if fields["type"] == "DEPENDENT":
        params["master_itemid"] = ids.id_of(Kind.ITEM, host, fields["master_item"])
        del params["delay"]
    if fields["type"] == "CALCULATED":
        params["params"] = fields["params"]
    return params


def decode_item(row: dict[str, Any], ids: Ids) -> Object:
    """Return an item. It belongs to the topologies whose tags it carries."""
    host = ids.key_of(Kind.HOST, row["hostid"])[0]
    master = row["master_itemid"] != _NONE
    tags = plain_tags(row)
    fields = {
        "host": host,
        "key": row["key_"],
        "type": word_for(ITEM_TYPE, row["type"]),
        "value_type": word_for(VALUE_TYPE, row["value_type"]),
        "status": word_for(STATUS, row["status"]),
        "valuemap": _valuemap(row, ids),
        "master_item": ids.key_of(Kind.ITEM, row["master_itemid"])[1] if master else "",
        "params": row["params"],
        "preprocessing": [_decode_step(step) for step in row["preprocessing"]],
        "tags": tags,
        **{name: row[name] for name in _PLAIN_ITEM},
    }
    full = canonical(Kind.ITEM, fields)
    ids.add_item_key(row["itemid"], row["key_"])
    return Object(ref_of(Kind.ITEM, full), full, tag_owners(tags))


def encode_trigger(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a trigger; its host is in its expression."""
    fields = each.fields
    return {
        "description": fields["name"],
        "expression": fields["expression"],
        "comments": fields["description"],
        "priority": PRIORITY[fields["priority"]],
        "status": STATUS[fields["status"]],
        "recovery_mode": RECOVERY_MODE[fields["recovery_mode"]],
        "manual_close": NO_YES[fields["manual_close"]],
        "dependencies": [
            {"triggerid": ids.id_of(Kind.TRIGGER, other["host"], other["name"])}
            for other in fields["dependencies"]
        ],
        "tags": fields["tags"],
        **{name: fields[name] for name in _PLAIN_TRIGGER},
    }


def decode_trigger(row: dict[str, Any], ids: Ids) -> Object:
    """Return a trigger with its expressions as they were written.

    The API can expand expressions itself, but then alters text in them; so the functions are
    put back here, each ``{id}`` by its ``function(/host/key,parameters)``.
    """
    functions = {each["functionid"]: _function(each, ids) for each in row["functions"]}
    tags = plain_tags(row)
    fields = {
        "host": min(host["host"] for host in row["hosts"]),
        "name": row["description"],
        "expression": _expand(row["expression"], functions),
        "description": row["comments"],
        "priority": word_for(PRIORITY, row["priority"]),
        "status": word_for(STATUS, row["status"]),
        "recovery_mode": word_for(RECOVERY_MODE, row["recovery_mode"]),
        "manual_close": word_for(NO_YES, row["manual_close"]),
        "dependencies": [
            dict(zip(("host", "name"), ids.key_of(Kind.TRIGGER, other["triggerid"]), strict=True))
            for other in row["dependencies"]
        ],
        "tags": tags,
        **{name: row[name] for name in _PLAIN_TRIGGER},
    }
    fields["recovery_expression"] = _expand(row["recovery_expression"], functions)
    full = canonical(Kind.TRIGGER, fields)
    return Object(ref_of(Kind.TRIGGER, full), full, tag_owners(tags))


def refer_item(row: dict[str, Any], ids: Ids) -> Ref:
    """Return the reference of an item."""
    host = ids.key_of(Kind.HOST, row["hostid"])[0]
    return ref_of(Kind.ITEM, {"host": host, "key": row["key_"]})


def item_needs(row: dict[str, Any]) -> list[str]:
    """Return the ids of the items that an item's decoding wants to know."""
    return [] if row["master_itemid"] == _NONE else [row["master_itemid"]]


def trigger_needs(row: dict[str, Any]) -> list[str]:
    """Return the ids of the triggers that a trigger's decoding wants to know."""
    return [other["triggerid"] for other in row["dependencies"]]


def refer_trigger(row: dict[str, Any], _ids: Ids) -> Ref:
    """Return the reference of a trigger; one over several hosts is named by the first."""
    host = min(host["host"] for host in row["hosts"])
    return ref_of(Kind.TRIGGER, {"host": host, "name": row["description"], "tags": plain_tags(row)})


def _valuemap(row: dict[str, Any], ids: Ids) -> str:
    if row["valuemapid"] == _NONE:
        return ""
    return ids.key_of(Kind.VALUE_MAP, row["valuemapid"])[1]


def _decode_step(step: dict[str, str]) -> dict[str, Any]:
    kind = word_for(PREPROCESSING, step["type"])
    return {
        "type": kind,
        "parameters": [step["params"]] if kind == "JAVASCRIPT" else step["params"].split("\n"),
        "error_handler": word_for(ERROR_HANDLER, step["error_handler"]),
        "error_handler_params": step["error_handler_params"],
    }


def _function(row: dict[str, str], ids: Ids) -> str:
    item = ids.item_path(row["itemid"])
    return f"{row['function']}({row['parameter'].replace('$', item, 1)})"


def _expand(expression: str, functions: dict[str, str]) -> str:
    return re.sub(r"\{(\d+)\}", lambda match: functions.get(match[1], match[0]), expression)
