"""``multipath validate``: every problem of every topology file at once."""

import sys
from pathlib import Path

import click

from multipath.errors import InputError
from multipath.topology.edges import edges
from multipath.topology.loader import load


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
def validate(files: tuple[Path, ...]) -> None:
    """Check topology files, each alone and all with each other.

    Prints one line per file if all are good. If not, prints every problem as
    FILE:LINE:COLUMN: what is wrong; what to write instead. Then the exit code is 1.

    \b
        multipath validate topologies/*.yaml
    """  # noqa: D301 - click keeps the lines after a real backspace
    paths = tuple(dict.fromkeys(files))
    try:
        topologies = load(paths)
    except InputError as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        ill = len({problem.file for problem in error.problems})
        problems = _counted(len(error.problems), "problem")
        click.echo(f"{problems} in {ill} of {_counted(len(paths), 'file')}", err=True)
        sys.exit(1)
    for path, topology in zip(paths, topologies, strict=True):
        nodes = _counted(len(topology.nodes), "node")
        click.echo(f"{path}: {topology.name}, {nodes}, {_counted(len(edges(topology)), 'edge')}")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
