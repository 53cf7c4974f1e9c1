"""One file's text → its topology, or all that is wrong with it. Pure."""

from dataclasses import dataclass

from multipath.errors import Problem
from multipath.topology.document import Document, read
from multipath.topology.model import Topology
from multipath.topology.probing import probing
from multipath.topology.references import references
from multipath.topology.shape import topology_of
from multipath.topology.timing import timing


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as read: a topology if there are no problems."""

    document: Document
    topology: Topology | None
    problems: tuple[Problem, ...]


def draft(text: str, file: str) -> Draft:
    """Return what a text says; ``file`` is how problems name it."""
    document = read(text, file)
    if not document.has(()):  # no valid YAML
        return Draft(document, None, document.problems)
    topology, shape = topology_of(document)
    checks = (references, timing, probing)
    found = {*document.problems, *shape, *(each for check in checks for each in check(document))}
    return Draft(document, None if found else topology, tuple(sorted(found)))


def parse(text: str, file: str) -> tuple[Topology | None, list[Problem]]:
    """Return the topology that a text describes, or None and every problem with it."""
    result = draft(text, file)
    return result.topology, list(result.problems)
