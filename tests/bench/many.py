"""Many topologies that share their vantages, each with a target of its own."""

import re
from pathlib import Path

from multipath.topology.model import Topology
from multipath.topology.parse import parse

_EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"
_TARGET = re.compile(r"(?<![\w-])la(?=[:\n])")


def texts(number: int) -> list[str]:
    """Return so many topologies as YAML, of five edges each."""
    example = _EXAMPLE.read_text(encoding="utf-8")
    return [
        _TARGET.sub(f"la{place}", example)
        .replace("name: sh-la", f"name: bench-{place}")
        .replace("address: 203.0.113.10", f"address: 2001:db8::{place + 1:x}")
        for place in range(number)
    ]


def topologies(number: int) -> list[Topology]:
    """Return the same, read."""
    result = []
    for text in texts(number):
        topology, problems = parse(text, "example")
        assert topology, problems
        result.append(topology)
    return result
