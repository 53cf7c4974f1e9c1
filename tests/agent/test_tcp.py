"""TCP probes over a wire whose truth is known."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath.agent.engines import streams
from multipath.agent.engines.streams import StreamEngine
from multipath.agent.engines.tcp import TcpAttempt
from multipath.agent.items.key import parse_probe
from multipath.agent.sockets.watch import Watch
from tests.agent.cycles import assert_right, endpoint, measure
from tests.agent.wire import ip

if TYPE_CHECKING:
    from tests.agent.wire import Wire

DELAYS = {"delay_s": {"out": 0.02, "back": 0.03}}
ADDRESSES = ["10.97.1.1", "fd97:1::1"]


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


@pytest.fixture
def engine(watch: Watch) -> Iterator[StreamEngine]:
    made = StreamEngine(watch, {"tcp": TcpAttempt})
    yield made
    made.close()


@pytest.fixture(params=ADDRESSES)
def listener(request: pytest.FixtureRequest, wire: Wire) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in request.param else socket.AF_INET
    with wire.inside(wire.far):
        made = socket.create_server((request.param, 0), family=family, backlog=64)
    yield made
    made.close()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def place(listener: socket.socket) -> tuple[str, int]:
    address, port = listener.getsockname()[:2]
    return address, port


def test_handshakes_are_timed_and_lost_ones_counted(
    wire: Wire, watch: Watch, engine: StreamEngine, listener: socket.socket
) -> None:
    address, port = place(listener)
    wire.connect({address: DELAYS | {"lose": {"back": [3, 6]}}})
    (measured,) = measure(wire, watch, engine, [f"tcp,{address},port={port},packets=10,timeout=1s"])
    assert (measured.sent, measured.received, measured.late) == (10, 8, 0)
    assert (measured.not_sent, measured.unreachable, measured.loss_run) == (0, 0, 1)
    held_s = wire.held_s(address)
    assert_right(measured.rtts_s, [held_s[index] for index in range(10) if index in held_s])


def test_a_handshake_whose_first_packet_had_to_be_repeated_is_lost(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    with wire.inside(wire.far), socket.create_server(("10.97.1.1", 0)) as listener:
        address, port = place(listener)
        wire.connect({address: DELAYS | {"lose": {"out": [1]}}})
        (measured,) = measure(
            wire, watch, engine, [f"tcp,{address},port={port},packets=3,timeout=2s"]
        )
    assert len(wire.heard(far=address)) > 3  # the repeated one came through
    assert (measured.sent, measured.received, measured.late) == (3, 2, 0)
    assert max(measured.rtts_s) < 0.9


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_refusal_of_the_far_end_is_an_answer(
    wire: Wire, watch: Watch, engine: StreamEngine, address: str
) -> None:
    wire.connect({address: DELAYS})
    (measured,) = measure(wire, watch, engine, [f"tcp,{address},port=9,packets=5,timeout=1s"])
    assert (measured.sent, measured.received, measured.unreachable) == (5, 5, 0)
    held_s = wire.held_s(address)
    assert_right(measured.rtts_s, [held_s[index] for index in range(5)])


def test_a_refusal_on_this_host_is_an_answer(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    (measured,) = measure(wire, watch, engine, ["tcp,127.0.0.1,port=9,packets=3,timeout=1s"])
    assert (measured.sent, measured.received) == (3, 3)
    assert 0 < min(measured.rtts_s) < 0.5


def test_late_handshakes_are_lost_and_counted(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    with wire.inside(wire.far), socket.create_server(("10.97.1.1", 0)) as listener:
        address, port = place(listener)
        wire.connect({address: {"delay_s": {"out": 0.3, "back": 0.3}}})
        (measured,) = measure(
            wire, watch, engine, [f"tcp,{address},port={port},packets=3,timeout=500ms"]
        )
    assert (measured.sent, measured.received, measured.late) == (3, 0, 3)


def test_one_bad_edge_never_disturbs_another(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    with wire.inside(wire.far), socket.create_server(("10.97.1.1", 0)) as listener:
        address, port = place(listener)
        silent = {"lose": {"back": list(range(100)), "out": list(range(100))}}
        wire.connect({address: DELAYS, "10.97.1.2": silent})
        good = f"tcp,{address},port={port},packets=10,timeout=1s"
        ways = ["tcp,10.97.1.2,port=9", "tcp,192.0.2.1,port=9", "tcp,10.97.1.1,port=9,source=wan9"]
        bad = [f"{way},packets=10,timeout=1s" for way in ways]
        measured = measure(wire, watch, engine, [bad[0], good, *bad[1:]])
    nobody, right, no_route, no_source = measured
    assert (right.sent, right.received) == (10, 10)
    assert min(right.rtts_s) >= 0.05
    assert (nobody.sent, nobody.received, nobody.late) == (10, 0, 0)
    assert (no_route.sent, no_route.not_sent) == (0, 10)
    assert no_route.error == "Network is unreachable (ENETUNREACH)"
    assert (no_source.sent, no_source.not_sent) == (0, 10)
    assert no_source.error == "this host has no network interface wan9 to send from"
    assert engine.send_errors == 20


def test_what_somebody_in_between_says_is_no_answer(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    wire.connect({})
    with wire.inside(wire.far):
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    ip("-n", wire.far, "address", "add", "10.97.1.254/32", "dev", "lo")
    ip("-n", wire.far, "route", "add", "unreachable", "10.97.2.0/24")
    ip("-n", wire.near, "route", "add", "10.97.2.0/24", "dev", "wan0")
    (measured,) = measure(wire, watch, engine, ["tcp,10.97.2.1,port=9,packets=2,timeout=1s"])
    assert (measured.sent, measured.received, measured.unreachable) == (2, 0, 2)
    assert measured.unreachable_why == "host unreachable"
    assert measured.unreachable_by.startswith("10.97.")


def test_connections_have_their_marks_on_the_wire(
    wire: Wire, watch: Watch, engine: StreamEngine, listener: socket.socket
) -> None:
    address, port = place(listener)
    wire.connect({})
    source = "fd97::1" if ":" in address else "10.97.0.2"
    options = f"port={port},packets=2,timeout=1s,dscp=34,source={source}"
    (measured,) = measure(wire, watch, engine, [f"tcp,{address},{options}"])
    assert measured.received == 2
    heard = wire.heard(far=address)
    assert {each.dscp for each in heard} == {34}
    assert {each.source for each in heard} == {source}


def test_the_number_of_connections_is_bounded_and_none_is_left_open(
    wire: Wire, watch: Watch, engine: StreamEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "OPEN_PER_EDGE_MAX", 3)
    wire.connect({"10.97.1.2": {"lose": {"out": list(range(100))}}})
    before = open_descriptors()
    probe = "tcp,10.97.1.2,port=9,packets=5,timeout=2s"
    (measured,) = measure(wire, watch, engine, [probe], gap_s=0.001)
    assert (measured.sent, measured.not_sent) == (3, 2)
    assert measured.error == "this host had no room for another connection"
    assert open_descriptors() == before


def test_a_connection_is_let_go_of_after_twice_its_timeout(
    wire: Wire, watch: Watch, engine: StreamEngine
) -> None:
    wire.connect({"10.97.1.2": {"lose": {"out": list(range(100))}}})
    spec = parse_probe("multipath.probe[t,a,b,tcp,10.97.1.2,port=9,timeout=100ms]")
    with wire.inside(wire.near):
        flight = engine.begin(engine.aim(endpoint("10.97.1.2"), spec), 2)
        engine.send([flight])
        assert list(flight.attempts) == [0]
        end = time.monotonic() + 20
        while flight.attempts:
            assert time.monotonic() < end, "it waits too long"
            watch.sleep(0.02)
            engine.drain()
        engine.send([flight])
    assert list(flight.attempts) == [1]
    assert flight.errors == {}
