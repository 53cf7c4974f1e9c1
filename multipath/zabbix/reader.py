"""Reads what Zabbix holds of some topologies: a fixed number of calls, however many objects."""

from collections.abc import Collection, Iterator
from typing import Any

from multipath import names
from multipath.objects import Kind, Object, Ref, State, by_ref
from multipath.zabbix.client import Client
from multipath.zabbix.codec import CODECS, Ids, Row

_ANY_TAG = 2
_EQUALS = "1"

_ITEM_FIELDS = (
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
)
"""Named one by one: everything would read each item's last value from its history as well."""


def read(client: Client, desired: Collection[Ref], scope: frozenset[str]) -> tuple[State, Ids]:
    """Return the existing objects of the topologies in scope, and the ids of all that was read.

    Args:
        client: the connection.
        desired: what shall be: a host, group or dashboard of such a name is read as well,
            whosever it is.
        scope: names of topologies.

    Raises:
        ZabbixError: a call failed.
    """
    ids = Ids()
    for row in client.get("proxy", output=["proxyid", "name"]):
        ids.add(Ref(Kind.PROXY, (row["name"],)), row["proxyid"])
    for row in client.get("image", output=["imageid", "name"]):
        ids.add(Ref(Kind.IMAGE, (row["name"],)), row["imageid"])
    return by_ref(
        each
        for kind, rows in _rows(client, desired, scope, ids)
        for each in _objects(kind, rows, ids)
    ), ids


def read_named(client: Client, wanted: Collection[Object], ids: Ids) -> State:
    """Return the items and triggers that bear wanted names, whosever they are; adds their ids.

    Raises:
        ZabbixError: a call failed.
    """
    found: list[Object] = []
    for kind, field, api_field, rows_of in (
        (Kind.ITEM, "key", "key_", _items),
        (Kind.TRIGGER, "name", "description", _triggers),
    ):
        named = {
            (each.fields["host"], each.fields[field]) for each in wanted if each.ref.kind is kind
        }
        if named:
            hosts = {ids.id_of(Kind.HOST, host) for host, _ in named}
            rows = rows_of(
                client,
                hostids=sorted(hosts),
                filter={api_field: sorted({name for _, name in named})},
            )
            found += [
                each
                for each in _objects(kind, rows, ids)
                if (each.fields["host"], each.fields[field]) in named
            ]
    return by_ref(found)


def _objects(kind: Kind, rows: list[Row], ids: Ids) -> list[Object]:
    """Return what rows stand for, and remember their ids; those that are not ours are left out."""
    codec = CODECS[kind]
    if codec.refer:
        for row in rows:
            ids.add(codec.refer(row, ids), row[codec.id_field])
    result = []
    for row in rows:
        each = codec.decode(row, ids)
        if each is not None:
            ids.add(each.ref, row[codec.id_field])
            result.append(each)
    return result


def _rows(
    client: Client, desired: Collection[Ref], scope: frozenset[str], ids: Ids
) -> Iterator[tuple[Kind, list[Row]]]:
    """Yield the rows of each kind, in an order in which each finds the names that it needs."""
    topologies = [_tag(names.TAG_TOPOLOGY, name) for name in sorted(scope)]
    tagged: dict[str, Any] = {"evaltype": _ANY_TAG, "tags": topologies}
    shared = _tag(names.TAG_SCOPE, names.SCOPE_VANTAGE)
    tagged_or_shared = {**tagged, "tags": [*topologies, shared]}
    yield Kind.HOST, _hosts(client, desired, tagged)
    yield Kind.HOST_GROUP, _groups(client)
    on_hosts = {"hostids": [number for kind, number in ids.by_id if kind is Kind.HOST]}
    yield (
        Kind.VALUE_MAP,
        client.get(
            "valuemap", output=["valuemapid", "name", "hostid"], selectMappings="extend", **on_hosts
        ),
    )
    yield Kind.MACRO, client.get("usermacro", output="extend", **on_hosts)
    yield Kind.ITEM, _items(client, **on_hosts, **tagged_or_shared)
    yield Kind.TRIGGER, _triggers(client, **on_hosts, **tagged_or_shared)
    yield (
        Kind.GRAPH,
        client.get(
            "graph", output="extend", selectGraphItems="extend", selectHosts=["hostid"], **on_hosts
        ),
    )
    boards = {"filter": {"name": sorted(names.board(name) for name in scope)}}
    yield (
        Kind.MAP,
        client.get(
            "map", output="extend", selectSelements="extend", selectLinks="extend", **boards
        ),
    )
    yield (
        Kind.SERVICE,
        client.get(
            "service",
            output="extend",
            selectTags="extend",
            selectProblemTags="extend",
            selectParents=["serviceid"],
            **tagged,
        ),
    )
    yield Kind.SLA, client.get("sla", output="extend", selectServiceTags="extend", **boards)
    yield (
        Kind.DASHBOARD,
        client.get(
            "dashboard",
            output=["dashboardid", "name", "auto_start"],
            selectPages="extend",
            **boards,
        ),
    )


def _items(client: Client, **which: Any) -> list[Row]:
    rows: list[Row] = client.get(
        "item",
        output=_ITEM_FIELDS,
        selectTags="extend",
        selectPreprocessing="extend",
        webitems=False,
        **which,
    )
    return rows


def _triggers(client: Client, **which: Any) -> list[Row]:
    rows: list[Row] = client.get(
        "trigger",
        output="extend",
        selectTags="extend",
        selectFunctions="extend",
        selectDependencies=["triggerid"],
        selectHosts=["host"],
        **which,
    )
    return rows


def _tag(tag: str, value: str) -> dict[str, str]:
    return {"tag": tag, "value": value, "operator": _EQUALS}


def _hosts(client: Client, desired: Collection[Ref], tagged: dict[str, Any]) -> list[Row]:
    """Return the hosts of the topologies in scope, and those that bear a desired name."""
    output = {
        "output": ["hostid", "host", "name", "description", "status", "monitored_by", "proxyid"],
        "selectHostGroups": ["name"],
        "selectTags": "extend",
    }
    named = [ref.key[0] for ref in desired if ref.kind is Kind.HOST]
    rows = client.get("host", **output, **tagged)
    if named:
        rows += client.get("host", **output, filter={"host": named})
    return list({row["hostid"]: row for row in rows}.values())


def _groups(client: Client) -> list[Row]:
    """Return the host group, and whether a user group has been granted rights on it."""
    rows = client.get(
        "hostgroup",
        output=["groupid", "name", "uuid"],
        filter={"name": [names.HOST_GROUP]},
        selectHosts=["hostid"],
    )
    granted = client.get("usergroup", output=["usrgrpid"], filter={"name": [names.ACCESS]})
    return [{**row, "granted": bool(granted)} for row in rows]
