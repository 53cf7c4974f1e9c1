"""UDP probes and the echo of the far agent, over a wire whose truth is known."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from multipath.agent import echo_service
from multipath.agent.echo_service import EchoService
from multipath.agent.engines.udp import UdpEngine
from multipath.agent.sockets.watch import Watch
from multipath.agent.wire.udp_echo import (
    FLOWS_MAX,
    QUERY,
    Ask,
    Counts,
    read_reply,
    read_request,
    reply,
    request,
)
from multipath.errors import AgentError
from tests.agent.cycles import WORST_EXCESS_S, assert_right, measure

if TYPE_CHECKING:
    from tests.agent.wire import Wire

PORT = 10862
DELAYS = {"delay_s": {"out": 0.02, "back": 0.03}}
ADDRESSES = ["10.97.1.1", "fd97:1::1"]
ASK = Ask(b"12345678", 7, 3)


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


@pytest.fixture
def engine() -> Iterator[UdpEngine]:
    made = UdpEngine()
    yield made
    made.close()


class FarAgent:
    """The echo of an agent on the far host, in a thread of its own."""

    def __init__(self, wire: Wire) -> None:
        self.watch = Watch()
        with wire.inside(wire.far):
            self.echo = EchoService(self.watch, PORT)
        self._stopping = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping:
            self.watch.sleep(0.05)
            self.echo.resume()

    def close(self) -> None:
        self._stopping = True
        self.watch.wake()
        self._thread.join(10)
        self.echo.close()
        self.watch.close()


@pytest.fixture
def far(wire: Wire) -> Iterator[FarAgent]:
    made = FarAgent(wire)
    yield made
    made.close()


@pytest.mark.usefixtures("far")
@pytest.mark.parametrize("address", ADDRESSES)
def test_round_trips_and_the_loss_on_either_way_are_right(
    wire: Wire, watch: Watch, engine: UdpEngine, address: str
) -> None:
    # Going out 1, 4 and 9 are lost; of the seven that arrive the replies to the third and last.
    wire.connect({address: DELAYS | {"lose": {"out": [1, 4, 9], "back": [2, 6]}}})
    (measured,) = measure(wire, watch, engine, [f"udp,{address},packets=10,timeout=1s"])
    assert (measured.sent, measured.received, measured.late, measured.not_sent) == (10, 5, 0, 0)
    assert measured.own == {
        "forward_loss_percent": 30.0,
        "backward_loss_percent": round(100 * 2 / 7, 4),
    }
    assert 0.05 <= min(measured.rtts_s) < 0.05 + WORST_EXCESS_S


@pytest.mark.usefixtures("far")
def test_round_trips_are_those_of_the_wire(wire: Wire, watch: Watch, engine: UdpEngine) -> None:
    wire.connect({"10.97.1.1": DELAYS})
    (measured,) = measure(wire, watch, engine, ["udp,10.97.1.1,packets=10,timeout=1s"])
    assert (measured.sent, measured.received, measured.duplicate) == (10, 10, 0)
    assert measured.own == {"forward_loss_percent": 0.0, "backward_loss_percent": 0.0}
    held_s = wire.held_s()
    assert_right(measured.rtts_s, [held_s[index] for index in range(10)])


@pytest.mark.usefixtures("far")
def test_late_replies_are_lost_on_neither_way(wire: Wire, watch: Watch, engine: UdpEngine) -> None:
    wire.connect({"10.97.1.1": {"delay_s": {"out": 0.3, "back": 0.3}}})
    (measured,) = measure(wire, watch, engine, ["udp,10.97.1.1,packets=3,timeout=500ms"])
    assert (measured.sent, measured.received, measured.late) == (3, 0, 3)
    assert measured.own == {"forward_loss_percent": 0.0, "backward_loss_percent": 0.0}


def test_where_no_agent_answers_the_far_host_says_so_and_no_other_edge_suffers(
    wire: Wire, watch: Watch, engine: UdpEngine, far: FarAgent
) -> None:
    wire.connect({"10.97.1.1": DELAYS})
    good = "udp,10.97.1.1,packets=10,timeout=1s"
    bad = ["udp,10.97.1.2,port=9,packets=10,timeout=1s", "udp,10.97.1.3,port=9,packets=1"]
    nobody, right, alone = measure(wire, watch, engine, [bad[0], good, bad[1]])
    assert far.echo is not None
    assert (right.sent, right.received) == (10, 10)
    for measured, packets in ((nobody, 10), (alone, 1)):
        assert (measured.sent, measured.received, measured.not_sent) == (packets, 0, 0)
        assert measured.unreachable_why == "port unreachable"
        assert measured.own == {}
    assert nobody.unreachable_by == "10.97.1.2"
    assert 1 <= nobody.unreachable <= 10  # a system sends few of these in a second


def test_a_place_without_a_way_to_it_is_told(engine: UdpEngine, wire: Wire, watch: Watch) -> None:
    with pytest.raises(AgentError, match=r"Network is unreachable \(ENETUNREACH\)"):
        measure(wire, watch, engine, ["udp,192.0.2.1,packets=1"])


@pytest.mark.usefixtures("far")
@pytest.mark.parametrize("address", ADDRESSES)
def test_packets_have_their_marks_on_the_wire(
    wire: Wire, watch: Watch, engine: UdpEngine, address: str
) -> None:
    wire.connect({})
    source = "fd97::1" if ":" in address else "10.97.0.2"
    options = f"packets=2,timeout=1s,size=1000,dscp=46,df=1,source={source}"
    (measured,) = measure(wire, watch, engine, [f"udp,{address},{options}"])
    assert measured.received == 2
    heard = wire.heard(far=address)
    assert {(each.dscp, each.source) for each in heard} == {(46, source)}
    assert all(each.dont_fragment or not each.is_v4 for each in heard)


@pytest.mark.parametrize(("held_us", "least_s"), [(None, 0.0), (0, 0.2), (0xFFFFFFFF, 0.0)])
def test_what_the_far_end_held_a_reply_for_is_not_in_the_round_trip(
    wire: Wire, watch: Watch, engine: UdpEngine, held_us: int | None, least_s: float
) -> None:
    wire.connect({})
    with wire.inside(wire.far):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("10.97.1.1", PORT))
        sock.settimeout(20)

    def answer() -> None:
        data, source = sock.recvfrom(65536)
        ask = read_request(data)
        assert ask is not None
        began_ns = time.monotonic_ns()
        time.sleep(0.2)
        really_us = (time.monotonic_ns() - began_ns) // 1000
        held = really_us if held_us is None else held_us
        sock.sendto(reply(ask, len(data), 1, held), source)

    thread = threading.Thread(target=answer)
    thread.start()
    (measured,) = measure(wire, watch, engine, ["udp,10.97.1.1,packets=1,timeout=2s"])
    thread.join(20)
    sock.close()
    assert measured.received == 1
    assert measured.rtts_s[0] > least_s
    if held_us is None:
        assert measured.rtts_s[0] < 0.19


def exchange(wire: Wire, *packets: bytes) -> list[bytes]:
    """What comes back from the far agent's echo within a moment."""
    with wire.inside(wire.far), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", PORT))
        sock.settimeout(0.5)
        for packet in packets:
            sock.send(packet)
        answers = []
        try:
            while True:
                answers.append(sock.recv(65536))
        except TimeoutError:
            return answers


@pytest.mark.usefixtures("far")
def test_only_requests_of_our_form_are_answered_and_never_with_more(wire: Wire) -> None:
    good = request(ASK, 200)
    hostile = [
        b"",
        good[:23],
        b"x" * 200,
        reply(ASK, 200, 1, 0),
        good[:199] + b"x",
        request(Ask(ASK.nonce, 7, 1024), 200),
        good[:18] + b"\x00\x01" + good[20:],
    ]
    answers = exchange(wire, *hostile, good, request(ASK, 24))
    assert [len(answer) for answer in answers] == [200, 24]
    told = read_reply(answers[0])
    assert told is not None
    assert (told.nonce, told.flight, told.sequence, told.counted) == (*ASK, 1)


def test_answers_are_bounded_and_go_on_after_a_rest(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(echo_service, "_BURST", 20)
    monkeypatch.setattr(echo_service, "REPLIES_PER_S", 1)
    agent = FarAgent(wire)
    try:
        flood = exchange(wire, *[request(Ask(ASK.nonce, 1, number), 64) for number in range(200)])
        assert 20 <= len(flood) < 100
        monkeypatch.setattr(echo_service, "_BURST", 1000)
        monkeypatch.setattr(echo_service, "REPLIES_PER_S", 100_000)
        assert exchange(wire, request(ASK, 64))
    finally:
        agent.close()


def test_a_port_that_is_taken_is_told(wire: Wire, far: FarAgent) -> None:
    with wire.inside(wire.far), pytest.raises(AgentError, match="port 10862: Address already in"):
        EchoService(far.watch, PORT)


def test_the_last_few_thousand_flights_are_counted() -> None:
    counts = Counts()
    assert [counts.note("a", ASK), counts.note("a", ASK)] == [1, 1]
    assert counts.note("a", ASK._replace(sequence=4)) == 2
    assert counts.note("b", ASK) == 1
    assert counts.note("a", ASK._replace(sequence=QUERY)) == 2
    for number in range(FLOWS_MAX):
        counts.note("c", ASK._replace(flight=number))
    assert counts.note("a", ASK._replace(sequence=QUERY)) == 0
