"""A server of Zabbix's active checks that tests can tell what to say."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from multipath.agent.engines.icmp import IcmpEngine
from tests.agent.wire import Wire

HEADER = struct.Struct("<4sBII")


def framed(body: bytes, flags: int = 0x01, size: int | None = None) -> bytes:
    """A packet of Zabbix's protocol, also a wrong one."""
    return HEADER.pack(b"ZBXD", flags, len(body) if size is None else size, 0) + body


def read_request(connection: socket.socket) -> Any:
    data = b""
    while len(data) < HEADER.size or len(data) < HEADER.size + HEADER.unpack_from(data)[2]:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    return json.loads(data[HEADER.size :])


class TcpServer:
    """Accepts one connection after the other and gives each to ``handle``."""

    def __init__(self, handle: Callable[[socket.socket], None], host: str = "127.0.0.1") -> None:
        self._handle = handle
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self._stop_reading, self._stop_writing = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            descriptors = [self._listener.fileno(), self._stop_reading]
            ready, _, _ = select.select(descriptors, [], [])
            if self._stop_reading in ready:
                return
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(5)
                try:
                    self._handle(connection)
                except OSError:
                    continue  # the client went away, as some tests want it to

    def close(self) -> None:
        os.write(self._stop_writing, b"x")
        self._thread.join(10)
        self._listener.close()
        os.close(self._stop_reading)
        os.close(self._stop_writing)


class ZabbixServer:
    """Speaks active checks as 7.0 does (``revision`` ≥ 1) or as 6.0 does (``revision`` 0)."""

    def __init__(self) -> None:
        self.hosts: dict[str, list[dict[str, object]]] = {}
        self.revision = 1
        self.requests: list[dict[str, Any]] = []
        self.values: list[dict[str, Any]] = []
        self.refuse_values = 0
        self.is_away = False
        self.redirect: dict[str, object] | None = None
        self._accepted: dict[str, int] = {}
        self._server = TcpServer(self._handle)
        self.address = f"127.0.0.1:{self._server.port}"

    def configure(self, hostname: str, *items: tuple[int, str, str | int]) -> None:
        self.hosts[hostname] = [
            {"itemid": itemid, "key": key, "delay": delay, "lastlogsize": 0, "mtime": 0}
            for itemid, key, delay in items
        ]
        if self.revision:
            self.revision += 1

    def of(self, itemid: int) -> list[dict[str, Any]]:
        return [value for value in list(self.values) if value["itemid"] == itemid]

    def wait_for(self, condition: Callable[[], object], timeout_s: float = 20.0) -> None:
        end = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < end, f"waited in vain; got {self.values} {self.requests[-3:]}"
            time.sleep(0.02)

    def close(self) -> None:
        self._server.close()

    def _handle(self, connection: socket.socket) -> None:
        request = read_request(connection)
        self.requests.append(request)
        if self.is_away:
            return
        answer = self._answer(request)
        if answer is not None:
            connection.sendall(framed(json.dumps(answer).encode()))

    def _answer(self, request: dict[str, Any]) -> dict[str, object] | None:
        if self.redirect:  # as each proxy of a group but the one in charge, also to heartbeats
            return {"response": "failed", "redirect": self.redirect}
        if request["request"] == "active check heartbeat":
            return None
        if request["request"] == "agent data":
            return self._take(request["session"], request["data"])
        items = self.hosts.get(request["host"])
        if items is None:
            return {"response": "failed", "info": f"host [{request['host']}] not found"}
        if self.revision and request["config_revision"] == self.revision:
            return {"response": "success"}
        revision = {"config_revision": self.revision} if self.revision else {}
        return {"response": "success", **revision, "data": items}

    def _take(self, session: str, values: list[dict[str, Any]]) -> dict[str, object]:
        if self.refuse_values:
            self.refuse_values -= 1
            return {"response": "failed", "info": "busy"}
        # As Zabbix does: what a session has brought already is dropped by its number.
        self.values.extend(
            value for value in values if value["id"] > self._accepted.get(session, 0)
        )
        self._accepted[session] = max(self._accepted.get(session, 0), values[-1]["id"])
        return {"response": "success", "info": "processed: 1; failed: 0; total: 1"}


class AgentProcess:
    """``multipath agent run`` as users start it; ``program`` is all before ``run``."""

    PROGRAM = (sys.executable, "-m", "multipath", "agent")

    def __init__(
        self,
        server: str,
        hostname: str,
        *prefix: str,
        state: Path | None,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        where = ["--server", server, "--hostname", hostname, "--refresh", "1s"]
        where += ["--state", str(state) if state else "none"]
        self._start([*prefix, *program, "run", *where])

    @classmethod
    def configured(cls, file: Path, *prefix: str) -> AgentProcess:
        """An agent that has all its settings from a file."""
        agent = cls.__new__(cls)
        agent._start([*prefix, *cls.PROGRAM, "run", "--config", str(file)])
        return agent

    def _start(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.log = ""

    def finish(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and return the exit code; ``log`` then holds what it said."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        _, self.log = self.process.communicate(timeout=10)
        return self.process.returncode


class Network:
    """A network namespace whose only way out leads to a responder with a plan.

    The namespace has 10.99.0.1/24 and fd99::1/64; the responder answers for all others.
    """

    DEVICE = "wan0"

    def __init__(self, folder: Path) -> None:
        self.name = f"mpagent{os.getpid()}"
        self._folder = folder
        self._etc = Path("/etc/netns") / self.name
        self._responder: subprocess.Popen[bytes] | None = None
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")
        ip("-n", self.name, "tuntap", "add", "dev", self.DEVICE, "mode", "tun")
        ip("-n", self.name, "address", "add", "10.99.0.1/24", "dev", self.DEVICE)
        ip("-n", self.name, "address", "add", "fd99::1/64", "dev", self.DEVICE, "nodad")
        ip("-n", self.name, "link", "set", self.DEVICE, "up")

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Sockets that are made here are of the namespace, and stay so."""
        with (
            Path("/proc/thread-self/ns/net").open("rb") as outside,
            Path(f"/run/netns/{self.name}").open("rb") as namespace,
        ):
            setns(namespace.fileno())
            try:
                yield
            finally:
                setns(outside.fileno())

    def respond(self, plan: Mapping[str, Mapping[str, object]]) -> None:
        self._stop_responder()
        file = self._folder / "plan.json"
        file.write_text(json.dumps(plan))
        script = str(Path(__file__).with_name("responder.py"))
        command = [sys.executable, script, self.DEVICE, str(file), str(self._folder / "log")]
        self._responder = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *command], stdin=subprocess.PIPE
        )
        end = time.monotonic() + 10
        while b"NO-CARRIER" in ip("-n", self.name, "link", "show", self.DEVICE):
            assert time.monotonic() < end, "the responder did not open its device"
            time.sleep(0.02)

    def name_hosts(self, names: Mapping[str, str]) -> None:
        """Give names to addresses, for processes that ``ip netns exec`` starts after the first."""
        self._etc.mkdir(parents=True, exist_ok=True)
        lines = [f"{address} {name}\n" for name, address in names.items()]
        (self._etc / "hosts").write_text("".join(lines))

    def held_s(self, address: str) -> dict[int, float]:
        """How long the responder held the first reply to each packet, by index; the last first."""
        lines = [line.split() for line in (self._folder / "log").read_text().splitlines()]
        return {int(index): float(held) for to, index, held in reversed(lines) if to == address}

    def close(self) -> None:
        self._stop_responder()
        ip("netns", "delete", self.name)
        shutil.rmtree(self._etc, ignore_errors=True)

    def _stop_responder(self) -> None:
        if self._responder is not None:
            self._responder.communicate(timeout=10)


def ip(*arguments: str) -> bytes:
    return subprocess.run(["ip", *arguments], check=True, stdout=subprocess.PIPE).stdout


def setns(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0):
        raise OSError(ctypes.get_errno(), "setns")


@pytest.fixture
def root() -> None:
    """Whom network namespaces and mounts are for; in CI no test may be left out for want of it."""
    if os.geteuid():
        leave = pytest.fail if "CI" in os.environ else pytest.skip
        leave("needs root")


@pytest.fixture
def network(root: None, tmp_path: Path) -> Iterator[Network]:
    made = Network(tmp_path)
    yield made
    made.close()


@pytest.fixture
def engine() -> Iterator[IcmpEngine]:
    made = IcmpEngine()
    yield made
    made.close()


@pytest.fixture
def far_engine(network: Network) -> Iterator[IcmpEngine]:
    with network.inside():
        made = IcmpEngine()
    yield made
    made.close()


@pytest.fixture
def wire(root: None, tmp_path: Path) -> Iterator[Wire]:
    made = Wire(tmp_path)
    yield made
    made.close()


@pytest.fixture
def serve_zabbix() -> Iterator[Callable[[], ZabbixServer]]:
    started = []

    def start() -> ZabbixServer:
        started.append(ZabbixServer())
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def zabbix(serve_zabbix: Callable[[], ZabbixServer]) -> ZabbixServer:
    return serve_zabbix()


@pytest.fixture
def start_agent() -> Iterator[Callable[..., AgentProcess]]:
    started: list[AgentProcess] = []

    def start(
        server: str,
        hostname: str,
        *prefix: str,
        state: Path | None = None,
        program: Sequence[str] = AgentProcess.PROGRAM,
    ) -> AgentProcess:
        started.append(AgentProcess(server, hostname, *prefix, state=state, program=program))
        return started[-1]

    yield start
    for agent in started:
        agent.finish(signal.SIGKILL)


@pytest.fixture
def start_configured() -> Iterator[Callable[..., AgentProcess]]:
    started = []

    def start(file: Path, *prefix: str) -> AgentProcess:
        started.append(AgentProcess.configured(file, *prefix))
        return started[-1]

    yield start
    for agent in started:
        agent.finish(signal.SIGKILL)


@pytest.fixture
def tcp_server() -> Iterator[Callable[[Callable[[socket.socket], None]], TcpServer]]:
    started = []

    def start(handle: Callable[[socket.socket], None], host: str = "127.0.0.1") -> TcpServer:
        started.append(TcpServer(handle, host))
        return started[-1]

    yield start
    for server in started:
        server.close()
