"""A Zabbix that holds a state as it would give it back, and lets it only be read."""

from collections.abc import Iterator, Sequence
from typing import Any

from multipath.objects import Kind, Object, Ref, State
from multipath.zabbix.codec import CODECS, Ids, Row
from tests.zabbix.fake import Answer, Request, refusal, result

_KNOWN = {"apiinfo.version": "7.0.9", "user.get": [], "usergroup.get": []}


class Recorded:
    """A state as rows of the API by kind and id.

    Args:
        state: the objects.
        numbers: an id for each of them, in the order of their kinds; by default ascending.
    """

    def __init__(self, state: State, numbers: Sequence[int] | None = None) -> None:
        self.asked: list[Request] = []
        self._ids = Ids()
        ordered = sorted(state, key=lambda ref: ref.sort_key)
        for ref, number in zip(ordered, numbers or range(1, len(ordered) + 1), strict=True):
            self._ids.add(ref, str(number))
        for kind, name in _looked_up(state):
            self._ids.add(Ref(kind, (name,)), str(10**9 + len(self._ids.by_ref)))
        self._rows = {
            kind: {
                number: self._row(state[ref]) if ref in state else _bare(ref, number)
                for number, ref in self._ids.by_id[kind].items()
            }
            for kind in Kind
        }

    def rows(self, kind: Kind) -> list[Row]:
        """Return all rows of a kind."""
        return list(self._rows[kind].values())

    def answer(self, request: Request) -> Answer:
        """Return the answer to a call."""
        self.asked.append(request)
        if request.method in _KNOWN:
            return result(_KNOWN[request.method])
        kind_name, _, verb = request.method.partition(".")
        if verb != "get":
            return refusal("this Zabbix can only be read")
        kind, params = Kind(kind_name), request.params
        by = CODECS[kind].id_field if kind in CODECS else f"{kind}id"
        if f"{by}s" in params:
            return result([self._rows[kind][number] for number in params[f"{by}s"]])
        found = [row for row in self.rows(kind) if _fits(row, params)]
        return result([{by: row[by]} for row in found] if params["output"] == [by] else found)

    def _row(self, each: Object) -> Row:
        """Return an object as a get call gives it, of which an update takes almost all."""
        kind, fields, id_of = each.ref.kind, each.fields, self._ids.id_of
        row = {
            **CODECS[kind].encode(each, self._ids),
            CODECS[kind].id_field: self._ids.by_ref[each.ref],
        }
        match kind:
            case Kind.HOST_GROUP:
                row["hosts"] = [{"hostid": number} for number in self._ids.by_id[Kind.HOST]]
            case Kind.HOST:
                row["hostgroups"] = [{"name": name} for name in fields["groups"]]
            case Kind.VALUE_MAP:
                row["mappings"] = [{"value": "", **entry} for entry in row["mappings"]]
            case Kind.ITEM:
                row = {"delay": "0", "params": "", "master_itemid": "0", **row}
            case Kind.TRIGGER:
                host = fields["host"]
                number = self._ids.by_ref.get(Ref(Kind.HOST, (host,)), "0")
                row |= {"functions": [], "hosts": [{"host": host, "hostid": number}]}
            case Kind.GRAPH:
                hosts = {entry["item"]["host"] for entry in fields["graph_items"]}
                row["hosts"] = [{"hostid": id_of(Kind.HOST, host)} for host in sorted(hosts)]
        return row


def _looked_up(state: State) -> set[tuple[Kind, str]]:
    """Return the Zabbix proxies and images that objects name."""

    def named() -> Iterator[tuple[Kind, str]]:
        for ref, each in state.items():
            if ref.kind is Kind.HOST and each.fields["proxy"]:
                yield Kind.PROXY, each.fields["proxy"]
            if ref.kind is Kind.MAP:
                yield from ((Kind.IMAGE, element["icon"]) for element in each.fields["elements"])

    return set(named())


def _bare(ref: Ref, number: str) -> Row:
    return {f"{ref.kind}id": number, "name": ref.key[0]}


def _fits(row: Row, params: dict[str, Any]) -> bool:
    """Tell whether a row is one that a call asks for."""
    if "tags" in params:
        tags = {(tag["tag"], tag["value"]) for tag in params["tags"]}
        if tags.isdisjoint((tag["tag"], tag["value"]) for tag in row["tags"]):
            return False
    hosts = {each["hostid"] for each in row.get("hosts", [row]) if "hostid" in each}
    if "hostids" in params and hosts and hosts.isdisjoint(params["hostids"]):
        return False
    (field, patterns), *_ = params.get("search", {"name": [""]}).items()
    found = any(pattern in row.get(field, "") for pattern in patterns)
    wanted = params.get("filter", {})
    return found and all(row[field] in values for field, values in wanted.items())
