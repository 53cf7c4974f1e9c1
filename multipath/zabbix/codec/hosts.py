"""Host groups, hosts, user macros, value maps."""

from typing import Any

from multipath import names
from multipath.objects import Fields, Kind, Object, canonical, ref_of
from multipath.zabbix.codec.ids import Ids
from multipath.zabbix.words import MAPPING, STATUS, word_for

_BY_SERVER, _BY_PROXY = "0", "1"
_NO_PROXY = "0"


def encode_group(each: Object, _ids: Ids) -> dict[str, Any]:
    """Return a host group; its UUID marks it as ours."""
    return {"name": each.fields["name"], "uuid": names.HOST_GROUP_UUID}


def decode_group(row: dict[str, Any], ids: Ids) -> Object:
    """Return a host group. It belongs to those whose hosts are in it, if multipath made it.

    A host that was not read is someone else's: the group then has an owner that is never in
    scope, and so is never deleted. ``row["owners"]`` are those whom the reader knows besides.
    """
    owners: frozenset[str] = frozenset()
    if row["uuid"] == names.HOST_GROUP_UUID:
        owners = row["owners"].union(
            *(ids.host_owners.get(host["hostid"], {""}) for host in row["hosts"])
        )
    return _object(Kind.HOST_GROUP, {"name": row["name"]}, owners)


def encode_host(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a host with what monitors it."""
    fields = each.fields
    proxy = fields["proxy"]
    return {
        "host": fields["host"],
        "name": fields["name"],
        "description": fields["description"],
        "groups": [{"groupid": ids.id_of(Kind.HOST_GROUP, name)} for name in fields["groups"]],
        "tags": fields["tags"],
        "status": STATUS[fields["status"]],
        "monitored_by": _BY_PROXY if proxy else _BY_SERVER,
        "proxyid": ids.id_of(Kind.PROXY, proxy) if proxy else _NO_PROXY,
    }


def decode_host(row: dict[str, Any], ids: Ids) -> Object:
    """Return a host. It belongs to the topologies whose tags it carries."""
    proxy = "" if row["proxyid"] == _NO_PROXY else ids.key_of(Kind.PROXY, row["proxyid"])[0]
    tags = plain_tags(row)
    fields = {
        "host": row["host"],
        "name": row["name"],
        "description": row["description"],
        "groups": [group["name"] for group in row["hostgroups"]],
        "proxy": proxy,
        "tags": tags,
        "status": word_for(STATUS, row["status"]),
    }
    each = _object(Kind.HOST, fields, tag_owners(tags))
    ids.host_owners[row["hostid"]] = each.owners
    return each


def encode_macro(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a host's user macro."""
    fields = each.fields
    return {
        "hostid": ids.id_of(Kind.HOST, fields["host"]),
        "macro": fields["macro"],
        "value": fields["value"],
        "description": fields["description"],
    }


def decode_macro(row: dict[str, Any], ids: Ids) -> Object | None:
    """Return a user macro; None for one that is not multipath's.

    A threshold belongs to the topology in its context, a vantage's own macro to all of the
    vantage's topologies.
    """
    if not names.is_macro(row["macro"]):
        return None
    owner = names.macro_owner(row["macro"])
    fields = {
        "host": ids.key_of(Kind.HOST, row["hostid"])[0],
        "macro": row["macro"],
        "value": row.get("value", ""),
        "description": row["description"],
    }
    owners = frozenset({owner}) if owner else ids.host_owners[row["hostid"]]
    return _object(Kind.MACRO, fields, owners)


def encode_valuemap(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a host's value map; a default mapping has no value of its own."""
    return {
        "hostid": ids.id_of(Kind.HOST, each.fields["host"]),
        "name": each.fields["name"],
        "mappings": [
            {"type": MAPPING[entry["type"]], "newvalue": entry["newvalue"]}
            | ({} if entry["type"] == "DEFAULT" else {"value": entry["value"]})
            for entry in each.fields["mappings"]
        ],
    }


def decode_valuemap(row: dict[str, Any], ids: Ids) -> Object | None:
    """Return a value map; None for one that is not multipath's, by its name."""
    if not row["name"].startswith(names.PREFIX):
        return None
    fields = {
        "host": ids.key_of(Kind.HOST, row["hostid"])[0],
        "name": row["name"],
        "mappings": [
            {
                "type": word_for(MAPPING, entry["type"]),
                "value": entry["value"],
                "newvalue": entry["newvalue"],
            }
            for entry in row["mappings"]
        ],
    }
    return _object(Kind.VALUE_MAP, fields, ids.host_owners[row["hostid"]])


def plain_tags(row: dict[str, Any]) -> list[dict[str, str]]:
    """Return a row's tags without what the API adds to them."""
    return [{"tag": tag["tag"], "value": tag["value"]} for tag in row["tags"]]


def tag_owners(tags: list[dict[str, str]]) -> frozenset[str]:
    """Return the topologies that tags name."""
    return frozenset(tag["value"] for tag in tags if tag["tag"] == names.TAG_TOPOLOGY)


def _object(kind: Kind, fields: Fields, owners: frozenset[str]) -> Object:
    full = canonical(kind, fields)
    return Object(ref_of(kind, full), full, owners)
