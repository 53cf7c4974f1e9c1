"""Names to addresses, off the measuring path and bounded in time.

A look-up in the system's resolver cannot be interrupted, so it runs in one of a few threads that
a caller may stop waiting for.
"""

import queue
import socket
import threading
import time
from dataclasses import dataclass

FRESH_S = 60.0
RETRY_S = 10.0
PATIENCE_S = 5.0
_WORKERS = 4

Sockaddr = tuple[str, int] | tuple[str, int, int, int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address in the form that sockets take; the port is 0."""

    family: socket.AddressFamily
    sockaddr: Sockaddr

    @property
    def address(self) -> str:
        """The address as text."""
        return self.sockaddr[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a name. Neither endpoint nor error: nothing yet.

    Args:
        took_s: how long the look-up took.
    """

    endpoint: Endpoint | None = None
    error: str = ""
    took_s: float = 0.0


_UNKNOWN = Answer()


@dataclass(slots=True)
class _Name:
    asked_s: float
    answer: Answer = _UNKNOWN
    pending: bool = True
    fresh_until_s: float = 0.0


class Resolver:
    """Looks names up in the background and keeps the answers for a minute.

    A name that had an address keeps the last one while it cannot be looked up, and while it is
    among its addresses: their order says nothing.
    """

    def __init__(self) -> None:
        self._literals: dict[str, Answer] = {}
        self._names: dict[str, _Name] = {}
        self._changed = threading.Condition()
        self._asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        for number in range(_WORKERS):
            threading.Thread(target=self._work, name=f"resolver-{number}", daemon=True).start()

    def lookup(self, host: str, wait_s: float = 0.0) -> Answer:
        """Return what is known of a name now, or within ``wait_s``; never raises."""
        if host in self._literals:
            return self._literals[host]
        literal = _literal(host)
        if literal is not None:
            return self._literals.setdefault(host, Answer(literal))
        with self._changed:
            name = self._ask(host)
            self._changed.wait_for(lambda: name.answer != _UNKNOWN, timeout=wait_s)
            patience_s = wait_s or PATIENCE_S
            if name.answer == _UNKNOWN and time.monotonic() - name.asked_s >= patience_s:
                return Answer(error=f"the name {host} was not resolved in time")
            return name.answer

    def close(self) -> None:
        """Let the threads end; one that is stuck in a look-up ends after it."""
        for _ in range(_WORKERS):
            self._asked.put(None)

    def _ask(self, host: str) -> _Name:
        now_s = time.monotonic()
        name = self._names.get(host)
        if name is None:
            name = self._names[host] = _Name(now_s)
            self._asked.put(host)
        elif not name.pending and now_s >= name.fresh_until_s:
            name.pending = True
            self._asked.put(host)
        return name

    def _work(self) -> None:
        while (host := self._asked.get()) is not None:
            name = self._names[host]
            answer = _resolve(host, name.answer.endpoint)
            with self._changed:
                name.pending = False
                name.fresh_until_s = time.monotonic() + (FRESH_S if answer.endpoint else RETRY_S)
                if answer.endpoint or not name.answer.endpoint:
                    name.answer = answer
                self._changed.notify_all()


def _literal(host: str) -> Endpoint | None:
    try:
        return _all(host, socket.AI_NUMERICHOST)[0]
    except (OSError, ValueError):  # ValueError: no name either (a NUL, a label too long)
        return None


def _resolve(host: str, last: Endpoint | None) -> Answer:
    begun_s = time.monotonic()
    try:
        found = _all(host, 0)
        took_s = time.monotonic() - begun_s
        return Answer(last if last in found else found[0], took_s=took_s)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a valid name"
        return Answer(error=f"the name {host} cannot be resolved: {reason}")


def _all(host: str, flags: int) -> list[Endpoint]:
    """Return the addresses of a host, at least one."""
    endpoints = [
        Endpoint(family, sockaddr)  # type: ignore[arg-type] # by the family
        for family, _, _, _, sockaddr in socket.getaddrinfo(
            host, 0, type=socket.SOCK_DGRAM, flags=flags
        )
        if family in (socket.AF_INET, socket.AF_INET6)
    ]
    if not endpoints:
        raise OSError(0, "it has no IP address")
    return endpoints
