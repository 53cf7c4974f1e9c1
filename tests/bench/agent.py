"""What a round trip costs the agent, beside other probers; and how exact it is.

All run pinned to one core, one after the other in every round. What counts are medians and
ratios: the machine may do other things besides.
"""

import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path

from tests.bench.hosts import (
    ECHO_PORT,
    HERE,
    WEB_PORT,
    addresses,
    allow_ping_sockets,
    far_services,
    here,
    hog,
    network,
)
from tests.bench.probers import (
    CYCLE_S,
    PACKETS,
    Cost,
    agent,
    blackbox_exporter,
    burst,
    edges,
    fping,
    fping_paced,
    loop_paced,
    serving,
    smokeping_prober,
)
from tests.bench.truth import Capture, errors_us

TARGETS, MANY, ROUNDS = 1000, 5000, 5
KIND_EDGES, KIND_CYCLE_S = 100, 10
STARTS = 5
UNPRIVILEGED = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


def compare(title: str, yardstick: str, runs: Mapping[str, Callable[[], Cost]]) -> None:
    """Print medians of interleaved runs, each as a ratio to the yardstick of its own round."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            costs[name].append(run())
    print(f"\n{title}\n\n| prober | µs/round trip | ratio | packets/s | answered, % | MB |")
    print("|---|---|---|---|---|---|")
    for name, results in costs.items():
        ratios = [mine.us / other.us for mine, other in zip(results, costs[yardstick], strict=True)]
        us, answered, memory_mb, per_s = map(statistics.median, zip(*results, strict=True))
        figures = (f"{us:.1f}", f"{statistics.median(ratios):.2f}", *map(_rounded, (per_s,)))
        print(f"| {name} | {' | '.join(figures)} | {answered:.2f} | {_rounded(memory_mb)} |")


def _rounded(figure: float) -> str:
    return "–" if math.isnan(figure) else f"{figure:.0f}"


def at_once(targets: Path) -> None:
    """The highest rate, without a pause."""
    runs: dict[str, Callable[[], Cost]] = {
        "fping -i 0": lambda: fping(targets, "-p", "10", "-i", "0"),
        "engine": lambda: burst("engine", targets),
        "engine, figures, JSON, spool": lambda: burst("engine-whole", targets),
        "engine without sendmmsg": lambda: burst("engine-plain", targets),
        "icmplib async_multiping": lambda: burst("icmplib", targets, 2),
    }
    compare(f"{TARGETS} targets × {PACKETS}, at once", "fping -i 0", runs)


def paced(targets: Path) -> None:
    """The whole agent at its own pace, beside others."""
    per_s = TARGETS * PACKETS / CYCLE_S
    runs: dict[str, Callable[[], Cost]] = {
        "fping": lambda: fping_paced(targets, TARGETS),
        "loop in C": lambda: loop_paced(targets, TARGETS),
        "agent": lambda: agent(edges(TARGETS)),
        "smokeping_prober": lambda: smokeping_prober(addresses(TARGETS)),
        "blackbox_exporter": lambda: blackbox_exporter(addresses(TARGETS), per_s),
    }
    compare(f"{TARGETS} edges × {PACKETS} in {CYCLE_S} s", "fping", runs)


def many(targets: Path) -> None:
    """The same with 5000 edges."""
    targets = targets.with_name("many")
    targets.write_text("\n".join(addresses(MANY)))
    runs: dict[str, Callable[[], Cost]] = {
        "fping": lambda: fping_paced(targets, MANY),
        "loop in C": lambda: loop_paced(targets, MANY),
        "agent": lambda: agent(edges(MANY)),
    }
    compare(f"{MANY} edges × {PACKETS} in {CYCLE_S} s", "fping", runs)


def stamps(targets: Path) -> None:
    """What the engine costs where the kernel gives fewer stamps, or no raw sockets."""
    allow_ping_sockets()
    runs: dict[str, Callable[[], Cost]] = {
        "raw sockets, all stamps": lambda: burst("engine", targets),
        "raw sockets, no stamps of sending": lambda: burst("engine-received", targets),
        "raw sockets, no stamps at all": lambda: burst("engine-unstamped", targets),
        "ping sockets, all stamps": lambda: burst("engine", targets, PACKETS, *UNPRIVILEGED),
    }
    compare(f"{TARGETS} targets × {PACKETS}, at once, engine alone", next(iter(runs)), runs)


def kinds(_: Path) -> None:
    """What the other kinds of probes cost."""
    with far_services():
        runs: dict[str, Callable[[], Cost]] = {
            "icmp": lambda: agent(edges(KIND_EDGES), KIND_CYCLE_S),
            "udp": lambda: agent(edges(KIND_EDGES, "udp", port=str(ECHO_PORT)), KIND_CYCLE_S),
            "tcp": lambda: agent(edges(KIND_EDGES, "tcp", port=str(WEB_PORT)), KIND_CYCLE_S),
            "http": lambda: agent(edges(KIND_EDGES, "http", port=str(WEB_PORT)), KIND_CYCLE_S),
        }
        compare(f"{KIND_EDGES} edges × {PACKETS} in {KIND_CYCLE_S} s, whole agent", "icmp", runs)


def exactness(targets: Path) -> None:
    """How far RTTs are from a capture on the link."""
    allow_ping_sockets()
    print("\nRTT error against a capture, µs\n\n| prober | p50 | p99 | max | packets |")
    print("|---|---|---|---|---|")
    log = targets.with_name("rtts.json")
    script = [sys.executable, "-m", "tests.bench.burst"]

    def engine(kind: str, *before: str) -> list[str]:
        return here(*before, *script, kind, str(targets), str(PACKETS), str(log))

    probers = {
        "engine": engine("engine-paced"),
        "fping": here(
            "fping", "-q", "-C", str(PACKETS), "-p", "500", "-i", "0.5", "-f", str(targets)
        ),
        "engine, no stamps of sending": engine("engine-paced-received"),
        "engine, no stamps at all": engine("engine-paced-unstamped"),
        "engine, ping sockets": engine("engine-paced", *UNPRIVILEGED),
    }
    for beside, how in ((nullcontext, ""), (hog, ", a CPU hog on the same core")):
        for name, command in probers.items():
            with beside(), Capture(HERE, "bench0", targets.with_name("packets")) as capture:
                done = subprocess.run(command, check=True, capture_output=True, text=True)
            told = done.stderr if name == "fping" else log.read_text()
            errors = sorted(errors_us(told, capture.rtts_ns()))
            p50, p99 = errors[len(errors) // 2], errors[len(errors) * 99 // 100]
            figures = f"{p50:.1f} | {p99:.1f} | {errors[-1]:.1f} | {len(errors)}"
            print(f"| {name}{how} | {figures} |", flush=True)


def start(targets: Path) -> None:
    """How long it takes from the start of the agent to its first packet."""
    took_s = []
    for _ in range(STARTS):
        with Capture(HERE, "bench0", targets.with_name("packets")) as capture:
            begun_s = time.time()
            with serving(edges(TARGETS), CYCLE_S) as (_, server):
                server.wait_for(lambda: server.requests)
                time.sleep(1)
        took_s.append(capture.first_ns() / 1e9 - begun_s)
    median_s, longest_s = statistics.median(took_s), max(took_s)
    print(f"\nStart to first packet, {TARGETS} edges: {median_s:.2f} s, {longest_s:.2f} s at most")


PARTS: Mapping[str, Callable[[Path], None]] = {
    "burst": at_once,
    "paced": paced,
    "many": many,
    "stamps": stamps,
    "exact": exactness,
    "kinds": kinds,
    "start": start,
}


def main(*wanted: str) -> None:
    """Print the tables of these parts, or of all."""
    unknown = set(wanted) - set(PARTS)
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory() as folder, network():
        targets = Path(folder) / "targets"
        targets.write_text("\n".join(addresses(TARGETS)))
        for name in wanted or PARTS:
            PARTS[name](targets)
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
