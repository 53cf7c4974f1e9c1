"""Probers on one core of a host, told what they cost.

What a round trip costs is CPU time, user and system, of the prober; it includes what the kernel
spends on answering, the same for all.
"""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from multipath import names
from multipath.agent.cycle.schedule import tick_s
from multipath.lab import netns
from tests.agent.conftest import ZabbixServer
from tests.bench.hosts import HERE, addresses, cpu_s, here, rss_mb

PACKETS, CYCLE_S, PACED_S = 20, 30, 10.0
LOOP = Path(__file__).with_name("loop.c")
_BLACKBOX = 'modules: {icmp: {prober: icmp, timeout: 2s, icmp: {preferred_ip_protocol: "ip4"}}}\n'


class Cost(NamedTuple):
    """What a prober costs; nan: not known.

    Args:
        us: CPU in µs per round trip.
        answered: per cent of packets.
        memory_mb: resident memory.
        packets_per_s: answered per second, by the clock on the wall.
    """

    us: float
    answered: float = math.nan
    memory_mb: float = math.nan
    packets_per_s: float = math.nan


def burst(kind: str, targets: Path, packets: int = PACKETS, *before: str) -> Cost:
    """``burst.py``, with words before its command."""
    script = [sys.executable, "-m", "tests.bench.burst", kind, str(targets), str(packets)]
    done = subprocess.run(here(*before, *script), check=True, capture_output=True, text=True)
    figures = json.loads(done.stdout)
    answered, sent = figures["answered"], len(targets.read_text().split()) * packets
    return Cost(
        1e6 * figures["cpu_s"] / max(1, answered),
        100 * answered / sent,
        figures["memory_mb"],
        figures["packets_per_s"],
    )


def _ended(process: "subprocess.Popen[str]") -> float:
    """Wait for a process; return the CPU seconds that it used."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def fping(targets: Path, *options: str, packets: int = PACKETS) -> Cost:
    """``fping``."""
    command = here("fping", "-q", "-C", str(packets), "-t", "2000", *options, "-f", str(targets))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.read()
        used_s = _ended(process)
    words = [word for line in told.splitlines() for word in line.partition(" : ")[2].split()]
    answered = sum(word != "-" for word in words)
    return Cost(1e6 * used_s / answered, 100 * answered / len(words))


def fping_paced(targets: Path, edges: int) -> Cost:
    """``fping`` at the pace of the agent."""
    gap_ms = 1000 * CYCLE_S / PACKETS
    packets = int(PACED_S * 1000 / gap_ms)
    return fping(targets, "-p", str(int(gap_ms)), "-i", f"{gap_ms / edges:.3f}", packets=packets)


def loop_paced(targets: Path, edges: int) -> Cost:
    """``loop.c`` at the pace and with the tick of the agent."""
    program = targets.with_name("loop")
    if not program.exists():
        subprocess.run(["gcc", "-O2", "-o", str(program), str(LOOP)], check=True)
    per_s = edges * PACKETS / CYCLE_S
    command = here(str(program), str(1000 * tick_s(per_s)), str(per_s), str(PACED_S))
    with (
        targets.open() as file,
        subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        answered = int(process.stdout.read())
        used_s = _ended(process)
    return Cost(1e6 * used_s / answered, 100 * answered / (per_s * PACED_S))


def steady(process: "subprocess.Popen[bytes]", packets_per_s: float, lasting_s: float) -> Cost:
    """Return what a running process costs for a while, and end it. Who asks knows the answers."""
    try:
        before_s = cpu_s(process.pid)
        time.sleep(lasting_s)
        used_s = cpu_s(process.pid) - before_s
        memory_mb = rss_mb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    return Cost(1e6 * used_s / (packets_per_s * lasting_s), math.nan, memory_mb)


@contextmanager
def serving(
    keys: Sequence[str], cycle_s: int
) -> Iterator[tuple["subprocess.Popen[bytes]", ZabbixServer]]:
    """Run the whole agent, with a server that has these items; yield both."""
    with netns.entered(HERE):
        server = ZabbixServer()
    server.configure("bench", *((place, key, f"{cycle_s}s") for place, key in enumerate(keys)))
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "multipath", "agent", "run", "--state", state]
        where = ["--server", server.address, "--hostname", "bench"]
        process = subprocess.Popen(here(*command, *where), stderr=subprocess.DEVNULL)
        try:
            yield process, server
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(10)
            server.close()


def agent(keys: Sequence[str], cycle_s: int = CYCLE_S) -> Cost:
    """The whole agent, which measures, stores, and delivers, for one cycle of each edge."""
    with serving(keys, cycle_s) as (process, server):
        server.wait_for(lambda: server.requests)
        time.sleep(cycle_s / 10)
        cost = steady(process, len(keys) * PACKETS / cycle_s, cycle_s)
        values = [json.loads(value["value"]) for value in server.values]
    sent, received = (sum(value[key] for value in values) for key in ("sent", "received"))
    return cost._replace(answered=100 * received / sent)


def edges(count: int, kind: str = "icmp", **options: str) -> list[str]:
    """Return the keys of so many edges."""
    return [
        names.probe_key("t", "a", f"n{number}", kind, address, **options)
        for number, address in enumerate(addresses(count))
    ]


def smokeping_prober(targets: Sequence[str]) -> Cost:
    """``smokeping_prober`` at the pace of the agent."""
    listen = "--web.listen-address=127.0.0.1:9374"
    command = ["prometheus-smokeping-prober", listen, "--ping.interval=1500ms", "--log.level=error"]
    process = subprocess.Popen(here(*command, "--privileged", *targets))
    time.sleep(3)
    return steady(process, len(targets) / 1.5, PACED_S)


def blackbox_exporter(targets: Sequence[str], per_s: float) -> Cost:
    """``blackbox_exporter``, asked for one packet after the other by a client on the other core."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "blackbox.yml"
        config.write_text(_BLACKBOX)
        options = [f"--config.file={config}", "--web.listen-address=127.0.0.1:9115"]
        command = ["prometheus-blackbox-exporter", *options, "--log.level=error"]
        process = subprocess.Popen(here(*command))
        time.sleep(2)
        before_s, answered = cpu_s(process.pid), [0]
        with netns.entered(HERE):
            clients = [HTTPConnection("127.0.0.1", 9115, timeout=5) for _ in range(8)]
            for client in clients:
                client.connect()
        end_s = time.monotonic() + PACED_S

        def ask(place: int, client: HTTPConnection) -> None:
            number, due_s = place, time.monotonic()
            while due_s < end_s:
                target = targets[number % len(targets)]
                client.request("GET", f"/probe?module=icmp&target={target}")
                answered[0] += b"\nprobe_success 1" in client.getresponse().read()
                number, due_s = number + len(clients), due_s + len(clients) / per_s
                time.sleep(max(0.0, due_s - time.monotonic()))

        threads = [threading.Thread(target=ask, args=each) for each in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        used_s, memory_mb = cpu_s(process.pid) - before_s, rss_mb(process.pid)
        process.terminate()
        process.wait(10)
    return Cost(1e6 * used_s / answered[0], 100 * answered[0] / (per_s * PACED_S), memory_mb)
