"""How long plan and deploy take, as ratios to the bare API calls of the same run.

Topologies share three vantages, two of them behind Zabbix proxies; each has a target of its own.
"""

import io
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from statistics import median
from unittest import mock

from multipath.cli.deploying.carry_out import carry_out
from multipath.cli.deploying.planning import Planned, make_destruction, make_plan
from multipath.topology.model import Topology
from multipath.zabbix import writer
from multipath.zabbix.client import Client, Params
from multipath.zabbix.profile import load_profile
from tests.bench.many import topologies

ROUNDS = 3
PATIENCE_S = 100
"""After so long no further round of a size is begun."""


class TimedClient(Client):
    """A client that adds up the time that its calls take, by verb."""

    def forget(self) -> None:
        """Begin anew."""
        self.in_calls_s: defaultdict[str, float] = defaultdict(float)
        self.calls.clear()

    def call(self, method: str, params: Params) -> object:
        """Call a method, and time it."""
        started_s = time.perf_counter()
        try:
            return super().call(method, params)
        finally:
            self.in_calls_s[method.partition(".")[2]] += time.perf_counter() - started_s


@dataclass
class Measured:
    """What a step took in each round, and what its bare calls took."""

    took_s: list[float] = field(default_factory=list)
    bare_s: list[float] = field(default_factory=list)
    changes: int = 0
    calls: int = 0

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(took / bare for took, bare in zip(self.took_s, self.bare_s, strict=True))


def measure(
    client: TimedClient, into: Measured, plan: Callable[[], Planned], *bare: str
) -> Planned:
    """Plan and carry out, and note how long it took, and how long its calls of these verbs."""
    client.forget()
    started_s = time.perf_counter()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        planned = plan()
        carry_out(client, planned, yes=True, verbose=False)
    into.took_s.append(time.perf_counter() - started_s)
    print(f"  {len(planned.plan.changes)} changes in {into.took_s[-1]:.1f} s", file=sys.stderr)
    into.bare_s.append(sum(client.in_calls_s[verb] for verb in bare))
    into.changes = len(planned.plan.changes)
    into.calls = client.calls.total()
    return planned


def one_each(weights: Iterable[int]) -> list[slice]:
    """Return pages of one object each."""
    return [slice(place, place + 1) for place, _ in enumerate(weights)]


def rounds(client: TimedClient, asked: Sequence[Topology]) -> dict[str, Measured]:
    """Deploy, plan once more, add one topology object by object, destroy; again while time is."""
    steps = {name: Measured() for name in ("deploy", "plan", "one by one", "destroy")}
    one = asked[:1]

    def all_of_them() -> Planned:
        return make_plan(client, asked, adopt=False)

    began_s = time.monotonic()
    for _ in range(ROUNDS):
        if time.monotonic() - began_s > PATIENCE_S:
            break
        measure(client, steps["deploy"], all_of_them, "create")
        measure(client, steps["plan"], all_of_them, "get")
        measure(client, Measured(), lambda: make_destruction(client, one), "delete")
        with mock.patch.object(writer, "pages", one_each):
            measure(client, steps["one by one"], all_of_them, "create")
        measure(client, steps["destroy"], lambda: make_destruction(client, asked), "delete")
    return steps


def main(number: int) -> None:
    """Measure in the lab ``bench``, and print tables."""
    sizes = [max(2, number // 4), number]
    with TimedClient(load_profile("lab-bench"), writable=True) as client:
        found = {size: rounds(client, topologies(size)) for size in sizes}
    print("| edges | step | objects | calls | time | bare calls | ratio |")
    print("|---|---|---|---|---|---|---|")
    for size, steps in found.items():
        for name in ("deploy", "plan", "destroy"):
            step = steps[name]
            print(
                f"| {5 * size} | {name} | {step.changes} | {step.calls} | "
                f"{median(step.took_s):.1f} s | {median(step.bare_s):.1f} s | {step.ratio:.2f} |"
            )
    steps = found[number]
    one = steps["one by one"]
    alone_s = median(one.bare_s) / one.changes * steps["deploy"].changes
    print(
        f"\nOne call per object: {median(one.bare_s):.1f} s for the {one.changes} objects of one "
        f"topology; scaled to {steps['deploy'].changes} objects {alone_s:.0f} s, "
        f"{alone_s / median(steps['deploy'].bare_s):.1f} times the bulk calls."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
