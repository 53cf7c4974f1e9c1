"""The constant-ping log: a line per packet, in a file per edge, as operators keep it."""

import logging
import queue
import threading
from collections import defaultdict
from pathlib import Path

from multipath.agent.items.key import ProbeSpec
from multipath.agent.reporting.log_files import LogFiles

LINES_MAX = 20_000
_BATCH_MAX = 2_000
_log = logging.getLogger(__name__)

_Line = tuple[tuple[str, str, str], str]


class PacketLog:
    """Writes in a thread of its own, so that a slow or full disk never disturbs measuring.

    Lines that find no room, in memory or on disk, are dropped; the log of the agent says so.
    """

    def __init__(self, folder: Path, size_bytes: int, age_s: float) -> None:
        self._folder = folder
        self._files = LogFiles(folder, size_bytes, age_s)
        self._lines: queue.Queue[_Line | None] = queue.Queue(LINES_MAX)
        self._thread = threading.Thread(target=self._run, name="packet-log", daemon=True)
        self._trouble = ""
        self._refused = self._dropped = self._told = 0

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is there, and end within a second or two."""
        try:
            self._lines.put(None, timeout=1.0)
        except queue.Full:
            return
        self._thread.join(1.0)

    def write(self, spec: ProbeSpec, line: str) -> None:
        """Have a line written; never waits."""
        try:
            self._lines.put_nowait(((spec.topology, spec.from_node, spec.to_node), line))
        except queue.Full:
            self._refused += 1

    def _run(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._take()
            by_edge: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
            for edge, line in batch:
                by_edge[edge].append(f"{line}\n")
            for edge, lines in by_edge.items():
                self._append(edge, lines)

    def _take(self) -> tuple[list[_Line], bool]:
        """Wait for lines and return all that are there, and whether more may come."""
        batch: list[_Line] = []
        line = self._lines.get()
        while line is not None:
            batch.append(line)
            if len(batch) >= _BATCH_MAX:
                return batch, True
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _append(self, edge: tuple[str, str, str], lines: list[str]) -> None:
        try:
            self._files.append(edge, "".join(lines).encode())
        except OSError as error:
            self._dropped += len(lines)
            trouble = error.strerror or str(error)
            if trouble != self._trouble:
                _log.error("cannot write packets to %s: %s; trying again", self._folder, trouble)
            self._trouble = trouble
            return
        if self._trouble:
            _log.info("can write packets to %s again", self._folder)
            self._trouble = ""
        dropped = self._dropped + self._refused
        if dropped > self._told:
            _log.warning("%d lines of %s were dropped", dropped - self._told, self._folder)
            self._told = dropped
