"""The sleep of the measuring loop: what happens on sockets meanwhile is noted at once."""

import os
import selectors
import time
from collections.abc import Callable
from socket import socket

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

Note = Callable[[int], None]
"""Notes that a socket is ready; takes the monotonic time, in ns. It may not wait."""


class Watch:
    """Waits for sockets and for being woken. Only ``wake`` may be called from elsewhere."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._alarm = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._selector.register(self._alarm, READ)

    def add(self, sock: socket, events: int, note: Note) -> None:
        """Call ``note`` whenever a socket is ready, in the order in which the kernel says so."""
        self._selector.register(sock, events, note)

    def change(self, sock: socket, events: int, note: Note) -> None:
        """Wait for something else on a socket."""
        self._selector.modify(sock, events, note)

    def remove(self, sock: socket) -> None:
        """Wait for a socket no more; do so before it is closed."""
        self._selector.unregister(sock)

    def wake(self) -> None:
        """End the sleep of now, or the next one; for other threads and signal handlers."""
        os.eventfd_write(self._alarm, 1)

    def sleep(self, pause_s: float) -> float | None:
        """Sleep; return by how much it was too long in seconds, or None when woken."""
        end_s = time.monotonic() + pause_s
        while (left_s := end_s - time.monotonic()) > 0:
            if self._wait(left_s):
                return None
        return -left_s

    def close(self) -> None:
        """Close what this has opened itself."""
        self._selector.close()
        os.close(self._alarm)

    def _wait(self, pause_s: float) -> bool:
        woken = False
        ready = self._selector.select(pause_s)
        now_ns = time.monotonic_ns()
        for key, _ in ready:
            if key.data is None:
                os.eventfd_read(self._alarm)
                woken = True
            elif key.fd in self._selector.get_map():  # else removed by what came before it
                key.data(now_ns)
        return woken
