"""What a round trip costs the agent, beside other probers; and how exact it is.

All run pinned to one core, one after the other in every round, over a veth pair between two
network namespaces. What counts are medians and ratios: the machine may do other things besides.
"""

import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from multipath import names
from multipath.lab import netns
from tests.agent.conftest import ZabbixServer
from tests.bench.truth import Capture, errors_us

TARGETS, PACKETS, ROUNDS = 1000, 20, 5
PACED_S, CYCLE_S = 10.0, 30
HERE, THERE = f"mpbench{os.getpid()}a", f"mpbench{os.getpid()}b"
CORE = "0"
ADDRESSES = [f"10.98.{number // 250}.{number % 250 + 1}" for number in range(TARGETS)]
_TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """CPU in µs per round trip, per cent of packets answered, resident memory; nan: not known."""

    us: float
    answered: float
    memory_mb: float


@contextmanager
def network() -> Iterator[None]:
    """Two hosts; all addresses of 10.98.0.0/17 are the other one's."""
    try:
        for name in (HERE, THERE):
            netns.create(name)
        link = ("link", "add", "bench0", "netns", HERE, "type", "veth")
        netns.ip(*link, "peer", "name", "bench1", "netns", THERE)
        for name, device, address in ((HERE, "bench0", "1"), (THERE, "bench1", "2")):
            netns.ip("-n", name, "address", "add", f"10.98.255.{address}/24", "dev", device)
            netns.ip("-n", name, "link", "set", device, "up")
        netns.ip("-n", THERE, "route", "add", "local", "10.98.0.0/17", "dev", "lo")
        netns.ip("-n", HERE, "route", "add", "10.98.0.0/17", "via", "10.98.255.2")
        yield
    finally:
        netns.destroy(netns.existing([HERE, THERE]))


def here(*command: str) -> list[str]:
    return ["ip", "netns", "exec", HERE, "taskset", "-c", CORE, *command]


def burst(kind: str, targets: Path, packets: int = PACKETS) -> Cost:
    command = here(sys.executable, "-m", "tests.bench.burst", kind, str(targets), str(packets))
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures = json.loads(done.stdout)
    answered = figures["answered"]
    us = 1e6 * figures["cpu_s"] / max(1, answered)
    return Cost(us, 100 * answered / (TARGETS * packets), figures["memory_mb"])


def fping(targets: Path, *options: str, packets: int = PACKETS) -> Cost:
    command = here("fping", "-q", "-C", str(packets), "-t", "2000", *options, "-f", str(targets))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.read()
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    words = [word for line in told.splitlines() for word in line.partition(" : ")[2].split()]
    answered = sum(word != "-" for word in words)
    us = 1e6 * (used.ru_utime + used.ru_stime) / answered
    return Cost(us, 100 * answered / (TARGETS * packets), math.nan)


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def steady(process: "subprocess.Popen[bytes]", packets_per_s: float) -> Cost:
    """What a running process costs for a while; then it is ended. Who asks knows the answers."""
    try:
        before_s = cpu_s(process.pid)
        time.sleep(PACED_S)
        used_s = cpu_s(process.pid) - before_s
        memory_mb = rss_mb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    return Cost(1e6 * used_s / (packets_per_s * PACED_S), math.nan, memory_mb)


def agent(edges: int) -> Cost:
    """The whole agent, which measures, stores, and delivers to a server."""
    addresses = [f"10.98.{number // 250}.{number % 250 + 1}" for number in range(edges)]
    with netns.entered(HERE):
        server = ZabbixServer()
    server.configure(
        "bench",
        *(
            (number, names.probe_key("t", "a", f"n{number}", "icmp", address), f"{CYCLE_S}s")
            for number, address in enumerate(addresses)
        ),
    )
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "multipath", "agent", "run", "--state", state]
        where = ["--server", server.address, "--hostname", "bench"]
        process = subprocess.Popen(here(*command, *where), stderr=subprocess.DEVNULL)
        try:
            server.wait_for(lambda: len(server.values) >= edges / 2, 2 * CYCLE_S)
            cost = steady(process, edges * PACKETS / CYCLE_S)
        finally:
            server.close()
    values = [json.loads(value["value"]) for value in server.values]
    sent, received = (sum(value[key] for value in values) for key in ("sent", "received"))
    return cost._replace(answered=100 * received / sent)


def fping_paced(targets: Path, edges: int) -> Cost:
    gap_ms = 1000 * CYCLE_S / PACKETS
    packets = int(PACED_S * 1000 / gap_ms)
    return fping(targets, "-p", str(int(gap_ms)), "-i", f"{gap_ms / edges:.3f}", packets=packets)


def smokeping_prober() -> Cost:
    listen = "--web.listen-address=127.0.0.1:9374"
    command = ["prometheus-smokeping-prober", listen, "--ping.interval=1500ms", "--log.level=error"]
    process = subprocess.Popen(here(*command, "--privileged", *ADDRESSES))
    time.sleep(3)
    return steady(process, TARGETS / 1.5)


def compare(title: str, yardstick: str, runs: dict[str, Callable[[], Cost]]) -> None:
    """Print medians of interleaved runs, each as a ratio to the yardstick of its own round."""
    costs: dict[str, list[Cost]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            costs[name].append(run())
    print(
        f"\n{title}\n\n| prober | µs/round trip | ratio | answered, % | MB |\n|---|---|---|---|---|"
    )
    for name, results in costs.items():
        ratios = [mine.us / other.us for mine, other in zip(results, costs[yardstick], strict=True)]
        us, answered, memory_mb = map(statistics.median, zip(*results, strict=True))
        figures = f"{us:.1f} | {statistics.median(ratios):.2f} | {answered:.2f} | {memory_mb:.0f}"
        print(f"| {name} | {figures} |")


def exactness(targets: Path, folder: Path) -> None:
    """Print how far RTTs are from a capture on the link."""
    print("\nRTT error against a capture, µs\n\n| prober | p50 | p99 | max | packets |")
    print("|---|---|---|---|---|")
    engine = here(sys.executable, "-m", "tests.bench.burst", "engine", str(targets), str(PACKETS))
    log = folder / "rtts.json"
    for name, command in (
        ("engine", [*engine, str(log)]),
        ("fping -i 0", here("fping", "-q", "-C", "20", "-p", "10", "-i", "0", "-f", str(targets))),
    ):
        with Capture(HERE, "bench0", folder / "packets") as capture:
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        told = log.read_text() if name == "engine" else done.stderr
        errors = sorted(errors_us(told, capture.rtts_ns()))
        p50, p99 = errors[len(errors) // 2], errors[len(errors) * 99 // 100]
        print(f"| {name} | {p50:.1f} | {p99:.1f} | {errors[-1]:.1f} | {len(errors)} |")


def main() -> None:
    """Print all tables."""
    with tempfile.TemporaryDirectory() as folder, network():
        targets = Path(folder) / "targets"
        targets.write_text("\n".join(ADDRESSES))
        fastest: dict[str, Callable[[], Cost]] = {
            "fping -i 0": lambda: fping(targets, "-p", "10", "-i", "0"),
            "engine": lambda: burst("engine", targets),
            "engine, figures, JSON, spool": lambda: burst("whole", targets),
            "engine without sendmmsg": lambda: burst("plain", targets),
            "icmplib async_multiping": lambda: burst("icmplib", targets, 2),
        }
        compare(f"{TARGETS} targets × {PACKETS}, at once", "fping -i 0", fastest)
        paced: dict[str, Callable[[], Cost]] = {
            "fping": lambda: fping_paced(targets, TARGETS),
            "agent": lambda: agent(TARGETS),
            "smokeping_prober": smokeping_prober,
        }
        compare(f"{TARGETS} edges × {PACKETS} in {CYCLE_S} s", "fping", paced)
        exactness(targets, Path(folder))


if __name__ == "__main__":
    main()
