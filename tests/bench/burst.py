"""One prober, once: so many targets, so many packets, as fast as it can. Prints what it cost.

burst.py HOW FILE-OF-TARGETS PACKETS: a JSON object with CPU seconds, round trips and memory. HOW
is ``icmplib`` or ``engine``, with ``-whole`` it also accounts, writes JSON and stores it in a spool
on disk, with ``-plain`` it has no sendmmsg, with ``-received`` no kernel stamps of sending, with
``-unstamped`` none at all, and with ``-paced`` it sends 2000 packets per second. With a fifth word
it writes the RTT of each packet there.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence, Set
from pathlib import Path
from socket import AF_INET

import icmplib

from multipath.agent.cycle.account import account
from multipath.agent.delivery.spool import Spool
from multipath.agent.engines.flight import Flight, Target
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.items.value import Value
from multipath.agent.sockets import icmp_socket
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.transport import BATCH, PlainTransport

TIMEOUT_S = 2.0

PAUSE_S = BATCH / 2000
STAMPS = {"received": 1 << 3 | 1 << 4, "unstamped": 0}
"""Flags of SO_TIMESTAMPING: RX_SOFTWARE, SOFTWARE."""

Cost = tuple[float, float, int]
"""CPU seconds, seconds, and packets that were answered."""


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def send_all(
    engine: IcmpEngine, targets: Sequence[Target], packets: int, pause_s: float
) -> list[Flight]:
    flights = [engine.begin(target, packets) for target in targets]
    due_s = time.monotonic()
    for _ in range(packets):
        for start in range(0, len(flights), BATCH):
            due_s += pause_s
            while pause_s and time.monotonic() < due_s:
                time.sleep(due_s - time.monotonic())
            left = engine.send(flights[start : start + BATCH])
            engine.drain()
            while left:
                left = engine.send(left)
    end_s = time.monotonic() + TIMEOUT_S
    while time.monotonic() < end_s and any(0 in flight.received_ns for flight in flights):
        time.sleep(0.001)
        engine.drain()
    return flights


def deliver(flights: Sequence[Flight], addresses: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "spool", 10**9, 10**6)
        spool.start()
        for number, (flight, address) in enumerate(zip(flights, addresses, strict=True)):
            text = account(flight, TIMEOUT_S, address).to_json()
            spool.put(Value(number, text, int(time.time()), number))
        spool.stop()


def with_engine(addresses: Sequence[str], packets: int, how: Set[str], log: str) -> Cost:
    """The agent makes its engine and targets once, so they are not in the cost."""
    engine = IcmpEngine()
    targets = [engine.target(Endpoint(AF_INET, (address, 0)), 56) for address in addresses]
    before_s, begun_s = cpu_s(), time.monotonic()
    flights = send_all(engine, targets, packets, PAUSE_S if "paced" in how else 0.0)
    took_s = time.monotonic() - begun_s
    if "whole" in how:
        deliver(flights, addresses)
    used_s = cpu_s() - before_s
    if log:
        rtts_ns = {
            address: [r - s if r else 0 for s, r in zip(f.sent_ns, f.received_ns, strict=True)]
            for address, f in zip(addresses, flights, strict=True)
        }
        Path(log).write_text(json.dumps(rtts_ns))
    engine.close()
    return used_s, took_s, sum(flight.count - flight.received_ns.count(0) for flight in flights)


def with_icmplib(addresses: Sequence[str], packets: int) -> Cost:
    before_s, begun_s = cpu_s(), time.monotonic()
    hosts = asyncio.run(
        icmplib.async_multiping(addresses, packets, 0.01, TIMEOUT_S, 50, privileged=True)
    )
    took_s = time.monotonic() - begun_s
    return cpu_s() - before_s, took_s, sum(host.packets_received for host in hosts)


def main(how: str, targets: str, packets: str, log: str = "") -> None:
    addresses = Path(targets).read_text().split()
    prober, *words = how.split("-")
    if "plain" in words:
        vars(icmp_socket)["open_transport"] = PlainTransport
    for word, flags in STAMPS.items():
        if word in words:
            vars(icmp_socket)["_STAMP_FLAGS"] = flags
    if prober == "icmplib":
        used_s, took_s, answered = with_icmplib(addresses, int(packets))
    else:
        used_s, took_s, answered = with_engine(addresses, int(packets), set(words), log)
    figures = {
        "cpu_s": used_s,
        "answered": answered,
        "packets_per_s": answered / took_s,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
