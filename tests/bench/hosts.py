"""Two hosts, network namespaces on one link: the one that probes, and the one that answers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from multipath.lab import netns

HERE, THERE = f"mpbench{os.getpid()}a", f"mpbench{os.getpid()}b"
CORE, OTHER_CORE = "0", "1"
ECHO_PORT, WEB_PORT = 10862, 8080
_TICKS = os.sysconf("SC_CLK_TCK")


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


def addresses(count: int) -> list[str]:
    """Return so many addresses of the other host."""
    return [f"10.98.{number // 250}.{number % 250 + 1}" for number in range(count)]


def at(host: str, *command: str, core: str = CORE) -> list[str]:
    """Return a command as it is run on a host, on one core."""
    return ["ip", "netns", "exec", host, "taskset", "-c", core, *command]


def here(*command: str) -> list[str]:
    """Return a prober's command."""
    return at(HERE, *command)


def cpu_s(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_mb(pid: int) -> float:
    """Return the memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@contextmanager
def far_services() -> Iterator[None]:
    """Run an agent that answers udp, and a web server, on the other host."""
    agent_there = ["-m", "multipath", "agent", "run", "--server", "127.0.0.1", "--hostname", "far"]
    commands = (
        [*agent_there, "--state", "none", "--echo", str(ECHO_PORT)],
        ["-m", "tests.bench.web", str(WEB_PORT)],
    )
    running = [
        subprocess.Popen(
            at(THERE, sys.executable, *command, core=OTHER_CORE), stderr=subprocess.DEVNULL
        )
        for command in commands
    ]
    time.sleep(3)
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait(10)


def allow_ping_sockets() -> None:
    """Let everyone on the host that probes open them."""
    with netns.entered(HERE):
        Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")


@contextmanager
def hog() -> Iterator[None]:
    """Have the probers' core busy with something else as well."""
    process = subprocess.Popen(here("sh", "-c", "while :; do :; done"))
    try:
        yield
    finally:
        process.kill()
        process.wait(10)
