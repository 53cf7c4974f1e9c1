"""Reads what Zabbix holds of some topologies: calls grow with kinds and pages, not with objects."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from multipath import names
from multipath.objects import Kind, Object, Ref, State, by_ref
from multipath.zabbix.bulk import OBJECTS, read_by_id, read_paged
from multipath.zabbix.client import Client
from multipath.zabbix.codec import CODECS, Ids, Row

_ANY_TAG = 2
_EQUALS = "1"

Pages = Iterable[list[Row]]

_HOST: Mapping[str, Any] = {
    "output": ["hostid", "host", "name", "description", "status", "monitored_by", "proxyid"],
    "selectHostGroups": ["name"],
    "selectTags": "extend",
}
_VALUE_MAP: Mapping[str, Any] = {
    "output": ["valuemapid", "name", "hostid"],
    "selectMappings": "extend",
}
_ITEM: Mapping[str, Any] = {
    # Named one by one: everything would read each item's last value from its history as well.
    "output": [
        "itemid",
        "hostid",
        "key_",
        "name",
        "type",
        "value_type",
        "status",
        "delay",
        "history",
        "trends",
        "units",
        "description",
        "valuemapid",
        "master_itemid",
        "params",
    ],
    "selectTags": "extend",
    "selectPreprocessing": "extend",
}
_TRIGGER: Mapping[str, Any] = {
    "output": "extend",
    "selectTags": "extend",
    "selectFunctions": "extend",
    "selectDependencies": ["triggerid"],
    "selectHosts": ["host"],
}
_GRAPH: Mapping[str, Any] = {
    "output": "extend",
    "selectGraphItems": "extend",
    "selectHosts": ["hostid"],
}
_MAP: Mapping[str, Any] = {
    "output": "extend",
    "selectSelements": "extend",
    "selectLinks": "extend",
}
_SERVICE: Mapping[str, Any] = {
    "output": "extend",
    "selectTags": "extend",
    "selectProblemTags": "extend",
    "selectParents": ["serviceid"],
}
_SLA: Mapping[str, Any] = {"output": "extend", "selectServiceTags": "extend"}
_DASHBOARD: Mapping[str, Any] = {
    "output": ["dashboardid", "name", "auto_start"],
    "selectPages": "extend",
}

_REFERRED: Mapping[Kind, Mapping[str, Any]] = {
    Kind.ITEM: {"output": ["itemid", "hostid", "key_"]},
    Kind.TRIGGER: {
        "output": ["triggerid", "description"],
        "selectTags": "extend",
        "selectHosts": ["host"],
    },
    Kind.SERVICE: {"output": ["serviceid", "name"], "selectTags": "extend"},
}
"""What to read of an object to know what it is called."""


def read(
    client: Client,
    hosts: Collection[Ref],
    scope: frozenset[str],
    wanted: State | None = None,
    ids: Ids | None = None,
) -> tuple[State, Ids]:
    """Return the existing objects of the topologies in scope, and the ids of all that was read.

    Args:
        client: the connection.
        hosts: hosts that shall be: what bears such a name is read as well, whosever it is.
        scope: names of topologies.
        wanted: objects to compare with: one that exists just so is the same object.
        ids: what was read before, to which this is added.

    Raises:
        ZabbixError: a call failed.
    """
    ids = ids or Ids()
    ids.wanted = wanted or {}
    for row in client.get("proxy", output=["proxyid", "name"]):
        ids.add(Ref(Kind.PROXY, (row["name"],)), row["proxyid"])
    for row in client.get("image", output=["imageid", "name"]):
        ids.add(Ref(Kind.IMAGE, (row["name"],)), row["imageid"])
    return by_ref(
        each
        for kind, pages in _read(client, hosts, scope, ids)
        for each in _objects(client, kind, pages, ids)
    ), ids


def read_named(client: Client, wanted: Collection[Object], ids: Ids) -> State:
    """Return the items and triggers that bear wanted names, whosever they are; adds their ids.

    Raises:
        ZabbixError: a call failed.
    """
    found: list[Object] = []
    for kind, field, api_field, output in (
        (Kind.ITEM, "key", "key_", _ITEM),
        (Kind.TRIGGER, "name", "description", _TRIGGER),
    ):
        named = {
            (each.fields["host"], each.fields[field]) for each in wanted if each.ref.kind is kind
        }
        hosts = sorted({ids.id_of(Kind.HOST, host) for host, _ in named})
        called = sorted({name for _, name in named})
        which = [
            {"hostids": hosts, "filter": {api_field: called[first : first + OBJECTS]}}
            for first in range(0, len(called), OBJECTS)
        ]
        found += [
            each
            for each in _objects(client, kind, read_paged(client, kind, which, **output), ids)
            if (each.fields["host"], each.fields[field]) in named
        ]
    return by_ref(found)


def _objects(client: Client, kind: Kind, pages: Pages, ids: Ids) -> Iterator[Object]:
    """Yield what rows stand for, and remember their ids; those that are not ours are left out.

    What they refer to of their own kind, and is not among them, gets its name besides: a trigger
    of a shared vantage may depend on one of another topology's.
    """
    codec = CODECS[kind]
    known = ids.by_id[kind]
    later: list[Row] = []
    for rows in pages:
        if codec.refer:
            for row in rows:
                ids.add(codec.refer(row, ids), row[codec.id_field])
        for row in rows:
            if all(number in known for number in codec.needs(row)):
                yield from _decoded(kind, row, ids)
            else:
                later.append(row)
    others = {number for row in later for number in codec.needs(row)} - known.keys()
    if codec.refer and others:
        for rows in read_by_id(client, kind, others, **_REFERRED[kind]):
            for row in rows:
                ids.add(codec.refer(row, ids), row[codec.id_field])
    for row in later:
        yield from _decoded(kind, row, ids)


def _decoded(kind: Kind, row: Row, ids: Ids) -> Iterator[Object]:
    each = CODECS[kind].decode(row, ids)
    if each is not None:
        ids.add(each.ref, row[CODECS[kind].id_field])
        wanted = ids.wanted.get(each.ref)
        yield wanted if wanted == each else each


def _read(
    client: Client, hosts: Collection[Ref], scope: frozenset[str], ids: Ids
) -> Iterator[tuple[Kind, Pages]]:
    """Yield the rows of each kind, in an order in which each finds the names that it needs."""
    topologies = [_tag(names.TAG_TOPOLOGY, name) for name in sorted(scope)]
    tagged: dict[str, Any] = {"evaltype": _ANY_TAG, "tags": topologies}
    named = [{"filter": {"host": [ref.key[0] for ref in hosts]}}] if hosts else []
    yield Kind.HOST, read_paged(client, Kind.HOST, [tagged, *named], **_HOST)
    yield Kind.HOST_GROUP, [_groups(client, scope)]

    named_hosts = set(hosts)
    these = [
        number
        for number, ref in ids.by_id[Kind.HOST].items()
        if ref in named_hosts or ids.host_owners[number] & scope
    ]
    there = {"hostids": these}
    shared = [
        _tag(names.TAG_SCOPE, names.SCOPE_VANTAGE),
        _tag(names.TAG_SCOPE, names.SCOPE_VERDICT),
    ]
    of_these = {**there, **tagged, "tags": [*topologies, *shared]}
    boards = {"filter": {"name": sorted(names.board(name) for name in scope)}}
    yield Kind.MACRO, _macros(client, scope, there)
    for kind, which, output in (
        (Kind.VALUE_MAP, there, _VALUE_MAP),
        (Kind.ITEM, of_these, _ITEM),
        (Kind.TRIGGER, of_these, _TRIGGER),
        (Kind.GRAPH, {**there, **_graphs(scope)}, _GRAPH),
        (Kind.MAP, boards, _MAP),
        (Kind.SERVICE, tagged, _SERVICE),
        (Kind.SLA, boards, _SLA),
        (Kind.DASHBOARD, boards, _DASHBOARD),
    ):
        yield kind, read_paged(client, kind, [which], **output)


def _macros(client: Client, scope: frozenset[str], there: dict[str, Any]) -> Pages:
    """Return the macros of topologies, and those that have no context."""
    rows = client.get("usermacro", output=["hostmacroid", "macro"], **there)
    owners = {None, *scope}
    theirs = [row["hostmacroid"] for row in rows if names.macro_owner(row["macro"]) in owners]
    return read_by_id(client, Kind.MACRO, theirs, output="extend")


def _graphs(scope: frozenset[str]) -> dict[str, Any]:
    """Return what finds the graphs of topologies."""
    begins = sorted(names.graph(name, "") for name in scope)
    return {"search": {"name": begins}, "startSearch": True, "searchByAny": True}


def _tag(tag: str, value: str) -> dict[str, str]:
    return {"tag": tag, "value": value, "operator": _EQUALS}


def _groups(client: Client, scope: frozenset[str]) -> list[Row]:
    """Return the host group, and who owns it besides those whose hosts are in it.

    While ``access`` grants rights on it, that is somebody who is never in scope. Without any
    host it is what an interrupted deploy began with, or an interrupted destroy left.
    """
    rows = client.get(
        "hostgroup",
        output=["groupid", "name", "uuid"],
        filter={"name": [names.HOST_GROUP]},
        selectHosts=["hostid"],
    )
    granted = client.get("usergroup", output=["usrgrpid"], filter={"name": [names.ACCESS]})
    nobody: frozenset[str] = frozenset()
    owners = frozenset({""}) if granted else nobody
    return [{**row, "owners": owners or (nobody if row["hosts"] else scope)} for row in rows]
