"""Telling the WAN of faults: one JSON message to its unix socket, one back.

Requests are ``{"set": FAULT}``, ``{"heal": SEGMENT or null}`` and ``{}``; the answer is always
the state after it: ``{"faults": [FAULT, …], "rtt_s": {PAIR: …}, "lost": …, "overflowed": …}``.
"""

import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from multipath.errors import LabError
from multipath.lab.segments import Direction, Fault, Impairment, expected_rtts_s

_ANSWER_S = 5.0
_MAX_BYTES = 65536


def to_json(fault: Fault) -> dict[str, object]:
    """Return a fault as the socket and ``lab status --json`` carry it."""
    return {
        "segment": fault.segment,
        "direction": fault.direction.value,
        **asdict(fault.impairment),
    }


def from_json(data: dict[str, Any]) -> Fault:
    """Return the fault that ``to_json`` wrote."""
    rest = dict(data)
    segment, direction = rest.pop("segment"), Direction(rest.pop("direction"))
    return Fault(segment, Impairment(**rest), direction)


def changed(faults: Iterable[Fault], request: dict[str, Any]) -> tuple[Fault, ...]:
    """Return the faults after a request: one per segment and direction, the newest counts."""
    if "set" in request:
        new = from_json(request["set"])
        others = (f for f in faults if (f.segment, f.direction) != (new.segment, new.direction))
        return (*others, new)
    if "heal" in request:
        healed = request["heal"]
        return tuple(f for f in faults if healed is not None and f.segment != healed)
    return tuple(faults)


class Control:
    """The WAN's end of the socket; it never waits for a client."""

    def __init__(self) -> None:
        self.faults: tuple[Fault, ...] = ()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._clients: dict[int, socket.socket] = {}

    def listen(self, path: Path) -> None:
        """Begin to answer at this path."""
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.setblocking(False)

    def close(self) -> None:
        """Stop to answer."""
        for each in (self._listener, *self._clients.values()):
            each.close()

    def descriptors(self) -> list[int]:
        """Return what to wait for: call ``serve`` when one of them is readable."""
        return [self._listener.fileno(), *self._clients]

    def serve(self, descriptor: int, counters: dict[str, int]) -> bool:
        """Take what arrived; return True if the faults are others now."""
        if descriptor == self._listener.fileno():
            with suppress(OSError):  # it went away before it was accepted
                client, _ = self._listener.accept()
                client.setblocking(False)
                self._clients[client.fileno()] = client
            return False
        with self._clients.pop(descriptor) as client:
            before = self.faults
            try:
                self.faults = changed(self.faults, json.loads(client.recv(_MAX_BYTES)))
                client.send(self._state(counters))
            except (OSError, ValueError, KeyError, TypeError):
                return False  # not our client, or it went away; closing is the answer
            return self.faults != before

    def _state(self, counters: dict[str, int]) -> bytes:
        state = {
            "faults": [to_json(fault) for fault in self.faults],
            "rtt_s": expected_rtts_s(self.faults),
            **counters,
        }
        return json.dumps(state).encode()


def ask(path: Path, request: dict[str, object]) -> dict[str, Any]:
    """Send a request to the WAN of a running lab and return the state that it answers.

    Raises:
        LabError: nobody answers at the socket.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(_ANSWER_S)
        try:
            connection.connect(str(path))
            connection.send(json.dumps(request).encode())
            answer: dict[str, Any] = json.loads(connection.recv(_MAX_BYTES))
        except (OSError, ValueError) as error:
            raise LabError(f"the emulated WAN does not answer at {path}: {error}") from error
    return answer
