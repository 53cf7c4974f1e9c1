"""The edges on the dashboard's grid, the nodes on the map."""

from itertools import combinations

import pytest

from multipath.render.layout import COLUMNS, ROWS, TILE_HEIGHT, Tile, pages, tiles
from multipath.render.map_layout import map_layout
from multipath.topology.edges import edges
from multipath.topology.model import Node, Topology

TOP = 6


def _topology(proxies: int) -> Topology:
    names = tuple(f"p{number}" for number in range(proxies))
    nodes = {name: Node(address=name) for name in ("s", "t", *names)}
    return Topology(name="n", source="s", target="t", proxies=names, nodes=nodes)


def _tiles(proxies: int) -> tuple[Tile, ...]:
    return tiles(edges(_topology(proxies)), TOP)


@pytest.mark.parametrize("proxies", [*range(9), 17, 18, 19, 50, 140])
def test_no_two_tiles_overlap_and_none_leaves_the_grid(proxies: int) -> None:
    placed = _tiles(proxies)
    cells = [(column, tile.y) for tile in placed for column in range(tile.x, tile.x + tile.width)]
    assert len(set(cells)) == len(cells)
    assert all(0 <= column < COLUMNS for column, _ in cells)
    assert all(TOP <= tile.y <= ROWS - TILE_HEIGHT for tile in placed)
    assert all(tile.x % 3 == tile.width % 3 == 0 for tile in placed)
    assert {tile.edge.number for tile in placed} == set(range(1, 2 * proxies + 2))


def test_two_proxies_stand_as_three_rows_with_a_column_for_each_proxy() -> None:
    placed = {tile.edge.name: (tile.x, (tile.y - TOP) // TILE_HEIGHT) for tile in _tiles(2)}
    assert placed == {
        "s>t": (0, 0),
        "p0>t": (0, 1),
        "p1>t": (36, 1),
        "s>p0": (0, 2),
        "s>p1": (36, 2),
    }


def test_many_edges_are_spread_over_pages() -> None:
    spread = pages(edges(_topology(9)))
    assert [len(page) for page in spread] == [12, 7]
    assert [edge.number for page in spread for edge in page] == list(range(1, 20))


@pytest.mark.parametrize("proxies", range(6))
def test_the_nodes_of_a_map_are_apart_and_on_it(proxies: int) -> None:
    topology = _topology(proxies)
    layout = map_layout(topology)
    assert {place.node for place in layout.places} == topology.nodes.keys()
    for one, other in combinations(layout.places, 2):
        assert abs(one.x - other.x) >= 100 or abs(one.y - other.y) >= 100
    for place in layout.places:
        assert 0 <= place.x <= layout.width - 64
        assert 0 <= place.y <= layout.height - 100  # room for two lines below
