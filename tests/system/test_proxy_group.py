"""A host of a real proxy group: its agent follows it from proxy to proxy."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multipath import names
from multipath.lab.nodes import PROXIES, SERVER, namespace
from multipath.lab.tools import python_environment
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system import steps
from tests.system.processes import hanging

pytestmark = pytest.mark.lab

SCRIPT = Path(__file__).with_name("chaotic_agent.py")
HOST = "multipath.grouped"
KEY = names.probe_key("group", "a", "b", "icmp", "127.0.0.1", packets="1", timeout="100ms")
PATIENCE_S = 240
"""A group takes its time to find out that a proxy is away, and then that it is back."""


def eventually(what: str, holds: Callable[[], bool]) -> None:
    steps.eventually(what, holds, PATIENCE_S)


@pytest.fixture
def item(admin: Client, bare: Lab) -> Iterator[str]:
    """Return the id of an item, one value per second, of a host that two proxies share."""
    group = {"name": "pair", "failover_delay": "10s", "min_online": "1"}
    (groupid,) = admin.call("proxygroup.create", [group])["proxy_groupids"]
    ids = {each["name"]: each["proxyid"] for each in admin.get("proxy", output=["proxyid", "name"])}
    members = [
        {"proxyid": ids[node.proxy], "local_address": node.address, "local_port": "10051"}
        for node in PROXIES
        if node.proxy
    ]
    admin.call("proxy.update", [{**each, "proxy_groupid": groupid} for each in members])
    (hosts,) = admin.get("hostgroup", output=["groupid"], filter={"name": "Discovered hosts"})
    host = {"host": HOST, "groups": [hosts], "monitored_by": "2", "proxy_groupid": groupid}
    (hostid,) = admin.call("host.create", [host])["hostids"]
    asked = {"hostid": hostid, "name": "edge", "key_": KEY, "delay": "1s"}
    (itemid,) = admin.call("item.create", [{**asked, "type": "7", "value_type": "4"}])["itemids"]
    try:
        yield itemid
    finally:
        admin.call("host.delete", [hostid])
        alone = [{"proxyid": each["proxyid"], "proxy_groupid": "0"} for each in members]
        admin.call("proxy.update", alone)
        admin.call("proxygroup.delete", [groupid])


@contextmanager
def agent(lab: Lab, folder: Path) -> Iterator[Path]:
    """Run an agent that knows the Zabbix server only, and tells what it stores; yield its log."""
    log, witness, offset = folder / "log", folder / "seen", folder / "offset"
    offset.write_text("0")
    command = [sys.executable, str(SCRIPT), str(witness), str(offset), "--refresh", "1s"]
    where = ["--server", SERVER.address, "--hostname", HOST, "--state", str(folder)]
    inside = ["ip", "netns", "exec", namespace(lab.name, SERVER.name)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*inside, *command, *where], stderr=file, env=python_environment()
        )
    try:
        yield log
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.timeout(1200)
def test_a_hosts_proxy_hangs_and_what_it_has_not_confirmed_is_not_lost(
    bare: Lab, admin: Client, item: str, tmp_path: Path
) -> None:
    def arrived_ns() -> list[int]:
        rows = admin.get("history", itemids=item, history=4, output=["clock", "ns"])
        return sorted(int(row["clock"]) * 10**9 + int(row["ns"]) for row in rows)

    with agent(bare, tmp_path) as log:
        eventually("values", lambda: len(arrived_ns()) >= 5)
        said = log.read_text()
        (first,) = (node for node in PROXIES if f"talking with {node.address}:10051 now" in said)
        (other,) = set(PROXIES) - {first}
        assert f"now: {SERVER.address}:10051 sends us there" in said
        with hanging(bare, first.name, "zabbix_proxy"):
            hung_ns = time.time_ns()
            eventually(
                "the other has it", lambda: f"talking with {other.address}" in log.read_text()
            )
            moved_ns = time.time_ns()
            eventually("values again", lambda: arrived_ns()[-1] > moved_ns)
    # What the first had confirmed and not handed on, the Zabbix server refuses from it now.
    unconfirmed = {moment_ns for moment_ns in spooled_ns(tmp_path) if moment_ns > hung_ns}
    assert len(unconfirmed) > 5
    eventually("all of them", lambda: unconfirmed <= set(arrived_ns()))
    assert len(arrived_ns()) == len(set(arrived_ns()))


def spooled_ns(folder: Path) -> list[int]:
    """Return the times of all values that were ever in the spool."""
    told = map(json.loads, (folder / "seen").read_text().splitlines())
    return [clock_s * 10**9 + ns for *_, clock_s, ns, _ in told]
