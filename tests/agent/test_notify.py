"""What systemd hears: on a socket as it gives one."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath.agent.reporting.notify import Notifier
from tests.agent.test_service import HOST, loopback_key

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, ZabbixServer

SECOND_NS = 1_000_000_000


class Manager:
    """Listens where a service manager does."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.heard: list[str] = []

    def listen(self, until: Callable[[list[str]], object], timeout_s: float = 30.0) -> None:
        end = time.monotonic() + timeout_s
        while not until(self.heard):
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            self.heard.append(self.socket.recv(4096).decode())

    def all(self) -> list[str]:
        """What waits, without waiting for more."""
        self.socket.setblocking(False)
        try:
            while True:
                self.heard.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return self.heard


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(str(tmp_path / "notify"))
    yield made
    made.socket.close()


def test_where_nobody_asks_nothing_is_sent(manager: Manager) -> None:
    notifier = Notifier({})
    notifier.ready()
    notifier.alive(0)
    notifier.close()
    assert manager.all() == []


def test_the_watchdog_hears_of_life_twice_in_its_period(manager: Manager, tmp_path: Path) -> None:
    watched = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
    notifier = Notifier(watched)
    for tenth in range(31):
        notifier.alive(SECOND_NS + tenth * SECOND_NS // 10)
    notifier.close()
    assert manager.all() == ["WATCHDOG=1"] * 4


@pytest.mark.parametrize("pid", ["1", "x"])
def test_a_watchdog_of_another_process_hears_nothing(
    manager: Manager, tmp_path: Path, pid: str
) -> None:
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
    deaf = {**environment, "WATCHDOG_PID": pid}, {**environment, "WATCHDOG_USEC": "soon"}
    ours = {**environment, "WATCHDOG_PID": str(os.getpid())}
    for each in (*deaf, ours):
        with contextlib.closing(Notifier(each)) as notifier:
            notifier.alive(SECOND_NS)
    assert manager.all() == ["WATCHDOG=1"]


def test_an_abstract_socket_is_spoken_to() -> None:
    name = f"multipath-test-{os.getpid()}"
    manager = Manager(f"\0{name}")
    notifier = Notifier({"NOTIFY_SOCKET": f"@{name}"})
    notifier.status("two\nlines")
    notifier.stopping()
    notifier.close()
    assert manager.all() == ["STATUS=two lines", "STOPPING=1"]
    manager.socket.close()


def test_a_manager_that_is_gone_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    notifier.ready()
    notifier.stopping()
    notifier.close()
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "cannot tell systemd READY"
    ]


def test_the_agent_tells_that_it_is_ready_lives_reloads_and_stops(
    manager: Manager,
    tmp_path: Path,
    zabbix: ZabbixServer,
    start_configured: Callable[..., AgentProcess],
) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    file = tmp_path / "agent.toml"
    file.write_text(f'server = "{zabbix.address}"\nhostname = "{HOST}"\nstate = "none"\n')
    watched = (f"NOTIFY_SOCKET={tmp_path / 'notify'}", "WATCHDOG_USEC=1000000")
    agent = start_configured(file, "env", *watched)
    manager.listen(lambda heard: heard.count("WATCHDOG=1") > 2)
    assert "READY=1" in manager.heard
    manager.listen(lambda heard: any(text.startswith("STATUS=1 edges, ") for text in heard))
    agent.process.send_signal(1)
    manager.listen(lambda heard: any(text.startswith("RELOADING=1\n") for text in heard))
    manager.listen(lambda heard: heard.count("READY=1") == 2)
    agent.finish()
    assert "STOPPING=1" in manager.all()
