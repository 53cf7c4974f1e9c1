"""The agent's log: a line per event, and the last lines kept for whoever asks."""

import logging
import sys
from collections import deque
from datetime import UTC, datetime

_RECENT = 20
_LINE_MAX = 300


class _OneLine(logging.Formatter):
    """A line per event, in UTC; what a server says cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC)
        text = f"{when:%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower()} {record.getMessage()}"
        return "".join(c if c.isprintable() else " " for c in text)


class RecentLines(logging.Handler):
    """Keeps the last lines, each cut to a bearable length."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_OneLine())
        self._recent: deque[str] = deque(maxlen=_RECENT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._recent.append(self.format(record)[:_LINE_MAX])

    def lines(self) -> list[str]:
        """Return them, oldest first."""
        self.acquire()
        try:
            return list(self._recent)
        finally:
            self.release()


def log_to_stderr() -> None:
    """Write the log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
