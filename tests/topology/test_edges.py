from hypothesis import given
from hypothesis import strategies as st

from multipath.topology.edges import Role, edges
from multipath.topology.graph import graph
from multipath.topology.model import Topology

NODE = st.from_regex(r"[a-z0-9]([a-z0-9_.-]{0,6}[a-z0-9])?", fullmatch=True).filter(
    lambda name: not name.startswith("path.")
)


def topology_of(names: list[str]) -> Topology:
    """Return the topology from the first to the second of the nodes via all others."""
    nodes = {name: {"address": f"10.0.{i // 256}.{i % 256}"} for i, name in enumerate(names, 1)}
    return Topology.model_validate(
        {"name": "t", "source": names[0], "target": names[1], "proxies": names[2:], "nodes": nodes}
    )


@given(st.lists(NODE, min_size=2, max_size=40, unique=True))
def test_n_proxies_make_2n_plus_1_numbered_edges(names: list[str]) -> None:
    topology = topology_of(names)
    found = edges(topology)
    proxies = len(topology.proxies)
    assert len(found) == 2 * proxies + 1
    assert [edge.number for edge in found] == list(range(1, 2 * proxies + 2))
    assert [edge.role for edge in found] == (
        [Role.DIRECT] + [Role.PROXY_TARGET] * proxies + [Role.SOURCE_PROXY] * proxies
    )
    assert len({edge.name for edge in found}) == len(found)


@given(st.lists(NODE, min_size=2, max_size=12, unique=True))
def test_the_graph_has_the_same_nodes_and_edges(names: list[str]) -> None:
    topology = topology_of(names)
    drawn = graph(topology)
    assert set(drawn.nodes) == set(names)
    assert {(start, end): drawn.edges[start, end]["edge"] for start, end in drawn.edges} == {
        (edge.from_name, edge.to_name): edge for edge in edges(topology)
    }


def test_two_proxies_make_the_five_edges_of_the_picture() -> None:
    assert [edge.label for edge in edges(topology_of(["sh", "la", "p1", "p2"]))] == [
        "① sh→la",
        "② p1→la",
        "③ p2→la",
        "④ sh→p1",
        "⑤ sh→p2",
    ]
