"""Topology → a directed graph of its nodes and edges. Pure; apart, as networkx is slow to load."""

import networkx as nx

from multipath.topology.edges import edges
from multipath.topology.model import Topology


def graph(topology: Topology) -> "nx.DiGraph[str]":
    """Return the graph; each edge carries its ``Edge`` as ``edge``."""
    result: nx.DiGraph[str] = nx.DiGraph(name=topology.name)
    result.add_nodes_from(topology.nodes)
    for edge in edges(topology):
        result.add_edge(edge.from_name, edge.to_name, edge=edge)
    return result
