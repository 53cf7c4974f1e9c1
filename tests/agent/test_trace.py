"""The way hop by hop: what is asked, what the answers say, and on real packets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from multipath import names
from multipath.agent.cycle.account import Packets
from multipath.agent.items.key import ProbeSpec
from multipath.agent.items.task import Item, Probe, Statement, Tracing, plan_task
from multipath.agent.items.trace_key import TraceSpec
from multipath.agent.probing.prober import Prober
from multipath.agent.probing.trace import (
    HOPS_MAX,
    ROUNDS,
    Change,
    Hop,
    Trace,
    Walk,
    change,
    merged,
    read_trace,
)
from multipath.agent.probing.trace_run import trace
from multipath.agent.sockets.resolve import Resolver
from multipath.agent.wire.icmp_error import Refusal
from tests.agent.measuring import BECOME_NOBODY, endpoint
from tests.agent.tap import Tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from multipath.agent.engines.icmp import IcmpEngine
    from tests.agent.conftest import Network

MS = 1_000_000
V4, V6 = "10.99.0.9", "fd99::9"
SPEC = TraceSpec("t", "a", "b", V4)


def walk_through(far: int, silent: tuple[int, ...] = (), end: bool = True) -> tuple[Packets, Walk]:
    """A walk to a place so many hops away, every answer being there before the next packet."""
    packets = Packets(HOPS_MAX * ROUNDS)
    walk = Walk(packets)
    now_ns: int | None = MS
    while now_ns is not None:
        at_ns = now_ns
        hop, now_ns = walk.next(at_ns)
        if hop:
            place = len(walk.hops) - 1
            packets.sent_ns[place] = at_ns
            if hop >= far and end:
                packets.received_ns[place] = at_ns + far * MS
            elif hop < far and hop not in silent:
                packets.refusals[place] = Refusal(f"10.0.0.{hop}", 11, 0, at_ns + hop * MS)
    return packets, walk


def test_every_hop_up_to_the_place_is_asked_once_a_round() -> None:
    packets, walk = walk_through(5, silent=(3,))
    assert walk.hops == [1, 2, 3, 4, 5] * ROUNDS
    found = read_trace(packets, walk, V4)
    assert found.reached
    assert found.path == ("10.0.0.1", "10.0.0.2", "", "10.0.0.4", V4)
    assert [hop.loss_percent for hop in found.hops] == [0, 0, 100, 0, 0]
    assert found.hops[1].quantiles_s() == {"min": 0.002, "p50": 0.002, "max": 0.002}
    assert found.suspect == 0


def test_a_place_that_is_silent_ends_at_the_last_that_answers() -> None:
    packets, walk = walk_through(4, end=False)
    assert walk.hops[:11] == [*range(1, 12)]
    assert walk.hops[11:] == [1, 2, 3] * (ROUNDS - 1)
    found = read_trace(packets, walk, V4)
    assert not found.reached
    assert found.path == ("10.0.0.1", "10.0.0.2", "10.0.0.3")
    assert found.suspect == 4


def test_nobody_answers() -> None:
    packets, walk = walk_through(1, end=False)
    found = read_trace(packets, walk, V4)
    assert (found.hops, found.suspect) == ((), 0)
    assert json.loads(found.to_json()) == {
        "address": V4,
        "reached": False,
        "changed": False,
        "hops": [],
    }


def way(*received: int, reached: bool = True, why: str = "") -> Trace:
    hops = [
        Hop(number, f"10.0.0.{number}", 3, (0.01,) * count, why if number == len(received) else "")
        for number, count in enumerate(received, 1)
    ]
    return Trace(V4, reached, tuple(hops))


@pytest.mark.parametrize(
    ("trace_found", "suspect"),
    [
        (way(3, 3, 3), 0),
        (way(3, 0, 3), 0),  # answers less than it forwards
        (way(3, 1, 2), 2),
        (way(1, 3, 2), 3),
        (way(2, 2, 2), 1),
        (way(3, 3, reached=False), 3),
        (way(3, 1, reached=False), 2),
        (way(3, 3, reached=False, why="administratively prohibited"), 2),
    ],
)
def test_a_hop_is_suspect_only_when_all_later_ones_lose_too(
    trace_found: Trace, suspect: int
) -> None:
    assert trace_found.suspect == suspect
    assert json.loads(trace_found.to_json()).get("suspect", 0) == suspect


def test_a_way_changes_where_an_address_is_another_and_silence_says_nothing() -> None:
    former = ("a", "b", "", "d")
    assert change(former, ("a", "b", "c", "d")) is None
    assert change(former, ("a", "", "", "d")) is None
    assert change(former, ("a", "x", "c", "d")) == Change(2, "b", "x")
    assert change((), ("a",)) is None
    assert merged(former, ("a", "", "c")) == ("a", "b", "c")


def test_the_key_of_a_trace() -> None:
    key = names.trace_key("t", "a", "b", V4)
    assert plan_task(Item(1, key, "10m")) == Tracing(1, SPEC, 600.0)
    for bad, delay, reason in (
        ("multipath.trace[t,a,b]", "10m", "a trace has topology, from, to, address"),
        (f"multipath.trace[t,a,b,{V4},icmp]", "10m", "a trace has"),
        (f"multipath.trace[t,a,b,{'x' * 300}]", "10m", "longer than any DNS name"),
        (key, "5s", "shorter than a trace may take; write 30s or more"),
    ):
        task = plan_task(Item(1, bad, delay))
        assert isinstance(task, Statement)
        assert task.unsupported
        assert reason in task.value


def routers(address: str, count: int, **more: object) -> list[dict[str, Any]]:
    base = "10.99.1." if address == V4 else "fd99::1:"
    return [{"by": f"{base}{number}", **more} for number in range(1, count + 1)]


def traced(network: Network, engine: IcmpEngine, address: str) -> Trace:
    """Its socket is made when it begins, so it has to begin in the namespace."""
    with network.inside():
        return trace(engine, endpoint(address))


@pytest.mark.parametrize("address", [V4, V6])
def test_the_way_is_found_and_all_packets_are_of_one_flow(
    network: Network, far_engine: IcmpEngine, address: str
) -> None:
    way = routers(address, 4)
    way[2] = {}
    told = {"delay_s": 0.02, "routers": way, "lose_at": {"2": [1]}}
    network.respond({address: told})
    with network.inside(), closing(Tap(network.DEVICE)) as tap:
        found = trace(far_engine, endpoint(address))
        tap.listen()
        assert len(tap.checksums[address]) == 1
        assert len(tap.sent_ns[address]) >= 5 * ROUNDS
    assert found.path == (way[0]["by"], way[1]["by"], "", way[3]["by"], address)
    assert found.reached
    assert [len(hop.rtts_s) for hop in found.hops] == [3, 2, 0, 3, 3]
    assert [hop.sent for hop in found.hops] == [3] * 5
    assert min(min(hop.rtts_s) for hop in found.hops if hop.rtts_s) >= 0.02
    assert found.suspect == 0


def test_routers_that_quote_eight_bytes_are_understood_and_loss_to_the_end_is_suspect(
    network: Network, far_engine: IcmpEngine
) -> None:
    way = routers(V4, 3, quote=28)
    lose_at = {"2": [0], "3": [2], "4": [1]}
    network.respond({V4: {"delay_s": 0.01, "routers": way, "lose_at": lose_at}})
    found = traced(network, far_engine, V4)
    assert found.path == ("10.99.1.1", "10.99.1.2", "10.99.1.3", V4)
    assert [len(hop.rtts_s) for hop in found.hops] == [3, 2, 2, 2]
    assert found.suspect == 2


def test_who_turns_packets_away_is_the_end_of_the_way(
    network: Network, far_engine: IcmpEngine
) -> None:
    way = [*routers(V4, 2), {"by": "10.99.1.3", "type": 3, "code": 13}]
    network.respond({V4: {"delay_s": 0.01, "routers": way}})
    found = traced(network, far_engine, V4)
    assert [hop.address for hop in found.hops] == ["10.99.1.1", "10.99.1.2", "10.99.1.3"]
    assert found.path == ("10.99.1.1", "10.99.1.2", "")  # it is no other next hop
    assert (found.reached, found.suspect) == (False, 3)
    assert found.hops[-1].why == "administratively prohibited"


def test_without_privileges_a_trace_finds_the_way_as_well(network: Network) -> None:
    network.respond({V4: {"delay_s": 0.01, "routers": routers(V4, 2)}})
    inside = ["ip", "netns", "exec", network.name]
    allow = [*inside, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"]
    subprocess.run(allow, check=True)
    script = f"""
import encodings.idna, multipath.cli.probing.trace
from multipath.cli.main import main
{BECOME_NOBODY}
main()
"""
    command = [*inside, sys.executable, "-c", script, "trace", V4]
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    hops = [line.split() for line in table[1:4]]
    assert [(hop[0], hop[1], hop[-1]) for hop in hops] == [
        ("1", "0", "10.99.1.1"),
        ("2", "0", "10.99.1.2"),
        ("3", "0", V4),
    ]
    assert table[4] == f"{V4} was reached"


def test_traces_change_and_disturb_no_measurement(
    network: Network, far_engine: IcmpEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    way = routers(V4, 3)
    way[1]["by"] = ["10.99.1.2"] * ROUNDS + ["10.99.1.77"]
    network.respond({V4: {"delay_s": 0.02, "routers": way}, "10.99.0.2": {"delay_s": 0.02}})
    values: dict[int, list[dict[str, Any]]] = {1: [], 2: []}

    def deliver(itemid: int, text: str, unsupported: bool) -> None:
        assert not unsupported
        values[itemid].append(json.loads(text))

    probe = ProbeSpec("t", "a", "c", "icmp", "10.99.0.2", packets=20, timeout_s=1.0)
    with network.inside(), closing(Resolver()) as resolver:
        prober = Prober({"icmp": far_engine}, resolver, deliver, str)
        prober.configure([Tracing(1, SPEC, 6.0), Probe(2, probe, 2.0)], time.monotonic_ns())
        end = time.monotonic() + 60
        while len(values[1]) < 3:
            assert time.monotonic() < end, values
            prober.tick(time.monotonic_ns())
            time.sleep(0.01)
        prober.configure([], time.monotonic_ns())
        prober.tick(time.monotonic_ns() + 10**12)
    assert [value["changed"] for value in values[1]] == [False, True, False]
    assert (values[1][1]["changed_at"], values[1][1]["changed_from"]) == (2, "10.99.1.2")
    assert [hop["address"] for hop in values[1][1]["hops"]][1:] == ["10.99.1.77", "10.99.1.3", V4]
    assert caplog.text.count("t a>b: the way changed at hop 2: 10.99.1.77 now, was 10.99.1.2") == 1
    assert len(values[2]) >= 5
    assert {(value["sent"], value["received"]) for value in values[2]} == {(20, 20)}
    assert {value["unreachable"] for value in values[2]} == {0}


def test_a_name_that_has_no_address_is_said_in_the_value(engine: IcmpEngine) -> None:
    values: list[str] = []
    spec = TraceSpec("t", "a", "b", "nowhere.invalid")
    with closing(Resolver()) as resolver:
        resolver.lookup("nowhere.invalid", 30)
        prober = Prober({"icmp": engine}, resolver, lambda _, text, __: values.append(text), str)
        prober.configure([Tracing(1, spec, 30.0)], 0)
        prober.tick(60 * 10**9)
    (value,) = map(json.loads, values)
    assert value["hops"] == []
    assert value["error"].startswith("the name nowhere.invalid cannot be resolved")


def test_an_edge_that_turns_ill_is_traced_at_once_and_not_again_while_it_is_so(
    network: Network, far_engine: IcmpEngine
) -> None:
    way = routers(V4, 3)
    network.respond({V4: {"delay_s": 0.02, "routers": way}})
    traces: list[dict[str, Any]] = []
    cycles: list[dict[str, Any]] = []

    def deliver(itemid: int, text: str, unsupported: bool) -> None:
        assert not unsupported
        (traces if itemid == 1 else cycles).append(json.loads(text))

    probe = ProbeSpec("t", "a", "b", "icmp", V4, packets=10, timeout_s=0.3)
    with network.inside(), closing(Resolver()) as resolver:
        prober = Prober({"icmp": far_engine}, resolver, deliver, str)
        prober.configure([Tracing(1, SPEC, 3600.0), Probe(2, probe, 1.0)], time.monotonic_ns())

        def run_until(condition: Callable[[], bool]) -> None:
            end = time.monotonic() + 90
            while not condition():
                assert time.monotonic() < end, (traces, cycles)
                prober.tick(time.monotonic_ns())
                time.sleep(0.01)

        run_until(lambda: len(cycles) == 3)
        beyond = {str(hops): list(range(1000)) for hops in range(3, 256)}
        network.respond({V4: {"delay_s": 0.02, "routers": way[:2], "lose_at": beyond}})
        run_until(lambda: any("ill" in each for each in traces))
        begun = len(cycles)
        run_until(lambda: len(cycles) == begun + 5)
    (ill,) = [each for each in traces if "ill" in each]
    assert ill["ill"] in {"lossy", "down"}  # in the midst of a cycle
    assert [hop["address"] for hop in ill["hops"]] == ["10.99.1.1", "10.99.1.2"]
    assert (ill["reached"], ill["changed"], ill["suspect"]) == (False, False, 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", ill["at"])
