"""HTTP and HTTPS probes: one GET on a connection of its own, timed phase by phase.

A request is answered when the head of a response has come, whatever its status; its RTT is the
time from the first packet to the first byte of that. Certificates are verified.
"""

import errno
import re
import ssl
import threading
import time
from functools import cache
from typing import ClassVar

from multipath import __version__
from multipath.agent.cycle.account import quantile
from multipath.agent.engines.streams import Attempt, StreamFlight, StreamTarget
from multipath.agent.items.key import DEFAULT_PORTS, ProbeSpec
from multipath.agent.sockets.sockopts import said
from multipath.agent.sockets.watch import READ, WRITE, Note, Watch

HEAD_MAX_BYTES = 16 * 1024
BODY_MAX_BYTES = 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")
_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r?\n", re.IGNORECASE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_NS_PER_S = 1e9
_WAITING = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)


class HttpFlight(StreamFlight):
    """The requests of one cycle.

    Attributes:
        phases_s: how long each phase took, of the requests that came to its end.
        statuses: how often each was answered.
        failures: why requests were not answered, as far as it is known.
    """

    __slots__ = ("failures", "phases_s", "statuses")

    def __init__(self, target: StreamTarget, count: int) -> None:
        super().__init__(target, count)
        self.phases_s: dict[str, list[float]] = {}
        self.statuses: dict[int, int] = {}
        self.failures: dict[int, str] = {}

    def figures(self) -> dict[str, object]:
        """Return the medians of the phases, the statuses, and what failed."""
        phases_s = {"resolve": [self.resolve_s]} | self.phases_s if self.phases_s else {}
        own: dict[str, object] = {"failed": len(self.failures)}
        if phases_s:
            own["phases_s"] = {
                name: round(quantile(sorted(each), 0.5), 6) for name, each in phases_s.items()
            }
        if self.statuses:
            own["status"] = {str(status): self.statuses[status] for status in sorted(self.statuses)}
        if self.failures:
            own["error"] = self.failures[min(self.failures)]
        return own


class HttpAttempt(Attempt):
    """One request."""

    flights: ClassVar[type[StreamFlight]] = HttpFlight
    flight: HttpFlight

    def __init__(self, watch: Watch, flight: HttpFlight) -> None:
        super().__init__(watch, flight)
        self._left = _request(flight.target)
        self._head = bytearray()
        self._body_bytes = 0
        self._body_left = BODY_MAX_BYTES
        self._has_head = False
        self._phase_ns = 0
        self._first_byte_ns = 0

    @classmethod
    def is_ready(cls, spec: ProbeSpec) -> bool:
        """Return whether the system's certificates have been read, if they are needed."""
        return spec.kind != "https" or not _reading().is_alive()

    def established(self, now_ns: int) -> None:
        """Go on with the handshake of TLS, or the request."""
        self._phase_ns = self.begun_ns
        self._phase("connect", now_ns)
        if self.flight.target.spec.kind == "http":
            self._await(READ, self._write)
            self._write(now_ns)
            return
        plain, host = self.socket, self.flight.target.spec.address.partition("%")[0]
        try:
            self._tls = _context().wrap_socket(
                plain, do_handshake_on_connect=False, server_hostname=host
            )
        except (OSError, ValueError) as error:  # ValueError: not a name that TLS takes
            self._fail(f"no TLS connection: {error}")
            return
        self.watch.remove(plain)
        self.socket = self._tls  # has taken the descriptor over
        self.watch.add(self.socket, READ, self._shake_hands)
        self._shake_hands(now_ns)

    def refused(self, now_ns: int) -> None:  # noqa: ARG002 - when it came does not matter here
        """Note the refusal: nobody serves there."""
        self._fail(said(OSError(errno.ECONNREFUSED, "")))

    def _shake_hands(self, _: int) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._await(READ, self._shake_hands)
        except ssl.SSLWantWriteError:
            self._await(WRITE, self._shake_hands)
        except ssl.SSLCertVerificationError as error:
            host = self.flight.target.spec.address
            self._fail(f"the certificate of {host} is not valid: {error.verify_message}")
        except OSError as error:
            self._fail(f"no TLS connection: {_reason(error)}")
        else:
            now_ns = time.monotonic_ns()
            self._phase("tls", now_ns)
            self._write(now_ns)

    def _write(self, _: int) -> None:
        try:
            while self._left:
                self._left = self._left[self.socket.send(self._left) :]
        except ssl.SSLWantReadError:
            self._await(READ, self._write)
        except (ssl.SSLWantWriteError, BlockingIOError):
            self._await(WRITE, self._write)
        except OSError as error:
            self._fail(f"the request was not taken: {_reason(error)}")
        else:
            self._await(READ, self._read)

    def _read(self, now_ns: int) -> None:
        try:
            while self._body_left > 0:
                data = self.socket.recv(_CHUNK_BYTES)
                if not data:
                    self._close(now_ns)
                    return
                self._first_byte_ns = self._first_byte_ns or now_ns
                if not self._take(data):
                    return
        except _WAITING:
            return
        except OSError as error:
            if self._has_head:
                self._close(now_ns, is_whole=False)
            else:
                self._fail(f"no answer: {_reason(error)}")
            return
        self._close(now_ns)

    def _take(self, data: bytes) -> bool:
        """Take a part of the response; return False when it is none."""
        if self._has_head:
            self._body_left -= len(data)
            return True
        self._head += data
        end = _HEAD_END.search(self._head)
        if end is None and len(self._head) <= HEAD_MAX_BYTES:
            return True
        status = _STATUS.match(self._head)
        if end is None or status is None:
            self._fail("what answers is no HTTP server")
            return False
        self._has_head = True
        length = _LENGTH.search(self._head, 0, end.end())
        if length is not None:
            self._body_left = min(self._body_left, int(length[1]))
        self._body_left -= len(self._head) - end.end()
        self._note(int(status[1]))
        return True

    def _note(self, status: int) -> None:
        flight = self.flight
        flight.statuses[status] = flight.statuses.get(status, 0) + 1
        flight.received_ns[self.place] = self._first_byte_ns
        self._phase("first_byte", self._first_byte_ns)

    def _close(self, now_ns: int, *, is_whole: bool = True) -> None:
        if not self._has_head:
            self._fail("the connection was closed without an answer")
            return
        if is_whole:
            self._phase_ns = self.begun_ns
            self._phase("total", now_ns)
        self.end()

    def _fail(self, why: str) -> None:
        self.flight.failures[self.place] = why
        self.end()

    def _phase(self, name: str, now_ns: int) -> None:
        """Note the end of a phase; the next one begins."""
        took_s = (now_ns - self._phase_ns) / _NS_PER_S
        self.flight.phases_s.setdefault(name, []).append(took_s)
        self._phase_ns = now_ns

    def _await(self, events: int, note: Note) -> None:
        self.watch.change(self.socket, events, note)


@cache
def _reading() -> threading.Thread:
    """Return the thread that reads the system's certificates: it takes longer than a loop may."""
    thread = threading.Thread(target=_context, name="certificates", daemon=True)
    thread.start()
    return thread


@cache
def _context() -> ssl.SSLContext:
    """Return what all requests share."""
    context = ssl.create_default_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # on from 3.13: every Python judges alike
    context.set_alpn_protocols(["http/1.1"])
    return context


def _request(target: StreamTarget) -> bytes:
    spec = target.spec
    host = f"[{spec.address.partition('%')[0]}]" if ":" in spec.address else spec.address
    if spec.port != DEFAULT_PORTS[spec.kind]:
        host += f":{spec.port}"
    lines = (
        f"GET {spec.path} HTTP/1.1",
        f"Host: {host}",
        f"User-Agent: multipath/{__version__}",
        "Accept: */*",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).lower().replace("_", " ")
    return said(error)
