"""Everything breaks while agents are killed: what they had spooled is in Zabbix exactly once.

Time is scaled: cycles of 1 s, where users have 10 s or a minute, and faults of some ten seconds.
"""

import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from multipath import names
from multipath.lab import netns
from multipath.lab.nodes import SERVER, namespace
from multipath.lab.paths import State
from multipath.lab.tools import listens, python_environment, wait_for
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.processes import hanging, running
from tests.system.steps import eventually

pytestmark = pytest.mark.lab

KILLS = int(os.environ.get("MULTIPATH_KILLS", "50"))
SCRIPT = Path(__file__).with_name("chaotic_agent.py")
Measured = tuple[int, int, int, str]
"""Item id, seconds, nanoseconds, value."""


class Chaotic:
    """An agent on a host of the lab, with its spool on a small disk of its own."""

    def __init__(self, lab: Lab, node: str, server: str, folder: Path) -> None:
        self.host = f"multipath.chaos.{node}"
        self._inside = ["ip", "netns", "exec", namespace(lab.name, node)]
        self.disk, self._witnesses = folder / f"{node}.disk", folder / f"{node}.seen"
        self.offset = folder / f"{node}.offset"
        self.offset.write_text("0")
        self.hosts = Path("/etc/netns") / namespace(lab.name, node) / "hosts"
        self._server, self._log = server, folder / f"{node}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = self._said_before = 0
        self.troubled: set[int] = set()

    @contextmanager
    def world(self) -> Iterator[None]:
        """Make the disk and the names that it lives with."""
        self.disk.mkdir()
        self._witnesses.mkdir()
        self.hosts.parent.mkdir(parents=True)
        self.name("127.0.0.5")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", self.disk], check=True)
        try:
            yield
        finally:
            self.kill()
            subprocess.run(["umount", self.disk], check=True)
            shutil.rmtree(self.hosts.parent)
            with suppress(OSError):  # other labs may have theirs
                self.hosts.parent.parent.rmdir()

    def name(self, *addresses: str) -> None:
        """Let the name chaos.test have this address, or none."""
        self.hosts.write_text("".join(f"{address} chaos.test\n" for address in addresses))

    def start(self) -> None:
        number = self.starts
        self._said_before = len(self.log()) if number else 0
        command = [sys.executable, str(SCRIPT), str(self._witnesses / str(number))]
        flags = ["--server", self._server, "--hostname", self.host, "--refresh", "1s"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._inside, *command, str(self.offset), *flags, "--state", str(self.disk)],
                stderr=log,
                env=python_environment(),
            )
        self.starts += 1

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)

    def seen(self) -> dict[int, list[tuple[int, Measured]]]:
        """Return all that was ever spooled, with its numbers, by process."""
        return {
            int(file.name): [
                (number, (itemid, clock_s, ns, text))
                for line in file.read_text().splitlines(keepends=True)
                if line.endswith("\n")  # the last one was maybe cut by the kill
                for _, number, itemid, clock_s, ns, text in [json.loads(line)]
            ]
            for file in self._witnesses.iterdir()
        }

    def log(self) -> str:
        return self._log.read_text()

    def has_said(self, words: str) -> bool:
        """Return whether the process that runs now has said this."""
        return words in self.log()[self._said_before :]


@contextmanager
def stopped(lab: Lab, node: str, program: str) -> Iterator[None]:
    """Have a Zabbix daemon end, and start it again."""
    (main,) = (pid for pid in running(lab, node, program) if os.getsid(pid) == pid)
    command = Path(f"/proc/{main}/cmdline").read_bytes().decode().split("\0")[0].split(": ")[0]
    words = Path(f"/proc/{main}/environ").read_bytes().decode().split("\0")
    environment = dict(word.split("=", 1) for word in words if word)
    os.kill(main, signal.SIGTERM)
    eventually("its end", lambda: not running(lab, node, program))
    try:
        yield
    finally:
        state = State.of(lab.name)
        arguments = ["--foreground", "--config", str(state.folder / f"{node}.conf")]
        where, log = namespace(lab.name, node), state.log(node)
        pid = netns.spawn(where, [command, *arguments], log=log, environment=environment)
        wait_for("its start", lambda: listens(pid, 10051), patience_s=60, pid=pid, log=log)


@contextmanager
def cut(lab: Lab) -> Iterator[None]:
    lab.fault("zabbix-sh>proxy1", "--down")
    try:
        yield
    finally:
        lab.heal()


@contextmanager
def full_disk(lab: Lab, agent: Chaotic) -> Iterator[None]:
    """Have no room on an agent's disk, while its server hangs and the spool would grow."""
    first, ballast = agent.starts - 1, agent.disk / "ballast"

    def suffers() -> bool:
        with suppress(OSError), ballast.open("ab", 0) as file:  # also what a kill has made free
            while True:
                file.write(bytes(4096))
        return agent.has_said("cannot store values")

    with hanging(lab, SERVER.name, "zabbix_server"):
        try:
            eventually("no room", suffers)
            yield
            eventually("no room for the last one", suffers)
        finally:
            ballast.unlink()
    eventually("room again", lambda: agent.has_said("can store values in"))
    agent.troubled.update(range(first, agent.starts))


@contextmanager
def wrong_clocks(agents: list[Chaotic], offset_s: int) -> Iterator[None]:
    for agent in agents:
        agent.offset.write_text(str(offset_s))
    try:
        yield
    finally:
        for agent in agents:
            agent.offset.write_text("0")


@contextmanager
def other_names(agents: list[Chaotic], *addresses: str) -> Iterator[None]:
    for agent in agents:
        agent.name(*addresses)
    yield


def edges(count: int) -> dict[str, str]:
    """Return the keys of so many edges: one to a name, one dead, the others answer."""
    addresses = ["chaos.test", "198.51.100.99", *(f"127.0.1.{n}" for n in range(1, count - 1))]
    keys = [
        names.probe_key("chaos", "a", f"n{n}", "icmp", address, packets="1", timeout="500ms")
        for n, address in enumerate(addresses)
    ]
    return dict(zip(addresses, keys, strict=True))


@contextmanager
def hosted(admin: Client, agent: Chaotic, keys: dict[str, str], proxy: str) -> Iterator[list[str]]:
    """Make an agent's host in Zabbix; yield the ids of its items, as the keys are."""
    (group,) = admin.get("hostgroup", output=["groupid"], filter={"name": "Discovered hosts"})
    monitored = {"monitored_by": "0"}
    if proxy:
        (row,) = admin.get("proxy", output=["proxyid"], filter={"name": proxy})
        monitored = {"monitored_by": "1", "proxyid": row["proxyid"]}
    host = {"host": agent.host, "groups": [group], **monitored}
    (hostid,) = admin.call("host.create", [host])["hostids"]
    common = {"hostid": hostid, "type": "7", "value_type": "4", "delay": "1s"}
    try:
        yield admin.call(
            "item.create", [{**common, "name": key[-60:], "key_": key} for key in keys.values()]
        )["itemids"]
    finally:
        admin.call("host.delete", [hostid])


def history(admin: Client, itemids: list[str]) -> Counter[Measured]:
    rows = itertools.chain.from_iterable(
        admin.get("history", itemids=itemids[place : place + 20], history=4, output="extend")
        for place in range(0, len(itemids), 20)
    )
    return Counter(
        (int(row["itemid"]), int(row["clock"]), int(row["ns"]), row["value"]) for row in rows
    )


@pytest.mark.timeout(900)
def test_what_was_spooled_is_in_zabbix_exactly_once_whatever_broke(
    bare: Lab, admin: Client, tmp_path: Path
) -> None:
    far = Chaotic(bare, "proxy1", SERVER.address, tmp_path)
    near = Chaotic(bare, "proxy2", "127.0.0.1", tmp_path)
    both = [far, near]
    faults: list[Callable[[], object]] = [
        lambda: stopped(bare, SERVER.name, "zabbix_server"),
        lambda: hanging(bare, SERVER.name, "zabbix_server"),
        lambda: cut(bare),
        lambda: stopped(bare, "proxy2", "zabbix_proxy"),
        lambda: hanging(bare, "proxy2", "zabbix_proxy"),
        lambda: full_disk(bare, far),
        lambda: wrong_clocks(both, 3600),
        lambda: wrong_clocks(both, -3600),
        lambda: other_names(both),
        lambda: other_names(both, "127.0.0.6"),
    ]
    chance = random.Random(7)  # noqa: S311 - the same kills every time
    keys = edges(100)
    with ExitStack() as worlds:
        for agent in both:
            worlds.enter_context(agent.world())
        items = {
            agent: worlds.enter_context(hosted(admin, agent, keys, proxy))
            for agent, proxy in ((far, ""), (near, "proxy2"))
        }
        for agent in both:
            agent.start()
        for agent in both:
            eventually("it measures", lambda: len(history(admin, items[agent])) > 100)  # noqa: B023 - at once
        for fault in faults:
            with fault():  # type: ignore[attr-defined] # each is a context
                for _ in range(KILLS // len(faults)):
                    time.sleep(chance.uniform(0.5, 2.5))
                    agent = chance.choice(both)
                    agent.kill()
                    agent.start()
        for agent in both:
            settled(admin, agent, items[agent])
        named = [
            json.loads(value)
            for itemid, *_, value in history(admin, items[far])
            if itemid == int(items[far][0])
        ]
        assert {value.get("address") for value in named} >= {"127.0.0.5", "127.0.0.6"}
        dead = [
            json.loads(value)
            for itemid, *_, value in history(admin, items[near])
            if itemid == int(items[near][1])
        ]
        assert {value["received"] for value in dead} == {0}
        assert "cannot deliver values" in far.log()
        assert "cannot fetch the configuration" in near.log()


def settled(admin: Client, agent: Chaotic, itemids: list[str]) -> None:
    """Hold what an agent spooled against what Zabbix has, once all of it has been delivered."""
    spooled = {measured for told in agent.seen().values() for _, measured in told}
    eventually("all is delivered", lambda: spooled <= set(history(admin, itemids)), 300)
    for process, told in agent.seen().items():
        if process in agent.troubled:
            continue  # without room values are delivered from memory
        numbers = sorted(number for number, _ in told)
        assert numbers == list(range(1, len(numbers) + 1))
        assert_no_edge_was_left_out(told, itemids)
    arrived = history(admin, itemids)
    assert set(arrived.values()) == {1}
    moments = Counter((itemid, clock, ns) for itemid, clock, ns, _ in arrived)
    assert set(moments.values()) == {1}


def assert_no_edge_was_left_out(told: list[tuple[int, Measured]], itemids: list[str]) -> None:
    """Each edge of a process has as many cycles as the others, but for those under way."""
    cycles = Counter(str(itemid) for _, (itemid, *_) in told)
    counts = [cycles[itemid] for itemid in itemids[1:]]  # the first waits for its name
    assert max(counts) - min(counts) <= 3
