"""Measuring without an agent: what tests of the engine share."""

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence

from multipath.agent.cycle.account import Measurement, account
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.sockets.resolve import Endpoint

BEST_EXCESS_S = 0.002
WORST_EXCESS_S = 0.1
"""By how much an RTT may exceed the time that the responder held the reply: the way there and
back, on a machine that is busy with other things."""

BECOME_NOBODY = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)"
"""After the imports: nobody may not be allowed to read where the sources and Python are."""


def endpoint(address: str) -> Endpoint:
    if ipaddress.ip_address(address).version == 4:
        return Endpoint(socket.AF_INET, (address, 0))
    return Endpoint(socket.AF_INET6, (address, 0, 0, 0))


def assert_right(rtts_s: Sequence[float], held_s: Sequence[float]) -> None:
    """No RTT is shorter than its reply was held; none much longer, and the best hardly at all."""
    excess_s = [rtt_s - held for rtt_s, held in zip(rtts_s, held_s, strict=True)]
    assert 0 <= min(excess_s) < BEST_EXCESS_S
    assert max(excess_s) < WORST_EXCESS_S


def measure(
    engine: IcmpEngine, *addresses: str, packets: int = 10, timeout_s: float = 0.2, size: int = 56
) -> dict[str, Measurement]:
    """Ping all addresses side by side, a packet to each every 10 ms, and wait for late ones."""
    flights = {
        address: engine.begin(engine.target(endpoint(address), size), packets)
        for address in addresses
    }
    for _ in range(packets):
        assert engine.send(list(flights.values())) == []
        time.sleep(0.01)
        engine.drain()
    end = time.monotonic() + 2 * timeout_s
    while time.monotonic() < end:
        time.sleep(0.01)
        engine.drain()
    for flight in flights.values():
        engine.end(flight)
    return {address: account(flight, timeout_s, address) for address, flight in flights.items()}


def wait_until(engine: IcmpEngine, condition: Callable[[], object]) -> None:
    """Drain until it holds, as it must within some seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
        engine.drain()
