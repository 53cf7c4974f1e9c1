"""Do the keys of a probe fit its type, and the type whoever measures?"""

from collections.abc import Iterator, Mapping

from multipath import names
from multipath.errors import Problem
from multipath.topology.document import Document, Loc
from multipath.topology.edges import pairs
from multipath.topology.model import Probe
from multipath.topology.timing import merged_probe

OWN_KEYS: Mapping[str, tuple[str, ...]] = {
    "icmp": ("size", "df", "confirm_port"),
    "udp": ("size", "df", "port"),
    "tcp": ("port",),
    "http": ("port", "path"),
    "https": ("port", "path"),
}
"""The keys that are not for every type of probe."""
UDP_SIZE_MIN_BYTES = 24
"""What the agents need in a packet."""
_ALL_OWN_KEYS = tuple(dict.fromkeys(key for keys in OWN_KEYS.values() for key in keys))
_UNKNOWN_TO_ZABBIX = ("dscp", "df", "source", "confirm_port")


def probing(document: Document) -> Iterator[Problem]:
    """Yield the keys that a type needs or does not know, and edges that Zabbix cannot measure."""
    edges: list[Loc] = [("edges", edge) for edge in document.keys(("edges",))]
    has_types = any(document.has((*edge, "probe", "type")) for edge in edges)
    for above in ((), *edges):
        probe = merged_probe(document, above)
        if probe is None:
            continue
        yield from _without_port(document, above, probe)
        yield from _too_small(document, above, probe)
        if above or not has_types:  # else the keys may be for the edges that have another type
            yield from _useless(document, above, probe)
    yield from _not_for_zabbix(document)


def _without_port(document: Document, above: Loc, probe: Probe) -> Iterator[Problem]:
    loc = (*above, "probe", "type")
    if probe.type == "tcp" and probe.port is None and document.has(loc):
        what = f"{'.'.join(map(str, loc))}: tcp needs a port"
        yield document.at_value(loc, what, "write port: 443, or another one, beside it")


def _too_small(document: Document, above: Loc, probe: Probe) -> Iterator[Problem]:
    keys = ((*above, "probe", key) for key in ("size", "type"))
    loc = next((loc for loc in keys if document.has(loc)), None)
    if probe.type == "udp" and probe.size < UDP_SIZE_MIN_BYTES and loc is not None:
        what = f"{'.'.join(map(str, loc))}: packets of udp have {UDP_SIZE_MIN_BYTES} bytes at least"
        yield document.at_value(loc, what, f"write size: {UDP_SIZE_MIN_BYTES}, or more")


def _useless(document: Document, above: Loc, probe: Probe) -> Iterator[Problem]:
    for key in _ALL_OWN_KEYS:
        loc = (*above, "probe", key)
        if key not in OWN_KEYS[probe.type] and document.has(loc):
            what = f"{'.'.join(map(str, loc))}: {probe.type} has no {key}"
            types = " or ".join(kind for kind, keys in OWN_KEYS.items() if key in keys)
            yield document.at_value(loc, what, f"leave it out, or let type be {types}")


def _not_for_zabbix(document: Document) -> Iterator[Problem]:
    source, target = document.text(("source",)), document.text(("target",))
    proxies = [each for each in document.items("proxies") if isinstance(each, str)]
    if source is None or target is None:
        return
    for start, end, _ in pairs(source, target, proxies):
        if document.text(("nodes", start, "agent")) != "none":
            continue
        edge: Loc = ("edges", names.edge_name(start, end))
        probe = merged_probe(document, edge)
        if probe is None:
            continue
        keys = [key for key in _UNKNOWN_TO_ZABBIX if getattr(probe, key)]
        for key in (*(["type"] if probe.type != "icmp" else []), *keys):
            loc = next(
                (loc for loc in ((*edge, "probe", key), ("probe", key)) if document.has(loc)), None
            )
            if loc is not None:
                what = f"{'.'.join(map(str, loc))}: {start} has no agent"
                plain = "let it be icmp" if key == "type" else "leave it out"
                instead = f"Zabbix itself pings from there and knows plain icmp only: {plain}"
                yield document.at_value(loc, what, f"{instead}, or run an agent on {start}")
