"""Values on their way to the server: stored at once, kept until acknowledged, bounded.

The measuring thread only puts values into memory. A thread of the spool's own writes them to its
file, a few times a second; the courier reads from there. Where the file cannot be written (a full
disk) values stay in memory and are delivered from there, after what the file still holds.
"""

import logging
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from multipath.agent.delivery.spool_file import SpoolFile
from multipath.agent.items.value import Batch, Value
from multipath.errors import AgentError

MEMORY_VALUES = 20_000
_GATHER_S = 0.1
_RETRY_S = 5.0
_CONFIGURATION, _DROPPED = "configuration", "dropped"
_BROKEN = ".broken"
# What is wrong with the host, not with the file: the file may serve again later.
_PASSING = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
}
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SpoolState:
    """How the spool is: values that wait, since when, and how many were dropped ever."""

    depth: int
    oldest_clock_s: int | None
    dropped: int


class Spool:
    """Keeps values until they are acknowledged; ``put`` never waits.

    Args:
        path: its file; None to keep values in memory only.
        max_bytes: the oldest values are dropped when the file holds more.
        max_age_s: values are dropped when they are older.

    Attributes:
        session: of this process.
        configuration: what was kept last, empty when nothing was.
        trouble: why values cannot be stored just now, empty when they can.

    Raises:
        AgentError: another process uses the file.
    """

    def __init__(self, path: Path | None, max_bytes: int, max_age_s: float) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._max_age_s = max_age_s
        self.session = secrets.token_hex(16)
        self.configuration = ""
        self._file: SpoolFile | None = None
        self._file_lock = threading.Lock()
        self._pending: deque[tuple[int, Value]] = deque()
        self._pending_lock = threading.Lock()
        self._last_number = 0
        self._dropped = 0
        self._acknowledged: dict[str, int] = {}
        self._facts: dict[str, str | int] = {}
        self.trouble = ""
        self._stored: tuple[int, int | None] = (0, None)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._attempt(self._read_facts)

    def start(self) -> None:
        """Begin to write what is put."""
        self._thread.start()

    def bound(self, max_bytes: int, max_age_s: float) -> None:
        """Hold these bounds from the next writing on."""
        self._max_bytes, self._max_age_s = max_bytes, max_age_s

    def is_alive(self) -> bool:
        """Return whether its thread runs."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Write what waits, say how much stays, and close the file."""
        self._stop.set()
        self._wake.set()
        self._thread.join()
        depth = self.state().depth
        if depth and self._path and not self.trouble:
            _log.info("%d values wait in %s for the next start", depth, self._path)
        elif depth:
            _log.warning("ended with %d values undelivered", depth)
        with self._file_lock:
            self._close()

    def put(self, value: Value) -> None:
        """Take a value. Numbers rise by one from 1, so a repeated delivery is recognised."""
        with self._pending_lock:
            self._last_number += 1
            self._pending.append((self._last_number, value))
            if len(self._pending) > MEMORY_VALUES:
                self._pending.popleft()
                self._dropped += 1
        self._wake.set()

    def store(self) -> None:
        """Write what waits in memory now."""
        self._attempt(self._write)

    def keep(self, configuration: str) -> None:
        """Keep the configuration for the next start; it is then in ``configuration``."""
        with self._file_lock:
            self.configuration = self._facts[_CONFIGURATION] = configuration
        self._wake.set()

    def peek(self, limit: int) -> Batch | None:
        """Return the oldest values, which stay; None when all that is stored is acknowledged."""
        batch = self._attempt(lambda file: file.oldest(limit, self._acknowledged))
        if batch or not self.trouble:
            return batch
        with self._pending_lock:
            values = list(islice(self._pending, limit))
        return Batch(self.session, values) if values else None

    def acknowledge(self, batch: Batch) -> None:
        """Note that the server has a batch; it is removed from the file a moment later."""
        last_number, _ = batch.values[-1]
        with self._file_lock:
            self._acknowledged[batch.session] = last_number
            if batch.session == self.session:
                self._forget_pending(last_number)
        self._wake.set()

    def state(self) -> SpoolState:
        """Return how the spool was when it was last written; never waits for the disk."""
        depth, oldest_clock_s = self._stored
        with self._pending_lock:
            if oldest_clock_s is None and self._pending:
                oldest_clock_s = self._pending[0][1].clock_s
            return SpoolState(depth + len(self._pending), oldest_clock_s, self._dropped)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(_RETRY_S if self.trouble else None)
            self._wake.clear()
            self.store()
            self._stop.wait(_RETRY_S if self.trouble else _GATHER_S)
        self.store()

    def _attempt(self, action: Callable[[SpoolFile], _T]) -> _T | None:
        """Do something with the file; None when it cannot be done just now, which is said.

        A broken file is moved aside, and it is done with a new one.
        """
        with self._file_lock:
            for _ in range(2):
                try:
                    return action(self._open())
                except (sqlite3.Error, UnicodeDecodeError, OSError) as error:
                    if not self._is_replaced(error):
                        return None
        return None

    def _open(self) -> SpoolFile:
        if self._file is None:
            if self._path:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = SpoolFile(str(self._path or ":memory:"), self.session)
        return self._file

    def _close(self) -> None:
        if self._file:
            self._file.close()
        self._file = None

    def _is_replaced(self, error: Exception) -> bool:
        """Note what happened; return whether a new file took the place of a broken one."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_BUSY and not self._thread.is_alive():
            raise AgentError(
                f"another agent uses {self._path}; stop it, or give this one another --state"
            ) from error
        if code != sqlite3.SQLITE_FULL:
            self._close()
        if isinstance(error, OSError) or code in _PASSING or self._path is None:
            reason = str(error)
        else:
            reason = self._move_aside(error)
        if reason and reason != self.trouble:
            _log.error("cannot store values in %s: %s; keeping them in memory", self._path, reason)
        self.trouble = reason
        return not reason

    def _move_aside(self, error: Exception) -> str:
        """Put a broken file where the next one is not; return why that cannot be done."""
        assert self._path  # noqa: S101 - holds where it is called
        aside = self._path.with_name(self._path.name + _BROKEN)
        try:
            self._path.replace(aside)
            for part in ("-wal", "-shm"):
                self._path.with_name(self._path.name + part).unlink(missing_ok=True)
        except OSError as problem:
            return str(problem)
        _log.error("%s was broken (%s): moved to %s, a new one begun", self._path, error, aside)
        if self.configuration:
            self._facts[_CONFIGURATION] = self.configuration
        return ""

    def _read_facts(self, file: SpoolFile) -> None:
        configuration, dropped = file.fact(_CONFIGURATION), file.fact(_DROPPED)
        self.configuration = configuration if isinstance(configuration, str) else ""
        self._dropped = dropped if isinstance(dropped, int) else 0
        self._stored = file.depth, file.oldest_clock_s()

    def _write(self, file: SpoolFile) -> None:
        with self._pending_lock:
            values = list(self._pending)
            dropped = self._dropped
        file.write(values, self._acknowledged, self._facts | {_DROPPED: dropped})
        self._facts.clear()
        if values:
            self._forget_pending(values[-1][0])
        dropped = file.trim(self._max_bytes, int(time.time() - self._max_age_s))
        self._stored = file.depth, file.oldest_clock_s()
        with self._pending_lock:
            self._dropped += dropped
        if self.trouble:
            _log.info("can store values in %s again", self._path)
            self.trouble = ""

    def _forget_pending(self, last_number: int) -> None:
        with self._pending_lock:
            while self._pending and self._pending[0][0] <= last_number:
                self._pending.popleft()
