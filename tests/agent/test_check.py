"""A dry run finds what is well and what is not, and disturbs nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from multipath import names
from tests.agent.measuring import BECOME_NOBODY
from tests.agent.test_service import HOST, loopback_key

if TYPE_CHECKING:
    from tests.agent.conftest import Network, ZabbixServer


def check(*words: str, prefix: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Run the check; return its exit code and what it found, without times."""
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "multipath", "agent", "check", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, [line.partition(" after ")[0] for line in done.stdout.splitlines()]


def test_all_is_well(zabbix: ZabbixServer, tmp_path: Path) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1s"), (2, names.KEY_AGENT_PING, "1m"))
    state = tmp_path / "state"
    code, found = check("--server", zabbix.address, "--hostname", HOST, "--state", str(state))
    assert found == [
        f"ok    state: {state}, made at the start",
        "ok    sockets: ipv4=raw ipv6=raw",
        f"ok    server {zabbix.address}: answers,",
        f"ok    host {HOST}: known, with 1 edges",
        "ok    t here>there: 127.0.0.1 answers",
    ]
    assert code == 0
    assert not state.exists()
    assert [request["request"] for request in zabbix.requests] == ["active checks"]


def test_each_thing_that_is_not_well_says_why(
    network: Network, serve_zabbix: Callable[[], ZabbixServer]
) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.01}, "10.99.0.3": {"delay_s": 5.0}})
    with network.inside():
        zabbix = serve_zabbix()
    addresses = ("10.99.0.2", "10.99.0.3", "192.0.2.1", "nowhere.invalid")
    edges = [
        (number, names.probe_key("t", "a", f"n{number}", "icmp", to, timeout="500ms"), "2s")
        for number, to in enumerate(addresses)
    ]
    zabbix.configure(HOST, *edges, (9, "agent.hostname", "1m"))
    servers = f"127.0.0.1:1;{zabbix.address}"
    code, found = check(
        *("--server", servers, "--hostname", HOST, "--state", "none"),
        prefix=("ip", "netns", "exec", network.name),
    )
    assert code == 1
    assert found[0] == "ok    state: none: values wait in memory only"
    assert found[2].startswith("FAIL  server 127.0.0.1:1: cannot reach 127.0.0.1:1: connection ref")
    assert found[4] == f"ok    host {HOST}: known, with 4 edges"
    assert found[5].startswith("FAIL  item agent.hostname: unknown key agent.hostname")
    assert found[6:8] == [
        "ok    t a>n0: 10.99.0.2 answers",
        "FAIL  t a>n1: 10.99.0.3 does not answer within 0.5 s",
    ]
    assert found[8] == "FAIL  t a>n2: Network is unreachable (ENETUNREACH)"
    assert found[9].startswith("FAIL  t a>n3: the name nowhere.invalid cannot be resolved")


def test_a_host_that_zabbix_does_not_know_is_told(zabbix: ZabbixServer) -> None:
    code, found = check("--server", zabbix.address, "--hostname", HOST, "--state", "none")
    assert code == 1
    assert found[-1].startswith(f"FAIL  host {HOST}: not known (host [{HOST}] not found)")


def test_a_user_without_rights_is_told_and_the_rest_is_still_tried(
    network: Network, serve_zabbix: Callable[[], ZabbixServer]
) -> None:
    with network.inside():
        zabbix = serve_zabbix()
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    script = (
        "from pathlib import Path; import encodings.idna\n"
        "from multipath.agent.config import load_settings\n"
        "from multipath.agent.check import check\n"
        f"{BECOME_NOBODY}\n"
        f"flags = dict(server={zabbix.address!r}, hostname={HOST!r}, state='/var/lib/nowhere/x')\n"
        "for found in check(load_settings(flags, None)): print(found.is_well, found)\n"
    )
    done = subprocess.run(
        ["ip", "netns", "exec", network.name, sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
    )
    state, sockets, server, host = done.stdout.splitlines()
    assert "False" in state
    assert "/var/lib is no folder that this user may write to" in state
    assert "False" in sockets
    assert "may not open an ICMP socket; run the agent as root" in sockets
    assert server.startswith("True")
    assert "known, with 1 edges" in host
