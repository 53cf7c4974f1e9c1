"""The commands that ask Zabbix's past, on a real one whose past is known."""

import json
import time
from collections.abc import Iterator

import pytest

from multipath import names
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system import past, story
from tests.system.steps import EXAMPLE, multipath

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def told(bare: Lab, admin: Client) -> Iterator[list[str]]:
    """Return the options of the Zabbix that holds the story."""
    multipath("deploy", EXAMPLE, "--profile", bare.profile_name, "--yes")
    _make_missing(admin)
    past.write(bare.name, admin, story.rows())
    yield ["--profile", bare.profile_name]
    multipath("destroy", EXAMPLE, "--profile", bare.profile_name, "--yes")


def _make_missing(admin: Client) -> None:
    """Make the items of the verdict that this deploy has not made."""
    name = story.TOPOLOGY.name
    wanted = {
        (names.path_host(name), names.verdict_key(name, "states")): past.FLOAT,
        (names.path_host(name), names.verdict_key(name, "code")): past.UNSIGNED,
        **{past.metric(edge, names.METRIC_STATE): past.UNSIGNED for edge in story.EDGES},
    }
    rows = admin.get("item", output=["key_"], selectHosts=["host"])
    there = {(row["hosts"][0]["host"], row["key_"]) for row in rows}
    hosts = {row["host"]: row["hostid"] for row in admin.get("host", output=["host"])}
    trapper = {"type": 2, "delay": "0"}
    for (host, key), value_type in wanted.items():
        if (host, key) not in there:
            item = {"hostid": hosts[host], "key_": key, "name": key, "value_type": value_type}
            admin.call("item.create", {**item, **trapper})


def _utc(second: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def test_outages_are_listed_with_their_place_and_what_comes_back(told: list[str]) -> None:
    options = ["--since", _utc(story.BEGIN_S), "--until", _utc(story.END_S)]
    printed = multipath("outages", EXAMPLE, *told, *options, "--json")
    (found,) = json.loads(printed)
    expected = sorted([*story.REKEYS, story.DOWN], key=lambda fault: fault.begin_s)
    assert [(each["begin"], each["end"], each["places"]) for each in found["outages"]] == [
        (_utc(fault.begin_s), _utc(fault.end_s), [[fault.segment]]) for fault in expected
    ]
    (down,) = [each for each in found["outages"] if each["length_s"] > story.REKEY_DOWN_S]
    assert down["edges"] == ["zabbix-sh>la", "proxy1>la", "proxy2>la"]
    assert down["reason"].startswith("la's side: all three vantages get no answer from la")
    (comeback,) = found["comebacks"]
    assert comeback["edges"] == ["zabbix-sh>proxy1"]
    assert abs(comeback["period_s"] - story.REKEY_S) < 30
    assert (comeback["on_time"], comeback["of"]) == (len(story.REKEYS),) * 2
    assert comeback["chance"] < 0.001
    assert "IPsec" in comeback["cause"]


def test_outages_read_for_people(told: list[str]) -> None:
    printed = multipath("outages", EXAMPLE, *told, "--since", _utc(story.BEGIN_S))
    lines = printed.splitlines()
    assert lines[0].startswith(f"sh-la: {len(story.REKEYS) + 1} outages since ")
    (down,) = [line for line in lines if "la's side" in line]
    assert "10 min" in down
    assert "①②③" in down
    assert "Comes back every 8 h" in printed or "Comes back every 7 h 59 min" in printed
    assert "④ zabbix-sh→proxy1" in printed


def test_a_time_without_outages_says_so(told: list[str]) -> None:
    options = ["--since", _utc(story.END_S - 1800), "--until", _utc(story.END_S)]
    printed = multipath("outages", EXAMPLE, *told, *options)
    assert printed.startswith("sh-la: no outage since ")
    (found,) = json.loads(multipath("outages", EXAMPLE, *told, *options, "--json"))
    assert (found["outages"], found["comebacks"]) == ([], [])
