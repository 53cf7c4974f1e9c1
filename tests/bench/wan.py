"""How exactly the emulated WAN keeps the RTT that was asked, beside a pinger's own error."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import quantiles

from multipath.lab.lab import status
from multipath.lab.nodes import NODES, SERVER, TARGET

LAB = "bench"
PINGER = Path(__file__).parents[1] / "lab" / "pinger.py"
RATES = (10, 100, 500, 1000, 2000)
SECONDS = 10


def rtts_s(address: str, rate: int) -> list[float]:
    """Return the RTTs, in seconds, of so many packets per second from the source."""
    command = [sys.executable, str(PINGER), address, str(rate), str(rate * SECONDS)]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "multipath", "lab", "exec", "--name", LAB),
            *(SERVER.name, "--", *command),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[float] = json.loads(done.stdout)["rtts_s"]
    return found


def row(errors_s: list[float]) -> str:
    """Return the median, p90 and p99 of absolute errors, in ms."""
    cuts = quantiles(sorted(map(abs, errors_s)), n=100)
    return "  ".join(f"{cuts[place] * 1000:6.3f}" for place in (49, 89, 98))


def main() -> None:
    """Print the errors at several packet rates."""
    asked_s = status(LAB).wan["rtt_s"][f"{SERVER.name}>{TARGET.name}"]
    print(f"error of the RTT in ms: median, p90, p99 of {SECONDS} s at each rate")
    print(f"asked: {asked_s * 1000:g} ms, with the WAN's own jitter of ±0.4 ms in it")
    print(f"{'packets/s':>9}   {'emulated WAN':<22}   loopback, the pinger itself")
    for rate in RATES:
        emulated = rtts_s(NODES[TARGET.name].address, rate)
        loopback = rtts_s("127.0.0.1", rate)
        lost = rate * SECONDS - len(emulated)
        wan = row([rtt - asked_s for rtt in emulated])
        print(f"{rate:>9}   {wan}   {row(loopback)}" + (f"   {lost} lost" if lost else ""))


if __name__ == "__main__":
    main()
