"""A terminal's other screen: drawn over, never cleared, left by a key, given back as it was."""

import os
import select
import signal
import sys
import termios
import tty
from types import FrameType, TracebackType
from typing import Any, Self

from rich.console import Console, RenderableType
from rich.live import Live

_MOST_KEYS = 64


class Screen:
    """The other screen of a terminal, while it is entered.

    Args:
        out: the terminal.
    """

    def __init__(self, out: Console) -> None:
        self._live = Live(console=out, screen=True, auto_refresh=False)
        self._keys = sys.stdin.isatty()
        self._ended = self._drawn = False
        self._mode: list[Any] = []
        self._on_term: Any = None

    def __enter__(self) -> Self:
        self._on_term = signal.signal(signal.SIGTERM, self._end)
        if self._keys:
            self._mode = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()
        if self._keys:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._mode)
        signal.signal(signal.SIGTERM, self._on_term)

    def draw(self, picture: RenderableType) -> None:
        """Draw a picture over the one before."""
        self._live.update(picture, refresh=True)
        self._drawn = True

    def ended(self, patience_s: float) -> bool:
        """Wait for a time, and tell whether q was pressed, or SIGTERM came, meanwhile."""
        if not self._drawn:
            return False
        waiting = [sys.stdin] if self._keys else []
        if select.select(waiting, [], [], patience_s)[0]:
            pressed = os.read(sys.stdin.fileno(), _MOST_KEYS)
            self._ended |= not pressed or b"q" in pressed.lower()
        return self._ended

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ended = True
