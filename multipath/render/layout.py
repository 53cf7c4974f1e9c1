"""Where things stand on the dashboard's grid. Pure.

The overview is 三方四正: the direct way on top; below it a column for each proxy, the target as
the proxy sees it over the proxy as the source sees it, so that a column read upwards is the way
through that proxy. All widths divide by three: older Zabbix have a third of the columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from multipath.topology.edges import Edge, Role

COLUMNS = 72
"""Width of the dashboard's grid since Zabbix 7.0."""

ROWS = 64
"""Its greatest height."""

TILE_HEIGHT = 4
WIDE_HEIGHT = 5
_ABREAST = (3, 4, 6, 8, 12, 24)
"""Numbers of columns that divide the grid, fewest first."""


@dataclass(frozen=True, slots=True)
class Tile:
    """An edge's place on the grid."""

    edge: Edge
    x: int
    y: int
    width: int


def tiles(edges: Sequence[Edge], top: int) -> tuple[Tile, ...]:
    """Return a tile for each edge from the row ``top`` on; none overlap, none leave the grid."""
    direct, *others = edges
    result = [Tile(direct, x=0, y=top, width=COLUMNS)]
    upper = [edge for edge in others if edge.role is Role.PROXY_TARGET]
    lower = [edge for edge in others if edge.role is Role.SOURCE_PROXY]
    most = _abreast(len(upper), ROWS - top - TILE_HEIGHT)
    y = top + TILE_HEIGHT
    for first in range(0, len(upper), most):
        last = first + most
        width = COLUMNS // min(most, len(upper)) // 3 * 3
        for row in (upper[first:last], lower[first:last]):
            result.extend(
                Tile(edge, x=column * width, y=y, width=width) for column, edge in enumerate(row)
            )
            y += TILE_HEIGHT
    return tuple(result)


def pages(edges: Sequence[Edge]) -> tuple[Sequence[Edge], ...]:
    """Return the edges in pages on which each has the whole width and ``WIDE_HEIGHT`` rows."""
    most = ROWS // WIDE_HEIGHT
    return tuple(edges[first : first + most] for first in range(0, len(edges), most))


def _abreast(proxies: int, rows: int) -> int:
    """Return the least number of columns with which two rows of tiles for each fit."""
    return next(
        (columns for columns in _ABREAST if -(-proxies // columns) * 2 * TILE_HEIGHT <= rows),
        _ABREAST[-1],
    )
