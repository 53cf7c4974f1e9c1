"""Where the nodes stand on the map. Pure.

The source on the left, the target on the right, and the proxies between them in two stacks, one
above and one below the direct way, so that no link crosses a node.
"""

from dataclasses import dataclass

from multipath.topology.model import Topology

WIDTH = 840

_SIDE = 100
"""Between an edge of the map and the middle of the nodes next to it."""

_PITCH = 120
_CLEAR = 85
"""Between the upper or lower edge of the map and the middle of the node next to it."""

_SOURCE = "Server_(64)", 48, 64
_TARGET = "Cloud_(64)", 64, 34
_PROXY = "Router_symbol_(64)", 64, 37
"""Images that every Zabbix has, with their width and height: links run between their middles."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node's icon stands: its upper left corner."""

    node: str
    icon: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class MapLayout:
    """The size of a map, and the places of its nodes."""

    width: int
    height: int
    places: tuple[Place, ...]


def map_layout(topology: Topology) -> MapLayout:
    """Return where each node stands; no two overlap."""
    half = (len(topology.proxies) + 1) // 2
    above, below = topology.proxies[:half], topology.proxies[half:]
    middle = _CLEAR + _PITCH * len(above)
    stacked = [*enumerate(above, start=-len(above)), *enumerate(below, start=1)]
    return MapLayout(
        width=WIDTH,
        height=middle + _PITCH * len(below) + _CLEAR,
        places=(
            _place(topology.source, _SOURCE, _SIDE, middle),
            _place(topology.target, _TARGET, WIDTH - _SIDE, middle),
            *(_place(name, _PROXY, WIDTH // 2, middle + _PITCH * row) for row, name in stacked),
        ),
    )


def _place(node: str, icon: tuple[str, int, int], x: int, y: int) -> Place:
    """Return the place of a node whose icon has its middle there."""
    image, width, height = icon
    return Place(node, image, x - width // 2, y - height // 2)
