"""Topologies → every Zabbix object that should be."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jinja2

from multipath import names
from multipath.diagnosis.compiled_edge import look_s, looks
from multipath.errors import TemplateError
from multipath.objects import Object, Ref, State, canonical
from multipath.render import layout
from multipath.render.advice import route_advice
from multipath.render.documents import parse
from multipath.render.map_layout import map_layout
from multipath.render.templates import environment, render
from multipath.render.tracing import evidence, way_changed_script, way_script
from multipath.render.verdict import edge_formulas, path_verdict
from multipath.render.words import words
from multipath.topology.edges import Edge, edges, routes
from multipath.topology.model import Topology
from multipath.topology.probing import OWN_KEYS
from multipath.topology.units import format_duration

EDGE_COLORS = ("1A7C11", "F63100", "2774A4", "A54F10", "FC6EA3", "6C59DC", "AC8C14", "611F27")
"""One colour per edge or route where several share a graph: Zabbix's own palette."""

_CONFIRMING = 3
"""Handshakes in a cycle: hardly ever are all of them lost by chance."""


def desired(topologies: Sequence[Topology], folder: Path | None = None) -> State:
    """Return the objects that the topologies ask for.

    Args:
        topologies: checked, of different names.
        folder: templates that win over multipath's own, one by one.

    Raises:
        TemplateError: a template is broken, or two topologies ask for different things in
            what they share.
    """
    renderer = environment(folder)
    result: dict[Ref, Object] = {}
    for topology in topologies:
        for each in _objects(renderer, topology):
            known = result.get(each.ref)
            result[each.ref] = each if known is None else merged(known, each)
    return result


def _objects(renderer: jinja2.Environment, topology: Topology) -> Iterator[Object]:
    w = words(topology.language)
    all_edges = edges(topology)

    def objects(file: str, place: str, **given: Any) -> Iterator[Object]:
        text, template = render(renderer, file, place, w=w, **given)
        return parse(text, f"{template} for {place}", topology.name)

    for name in dict.fromkeys(edge.from_name for edge in all_edges):
        node = topology.nodes[name]
        yield from objects(
            "vantage.yaml.j2",
            f"vantage {name} of {topology.name}",
            topology=topology.name,
            node=name,
            source=topology.source,
            zabbix_proxy=node.zabbix_proxy,
            agent=node.agent,
        )
    yield from objects(
        "target.yaml.j2",
        f"target {topology.target} of {topology.name}",
        topology=topology.name,
        node=topology.target,
        address=topology.nodes[topology.target].address,
    )
    for edge in all_edges:
        yield from objects(
            "edge.yaml.j2",
            f"edge {edge.name} of {topology.name}",
            edge=edge,
            probe_key=_probe_key(edge),
            confirm_key=_confirm_key(edge),
            formulas=edge_formulas(edge),
            look_s=look_s(edge.probe.cycle_s),
            looks_a_cycle=looks(1, edge.probe.cycle_s),
            way_script=way_script(w),
            way_changed_script=way_changed_script(w),
        )
    for part in ("path", "map", "dashboard"):
        yield from objects(
            f"{part}.yaml.j2",
            f"path {topology.name}",
            topology=topology,
            edges=all_edges,
            routes=routes(all_edges),
            colors=EDGE_COLORS,
            layout=layout,
            map=map_layout(topology),
            verdict=path_verdict(topology, all_edges, w),
            evidence=evidence(all_edges, w),
            advice=route_advice(topology.name, routes(all_edges)),
        )


def _probe_key(edge: Edge) -> str:
    probe = edge.probe
    options = {"packets": str(probe.packets), "timeout": format_duration(probe.timeout_s)}
    own = {
        "size": str(probe.size),
        "port": str(probe.port or ""),
        "path": probe.path if probe.path != "/" else "",
        "df": "1" if probe.df else "",
    }
    options |= {key: own[key] for key in OWN_KEYS[probe.type] if own.get(key)}
    if probe.dscp:
        options["dscp"] = str(probe.dscp)
    if probe.source:
        options["source"] = probe.source
    return names.probe_key(
        edge.topology, edge.from_name, edge.to_name, probe.type, edge.to_node.address, **options
    )


def _confirm_key(edge: Edge) -> str:
    """Return the key of the handshakes beside an edge's pings; empty where none are asked for."""
    probe = edge.probe
    if not edge.is_confirmed:
        return ""
    return names.confirm_key(
        edge.topology,
        edge.from_name,
        edge.to_name,
        edge.to_node.address,
        port=str(probe.confirm_port),
        packets=str(min(_CONFIRMING, probe.packets)),
        timeout=format_duration(probe.timeout_s),
    )


def merged(one: Object, other: Object) -> Object:
    """Return the one object that two topologies share: tags and dependencies are those of both.

    Raises:
        TemplateError: they ask for different things.
    """
    united = {"tags", "dependencies"} & one.fields.keys()
    fields = dict(one.fields) | {
        field: _union(one.fields[field], other.fields[field]) for field in united
    }
    both = Object(one.ref, canonical(one.ref.kind, fields), one.owners | other.owners)
    if differing := [
        field
        for field in both.fields
        if field not in united and both.fields[field] != other.fields[field]
    ]:
        owners = " and ".join(sorted(both.owners))
        raise TemplateError(
            f"{one.ref} is shared by {owners}, but they ask for different things: "
            f"{', '.join(differing)}"
        )
    return both


def _union(one: list[Any], other: list[Any]) -> list[Any]:
    return [*one, *(tag for tag in other if tag not in one)]
