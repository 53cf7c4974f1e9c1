import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from multipath.topology.diagram import dot, mermaid
from multipath.topology.edges import edges
from multipath.topology.loader import load
from multipath.topology.model import Topology

TOPOLOGIES = load(sorted((Path(__file__).parents[2] / "topologies").glob("*.yaml")))


def all_edges(topologies: tuple[Topology, ...]) -> int:
    return sum(len(edges(topology)) for topology in topologies)


def test_dot_is_made_of_dot_tokens_with_balanced_braces() -> None:
    text = dot(TOPOLOGIES)
    token = r'"(?:[^"\\]|\\.)*"|->|[{}\[\]=;]|[A-Za-z]+'
    assert re.sub(rf"{token}|\s+", "", text) == ""
    tokens = re.findall(token, text)
    assert tokens.count("{") == tokens.count("}") == len(TOPOLOGIES) + 1
    assert tokens.count("->") == all_edges(TOPOLOGIES)


@pytest.mark.skipif(
    shutil.which("dot") is None and "CI" not in os.environ, reason="Graphviz is not installed"
)
def test_graphviz_draws_every_edge() -> None:
    drawn = subprocess.run(
        ["dot", "-Tplain"], input=dot(TOPOLOGIES), capture_output=True, text=True, check=True
    )
    assert drawn.stderr == ""
    assert drawn.stdout.count("\nedge ") == all_edges(TOPOLOGIES)


def test_mermaid_has_a_subgraph_per_topology_and_only_known_ends() -> None:
    text = mermaid(TOPOLOGIES)
    assert text.startswith("flowchart LR\n")
    assert text.count("  subgraph ") == text.count("\n  end\n") == len(TOPOLOGIES)
    nodes = set(re.findall(r"^    (t\d+n\d+)\[\"", text, flags=re.MULTILINE))
    drawn = re.findall(r"^    (t\d+n\d+) -->\|\"[^\"]+\"\| (t\d+n\d+)$", text, flags=re.MULTILINE)
    assert len(drawn) == all_edges(TOPOLOGIES)
    assert {end for ends in drawn for end in ends} == nodes
