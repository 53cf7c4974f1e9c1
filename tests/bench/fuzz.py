"""Many inputs for all that parses, once: ``script/bench fuzz 10_000_000``."""

import logging
import sys
import time
from collections import Counter
from pathlib import Path

from tests.agent.fuzz import everything, run

_TURN = 5


def main(wanted: int) -> None:
    """Give all targets, in turns, so many inputs in total; tell counts and memory."""
    logging.disable()  # each damaged spool is said
    done: Counter[str] = Counter()
    targets = everything()
    began_s = said_s = time.monotonic()
    seed = 0
    warm_bytes = 0
    while done.total() < wanted:
        seed += 1
        for fuzzed in targets:
            run(fuzzed, seed, _TURN * fuzzed.share)
            done[fuzzed.name] += _TURN * fuzzed.share
        warm_bytes = warm_bytes or rss_bytes()
        if time.monotonic() - said_s > 30:
            said_s = time.monotonic()
            print(f"{done.total():,} inputs, {rss_bytes() / 1e6:.1f} MB", flush=True)
    for name, count in done.items():
        print(f"{name:14} {count:>12,}")
    passed_s = time.monotonic() - began_s
    print(
        f"{done.total():,} inputs in {passed_s:.0f} s, no crash; "
        f"resident memory {warm_bytes / 1e6:.1f} MB at first, {rss_bytes() / 1e6:.1f} MB at last"
    )


def rss_bytes() -> int:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
