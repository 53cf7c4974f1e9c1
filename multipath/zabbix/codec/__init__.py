"""Objects ↔ the API's parameters and rows: names ↔ ids, words ↔ numbers. Pure.

For every object, decoding what was encoded gives the object again.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from multipath.objects import Kind, Object, Ref
from multipath.zabbix.codec import graphs, hosts, items, maps, services
from multipath.zabbix.codec.ids import Ids

Row = dict[str, Any]


class Codec(NamedTuple):
    """How one kind travels.

    ``encode`` gives the parameters of a create call, all of which an update takes as well but
    for those in ``create_only``. ``decode`` gives the object, or None for one that is not ours.
    Kinds that refer to their own kind have two more: ``refer`` gives a row's reference, ``needs``
    the ids of those that must have been referred to before it is decoded.
    """

    encode: Callable[[Object, Ids], Row]
    decode: Callable[[Row, Ids], Object | None]
    id_field: str
    create_only: frozenset[str] = frozenset()
    refer: Callable[[Row, Ids], Ref] | None = None
    needs: Callable[[Row], list[str]] = lambda _row: []


CODECS: Mapping[Kind, Codec] = {
    Kind.HOST_GROUP: Codec(hosts.encode_group, hosts.decode_group, "groupid"),
    Kind.HOST: Codec(hosts.encode_host, hosts.decode_host, "hostid"),
    Kind.MACRO: Codec(hosts.encode_macro, hosts.decode_macro, "hostmacroid", frozenset({"hostid"})),
    Kind.VALUE_MAP: Codec(
        hosts.encode_valuemap, hosts.decode_valuemap, "valuemapid", frozenset({"hostid"})
    ),
    Kind.ITEM: Codec(
        items.encode_item,
        items.decode_item,
        "itemid",
        frozenset({"hostid"}),
        refer=items.refer_item,
        needs=items.item_needs,
    ),
    Kind.TRIGGER: Codec(
        items.encode_trigger,
        items.decode_trigger,
        "triggerid",
        refer=items.refer_trigger,
        needs=items.trigger_needs,
    ),
    Kind.GRAPH: Codec(graphs.encode_graph, graphs.decode_graph, "graphid"),
    Kind.MAP: Codec(maps.encode_map, maps.decode_map, "sysmapid"),
    Kind.SERVICE: Codec(
        services.encode_service,
        services.decode_service,
        "serviceid",
        refer=services.refer_service,
        needs=services.service_needs,
    ),
    Kind.SLA: Codec(services.encode_sla, services.decode_sla, "slaid"),
    Kind.DASHBOARD: Codec(graphs.encode_dashboard, graphs.decode_dashboard, "dashboardid"),
}

__all__ = ["CODECS", "Codec", "Ids", "Row"]
