"""A terminal of a given size, and a program in it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import pyte

_PATIENCE_S = 180.0
_CLEAR = b"\x1b[2J"
_OTHER_SCREEN, _OWN_SCREEN = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """``multipath`` in a terminal, whose screen is kept as a person would see it.

    Args:
        words: what to run.
        width: columns.
        height: lines.
    """

    def __init__(self, *words: str, width: int = 80, height: int = 24) -> None:
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._fd, self._inside = pty.openpty()
        self._resize(width, height)
        self.printed = b""
        environment = {**os.environ, "TERM": "xterm-256color"}
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        # A shell that runs in the background has its children ignore Ctrl-C; a terminal's do not.
        heed = "import signal, os, sys; signal.signal(signal.SIGINT, signal.SIG_DFL)"
        run = f"{heed}; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
        self.process = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, "-c", run, "-m", "multipath", *words],
            stdin=self._inside,
            stdout=self._inside,
            stderr=self._inside,
            env=environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self._fd)
        os.close(self._inside)

    def resize(self, width: int, height: int) -> None:
        """Change the size, as dragging a window's corner does."""
        self._screen.resize(height, width)
        self._resize(width, height)

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._fd, keys)

    def shows(self, holds: Callable[[list[str]], bool]) -> list[str]:
        """Wait until the lines of the screen are as wanted, and return them."""
        deadline_s = time.monotonic() + _PATIENCE_S
        while not holds(self._screen.display):
            assert time.monotonic() < deadline_s, "\n".join(self._screen.display)
            self._read(0.2)
        return list(self._screen.display)

    def ends(self) -> int:
        """Wait for the program's end and return its exit code."""
        deadline_s = time.monotonic() + _PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline_s, "it does not end"
            self._read(0.2)
        self._read(0.0)
        return self.process.wait(1)

    @property
    def own_screen_is_back(self) -> bool:
        """Whether the other screen was entered once, and left for good."""
        return self.printed.count(_OTHER_SCREEN) == 1 and self.printed.rfind(
            _OWN_SCREEN
        ) > self.printed.rfind(_OTHER_SCREEN)

    @property
    def cleared(self) -> int:
        """How often the whole screen was cleared: it flickers."""
        return self.printed.count(_CLEAR)

    def _resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def _read(self, patience_s: float) -> None:
        while select.select([self._fd], [], [], patience_s)[0]:
            printed = os.read(self._fd, 65536)
            self.printed += printed
            self._stream.feed(printed)
            patience_s = 0.0
