"""Maps: elements at places, links between them that turn their colour with triggers."""

import hashlib
from typing import Any

from multipath import names
from multipath.objects import Kind, Object, canonical, ref_of
from multipath.zabbix.codec.ids import Ids
from multipath.zabbix.words import LABEL_TYPE, LINK_TYPE, NO_YES, word_for

_PLAIN = ("name", "width", "height")
_WORDS = {
    "label_type": LABEL_TYPE,
    "expand_macros": NO_YES,
    "highlight": NO_YES,
    "expandproblem": NO_YES,
    "grid_show": NO_YES,
}
_HOST, _IMAGE = "0", "4"
_BELOW = "0"
_PUBLIC = "0"


def encode_map(each: Object, ids: Ids) -> dict[str, Any]:
    """Return a map that everyone may see.

    Its elements have numbers by which its links name them; Zabbix gives them ids of its own.
    """
    fields = each.fields
    numbers = {
        element["label"]: _number(fields["name"], element["label"])
        for element in fields["elements"]
    }
    return {
        **{name: fields[name] for name in _PLAIN},
        **{name: table[fields[name]] for name, table in _WORDS.items()},
        "private": _PUBLIC,
        "selements": [
            {"selementid": numbers[element["label"]], **_encode_element(element, ids)}
            for element in fields["elements"]
        ],
        "links": [
            {
                "selementid1": numbers[link["from"]],
                "selementid2": numbers[link["to"]],
                "label": link["label"],
                **_encode_line(link),
                "linktriggers": [
                    {
                        "triggerid": ids.id_of(Kind.TRIGGER, trigger["host"], trigger["name"]),
                        **_encode_line(trigger),
                    }
                    for trigger in link["triggers"]
                ],
            }
            for link in fields["links"]
        ],
    }


def decode_map(row: dict[str, Any], ids: Ids) -> Object | None:
    """Return a map; None for one that is no topology's, by its name."""
    owner = names.board_owner(row["name"])
    if owner is None:
        return None
    labels = {element["selementid"]: element["label"] for element in row["selements"]}
    fields = {
        **{name: row[name] for name in _PLAIN},
        **{name: word_for(table, row[name]) for name, table in _WORDS.items()},
        "elements": [_decode_element(element, ids) for element in row["selements"]],
        "links": [
            {
                "from": _label(labels, link["selementid1"]),
                "to": _label(labels, link["selementid2"]),
                "label": link["label"],
                **_decode_line(link),
                "triggers": [_decode_trigger(trigger, ids) for trigger in link["linktriggers"]],
            }
            for link in row["links"]
        ],
    }
    full = canonical(Kind.MAP, fields)
    return Object(ref_of(Kind.MAP, full), full, frozenset({owner}))


def _number(name: str, label: str) -> str:
    """Return an element's number, which it has alone among all maps.

    Zabbix finds the ends of a link among the elements of all maps that one call makes.
    """
    digest = hashlib.sha256(f"{name}\n{label}".encode()).digest()
    return str(int.from_bytes(digest[:7]))


def _label(labels: dict[str, str], number: str) -> str:
    """Return the label of an element; a link may lead to one that is on another map."""
    return labels.get(number, f"#{number}")


def _encode_element(element: dict[str, str], ids: Ids) -> dict[str, Any]:
    host = element["host"]
    stands_for: dict[str, Any] = (
        {"elementtype": _HOST, "elements": [{"hostid": ids.id_of(Kind.HOST, host)}]}
        if host
        else {"elementtype": _IMAGE}
    )
    return {
        "label": element["label"],
        "label_location": _BELOW,
        "iconid_off": ids.id_of(Kind.IMAGE, element["icon"]),
        "x": element["x"],
        "y": element["y"],
        **stands_for,
    }


def _decode_element(row: dict[str, Any], ids: Ids) -> dict[str, str]:
    is_host = row["elementtype"] == _HOST
    return {
        "label": row["label"],
        "host": ids.key_of(Kind.HOST, row["elements"][0]["hostid"])[0] if is_host else "",
        "icon": ids.key_of(Kind.IMAGE, row["iconid_off"])[0],
        "x": row["x"],
        "y": row["y"],
    }


def _encode_line(fields: dict[str, str]) -> dict[str, str]:
    return {"color": fields["color"], "drawtype": LINK_TYPE[fields["drawtype"]]}


def _decode_line(row: dict[str, str]) -> dict[str, str]:
    return {"color": row["color"], "drawtype": word_for(LINK_TYPE, row["drawtype"])}


def _decode_trigger(row: dict[str, str], ids: Ids) -> dict[str, str]:
    host, name = ids.key_of(Kind.TRIGGER, row["triggerid"])
    return {"host": host, "name": name, **_decode_line(row)}
