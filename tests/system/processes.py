"""The processes on a host of the lab, and signals to them. Any may end while it is looked at."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from multipath.lab import netns
from multipath.lab.nodes import namespace
from tests.conftest import Lab


def running(lab: Lab, node: str, *words: str) -> list[int]:
    """Return the processes on a host of the lab whose command line holds all these words."""
    found = []
    for pid in netns.processes([namespace(lab.name, node)]):
        with suppress(FileNotFoundError, ProcessLookupError):
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
            if all(word.encode() in line for word in words):
                found.append(pid)
    return found


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to those of these processes that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def hanging(lab: Lab, node: str, program: str) -> Iterator[None]:
    """Have a program hang: it accepts connections and answers none of them."""
    held = running(lab, node, program)
    assert held, program
    send(held, signal.SIGSTOP)
    try:
        yield
    finally:
        send(held, signal.SIGCONT)
