"""The emulated WAN of a running lab, as a pinger on its hosts sees it."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath.lab.segments import PAIRS

if TYPE_CHECKING:
    from tests.conftest import Lab

pytestmark = pytest.mark.lab

PINGER = Path(__file__).with_name("pinger.py")


@dataclass(frozen=True)
class Pings:
    sent: int
    received: int
    duplicates: int
    overtaken: int
    rtts_s: list[float]

    @property
    def median_s(self) -> float:
        return statistics.median(self.rtts_s)


def ping(lab: Lab, pair: str, rate: int = 100, count: int = 100) -> Pings:
    from_node, _, to_node = pair.partition(">")
    numbers = (lab.nodes[to_node], str(rate), str(count))
    done = lab.exec(from_node, sys.executable, str(PINGER), *numbers)
    assert done.returncode == 0, done.stderr
    return Pings(**json.loads(done.stdout))


def echoes_received(lab: Lab, node: str) -> int:
    """Return how many echo requests have arrived at a host."""
    table = lab.exec(node, "cat", "/proc/net/snmp").stdout.splitlines()
    names, values = (line.split() for line in table if line.startswith("Icmp:"))
    return int(dict(zip(names, values, strict=True))["InEchos"])


@pytest.fixture(autouse=True)
def healed(lab: Lab) -> Iterator[None]:
    yield
    lab.heal()


@pytest.mark.parametrize("pair", [">".join(pair) for pair in PAIRS])
def test_every_pair_has_its_rtt_and_no_loss(lab: Lab, pair: str) -> None:
    pings = ping(lab, pair)
    assert (pings.received, pings.duplicates, pings.overtaken) == (pings.sent, 0, 0)
    assert pings.median_s == pytest.approx(lab.rtt_s[pair], abs=0.001)


@pytest.mark.parametrize("rate", [10, 200, 2000])
def test_the_rtt_is_what_was_asked_up_to_2000_packets_per_second(lab: Lab, rate: int) -> None:
    pings = ping(lab, "zabbix-sh>la", rate, count=max(50, 2 * rate))
    assert pings.received == pings.sent
    # The figure is 0.3 ms on an idle machine; tests share theirs.
    assert pings.median_s == pytest.approx(lab.rtt_s["zabbix-sh>la"], abs=0.0006)


@pytest.mark.parametrize("direction", ["both", "to", "from"])
def test_a_delay_adds_to_the_rtt_whatever_its_direction(lab: Lab, direction: str) -> None:
    lab.fault("la", "--delay", "40ms", "--direction", direction)
    expected_s = lab.rtt_s["zabbix-sh>la"] + 0.040
    assert lab.status()["rtt_s"]["zabbix-sh>la"] == pytest.approx(expected_s)
    assert ping(lab, "zabbix-sh>la").median_s == pytest.approx(expected_s, abs=0.001)
    beside = ping(lab, "zabbix-sh>proxy1").median_s
    assert beside == pytest.approx(lab.rtt_s["zabbix-sh>proxy1"], abs=0.001)


def test_loss_is_what_a_round_trip_sees(lab: Lab) -> None:
    lab.fault("la", "--loss", "30%")
    pings = ping(lab, "proxy2>la", rate=500, count=1000)
    assert 620 < pings.received < 780  # 700, five and a half standard deviations to either side
    assert ping(lab, "zabbix-sh>proxy2").received == 100


@pytest.mark.parametrize(("direction", "arriving"), [("to", 0), ("from", 100)])
def test_a_direction_is_down_alone(lab: Lab, direction: str, arriving: int) -> None:
    lab.fault("la", "--down", "--direction", direction)
    before = echoes_received(lab, "la")
    assert ping(lab, "zabbix-sh>la").received == 0
    assert echoes_received(lab, "la") - before == arriving


def test_a_middle_is_private_to_its_pair(lab: Lab) -> None:
    lab.fault("zabbix-sh>la", "--down")
    assert ping(lab, "zabbix-sh>la").received == 0
    assert ping(lab, "proxy1>la").received == 100
    assert ping(lab, "zabbix-sh>proxy1").received == 100


def test_jitter_spreads_the_rtt_and_keeps_the_order(lab: Lab) -> None:
    lab.fault("zabbix-sh", "--jitter", "20ms")
    pings = ping(lab, "zabbix-sh>proxy2", rate=20, count=100)
    rtt_s = lab.rtt_s["zabbix-sh>proxy2"]
    assert pings.overtaken == 0
    assert pings.rtts_s[-1] - pings.rtts_s[0] > 0.010
    assert pings.median_s == pytest.approx(rtt_s, abs=0.006)
    outside = [each for each in pings.rtts_s if abs(each - rtt_s) > 0.021]
    assert len(outside) <= 2  # the machine's own hiccups


def test_reordering_lets_packets_be_overtaken(lab: Lab) -> None:
    lab.fault("proxy1", "--reorder", "20%")
    pings = ping(lab, "zabbix-sh>proxy1", rate=500, count=500)
    assert pings.received == 500
    assert 50 < pings.overtaken < 150


def test_duplication_answers_twice(lab: Lab) -> None:
    lab.fault("proxy1", "--duplicate", "20%", "--direction", "from")
    pings = ping(lab, "zabbix-sh>proxy1", rate=500, count=500)
    assert pings.received == 500
    assert 50 < pings.duplicates < 150


def test_faults_are_replaced_and_healed_one_by_one(lab: Lab) -> None:
    lab.fault("la", "--down")
    lab.fault("la", "--delay", "10ms")
    lab.fault("la", "--loss", "1%", "--direction", "to")
    lab.fault("proxy1", "--delay", "5ms")
    told = [(fault["segment"], fault["direction"]) for fault in lab.status()["faults"]]
    assert told == [("la", "both"), ("la", "to"), ("proxy1", "both")]
    assert lab.status()["rtt_s"]["proxy1>la"] == pytest.approx(lab.rtt_s["proxy1>la"] + 0.015)
    lab.heal("la")
    assert [fault["segment"] for fault in lab.status()["faults"]] == ["proxy1"]
    lab.heal()
    assert lab.status()["faults"] == []
    assert lab.status()["rtt_s"] == lab.rtt_s
