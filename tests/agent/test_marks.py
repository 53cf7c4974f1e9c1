"""DSCP, don't-fragment and source of an edge's packets, seen on the wire."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from multipath.agent.cycle.account import Measurement, account
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.items.key import PLAIN, Marks
from multipath.agent.sockets.icmp_channels import CHANNELS_MAX
from multipath.agent.sockets.resolve import Endpoint
from multipath.errors import AgentError

if TYPE_CHECKING:
    from tests.agent.wire import Wire

FAR = Endpoint(socket.AF_INET, ("10.97.1.1", 0))
FAR6 = Endpoint(socket.AF_INET6, ("fd97:1::1", 0, 0, 0))


@pytest.fixture
def engine(wire: Wire) -> Iterator[IcmpEngine]:
    wire.connect({})
    with wire.inside(wire.near):
        made = IcmpEngine()
    yield made
    made.close()


def ping(
    wire: Wire, engine: IcmpEngine, endpoint: Endpoint, marks: Marks, size: int = 56
) -> Measurement:
    """A packet, waited for."""
    with wire.inside(wire.near):
        target = engine.target(endpoint, size, marks)
    flight = engine.begin(target, 1)
    assert engine.send([flight]) == []
    end = time.monotonic() + 10
    while not flight.errors and not flight.received_ns[0]:
        assert time.monotonic() < end, "no answer"
        time.sleep(0.01)
        engine.drain()
    engine.end(flight)
    engine.drop(target)
    return account(flight, 10.0, endpoint.address)


@pytest.mark.parametrize("endpoint", [FAR, FAR6], ids=["ipv4", "ipv6"])
def test_packets_carry_their_dscp(wire: Wire, engine: IcmpEngine, endpoint: Endpoint) -> None:
    for marks in (PLAIN, Marks(dscp=46), Marks(dscp=63)):
        assert ping(wire, engine, endpoint, marks).received == 1
    assert [each.dscp for each in wire.heard(far=endpoint.address)] == [0, 46, 63]


@pytest.mark.parametrize("endpoint", [FAR, FAR6], ids=["ipv4", "ipv6"])
def test_what_may_not_be_fragmented_is_not(
    wire: Wire, engine: IcmpEngine, endpoint: Endpoint
) -> None:
    assert ping(wire, engine, endpoint, PLAIN, size=3000).received == 1
    assert all(each.is_fragment for each in wire.heard(far=endpoint.address))
    fragments = len(wire.heard(far=endpoint.address))
    assert fragments == 3
    too_long = ping(wire, engine, endpoint, Marks(df=True), size=3000)
    assert (too_long.sent, too_long.not_sent) == (0, 1)
    assert too_long.error == "Message too long (EMSGSIZE)"
    assert ping(wire, engine, endpoint, Marks(df=True), size=1000).received == 1
    (whole,) = wire.heard(far=endpoint.address)[fragments:]
    assert not whole.is_fragment
    assert whole.dont_fragment or not whole.is_v4


@pytest.mark.parametrize(
    ("endpoint", "source"), [(FAR, "10.97.0.2"), (FAR6, "fd97::1")], ids=["ipv4", "ipv6"]
)
def test_packets_leave_from_their_source(
    wire: Wire, engine: IcmpEngine, endpoint: Endpoint, source: str
) -> None:
    for marks in (PLAIN, Marks(source=source), Marks(source="wan0")):
        assert ping(wire, engine, endpoint, marks).received == 1
    usual, *others = (each.source for each in wire.heard(far=endpoint.address))
    assert usual != source
    assert others == [source, usual]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("10.97.0.9", "this host has not the address 10.97.0.9 to send from"),
        ("wan9", "this host has no network interface wan9 to send from"),
        ("fd97::2", "the source fd97::2 is an address of IPv6, but the packets go to one of IPv4"),
    ],
)
def test_a_source_that_is_not_there_is_told_and_disturbs_no_other(
    wire: Wire, engine: IcmpEngine, source: str, reason: str
) -> None:
    with pytest.raises(AgentError, match=reason):
        ping(wire, engine, FAR, Marks(source=source))
    assert ping(wire, engine, FAR, PLAIN).received == 1


def test_sockets_of_marks_are_closed_with_their_last_edge_and_bounded(engine: IcmpEngine) -> None:
    here = Endpoint(socket.AF_INET, ("127.0.0.1", 0))
    for _ in range(2):
        targets = [
            engine.target(here, 56, Marks(dscp, df))
            for df in (False, True)
            for dscp in range(1, CHANNELS_MAX // 2)
        ]
        with pytest.raises(AgentError, match=f"more than {CHANNELS_MAX} combinations"):
            engine.target(here, 56, Marks(63))
        for target in targets:
            engine.drop(target)


def test_a_flight_goes_on_when_its_target_is_dropped(wire: Wire, engine: IcmpEngine) -> None:
    with wire.inside(wire.near):
        target = engine.target(FAR, 56, Marks(dscp=8))
    flight = engine.begin(target, 1)
    engine.send([flight])
    engine.drop(target)
    end = time.monotonic() + 10
    while not flight.received_ns[0]:
        assert time.monotonic() < end, "no answer"
        engine.drain()
    engine.end(flight)
    assert engine.overflowed() == 0
