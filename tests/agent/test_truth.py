"""Every figure of a cycle against what really was on the link, idle and beside CPU hogs."""

from __future__ import annotations

import contextlib
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from multipath.agent.cycle.account import Measurement, account
from multipath.agent.engines.icmp import IcmpEngine
from tests.agent.measuring import endpoint, wait_until
from tests.agent.tap import Tap

if TYPE_CHECKING:
    from tests.agent.conftest import Network

PACKETS, TIMEOUT_S, GAP_S = 120, 0.4, 0.005
MEDIAN_ERROR_S, WORST_ERROR_S = 0.0002, 0.01
"""How far RTTs may be from the link's own stamps: not by more than a machine may be stopped
between two instructions of its kernel."""

NO_ROUTE = "192.0.2.1"
ADDRESSES = ("10.99.0.2", "10.99.0.3", "10.99.0.4", "fd99::2", "fd99::3")


@dataclass
class Fates:
    """What shall become of an edge's packets."""

    address: str
    lost: set[int] = field(default_factory=set)
    corrupt: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    copies: dict[int, int] = field(default_factory=dict)
    plan: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def answers(self) -> int:
        """How many replies come, corrupt ones and copies too."""
        answered = set(range(PACKETS)) - self.lost - self.refused
        return sum(self.copies.get(index, 1) for index in answered)


def choose(address: str, dice: random.Random) -> Fates:
    fates = Fates(address)
    is_v6 = ":" in address
    for index in range(PACKETS):
        told: dict[str, Any] = {"delay_s": dice.uniform(0.0, 0.08)}
        roll = dice.random()
        if roll < 0.15:
            fates.lost.add(index)
            told["lose"] = True
        elif roll < 0.25:
            fates.refused.add(index)
            by, kind, code = ("fd99::77", 1, 3) if is_v6 else ("10.99.0.77", 3, 1)
            told["refuse"] = {"by": by, "type": kind, "code": code}
        elif roll < 0.35 and not is_v6:  # the kernel itself drops corrupt ICMPv6
            fates.corrupt.add(index)
            told["corrupt"] = True
        elif roll < 0.45:
            fates.copies[index] = told["copies"] = dice.choice((2, 3))
        elif roll < 0.6:
            told["delay_s"] = TIMEOUT_S + dice.uniform(0.05, 0.3)
        fates.plan[str(index)] = told
    return fates


@contextlib.contextmanager
def hogs(count: int) -> Iterator[None]:
    processes = [subprocess.Popen([sys.executable, "-c", "while 1: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait(10)


def run(engine: IcmpEngine, tap: Tap, fates: list[Fates]) -> dict[str, Measurement]:
    """One cycle of each edge; waits until the last reply has been on the link."""
    flights = {
        address: engine.begin(engine.target(endpoint(address), 56), PACKETS)
        for address in (*ADDRESSES, NO_ROUTE)
    }
    for _ in range(PACKETS):
        assert engine.send(list(flights.values())) == []
        time.sleep(GAP_S)
        engine.drain()

    def all_came() -> bool:
        tap.listen()
        return (sum(map(len, tap.replies_ns.values())), tap.errors) == (
            sum(each.answers for each in fates),
            sum(len(each.refused) for each in fates),
        )

    wait_until(engine, all_came)
    time.sleep(0.1)  # from the link into the socket
    engine.drain()
    return {address: account(flight, TIMEOUT_S, address) for address, flight in flights.items()}


def assert_true(measured: Measurement, fates: Fates, tap: Tap) -> list[float]:
    """Every count is that of the link; returns by how much each RTT is another."""
    sent_ns, replies = tap.sent_ns[fates.address], tap.replies_ns[fates.address]
    good = [(index, at_ns) for index, at_ns in replies if index not in fates.corrupt]
    first_ns = dict(reversed(good))
    rtts_s = {index: (first_ns[index] - sent_ns[index]) / 1e9 for index in sorted(first_ns)}
    in_time = {index: rtt_s for index, rtt_s in rtts_s.items() if rtt_s <= TIMEOUT_S}
    late = rtts_s.keys() - in_time.keys()
    assert late  # or the test says less than it should
    order = sorted(first_ns, key=first_ns.__getitem__)
    overtaken = [
        index for place, index in enumerate(order) if any(other > index for other in order[:place])
    ]
    assert (measured.sent, measured.not_sent) == (len(sent_ns), 0) == (PACKETS, 0)
    assert (measured.received, measured.late) == (len(in_time), len(late))
    assert measured.duplicate == len(good) - len(first_ns)
    assert measured.corrupt == len(fates.corrupt)
    assert measured.unreachable == len(fates.refused)
    assert measured.reordered == len(overtaken) > 0
    assert measured.loss_run == longest_gap(in_time.keys())
    return [abs(mine - true) for mine, true in zip(measured.rtts_s, in_time.values(), strict=True)]


def longest_gap(answered: Any) -> int:
    marks = "".join("1" if index in answered else "0" for index in range(PACKETS))
    return max(map(len, marks.split("1")))


@pytest.mark.parametrize("hogs_per_core", [0, 2], ids=["idle", "beside CPU hogs"])
def test_every_figure_is_that_of_the_link(network: Network, hogs_per_core: int) -> None:
    dice = random.Random(20_261_124 + hogs_per_core)
    fates = [choose(address, dice) for address in ADDRESSES]
    network.respond({each.address: {"delay_s": 0.0, "packets": each.plan} for each in fates})
    with network.inside():
        engine, tap = IcmpEngine(), Tap(network.DEVICE)
    with contextlib.closing(engine), contextlib.closing(tap):
        with hogs(hogs_per_core * (os.cpu_count() or 1)):
            measured = run(engine, tap, fates)
        errors_s = [
            error_s for each in fates for error_s in assert_true(measured[each.address], each, tap)
        ]
        assert (measured[NO_ROUTE].sent, measured[NO_ROUTE].not_sent) == (0, PACKETS)
        assert engine.overflowed() == 0
    assert statistics.median(errors_s) <= MEDIAN_ERROR_S
    assert max(errors_s) <= WORST_ERROR_S
