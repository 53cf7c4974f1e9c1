"""Tells systemd how the agent is, by sd_notify(3); where nobody asked, nothing is sent.

The environment says who asks: NOTIFY_SOCKET, and WATCHDOG_USEC with WATCHDOG_PID for how often to
show life.
"""

import logging
import os
import socket
import time
from collections.abc import Mapping

_NS_PER_US = 1000
_log = logging.getLogger(__name__)


class Notifier:
    """Sends states to the service manager. No method waits or raises."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self._alive_every_ns = _watchdog_ns(environment) // 2
        self._alive_due_ns = 0
        self._error = ""
        self._socket: socket.socket | None = None
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)

    def ready(self) -> None:
        """Say that the agent measures, after a start or a reload."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that the settings are read again; ``ready`` ends it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // _NS_PER_US}")

    def stopping(self) -> None:
        """Say that the agent ends on purpose."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """Say in one line how it is; ``systemctl status`` shows it."""
        self._send("STATUS=" + text.replace("\n", " "))

    def alive(self, now_ns: int) -> None:
        """Say that the measuring loop turns, if the watchdog is to hear it by now."""
        if self._alive_every_ns and now_ns >= self._alive_due_ns:
            self._alive_due_ns = now_ns + self._alive_every_ns
            self._send("WATCHDOG=1")

    def close(self) -> None:
        """Send nothing more."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _send(self, state: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto(state.encode(), self._address)
        except OSError as error:
            if str(error) != self._error:
                self._error = str(error)
                _log.warning("cannot tell systemd %s: %s", state.partition("=")[0], error)


def _address(text: str) -> str:
    """Return the socket's address; a leading @ stands for the abstract name space."""
    return "\0" + text[1:] if text.startswith("@") else text


def _watchdog_ns(environment: Mapping[str, str]) -> int:
    """Return how long the watchdog waits for a sign of life, 0 when it does not."""
    period, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not period.isdecimal() or (pid and pid != str(os.getpid())):
        return 0
    return int(period) * _NS_PER_US
