"""ICMP errors about our packets, true ones and hostile ones."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.agent.wire.icmp_error import Refusal, read_error, read_queued
from tests.agent.measuring import BECOME_NOBODY, endpoint, measure, wait_until

if TYPE_CHECKING:
    from multipath.agent.engines.icmp import IcmpEngine
    from tests.agent.conftest import Network

V4, V6 = "10.99.0.2", "fd99::2"
SAYS = {V4: ("10.99.0.77", 3, 1, "host unreachable"), V6: ("fd99::77", 1, 3, "address unreachable")}
IP_BYTES = {V4: 20, V6: 40}


def refuse(address: str, **more: object) -> dict[str, object]:
    by, kind, code, _ = SAYS[address]
    return {"refuse": {"by": by, "type": kind, "code": code, **more}}


@pytest.mark.parametrize("address", [V4, V6])
def test_what_an_icmp_error_quotes_is_unreachable_and_lost(
    network: Network, far_engine: IcmpEngine, address: str
) -> None:
    packets = {index: refuse(address) for index in ("2", "3", "5")}
    packets["3"]["copies"] = 3
    network.respond({address: {"delay_s": 0.02, "packets": packets}})
    measured = measure(far_engine, address)[address]
    assert (measured.sent, measured.received, measured.unreachable) == (10, 7, 3)
    assert (measured.duplicate, measured.corrupt, measured.loss_run) == (0, 0, 2)
    assert (measured.unreachable_by, measured.unreachable_why) == (
        SAYS[address][0],
        SAYS[address][3],
    )


@pytest.mark.parametrize(
    ("address", "kind", "code", "why"),
    [
        (V4, 3, 0, "network unreachable"),
        (V4, 3, 4, "packet too big"),
        (V4, 3, 13, "administratively prohibited"),
        (V4, 3, 200, "destination unreachable, code 200"),
        (V4, 11, 0, "time to live exceeded"),
        (V4, 12, 0, "parameter problem, code 0"),
        (V6, 1, 0, "no route to destination"),
        (V6, 2, 0, "packet too big"),
        (V6, 3, 0, "hop limit exceeded"),
        (V6, 4, 1, "parameter problem, code 1"),
    ],
)
def test_the_reason_is_said_in_words(
    network: Network, far_engine: IcmpEngine, address: str, kind: int, code: int, why: str
) -> None:
    network.respond({address: {"delay_s": 0.0, **refuse(address, type=kind, code=code)}})
    measured = measure(far_engine, address, packets=2)[address]
    assert (measured.unreachable, measured.unreachable_why) == (2, why)


@pytest.mark.parametrize("address", [V4, V6])
def test_errors_are_noted_with_their_own_edge(
    network: Network, far_engine: IcmpEngine, address: str
) -> None:
    other = address[:-1] + "3"
    network.respond({address: {"delay_s": 0.01, **refuse(address)}, other: {"delay_s": 0.01}})
    measured = measure(far_engine, address, other)
    assert (measured[address].received, measured[address].unreachable) == (0, 10)
    assert (measured[other].received, measured[other].unreachable) == (10, 0)


def test_a_router_that_quotes_eight_bytes_only_is_understood(
    network: Network, far_engine: IcmpEngine
) -> None:
    packets = {str(index): refuse(V4, quote=28) for index in range(4)}
    network.respond({V4: {"delay_s": 0.01, "packets": packets}, "10.99.0.3": {"delay_s": 0.01}})
    measured = measure(far_engine, V4, "10.99.0.3")
    assert (measured[V4].received, measured[V4].unreachable) == (6, 4)
    assert measured["10.99.0.3"].unreachable == 0


def test_short_quotes_of_two_edges_to_one_address_are_shared_out(
    network: Network, far_engine: IcmpEngine
) -> None:
    network.respond({V4: {"delay_s": 0.01, **refuse(V4, quote=28)}})
    flights = [far_engine.begin(far_engine.target(endpoint(V4), 56), 5) for _ in range(2)]
    for _ in range(5):
        assert far_engine.send(flights) == []
    wait_until(far_engine, lambda: sum(len(flight.refusals) for flight in flights) == 10)
    assert [len(flight.refusals) for flight in flights] == [5, 5]


@pytest.mark.parametrize("address", [V4, V6])
@pytest.mark.parametrize(
    "hostile",
    [
        "another id and nonce",
        "another address",
        "another packet",
        "no ICMP",
        "no header",
        "nothing",
    ],
)
def test_a_hostile_quote_confuses_nothing(
    network: Network, far_engine: IcmpEngine, address: str, hostile: str
) -> None:
    start = IP_BYTES[address]
    changes: dict[str, dict[str, object]] = {
        "another id and nonce": {"quote": 28, "change": {str(start + 4): 0, str(start + 5): 0}},
        "another address": {"change": {str(start - 1): 9}},
        "another packet": {"change": {str(start + 6): 0x7F}},
        "no ICMP": {"change": {"9" if address == V4 else "6": 17}},
        "no header": {"quote": start + 4},
        "nothing": {"quote": 0},
    }
    network.respond({address: {"delay_s": 0.0, **refuse(address, **changes[hostile])}})
    measured = measure(far_engine, address, packets=3)[address]
    assert (measured.sent, measured.received, measured.unreachable) == (3, 0, 0)
    assert measured.corrupt == 0


@pytest.mark.parametrize("address", [V4, V6])
@pytest.mark.parametrize("transport", ["BatchTransport", "PlainTransport"])
def test_ping_sockets_learn_of_errors_and_disturb_no_other_edge(
    network: Network, address: str, transport: str
) -> None:
    other = address[:-1] + "3"
    network.respond({address: {"delay_s": 0.005, **refuse(address)}, other: {"delay_s": 0.005}})
    ip = ["ip", "netns", "exec", network.name]
    allow = [*ip, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"]
    subprocess.run(allow, check=True)
    script = f"""
from multipath.agent.sockets import icmp_socket, transport
from multipath.agent.engines.icmp import IcmpEngine
from tests.agent.measuring import measure
icmp_socket.open_transport = transport.{transport}
{BECOME_NOBODY}
engine = IcmpEngine()
for value in measure(engine, "{address}", "{other}", packets=20).values():
    print(value.to_json())
print(engine.send_errors)
"""
    done = subprocess.run(
        [*ip, sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    *values, send_errors = done.stdout.splitlines()
    refused, answered = map(json.loads, values)
    assert (refused["sent"], refused["received"], refused["unreachable"]) == (20, 0, 20)
    assert (refused["unreachable_by"], refused["unreachable_why"]) == (
        SAYS[address][0],
        SAYS[address][3],
    )
    assert (answered["sent"], answered["received"], answered["unreachable"]) == (20, 20, 0)
    assert send_errors == "0"


@given(st.binary(max_size=120), st.sampled_from([bytes(4), bytes(16)]))
def test_any_bytes_are_read_or_refused(data: bytes, by: bytes) -> None:
    for kind in (1, 2, 3, 4, 11, 12):
        error = read_error(by, bytes([kind, 0]) + data, 0)
        assert error is None or (len(error.to), len(error.header)) == (len(by), 8)
    queued = read_queued(data, by, data)
    assert queued is None or (len(queued.by), len(queued.header)) == (len(by), 8)


def test_a_refusal_knows_its_version() -> None:
    assert Refusal("10.0.0.1", 3, 1, 0).why == "host unreachable"
    assert Refusal("fd00::1", 3, 0, 0).why == "hop limit exceeded"
    assert Refusal("10.0.0.1", 77, 1, 0).why == "ICMP type 77, code 1"
