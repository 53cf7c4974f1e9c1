"""Services and the SLA that they are held to."""

from typing import Any

from multipath import names
from multipath.objects import Kind, Object, Ref, canonical, ref_of
from multipath.zabbix.codec.hosts import plain_tags, tag_owners
from multipath.zabbix.codec.ids import Ids
from multipath.zabbix.words import SERVICE_ALGORITHM, SLA_PERIOD, SLA_STATUS, word_for

_PLAIN_SERVICE = ("name", "sortorder", "description")
_PLAIN_SLA = ("name", "slo", "timezone", "effective_date", "description")
_EQUALS = "0"


def encode_service(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a service; its parents are there already."""
    fields = each.fields
    return {
        **{name: fields[name] for name in _PLAIN_SERVICE},
        "algorithm": SERVICE_ALGORITHM[fields["algorithm"]],
        "tags": fields["tags"],
        "problem_tags": [_equal(tag) for tag in fields["problem_tags"]],
        "parents": [
            {"serviceid": ids.id_of(Kind.SERVICE, parent["name"])} for parent in fields["parents"]
        ],
    }


def decode_service(row: dict[str, Any], ids: Ids) -> Object:
    """Return a service. It belongs to the topology whose tag it carries."""
    tags = plain_tags(row)
    fields = {
        **{name: row[name] for name in _PLAIN_SERVICE},
        "algorithm": word_for(SERVICE_ALGORITHM, row["algorithm"]),
        "tags": tags,
        "problem_tags": _plain(row["problem_tags"]),
        "parents": [
            {"name": ids.key_of(Kind.SERVICE, parent["serviceid"])[0]} for parent in row["parents"]
        ],
    }
    full = canonical(Kind.SERVICE, fields)
    return Object(ref_of(Kind.SERVICE, full), full, tag_owners(tags))


def refer_service(row: dict[str, Any], _ids: Ids) -> Ref:
    """Return the reference of a service."""
    return ref_of(Kind.SERVICE, {"name": row["name"], "tags": plain_tags(row)})


def service_needs(row: dict[str, Any]) -> list[str]:
    """Return the ids of the services that a service's decoding wants to know."""
    return [parent["serviceid"] for parent in row["parents"]]


def encode_sla(each: Object, _ids: Ids) -> dict[str, Any]:
    """Return an SLA."""
    fields = each.fields
    return {
        **{name: fields[name] for name in _PLAIN_SLA},
        "period": SLA_PERIOD[fields["period"]],
        "status": SLA_STATUS[fields["status"]],
        "service_tags": [_equal(tag) for tag in fields["service_tags"]],
    }


def decode_sla(row: dict[str, Any], _ids: Ids) -> Object | None:
    """Return an SLA; None for one that is no topology's, by its name."""
    owner = names.board_owner(row["name"])
    if owner is None:
        return None
    fields = {
        **{name: row[name] for name in _PLAIN_SLA},
        "period": word_for(SLA_PERIOD, row["period"]),
        "status": word_for(SLA_STATUS, row["status"]),
        "service_tags": _plain(row["service_tags"]),
    }
    full = canonical(Kind.SLA, fields)
    return Object(ref_of(Kind.SLA, full), full, frozenset({owner}))


def _equal(tag: dict[str, str]) -> dict[str, str]:
    return {**tag, "operator": _EQUALS}


def _plain(tags: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return tags to match; one that somebody made match in another way keeps its operator."""
    return [
        {"tag": tag["tag"], "value": tag["value"]} if tag["operator"] == _EQUALS else tag
        for tag in tags
    ]
