"""The whole agent as a process, against a server of active checks."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from multipath import __version__, names

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, Network, TcpServer, ZabbixServer

    StartAgent = Callable[..., AgentProcess]

HOST = "multipath.here"


def loopback_key(to: str = "there", **options: str) -> str:
    options = {"packets": "4", "timeout": "500ms"} | options
    return names.probe_key("t", "here", to, "icmp", "127.0.0.1", **options)


def test_edges_are_measured_and_stated_values_are_sent(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.configure(
        HOST,
        (1, loopback_key(), "1s"),
        (2, names.KEY_AGENT_PING, "1m"),
        (3, names.KEY_AGENT_VERSION, 3600),
    )
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: len(zabbix.of(1)) >= 3 and zabbix.of(2) and zabbix.of(3))
    assert agent.finish() == 0
    for value in zabbix.of(1):
        measurement = json.loads(value["value"])
        assert (measurement["sent"], measurement["received"]) == (4, 4)
        assert measurement["loss_percent"] == 0
        assert 0 < measurement["rtt_s"]["min"] <= measurement["rtt_s"]["max"] < 0.5
        assert measurement["address"] == "127.0.0.1"
    times = [(value["clock"], value["ns"]) for value in zabbix.of(1)]
    assert times == sorted(set(times))
    assert zabbix.of(2)[0]["value"] == "1"
    assert zabbix.of(3)[0]["value"] == __version__
    numbers = [value["id"] for value in zabbix.values]
    assert numbers == sorted(set(numbers))
    assert {request["request"] for request in zabbix.requests} >= {
        "active checks",
        "agent data",
        "active check heartbeat",
    }
    assert "added t here>there to 127.0.0.1 every 1 s" in agent.log
    assert "stopped" in agent.log.splitlines()[-1]


def test_a_changed_interval_a_new_edge_and_a_removed_edge_are_followed(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1h"), (2, loopback_key("old"), "1s"))
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: zabbix.of(2))
    zabbix.configure(HOST, (1, loopback_key(), "1s"), (3, loopback_key("new"), "1s"))
    zabbix.wait_for(lambda: zabbix.of(1) and zabbix.of(3))
    removed = len(zabbix.of(2))
    zabbix.wait_for(lambda: len(zabbix.of(3)) >= 3)
    assert len(zabbix.of(2)) == removed
    agent.finish()
    assert "changed t here>there to 127.0.0.1 every 1 s" in agent.log
    assert "removed t here>old" in agent.log


def test_a_server_without_revisions_sends_its_list_each_time_and_gets_no_heartbeat(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.revision = 0
    zabbix.configure(HOST, (1, loopback_key(), 1))
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: len(zabbix.of(1)) >= 3)
    agent.finish()
    assert agent.log.count("added") == 1
    assert "changed" not in agent.log
    assert all(request["request"] != "active check heartbeat" for request in zabbix.requests)


def test_an_item_that_cannot_be_measured_is_unsupported_and_disturbs_no_other(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.configure(
        HOST,
        (1, loopback_key(), "1s"),
        (2, loopback_key(colour="red"), "1s"),
        (3, "agent.ping", "1s"),
        (4, loopback_key(), "5m;wd1-5h9-18"),
    )
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: all(zabbix.of(itemid) for itemid in (1, 2, 3, 4)))
    agent.finish()
    assert "state" not in zabbix.of(1)[0]
    assert [zabbix.of(itemid)[0]["state"] for itemid in (2, 3, 4)] == [1, 1, 1]
    assert "unknown option 'colour'" in zabbix.of(2)[0]["value"]
    assert "unknown key agent.ping" in zabbix.of(3)[0]["value"]
    assert "5m;wd1-5h9-18" in zabbix.of(4)[0]["value"]


def test_an_unknown_host_is_said_once_and_asked_for_until_it_is_known(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: len(zabbix.requests) >= 3)
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    zabbix.wait_for(lambda: zabbix.of(1))
    agent.finish()
    assert agent.log.count("knows no such host") == 1
    assert f"'{HOST}'" in agent.log


def test_what_the_server_did_not_take_is_sent_again_with_the_same_numbers(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.refuse_values = 2
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: zabbix.of(1))
    agent.finish()
    offered = [request for request in zabbix.requests if request["request"] == "agent data"]
    assert [request["data"][0]["id"] for request in offered[:3]] == [1, 1, 1]
    assert len({request["session"] for request in zabbix.requests if "session" in request}) == 1
    assert agent.log.count("cannot deliver values") == 1
    assert "can deliver values again" in agent.log


def test_sigterm_offers_what_is_left_one_last_time(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.refuse_values = 1_000_000
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: any(request["request"] == "agent data" for request in zabbix.requests))
    zabbix.refuse_values = 0
    assert agent.finish() == 0
    assert zabbix.of(1)[0]["id"] == 1
    assert "undelivered" not in agent.log


def test_a_server_that_is_away_is_said_once_and_the_agent_still_stops(
    start_agent: StartAgent, zabbix: ZabbixServer
) -> None:
    agent = start_agent("127.0.0.1:1", HOST)
    witness = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: len(zabbix.requests) >= 4)
    witness.finish()
    assert agent.finish(signal.SIGINT) == 0
    assert agent.log.count("cannot reach 127.0.0.1:1: connection refused") == 1


def test_two_servers_each_get_every_value_and_one_that_is_away_gets_it_later(
    serve_zabbix: Callable[[], ZabbixServer], start_agent: StartAgent, tmp_path: Path
) -> None:
    first, second = serve_zabbix(), serve_zabbix()
    first.configure(HOST, (1, loopback_key(), "1s"), (2, loopback_key("else"), "1s"))
    second.configure(HOST, (7, loopback_key(), "1s"))
    agent = start_agent(f"{first.address},{second.address}", HOST, state=tmp_path)
    second.wait_for(lambda: second.of(7))
    second.is_away = True
    shared = len(first.of(1))
    first.wait_for(lambda: len(first.of(1)) >= shared + 3)
    second.is_away = False

    def seen(server: ZabbixServer, itemid: int) -> list[tuple[int, int, str]]:
        return [(value["clock"], value["ns"], value["value"]) for value in server.of(itemid)]

    wanted = set(seen(first, 1)[shared:])
    second.wait_for(lambda: wanted <= set(seen(second, 7)))
    agent.finish()
    assert len(seen(second, 7)) == len(set(seen(second, 7)))
    assert first.of(2)
    assert not second.of(2)
    sessions = [
        {each["session"] for each in server.requests if "session" in each}
        for server in (first, second)
    ]
    assert [len(session) for session in sessions] == [1, 1]
    assert sessions[0] != sessions[1]
    files = {path.name for path in tmp_path.glob("*.spool")}
    assert files == {f"{HOST}@{server.address}.spool" for server in (first, second)}


def test_two_agents_on_one_host_each_measure_their_own(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.configure(HOST, (1, loopback_key(packets="50", timeout="200ms"), "1s"))
    zabbix.configure("other", (2, loopback_key(packets="50", timeout="200ms"), "1s"))
    agents = [start_agent(zabbix.address, HOST), start_agent(zabbix.address, "other")]
    zabbix.wait_for(lambda: len(zabbix.of(1)) >= 3 and len(zabbix.of(2)) >= 3)
    for agent in agents:
        agent.finish()
    for value in zabbix.values:
        measurement = json.loads(value["value"])
        assert (measurement["received"], measurement["duplicate"]) == (50, 0)


def test_bad_edges_disturb_no_other_and_each_says_what_is_so(
    network: Network, start_agent: StartAgent, serve_zabbix: Callable[[], ZabbixServer]
) -> None:
    network.respond(
        {
            "10.99.0.2": {"delay_s": 0.05},
            "10.99.0.3": {"delay_s": 0.7},
            "fd99::2": {"delay_s": 0.02},
        }
    )
    addresses = ("10.99.0.2", "10.99.0.3", "10.99.0.4", "192.0.2.1", "nowhere.invalid", "fd99::2")
    with network.inside():
        zabbix = serve_zabbix()
    zabbix.configure(
        HOST,
        *(
            (number, names.probe_key("t", "a", f"n{number}", "icmp", to, timeout="500ms"), "2s")
            for number, to in enumerate(addresses)
        ),
    )
    agent = start_agent(zabbix.address, HOST, "ip", "netns", "exec", network.name)
    zabbix.wait_for(lambda: all(zabbix.of(number) for number in range(6)))
    agent.finish()
    good, late, lost, no_route, no_name, ipv6 = (
        json.loads(zabbix.of(number)[0]["value"]) for number in range(6)
    )
    for value in (good, ipv6):
        assert (value["sent"], value["received"], value["late"]) == (20, 20, 0)
    assert 0.05 <= good["rtt_s"]["min"] < 0.1
    assert (late["sent"], late["received"], late["late"]) == (20, 0, 20)
    assert (lost["sent"], lost["received"], lost["late"]) == (20, 0, 0)
    assert late["loss_percent"] == lost["loss_percent"] == 100
    for value in (no_route, no_name):
        assert (value["sent"], value["not_sent"]) == (0, 20)
        assert "loss_percent" not in value
    assert "ENETUNREACH" in no_route["error"]
    assert "nowhere.invalid cannot be resolved" in no_name["error"]


def test_the_agent_says_how_it_is_itself(
    zabbix: ZabbixServer, start_agent: StartAgent, tmp_path: Path
) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1s"), (2, names.KEY_AGENT_HEALTH, "1s"))
    agent = start_agent(zabbix.address, HOST, state=tmp_path)
    zabbix.wait_for(lambda: len(zabbix.of(2)) >= 3)
    zabbix.is_away = True
    away = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= away + 6)
    zabbix.is_away = False
    seen = len(zabbix.of(2))
    zabbix.wait_for(lambda: len(zabbix.of(2)) > seen + 3)
    agent.finish()
    reports = [json.loads(value["value"]) for value in zabbix.of(2)]
    assert reports[0].keys() == {
        *("version", "uptime_s", "spool", "send_errors", "overflowed"),
        *("lag_s", "clock_step_s", "cpu_percent", "rss_bytes"),
    }
    assert max(report["spool"]["depth"] for report in reports) >= 3
    assert max(report["spool"]["oldest_s"] for report in reports) >= 1
    assert {report["spool"]["dropped"] for report in reports} == {0}
    assert 10e6 < reports[-1]["rss_bytes"] < 100e6
    assert 0 < max(report["cpu_percent"] for report in reports) <= 100 * (os.cpu_count() or 1)
    assert all(0 <= report["lag_s"] < 10 for report in reports)


def test_a_killed_agent_leaves_nothing_behind(
    zabbix: ZabbixServer, start_agent: StartAgent
) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    agent = start_agent(zabbix.address, HOST)
    zabbix.wait_for(lambda: zabbix.of(1))
    children = subprocess.run(
        ["ps", "--ppid", str(agent.process.pid), "-o", "pid="],
        capture_output=True,
        text=True,
        check=False,
    )
    assert children.stdout.strip() == ""
    assert agent.finish(signal.SIGKILL) == -signal.SIGKILL


def test_the_agent_imports_nothing_heavy() -> None:
    script = "import multipath.agent.service, multipath.cli.agent.group, sys; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in result.stdout.split()}
    assert "multipath" in loaded
    assert not loaded & {"pydantic", "networkx", "requests", "jinja2", "rich", "yaml", "ruamel"}
    rooms = {name for name in result.stdout.split() if name.startswith("multipath.")}
    assert not {name for name in rooms if name.split(".")[1] in ("plan", "render", "topology")}


def test_a_restart_during_an_outage_goes_on_measuring_and_nothing_is_lost_or_doubled(
    zabbix: ZabbixServer, start_agent: StartAgent, tmp_path: Path
) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    first = start_agent(zabbix.address, HOST, state=tmp_path)
    zabbix.wait_for(lambda: len(zabbix.of(1)) >= 2)
    zabbix.is_away = True
    away = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= away + 4)
    assert first.finish(signal.SIGKILL) == -signal.SIGKILL
    killed_ns = time.time_ns()
    second = start_agent(zabbix.address, HOST, state=tmp_path)
    away = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= away + 4)
    zabbix.is_away = False
    back_ns = time.time_ns()
    zabbix.wait_for(lambda: len(zabbix.of(1)) >= 8)
    second.finish()
    kept, fetched, _ = second.log.partition("can fetch the configuration again")
    assert fetched
    assert "added t here>there" in kept
    times = [value["clock"] * 10**9 + value["ns"] for value in zabbix.of(1)]
    assert times == sorted(set(times))
    assert any(killed_ns < each < back_ns for each in times)
    before_the_kill = [each for each in times if each < killed_ns]
    assert max(b - a for a, b in itertools.pairwise(before_the_kill)) < 1.5e9


def test_a_name_that_moves_is_followed_and_said_once(
    network: Network, start_agent: StartAgent, serve_zabbix: Callable[[], ZabbixServer]
) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.01}, "10.99.0.3": {"delay_s": 0.01}})
    network.name_hosts({"moving.example": "10.99.0.2"})
    with network.inside():
        zabbix = serve_zabbix()
    key = names.probe_key("t", "a", "b", "icmp", "moving.example", packets="4", timeout="500ms")
    zabbix.configure(HOST, (1, key, "1s"))
    impatient = (
        "from multipath.agent.sockets import resolve; from multipath.cli.main import main; "
        "resolve.FRESH_S = 0.2; main()"
    )
    inside = ("ip", "netns", "exec", network.name)
    program = (sys.executable, "-c", impatient, "agent")
    agent = start_agent(zabbix.address, HOST, *inside, program=program)
    zabbix.wait_for(lambda: len(zabbix.of(1)) >= 2)
    network.name_hosts({"moving.example": "10.99.0.3"})
    zabbix.wait_for(lambda: '"address":"10.99.0.3"' in zabbix.of(1)[-2]["value"])
    agent.finish()
    cycles = [json.loads(value["value"]) for value in zabbix.of(1)]
    first_there = [cycle["address"] for cycle in cycles].index("10.99.0.3")
    assert {cycle["address"] for cycle in cycles[:first_there]} == {"10.99.0.2"}
    assert [cycle.get("address_was") for cycle in cycles] == [
        "10.99.0.2" if number == first_there else None for number in range(len(cycles))
    ]
    assert {cycle["received"] for cycle in cycles} == {4}
    assert agent.log.count("t a>b: moving.example is at 10.99.0.3 now, was 10.99.0.2") == 1


def test_agents_probe_each_other_in_every_way(
    zabbix: ZabbixServer,
    start_configured: Callable[..., AgentProcess],
    tcp_server: Callable[..., TcpServer],
    tmp_path: Path,
) -> None:
    port = free_udp_port()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    web = tcp_server(lambda connection: connection.sendall(answer))
    zabbix.configure(
        HOST,
        *(
            (number, key_of(kind, f"to-{kind}", port=str(there)), "1s")
            for number, (kind, there) in enumerate(
                {"udp": port, "tcp": web.port, "http": web.port}.items()
            )
        ),
        (3, loopback_key(), "1s"),
    )
    file = tmp_path / "agent.toml"
    settings = {"server": zabbix.address, "hostname": HOST, "refresh": "1s", "state": "none"}
    settings["echo"] = str(port)
    file.write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))
    agent = start_configured(file)
    zabbix.wait_for(lambda: all(len(zabbix.of(itemid)) >= 2 for itemid in range(4)))
    assert agent.finish() == 0
    udp, _, http, _ = (json.loads(zabbix.of(itemid)[0]["value"]) for itemid in range(4))
    for itemid in range(4):
        measurement = json.loads(zabbix.of(itemid)[0]["value"])
        assert (measurement["sent"], measurement["received"]) == (4, 4)
        assert measurement["rtt_s"]["p50"] > 0
    assert (udp["forward_loss_percent"], udp["backward_loss_percent"]) == (0, 0)
    assert http["status"] == {"200": 4}


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def key_of(kind: str, to: str, **options: str) -> str:
    options = {"packets": "4", "timeout": "500ms"} | options
    return names.probe_key("t", "here", to, kind, "127.0.0.1", **options)
