"""Cycles of an engine over the wire, as the measuring loop runs them."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from multipath.agent.cycle.account import Measurement, account
from multipath.agent.engines.engine import Engine
from multipath.agent.items.key import parse_probe
from multipath.agent.sockets.resolve import Endpoint

if TYPE_CHECKING:
    from multipath.agent.sockets.watch import Watch
    from tests.agent.wire import Wire

BEST_EXCESS_S = 0.05
WORST_EXCESS_S = 0.5
"""By how much an RTT may exceed the time that the wire held the packets, on a busy machine."""


def endpoint(address: str) -> Endpoint:
    if ":" in address:
        return Endpoint(socket.AF_INET6, (address, 0, 0, 0))
    return Endpoint(socket.AF_INET, (address, 0))


def measure(
    wire: Wire,
    watch: Watch,
    engine: Engine[Any, Any],
    probes: Sequence[str],
    gap_s: float = 0.02,
) -> list[Measurement]:
    """Run a cycle of each probe, ``kind,address,options``, side by side; wait for late replies."""
    specs = [parse_probe(f"multipath.probe[t,a,b,{probe}]") for probe in probes]
    with wire.inside(wire.near):
        targets = [engine.aim(endpoint(spec.address), spec) for spec in specs]
        flights = [
            engine.begin(target, spec.packets) for target, spec in zip(targets, specs, strict=True)
        ]
        for number in range(max(spec.packets for spec in specs)):
            due = [f for f, spec in zip(flights, specs, strict=True) if number < spec.packets]
            assert engine.send(due) == []
            watch.sleep(gap_s)
            engine.drain()
        settle(watch, engine, flights, 2 * max(spec.timeout_s for spec in specs))
    for flight, target in zip(flights, targets, strict=True):
        engine.end(flight)
        engine.drop(target)
    return [
        account(flight, spec.timeout_s, spec.address)
        for flight, spec in zip(flights, specs, strict=True)
    ]


def settle(watch: Watch, engine: Engine[Any, Any], flights: Sequence[Any], wait_s: float) -> None:
    """Wait until every packet is answered, or so long."""
    end = time.monotonic() + wait_s
    while time.monotonic() < end and any(
        flight.received_ns.count(0) > flight.sent_ns.count(0) for flight in flights
    ):
        watch.sleep(0.02)
        engine.drain()


def assert_right(rtts_s: Sequence[float], held_s: Sequence[float]) -> None:
    """No RTT is shorter than the wire held it; none much longer, and the best hardly at all."""
    excess_s = [rtt_s - held for rtt_s, held in zip(rtts_s, held_s, strict=True)]
    assert -1e-5 <= min(excess_s) < BEST_EXCESS_S
    assert max(excess_s) < WORST_EXCESS_S
