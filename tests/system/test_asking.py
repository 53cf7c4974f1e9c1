"""The commands that ask Zabbix's past, on a real one whose past is known."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from multipath import names
from multipath.diagnosis.compiled import encode
from multipath.diagnosis.state import Health
from multipath.report.cycle import HOUR_S
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system import past, story
from tests.system.steps import EXAMPLE, multipath

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def told(bare: Lab, admin: Client) -> Iterator[list[str]]:
    """Return the options of the Zabbix that holds the story."""
    multipath("deploy", EXAMPLE, "--profile", bare.profile_name, "--yes")
    past.write(bare.name, admin, story.rows())
    yield ["--profile", bare.profile_name]
    multipath("destroy", EXAMPLE, "--profile", bare.profile_name, "--yes")


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


def _on(node: str, key: str) -> past.Key:
    return names.vantage_host(node), key


def _moment(told: list[str], second: float) -> dict[str, Any]:
    printed = multipath("diagnose", EXAMPLE, *told, "--at", _utc(second), "--json")
    (found,) = json.loads(printed)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("fault", "health"),
    [
        (story.DOWN, "down"),
        (story.LOSSY, "lossy"),
        (story.SLOW, "slow"),
        (story.LATEST, "lossy"),
        (story.REKEYS[0], "down"),
    ],
    ids=["down", "lossy", "slow", "latest", "rekey"],
)
def test_a_fault_is_named_in_its_midst(told: list[str], fault: story.Fault, health: str) -> None:
    found = _moment(told, (fault.begin_s + fault.end_s) / 2)
    assert (found["outcome"], found["health"]) == ("place", health)
    assert found["since"] == _utc(fault.begin_s)
    (explanation,) = found["explanations"]
    assert explanation["places"] == {fault.segment: health}
    assert explanation["probability"] > 0.85
    (carried,) = found["carried"]
    assert carried["place"] == fault.segment
    assert carried["loss_ratio"] == pytest.approx(fault.loss_percent / 100, abs=0.01)
    assert carried["delay_s"] == pytest.approx(fault.delay_s, abs=0.002)
    ill = [edge["number"] for edge in found["edges"] if edge["health"] == health]
    assert ill == [at + 1 for at in story.PATH.crossing(fault.segment)]


def test_between_faults_nothing_is_ill(told: list[str]) -> None:
    found = _moment(told, story.DOWN.begin_s - 600)
    assert (found["outcome"], found["explanations"], found["carried"]) == ("fine", [], [])
    assert found["since"] is None
    usual = {edge["number"]: edge["usual_rtt_s"] for edge in found["edges"]}
    assert usual == pytest.approx(story.USUAL_S, rel=0.01)


def test_of_a_time_before_all_data_nothing_is_known(told: list[str]) -> None:
    found = _moment(told, story.BEGIN_S - 5 * story.DAY_S)
    assert (found["outcome"], found["reason"]) == ("unknown", "no edge has fresh data")
    assert {edge["health"] for edge in found["edges"]} == {"unknown"}


def test_the_timeline_has_every_fault_once(told: list[str]) -> None:
    options = ["--since", _utc(story.BEGIN_S), "--until", _utc(story.END_S), "--json"]
    (found,) = json.loads(multipath("diagnose", EXAMPLE, *told, *options))
    expected = sorted(story.FAULTS, key=lambda fault: fault.begin_s)
    assert [(each["begin"], each["end"]) for each in found["incidents"]] == [
        (_utc(fault.begin_s), _utc(fault.end_s)) for fault in expected
    ]
    for incident, fault in zip(found["incidents"], expected, strict=True):
        assert [list(each["places"]) for each in incident["explanations"]] == [[fault.segment]]
        assert [each["place"] for each in incident["carried"]] == [fault.segment]
        assert incident["ended"] == (fault != story.LATEST)
    assert found["unknown_s"] < 60


def test_the_timeline_reads_for_people(told: list[str]) -> None:
    since, until = _utc(story.LOSSY.begin_s - 60), _utc(story.LOSSY.end_s + 60)
    printed = multipath("diagnose", EXAMPLE, *told, "--since", since, "--until", until)
    assert printed.startswith("sh-la: 1 incident from ")
    assert ", 20 min\n" in printed
    assert "la's side: all three vantages lose packets to la, and nothing else is ill" in printed
    assert "Carried by: la's side 2" in printed or "Carried by: la's side 3" in printed
    assert "① zabbix-sh→la lossy (30.0 % lost, 18" in printed


def test_the_reason_is_in_the_topologys_language(told: list[str], tmp_path: Path) -> None:
    chinese = tmp_path / "sh-la.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    chinese.write_text(text.replace("language: en", "language: zh"), encoding="utf-8")
    at = _utc(story.DOWN.begin_s + 300)
    printed = multipath("diagnose", chinese, *told, "--at", at)
    assert "la 一侧：全部 3 个观测点到 la 均不通，其余正常" in printed


def test_a_silent_agent_is_told_besides(told: list[str], bare: Lab, admin: Client) -> None:
    """Its edges are unknown, its Zabbix proxy is heard: then it is the agent."""
    name = story.TOPOLOGY.name
    states = names.path_host(name), names.verdict_key(name, "states")
    (seen,) = encode([Health(int(digit)) for digit in "10111"])
    at_s = story.BEGIN_S - story.DAY_S
    rows: list[tuple[past.Key, int, int, float | str]] = []
    for second in range(at_s - 300, at_s, 10):
        rows.append((states, second, 0, seen))
        pings = (_on(node, names.KEY_AGENT_PING) for node in ("zabbix-sh", "proxy2"))
        rows += [(ping, second, 0, 1) for ping in pings]
        seen_by = (_on(node, names.zabbix_proxy_key(node)) for node in ("proxy1", "proxy2"))
        rows += [(proxy, second, 0, second - 3) for proxy in seen_by]
    past.write(bare.name, admin, rows)
    found = _moment(told, at_s)
    assert found["reason"] == "nothing is ill; ② unknown"
    assert [(each["cause"], each["where"]) for each in found["besides"]] == [
        ("agent dead", "proxy1")
    ]


def test_what_an_agent_delivered_late_is_told_so(told: list[str], bare: Lab, admin: Client) -> None:
    """Zabbix had raised that it is silent, and yet there are values of that time now."""
    name, at_s = story.TOPOLOGY.name, story.BEGIN_S - 2 * story.DAY_S
    states = names.path_host(name), names.verdict_key(name, "states")
    (seen,) = encode([Health(int(digit)) for digit in "10111"])
    rows: list[tuple[past.Key, int, int, float | str]] = []
    for second in range(at_s - 300, at_s, 10):
        rows.append((states, second, 0, seen))
        rows += [
            (_on(node, names.KEY_AGENT_PING), second, 0, 1)
            for node in ("zabbix-sh", "proxy1", "proxy2")
        ]
        rows += [
            (_on(node, names.zabbix_proxy_key(node)), second, 0, second - 3)
            for node in ("proxy1", "proxy2")
        ]
    past.write(bare.name, admin, rows)
    assert _moment(told, at_s)["besides"] == []
    (trigger,) = admin.get(
        "trigger",
        output=["triggerid"],
        host=names.vantage_host("proxy1"),
        tags=[{"tag": names.TAG_CHECK, "value": names.CHECK_AGENT, "operator": "1"}],
    )
    past.raise_problem(bare.name, trigger["triggerid"], at_s - 120)
    (late,) = _moment(told, at_s)["besides"]
    assert (late["cause"], late["where"]) == ("collector unreachable", "proxy1")
    assert late["says"] == "proxy1 delivers what waited with it while Zabbix was out of its reach"


def test_the_traces_of_the_minute_bear_witness(told: list[str], bare: Lab, admin: Client) -> None:
    """Of each edge that is ill: the first when it turned so."""
    begin_s = story.DOWN.begin_s
    rows: list[tuple[past.Key, int, int, float | str]] = [
        (past.metric(edge, names.METRIC_WAY), second, 0, f"{says} {edge.name}")
        for edge in story.EDGES
        for second, says in (
            (begin_s - 300, "there"),
            (begin_s + 17, "nobody"),
            (begin_s + 200, "nobody again"),
        )
    ]
    past.write(bare.name, admin, rows)
    expected = [
        {"edge": edge, "at": _utc(begin_s + 17), "says": f"nobody {edge}"}
        for edge in ("zabbix-sh>la", "proxy1>la", "proxy2>la")
    ]
    assert _moment(told, begin_s + 400)["traces"] == expected
    options = ["--since", _utc(begin_s - 60), "--until", _utc(story.DOWN.end_s + 60)]
    (found,) = json.loads(multipath("diagnose", EXAMPLE, *told, *options, "--json"))
    assert [each["traces"] for each in found["incidents"]] == [expected]
    printed = multipath("diagnose", EXAMPLE, *told, *options)
    assert "Traced: ② proxy1→la nobody proxy1>la." in printed


def test_routes_are_compared(told: list[str]) -> None:
    options = ["--since", _utc(story.BEGIN_S), "--until", _utc(story.END_S)]
    (found,) = json.loads(multipath("routes", EXAMPLE, *told, *options, "--json"))
    assert found["known_s"] == story.END_S - story.BEGIN_S
    direct, proxy1, proxy2 = found["routes"]
    down_s = story.DOWN.end_s - story.DOWN.begin_s
    rekeys_s = len(story.REKEYS) * story.REKEY_DOWN_S
    assert (direct["best_ratio"], proxy1["best_ratio"]) == (0, 0)
    assert proxy2["best_ratio"] == pytest.approx(1 - down_s / found["known_s"], abs=1e-5)
    assert direct["dead_ratio"] == pytest.approx(down_s / found["known_s"], abs=1e-5)
    # an outage that begins or ends in the middle of a minute leaves that minute alive
    most, least = rekeys_s + down_s, rekeys_s + down_s - 60 * len(story.REKEYS)
    assert least <= proxy1["dead_ratio"] * found["known_s"] <= most + 1
    assert [way["advised_ratio"] for way in found["routes"]] == [0, 0, 1]
    usual_s = story.USUAL_S[4 + 1] + story.USUAL_S[3] + 0.001
    assert proxy2["rtt_s"] == pytest.approx(usual_s, rel=0.01)
    saved_s = story.USUAL_S[1] - usual_s
    assert found["gains"]["p50_s"] == pytest.approx(saved_s, abs=0.002)
    assert found["gains"]["most_s"] == pytest.approx(saved_s + story.SLOW.delay_s, abs=0.003)
    worst = found["worst_hours"][0]
    assert (worst["begin"], worst["instead"]) == (_utc(story.SLOW.begin_s), "via-proxy2")
    assert worst["saved_s"] == pytest.approx(saved_s + story.SLOW.delay_s, abs=0.003)


def test_routes_read_for_people(told: list[str]) -> None:
    options = ["--since", _utc(story.END_S - 4 * HOUR_S), "--until", _utc(story.END_S)]
    printed = multipath("routes", EXAMPLE, *told, *options)
    assert "4 h of it known" in printed
    assert "Against the direct one the best route saved " in printed
    (line,) = [line for line in printed.splitlines() if line.startswith("via-proxy2")]
    assert line.split()[1:5] == ["100.0", "%", "100.0", "%"]


def test_routes_outlive_their_history_by_trends(told: list[str], bare: Lab) -> None:
    """Stands last, as it deletes history as Zabbix's housekeeper does."""
    options = ["--since", _utc(story.BEGIN_S), "--until", _utc(story.END_S), "--json"]
    (before,) = json.loads(multipath("routes", EXAMPLE, *told, *options))
    past.forget_history(bare.name, story.END_S - story.DAY_S)
    (after,) = json.loads(multipath("routes", EXAMPLE, *told, *options))
    assert after["known_s"] == before["known_s"]
    for old, new in zip(before["routes"], after["routes"], strict=True):
        assert new["rtt_s"] == pytest.approx(old["rtt_s"], rel=0.01)
        assert new["loss_ratio"] == pytest.approx(old["loss_ratio"], abs=0.002)
