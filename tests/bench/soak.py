"""A day of cycles in little time: ``script/bench soak [SECONDS]``.

A day at 1,000 edges with a cycle of 30 s is 2,880,000 cycles. Here each edge has a cycle of 1 s and
one packet, so that 48 minutes have as many; a shorter run has its share of the day, which is told.
The agent is a process of its own, its server one that takes everything; all edges are loopback.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from multipath import names
from tests.agent.conftest import ZabbixServer

EDGES = 1000
CYCLES_OF_A_DAY = EDGES * 86400 // 30
_WARM_S = 60.0
_LOOK_S = 10.0


def main(lasting_s: float) -> None:
    """Run the agent that long; tell its memory and descriptors, first and last."""
    zabbix = ZabbixServer()
    items = [(number, _key(number), "1s") for number in range(1, EDGES + 1)]
    zabbix.configure("soak", *items)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "multipath", "agent", "run", "--server", zabbix.address]
        agent = subprocess.Popen(
            [*command, "--hostname", "soak", "--state", folder], stderr=subprocess.DEVNULL
        )
        try:
            cycles, looks = _watch(agent.pid, zabbix, lasting_s)
        finally:
            agent.terminate()
            agent.wait(10)
            zabbix.close()
    third = max(1, len(looks) // 3)
    first, last = looks[:third], looks[-third:]
    rss = [sorted(mb for mb, _ in part)[len(part) // 2] for part in (first, last)]
    print(
        f"{cycles:,} cycles, {100 * cycles / CYCLES_OF_A_DAY:.0f} % of a day's, "
        f"in {lasting_s:.0f} s\n"
        f"resident memory: median {rss[0]:.1f} MB in the first third, {rss[1]:.1f} MB in the last "
        f"({100 * (rss[1] / rss[0] - 1):+.1f} %)\n"
        f"descriptors: {max(n for _, n in first)} at most in the first third, "
        f"{max(n for _, n in last)} in the last"
    )


def _key(number: int) -> str:
    address = f"127.0.{number // 250}.{number % 250 + 1}"
    return names.probe_key("soak", "a", f"n{number}", "icmp", address, packets="1", timeout="500ms")


def _watch(pid: int, zabbix: ZabbixServer, lasting_s: float) -> tuple[int, list[tuple[float, int]]]:
    """Return the cycles that came, and memory in MB and descriptors again and again."""
    cycles, looks = 0, []
    began_s = time.monotonic()
    while time.monotonic() - began_s < lasting_s:
        time.sleep(_LOOK_S)
        came, zabbix.values[:] = len(zabbix.values), []
        cycles += came
        zabbix.requests[:] = []
        if time.monotonic() - began_s > min(_WARM_S, lasting_s / 4):
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            looks.append((pages * 4096 / 1e6, len(list(Path(f"/proc/{pid}/fd").iterdir()))))
            print(json.dumps({"cycles": cycles, "rss_mb": looks[-1][0]}), flush=True)
    return cycles, looks


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2880.0)
