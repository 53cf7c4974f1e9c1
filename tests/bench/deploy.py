"""How long deploying takes, as a ratio to the bare API calls that it makes."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from multipath.objects import State
from multipath.plan.diff import diff
from multipath.render.desired import desired
from multipath.topology.loader import load
from multipath.topology.model import Node, Topology
from multipath.zabbix.client import Client, Params
from multipath.zabbix.profile import load_profile
from multipath.zabbix.reader import read
from multipath.zabbix.writer import apply

EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"


class TimedClient(Client):
    """A client that adds up the time its calls take."""

    in_calls_s = 0.0

    def call(self, method: str, params: Params) -> object:
        """Call a method, and time it."""
        started_s = time.perf_counter()
        try:
            return super().call(method, params)
        finally:
            self.in_calls_s += time.perf_counter() - started_s


def topologies(number: int) -> list[Topology]:
    """Return topologies that share their vantages, each with a target of its own."""
    example = load([EXAMPLE])[0]
    return [
        example.model_copy(
            update={
                "name": f"bench-{place}",
                "nodes": {
                    **example.nodes,
                    "la": Node(address=f"2001:db8::{place + 1:x}"),
                },
            }
        )
        for place in range(number)
    ]


@contextmanager
def measured(client: TimedClient, what: str) -> Iterator[None]:
    """Print how long something took, and its ratio to the time in API calls."""
    client.in_calls_s = 0.0
    before = Counter(client.calls)
    started_s = time.perf_counter()
    yield
    took_s = time.perf_counter() - started_s
    calls = (client.calls - before).total()
    print(
        f"{what:<24} {took_s:7.2f} s, {calls:3} calls of {client.in_calls_s:7.2f} s, "
        f"ratio {took_s / client.in_calls_s:5.2f}"
    )


def main(number: int) -> None:
    """Deploy so many topologies into the lab ``bench``, plan once more, destroy them."""
    asked = topologies(number)
    scope = frozenset(topology.name for topology in asked)
    print(f"{number} topologies, {number * 5} edges, sharing 3 vantages")
    with TimedClient(load_profile("lab-bench"), writable=True) as client:
        steps: list[tuple[str, Callable[[], State]]] = [
            ("first deploy", lambda: desired(asked)),
            ("plan without changes", lambda: desired(asked)),
            ("destroy", dict),
        ]
        for what, wish in steps:
            with measured(client, what):
                wanted = wish()
                existing, ids = read(client, wanted, scope)
                plan = diff(wanted, existing, scope)
                apply(client, plan, ids, lambda _what, _number: None)
            print(f"{'':<24} {len(plan.changes)} changes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
