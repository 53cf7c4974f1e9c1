"""Keeps what the agent says of itself up to date: for systemd, and in the status file."""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from multipath import __version__
from multipath.agent.config import Settings
from multipath.agent.connection.server import format_clusters
from multipath.agent.delivery.deliveries import Deliveries
from multipath.agent.reporting.log import RecentLines
from multipath.agent.reporting.notify import Notifier
from multipath.agent.reporting.status import StatusFile

_PERIOD_S = 5.0
_log = logging.getLogger(__name__)


class Reporter:
    """Reports every few seconds, in a thread of its own: no measuring waits for a disk.

    Args:
        edges: how many edges are measured just now.
    """

    def __init__(
        self,
        settings: Settings,
        deliveries: Deliveries,
        notifier: Notifier,
        edges: Callable[[], int],
    ) -> None:
        self._path = settings.status
        self._facts: dict[str, Any] = {
            "version": __version__,
            "pid": os.getpid(),
            "server": format_clusters(settings.servers),
            "hostname": settings.hostname,
            "started_s": round(time.time()),
            "ended_s": None,
        }
        self._deliveries = deliveries
        self._notifier = notifier
        self._edges = edges
        self._lines = RecentLines()
        self._file: StatusFile | None = None
        self._error = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin."""
        logging.getLogger().addHandler(self._lines)
        self._thread.start()

    def follow(self, settings: Settings) -> None:
        """Report with other settings from now on."""
        self._facts["server"] = format_clusters(settings.servers)

    def stop(self) -> None:
        """Report one last time that the agent ended."""
        self._stop.set()
        self._thread.join(_PERIOD_S)
        self._facts["ended_s"] = round(time.time())
        self._report()
        logging.getLogger().removeHandler(self._lines)
        if self._file:
            self._file.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._report()
            self._stop.wait(_PERIOD_S)

    def _report(self) -> None:
        spool, edges = self._deliveries.state(), self._edges()
        self._notifier.status(f"{edges} edges, {spool.depth} values wait")
        facts = {
            **self._facts,
            "said_s": round(time.time()),
            "edges": edges,
            "spool": {
                "depth": spool.depth,
                "oldest_clock_s": spool.oldest_clock_s,
                "dropped": spool.dropped,
                "error": self._deliveries.trouble,
            },
            "log": self._lines.lines(),
        }
        if self._path is None:
            return
        try:
            if self._file is None:
                self._file = StatusFile(self._path)
            self._file.write(facts)
        except OSError as error:
            if str(error) != self._error:
                self._error = str(error)
                _log.warning("cannot write the status to %s: %s", self._path, error)
