"""Topology files → topologies. The only module of the room that reads files."""

from collections.abc import Sequence
from pathlib import Path

from multipath.errors import InputError, Problem
from multipath.topology.model import Topology
from multipath.topology.parse import Draft, draft
from multipath.topology.references import across

MAX_BYTES = 250_000
"""The largest file read; a topology of a thousand proxies takes a quarter of it."""


def load(paths: Sequence[Path]) -> tuple[Topology, ...]:
    """Return the topologies of the files, in their order.

    Raises:
        InputError: with every problem of every file, and of the files with each other.
    """
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        text = _read(path)
        if isinstance(text, Problem):
            problems.append(text)
        else:
            drafts.append(draft(text, str(path)))
    problems.extend(problem for each in drafts for problem in each.problems)
    problems.extend(across([each.document for each in drafts]))
    if problems:
        raise InputError(problems)
    return tuple(each.topology for each in drafts if each.topology)


def _read(path: Path) -> str | Problem:
    """Return a file's text, or why there is none."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Problem(file, 0, 0, "there is no such file", "name a topology file")
    except IsADirectoryError:
        return Problem(file, 0, 0, "this is a directory", "name the files in it")
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        return Problem(file, 0, 0, f"the file cannot be read ({error})", "name a topology file")
    if len(data) > MAX_BYTES:
        what = f"the file is larger than {MAX_BYTES:,} bytes"
        return Problem(file, 0, 0, what, "split it, or name a topology file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        return Problem(file, line, column, "the file is not UTF-8 text", "save it as UTF-8")
