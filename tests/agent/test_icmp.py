"""The engine against a network whose truth is known."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from multipath.agent.cycle.account import account
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.sockets.transport import BatchTransport, PlainTransport
from tests.agent.measuring import BECOME_NOBODY, WORST_EXCESS_S, assert_right, endpoint, measure

if TYPE_CHECKING:
    from tests.agent.conftest import Network


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("size", [16, 17, 56, 1472, 9001, 65000])
def test_this_host_answers_packets_of_every_size(
    engine: IcmpEngine, address: str, size: int
) -> None:
    measured = measure(engine, address, packets=3, size=size)[address]
    assert (measured.sent, measured.received, measured.duplicate) == (3, 3, 0)
    assert_right(measured.rtts_s, [0.0] * 3)


@pytest.mark.parametrize("transport", [BatchTransport, PlainTransport])
@pytest.mark.parametrize("address", ["10.99.0.2", "fd99::2"])
def test_counts_are_exact_and_times_are_right(
    network: Network, monkeypatch: pytest.MonkeyPatch, address: str, transport: type
) -> None:
    monkeypatch.setattr("multipath.agent.sockets.icmp_socket.open_transport", transport)
    with network.inside():
        engine = IcmpEngine()
    network.respond(
        {
            address: {
                "delay_s": 0.05,
                "packets": {
                    "2": {"lose": True},
                    "3": {"copies": 3},
                    "5": {"delay_s": 0.3},
                    "6": {"delay_s": 0.3, "copies": 2},
                    "7": {"corrupt": True},
                    "8": {"delay_s": 0.1},
                    "9": {"delay_s": 0.02},
                },
            }
        }
    )
    measured = measure(engine, address)[address]
    engine.close()
    assert (measured.sent, measured.received, measured.late) == (10, 6, 2)
    assert (measured.duplicate, measured.not_sent) == (3, 0)
    # The kernel itself drops corrupt replies of ICMPv6.
    assert (measured.corrupt, measured.loss_run) == (0 if ":" in address else 1, 3)
    assert measured.reordered == 3
    assert (measured.ttl, measured.ttl_changes) == (64, 0)
    held_s = network.held_s(address)
    assert_right(measured.rtts_s, [held_s[index] for index in (0, 1, 3, 4, 8, 9)])


def test_replies_behind_ip_headers_with_options_count(
    network: Network, far_engine: IcmpEngine
) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.02, "packets": {"3": {"options": True}}}})
    measured = measure(far_engine, "10.99.0.2")["10.99.0.2"]
    assert (measured.received, measured.duplicate) == (10, 0)


def test_a_thousand_edges_at_once_lose_nothing_on_this_host(engine: IcmpEngine) -> None:
    addresses = [f"127.0.{number // 250}.{number % 250 + 1}" for number in range(1000)]
    for measured in measure(engine, *addresses, packets=5).values():
        assert (measured.sent, measured.received, measured.duplicate) == (5, 5, 0)
    assert engine.overflowed() == 0


def test_reordered_replies_are_no_loss(network: Network, far_engine: IcmpEngine) -> None:
    delays = {str(index): {"delay_s": 0.15 - 0.014 * index} for index in range(10)}
    network.respond({"10.99.0.2": {"delay_s": 0.0, "packets": delays}})
    measured = measure(far_engine, "10.99.0.2")["10.99.0.2"]
    assert (measured.received, measured.duplicate, measured.late) == (10, 0, 0)
    held_s = network.held_s("10.99.0.2")
    order = list(reversed(held_s))
    overtaken = sum(index < max(order[:place], default=0) for place, index in enumerate(order))
    assert measured.reordered == overtaken > 0
    assert_right(measured.rtts_s, [held_s[index] for index in range(10)])


def test_edges_side_by_side_keep_their_own_replies(
    network: Network, far_engine: IcmpEngine
) -> None:
    delays_s = {f"10.99.0.{number}": 0.002 * number for number in range(2, 50)}
    network.respond({address: {"delay_s": delay_s} for address, delay_s in delays_s.items()})
    for address, measured in measure(far_engine, *delays_s).items():
        assert (measured.received, measured.duplicate) == (10, 0)
        held_s = network.held_s(address)
        assert_right(measured.rtts_s, [held_s[index] for index in range(10)])


@pytest.mark.parametrize("address", ["10.99.0.2", "fd99::2"])
def test_two_engines_to_one_target_keep_their_own_replies(network: Network, address: str) -> None:
    network.respond({address: {"delay_s": 0.03}})
    with network.inside():
        engines = [IcmpEngine(), IcmpEngine()]
    flights = [engine.begin(engine.target(endpoint(address), 56), 20) for engine in engines]
    for _ in range(20):
        for engine, flight in zip(engines, flights, strict=True):
            engine.send([flight])
        time.sleep(0.01)
    time.sleep(0.2)
    for engine, flight in zip(engines, flights, strict=True):
        engine.drain()
        measured = account(flight, 1.0, "")
        assert (measured.received, measured.duplicate) == (20, 0)
        assert engine.overflowed() == 0  # what the filter drops is no overflow
        engine.close()


@pytest.mark.parametrize("address", ["10.99.0.2", "fd99::2"])
def test_without_kernel_stamps_the_process_stamps_itself(
    network: Network, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("multipath.agent.sockets.icmp_socket._STAMP_FLAGS", 0)
    network.respond({address: {"delay_s": 0.05, "packets": {"2": {"lose": True}}}})
    with network.inside():
        engine = IcmpEngine()
    measured = measure(engine, address)[address]
    engine.close()
    assert (measured.sent, measured.received) == (10, 9)
    assert 0.05 <= min(measured.rtts_s) < 0.05 + 0.02  # it looks every 10 ms
    assert max(measured.rtts_s) < 0.05 + WORST_EXCESS_S


def test_replies_that_were_not_read_in_time_are_counted(engine: IcmpEngine) -> None:
    assert engine.overflowed() == 0
    flight = engine.begin(engine.target(endpoint("127.0.0.1"), 65000), 300)
    for _ in range(300):
        engine.send([flight])
    engine.drain()
    assert flight.received_ns.count(0) > 0
    assert engine.overflowed() > 0


def test_nobody_answers(network: Network, far_engine: IcmpEngine) -> None:
    network.respond({})
    measured = measure(far_engine, "10.99.0.2")["10.99.0.2"]
    assert (measured.sent, measured.received, measured.late) == (10, 0, 0)


def test_a_packet_without_a_route_is_not_sent_and_no_loss(far_engine: IcmpEngine) -> None:
    measured = measure(far_engine, "192.0.2.1", packets=2)["192.0.2.1"]
    assert (measured.sent, measured.not_sent) == (0, 2)
    assert measured.error == "Network is unreachable (ENETUNREACH)"


def test_one_edge_without_a_route_disturbs_no_other(
    network: Network, far_engine: IcmpEngine
) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.02}})
    measured = measure(far_engine, "192.0.2.1", "10.99.0.2")["10.99.0.2"]
    assert measured.received == 10
    held_s = network.held_s("10.99.0.2")
    assert_right(measured.rtts_s, [held_s[index] for index in range(10)])


def test_replies_after_the_cycle_is_forgotten_are_ignored(
    network: Network, far_engine: IcmpEngine
) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.1}})
    flight = far_engine.begin(far_engine.target(endpoint("10.99.0.2"), 56), 1)
    far_engine.send([flight])
    far_engine.end(flight)
    time.sleep(0.2)
    far_engine.drain()
    assert flight.received_ns[0] == 0


@pytest.mark.parametrize("address", ["10.99.0.2", "fd99::2"])
def test_without_privileges_ping_sockets_serve_as_well(network: Network, address: str) -> None:
    network.respond({address: {"delay_s": 0.02, "packets": {"1": {"copies": 2}}}})
    ip = ["ip", "netns", "exec", network.name]
    allow = [*ip, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"]
    subprocess.run(allow, check=True)
    family = "AF_INET6" if ":" in address else "AF_INET"
    script = f"""
import socket, time
from multipath.agent.cycle.account import account
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.sockets.resolve import Endpoint
{BECOME_NOBODY}
engine = IcmpEngine()
sockaddr = ("{address}", 0) + ((0, 0) if ":" in "{address}" else ())
target = engine.target(Endpoint(socket.{family}, sockaddr), 56)
flight = engine.begin(target, 20)
for _ in range(20):
    engine.send([flight])
    time.sleep(0.01)
time.sleep(0.1)
engine.drain()
print(engine.describe())
print(account(flight, 1.0, "{address}").to_json())
engine.close()
"""
    result = subprocess.run(
        [*ip, sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    described, measured = result.stdout.splitlines()
    assert described == "ipv4=ping ipv6=ping"
    value = json.loads(measured)
    assert (value["sent"], value["received"], value["duplicate"]) == (20, 20, 1)
    assert_right([value["rtt_s"]["min"]], [min(network.held_s(address).values())])


def test_without_any_right_one_sentence_says_what_to_do(network: Network) -> None:
    script = f"""
import multipath.agent.service, multipath.cli.agent.group
from multipath.cli.main import main
{BECOME_NOBODY}
main()
"""
    command = ["agent", "run", "--server", "127.0.0.1", "--hostname", "x"]
    result = subprocess.run(
        ["ip", "netns", "exec", network.name, sys.executable, "-c", script, *command],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("error: may not open an ICMP socket; run the agent as root")
    assert len(result.stderr.splitlines()) == 1
