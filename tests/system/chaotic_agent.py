"""``multipath agent run``, with a witness of what it stored, and time that tests may bend.

Usage: chaotic_agent.py WITNESS OFFSET FLAGS... Each value that is safely in the spool is a line of
WITNESS. Names are looked up again every second, not every minute; the file OFFSET holds the
seconds by which the agent's clock of values is wrong.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from multipath.agent import service
from multipath.agent.cycle.schedule import NS_PER_S
from multipath.agent.delivery.spool_file import SpoolFile
from multipath.agent.items.value import Value
from multipath.agent.sockets import resolve
from multipath.agent.sockets.clock import ValueClock
from multipath.cli.agent.group import agent

_write = SpoolFile.write


def main(witness: str, offset: str, *flags: str) -> None:
    descriptor = os.open(witness, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(
        self: SpoolFile,
        values: Iterable[tuple[int, Value]],
        acknowledged: Mapping[str, int],
        facts: Mapping[str, str | int],
    ) -> None:
        kept = list(values)
        _write(self, kept, acknowledged, facts)
        lines = [
            json.dumps([self._session, number, each.itemid, each.clock_s, each.ns, each.text])
            for number, each in kept
        ]
        os.write(descriptor, "".join(f"{line}\n" for line in lines).encode())

    def wall_ns() -> int:
        return time.time_ns() + int(Path(offset).read_text()) * NS_PER_S

    resolve.FRESH_S = resolve.RETRY_S = 1.0
    SpoolFile.write = write  # type: ignore[method-assign] # the same, and tells
    vars(service)["ValueClock"] = lambda: ValueClock(wall_ns)
    agent(["run", *flags])


if __name__ == "__main__":
    main(*sys.argv[1:])
