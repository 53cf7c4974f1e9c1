"""What a user means by ``ADDRESS|EDGE``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from multipath.agent.items.nearest import did_you_mean
from multipath.errors import MultipathError

_EDGE_MARK, _TOPOLOGY_MARK = ">", ":"


@dataclass(frozen=True, slots=True)
class Place:
    """Where packets shall go, and how an edge's do; None where that is not said.

    Args:
        name: as the user knows it: an address, or ``sh-la:zabbix-sh>la``.
    """

    name: str
    address: str
    size: int | None = None
    timeout_s: float | None = None


def target_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the argument ``target`` and the option ``files``, for ``place_of``."""
    files = click.option(
        "--topology",
        "-t",
        "files",
        multiple=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Where the edge is; may be given several times.",
    )
    return click.argument("target", metavar="ADDRESS|EDGE")(files(command))


def place_of(target: str, files: Sequence[Path]) -> Place:
    """Return the place of an address, or of an edge: ``zabbix-sh>la``, ``sh-la:zabbix-sh>la``.

    Raises:
        MultipathError: there is no such edge, or more than one.
        InputError: a topology's problems.
    """
    if _EDGE_MARK not in target:
        return Place(target, target)
    if not files:
        raise MultipathError(f"{target} is an edge: say where it is with --topology FILE")
    from multipath.topology.edges import edges  # noqa: PLC0415 - an address needs no topology
    from multipath.topology.loader import load  # noqa: PLC0415 - the same

    known = {
        f"{edge.topology}{_TOPOLOGY_MARK}{edge.name}": edge
        for topology in load(files)
        for edge in edges(topology)
    }
    found = [name for name in known if target in (name, name.partition(_TOPOLOGY_MARK)[2])]
    if not found:
        raise MultipathError(f"there is no edge {target}{did_you_mean(target, known)}")
    if len(found) > 1:
        raise MultipathError(f"{target} is in several topologies; write one of {', '.join(found)}")
    edge = known[found[0]]
    return Place(found[0], edge.to_node.address, edge.probe.size, edge.probe.timeout_s)
