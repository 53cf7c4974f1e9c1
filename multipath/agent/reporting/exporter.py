"""An endpoint for Prometheus: one request at a time, small and soon over, answered from memory."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterable

from multipath import __version__
from multipath.agent.connection.exchange import Readable
from multipath.agent.connection.server import Server
from multipath.agent.items.key import ProbeSpec
from multipath.agent.items.task import Probe, Task
from multipath.agent.reporting.exposition import Edge, exposition
from multipath.agent.reporting.health import Health
from multipath.errors import AgentError

_DEADLINE_S = 2.0
_REQUEST_MAX_BYTES = 8192
_BACKLOG = 8
_HEALTH_NS = 5_000_000_000
_ACCEPT_S = 0.5
_log = logging.getLogger(__name__)


class Exporter:
    """Serves ``GET /metrics``.

    Args:
        server: the address to listen at, no name.
        health: one of its own: a report begins anew what the next one tells.

    Raises:
        AgentError: it cannot listen there.
    """

    def __init__(self, server: Server, health: Health) -> None:
        self.health = health
        self._report = "{}"
        self._report_due_ns = 0
        self._specs: dict[int, ProbeSpec] = {}
        self._last: dict[int, tuple[str, int]] = {}
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind((server.host, server.port))
            self._listener.listen(_BACKLOG)
        except OSError as error:
            self._listener.close()
            raise AgentError(f"cannot serve Prometheus at {server}: {error.strerror}") from error
        self._listener.settimeout(_ACCEPT_S)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exporter", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(_DEADLINE_S + _ACCEPT_S)
        self._listener.close()

    def follow(self, tasks: Iterable[Task]) -> None:
        """Tell of these tasks' edges from now on."""
        specs = {task.itemid: task.spec for task in tasks if isinstance(task, Probe)}
        with self._lock:
            self._specs = specs
            self._last = {key: last for key, last in self._last.items() if key in specs}

    def note(self, itemid: int, text: str, clock_s: int) -> None:
        """Note an item's value; those of edges are told."""
        with self._lock:
            if itemid in self._specs:
                self._last[itemid] = text, clock_s

    def tick(self, now_ns: int) -> None:
        """Look at the agent's health, in the thread that measures, every few seconds."""
        if now_ns >= self._report_due_ns:
            self._report_due_ns = now_ns + _HEALTH_NS
            self._report = self.health.report()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # nobody came, or has gone again
                continue
            with connection:
                try:
                    self._serve(connection, time.monotonic() + _DEADLINE_S)
                except OSError as error:
                    _log.debug("a client of the Prometheus endpoint was left: %s", error)

    def _serve(self, connection: socket.socket, end_s: float) -> None:
        refused = refusal(read_head(connection, end_s))
        status, body = refused or ("200 OK", self.text().encode("utf-8", "replace"))
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        rest = memoryview(head.encode() + body)
        while rest:
            connection.settimeout(_left_s(end_s))
            rest = rest[connection.send(rest) :]
        connection.shutdown(socket.SHUT_WR)

    def text(self) -> str:
        """Return the figures as they are now."""
        with self._lock:
            specs, last = self._specs, list(self._last.items())
        edges: list[Edge] = [
            (specs[itemid], json.loads(text), clock_s)
            for itemid, (text, clock_s) in last
            if itemid in specs
        ]
        return exposition(__version__, json.loads(self._report), edges)


def refusal(head: bytes) -> tuple[str, bytes] | None:
    """Return what a request is answered that does not ask for the figures; None when it does."""
    words = head.partition(b"\r\n")[0].split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1."):  # noqa: PLR2004 - method, path, version
        return "400 Bad Request", b"this is no HTTP\n"
    if words[0] != b"GET":
        return "405 Method Not Allowed", b"only GET\n"
    if words[1].partition(b"?")[0] != b"/metrics":
        return "404 Not Found", b"the figures are at /metrics\n"
    return None


def read_head(connection: Readable, end_s: float) -> bytes:
    """Return a request's head; what is longer or later than it should be is cut."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _REQUEST_MAX_BYTES:
        connection.settimeout(_left_s(end_s))
        chunk = connection.recv(_REQUEST_MAX_BYTES - len(head))
        if not chunk:
            break
        head += chunk
    return head if b"\r\n\r\n" in head else b""


def _left_s(end_s: float) -> float:
    left_s = end_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("timed out")
    return left_s
