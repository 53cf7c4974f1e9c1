"""Do the names of a file fit together, and those of several files?

Looks at the raw data, so that a mistake elsewhere in the file hides nothing here.
"""

import re
from collections.abc import Iterator, Sequence

from multipath import names
from multipath.errors import Problem
from multipath.topology.address import canonical
from multipath.topology.document import Document, Loc
from multipath.topology.edges import pairs
from multipath.topology.wording import nearest, quoted


def references(document: Document) -> Iterator[Problem]:
    """Yield the problems that the names of one file have with each other."""
    yield from _roles(document)
    yield from _missing_nodes(document)
    yield from _unused_nodes(document)
    yield from _equal_addresses(document)
    yield from _unknown_edges(document)


def across(documents: Sequence[Document]) -> Iterator[Problem]:
    """Yield the problems that several files have with each other, in the later file."""
    topologies: dict[str, Document] = {}
    nodes: dict[str, Document] = {}
    for document in documents:
        name = document.text(("name",))
        if name is not None:
            first = topologies.setdefault(name, document)
            if first is not document:
                what = f"name: {first.file} already has a topology {quoted(name)}"
                yield document.at_value(("name",), what, "give each topology its own name")
        for node in document.keys(("nodes",)):
            first = nodes.setdefault(node, document)
            if first is not document:
                yield from _moved_node(node, first, document)


def _named(document: Document) -> Iterator[tuple[Loc, str]]:
    """Yield every mention of a node, with the way to it."""
    proxies = (("proxies", index) for index in range(len(document.items("proxies"))))
    for loc in (("source",), ("target",), *proxies):
        name = document.text(loc)
        if name is not None:
            yield loc, name


def _told(document: Document) -> bool:
    """Tell whether the file names source, target and proxies in full.

    If not, that is reported as such; what was meant there is not known.
    """
    proxies = document.get(("proxies",))
    mentions = document.get(("source",)), document.get(("target",)), *document.items("proxies")
    return isinstance(proxies, list | None) and all(isinstance(name, str) for name in mentions)


def _roles(document: Document) -> Iterator[Problem]:
    """A node is source, target or proxy, and only once."""
    roles: dict[str, str] = {}
    for loc, name in _named(document):
        role = "a proxy" if loc[0] == "proxies" else f"the {loc[0]}"
        first = roles.get(name)
        roles.setdefault(name, role)
        if first == role:
            yield document.at_value(loc, f"proxies: {name} stands twice", "keep one of them")
        elif first:
            what = f"{loc[0]}: {name} is {first} already and cannot be {role}, too"
            yield document.at_value(loc, what, "name another node")


def _missing_nodes(document: Document) -> Iterator[Problem]:
    if not isinstance(document.get(("nodes",)), dict):
        return
    nodes = document.keys(("nodes",))
    for loc, name in _named(document):
        if name not in nodes:
            meant = nearest(name, nodes)
            what = f"{loc[0]}: no node is named {quoted(name)}"
            yield document.at_value(loc, what, f"write {meant}" if meant else "add it under nodes")


def _unused_nodes(document: Document) -> Iterator[Problem]:
    if not _told(document):
        return
    mentions = [name for _, name in _named(document)]
    nodes = document.keys(("nodes",))
    meant = {nearest(name, nodes) for name in mentions if name not in nodes}
    for name in nodes:
        if name not in mentions and name not in meant:
            what = f"nodes.{name} is neither source, nor target, nor a proxy"
            yield document.at_key(("nodes", name), what, "add it to proxies, or delete it")


def _equal_addresses(document: Document) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for name in document.keys(("nodes",)):
        loc = ("nodes", name, "address")
        address = document.text(loc)
        if address is None:
            continue
        first = seen.setdefault(canonical(address), name)
        if first != name:
            line = document.line(("nodes", first, "address"))
            what = f"nodes.{name}.address: {address} is the address of {first} (line {line}), too"
            yield document.at_value(loc, what, "give each node its own address")


def _unknown_edges(document: Document) -> Iterator[Problem]:
    if not _told(document):
        return
    source, target, *proxies = (name for _, name in _named(document))
    edges = [names.edge_name(start, end) for start, end, _ in pairs(source, target, proxies)]
    for name in document.keys(("edges",)):
        if name not in edges:
            meant = _meant_edge(name, edges)
            what = f"edges: {quoted(name)} is no edge of this topology"
            instead = f"write {meant}" if meant else f"the edges are {', '.join(edges)}"
            yield document.at_key(("edges", name), what, instead)


def _meant_edge(name: str, edges: Sequence[str]) -> str | None:
    """Return the edge with the same two nodes in any order and notation, or the nearest."""
    ends = sorted(filter(None, re.split(r"[\s<>→,:/|]+|-+>", name)))
    same = (edge for edge in edges if sorted(edge.split(">")) == ends)
    return next(same, None) or nearest(name, edges)


def _moved_node(name: str, first: Document, document: Document) -> Iterator[Problem]:
    for key in ("address", "zabbix_proxy", "agent"):
        loc = ("nodes", name, key)
        before, now = first.text(loc), document.text(loc)
        if key == "address" and (not before or not now or canonical(before) == canonical(now)):
            continue
        if before != now:
            what = (
                f"nodes.{name}: {key} is {before or 'left out'} in {first.file} "
                f"and {now or 'left out'} here, but nodes of one name are one host"
            )
            instead = "make them equal, or rename one"
            if now is None:
                yield document.at_key(loc[:-1], what, instead)
            else:
                yield document.at_value(loc, what, instead)
