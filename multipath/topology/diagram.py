"""Topologies → drawings: Graphviz DOT and Mermaid. Pure.

Names and addresses are letters, digits and ``_ . : -``, so that quotes around them suffice.
"""

from collections.abc import Iterator, Sequence

from multipath import names
from multipath.topology.edges import Edge
from multipath.topology.graph import graph
from multipath.topology.model import Topology


def dot(topologies: Sequence[Topology]) -> str:
    """Return one Graphviz digraph with a cluster per topology."""
    lines = [line for topology in topologies for line in _dot_lines(topology)]
    return "\n".join(("digraph multipath {", "  rankdir=LR;", "  node [shape=box];", *lines, "}\n"))


def mermaid(topologies: Sequence[Topology]) -> str:
    """Return one Mermaid flowchart with a subgraph per topology."""
    lines = (
        line
        for number, topology in enumerate(topologies)
        for line in _mermaid_lines(topology, f"t{number}")
    )
    return "\n".join(("flowchart LR", *lines, ""))


def _dot_lines(topology: Topology) -> Iterator[str]:
    within = topology.name
    yield f'  subgraph "cluster {within}" {{'
    yield f'    label="{within}";'
    for name, node in topology.nodes.items():
        yield f'    "{within}/{name}" [label="{name}\\n{node.address}"];'
    for start, end, label in _lines(topology):
        yield f'    "{within}/{start}" -> "{within}/{end}" [label="{label}"];'
    yield "  }"


def _mermaid_lines(topology: Topology, within: str) -> Iterator[str]:
    ids = {name: f"{within}n{index}" for index, name in enumerate(topology.nodes)}
    yield f'  subgraph {within}["{topology.name}"]'
    for name, node in topology.nodes.items():
        yield f'    {ids[name]}["{name}<br>{node.address}"]'
    for start, end, label in _lines(topology):
        yield f'    {ids[start]} -->|"{label}"| {ids[end]}'
    yield "  end"


def _lines(topology: Topology) -> Iterator[tuple[str, str, str]]:
    """Return the ends and the label of each edge, in the order of their numbers."""
    found: list[tuple[str, str, Edge]] = sorted(
        graph(topology).edges(data="edge"), key=lambda each: each[2].number
    )
    return ((start, end, names.circled(edge.number)) for start, end, edge in found)
