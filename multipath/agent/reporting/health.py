"""How the agent itself is: what explains an agent that falls silent."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from multipath import __version__
from multipath.agent.delivery.deliveries import Deliveries
from multipath.agent.engines.all import Engines

_STATM = Path("/proc/self/statm")
_DIGITS = 6


class Health:
    """Watches the agent between two reports. No method waits.

    Args:
        engines: what measures.
        deliveries: where values wait.
        stepped_s: tells by how much the wall clock was set of late.
    """

    def __init__(
        self, engines: Engines, deliveries: Deliveries, stepped_s: Callable[[], float]
    ) -> None:
        self._engines = engines
        self._deliveries = deliveries
        self._stepped_s = stepped_s
        self._started_s = self._reported_s = time.monotonic()
        self._used_s = time.process_time()
        self._lag_s = 0.0

    def note_lag(self, lag_s: float) -> None:
        """Note by how much the measuring thread woke too late."""
        self._lag_s = max(self._lag_s, lag_s)

    def report(self) -> str:
        """Return the value of the health item.

        Counts are since the agent started, ``dropped`` since the spool was made; CPU and the
        longest lag are since the last report. CPU is in percent of one core, for all threads. The
        spools of several servers are told of together.
        """
        now_s, used_s = time.monotonic(), time.process_time()
        passed_s = max(now_s - self._reported_s, 1e-3)
        spool = self._deliveries.state()
        oldest_s = 0 if spool.oldest_clock_s is None else time.time() - spool.oldest_clock_s
        value = {
            "version": __version__,
            "uptime_s": round(now_s - self._started_s),
            "spool": {
                "depth": spool.depth,
                "oldest_s": max(0, round(oldest_s)),
                "dropped": spool.dropped,
                "error": self._deliveries.trouble,
            },
            "send_errors": self._engines.send_errors,
            "overflowed": self._engines.overflowed(),
            "lag_s": round(self._lag_s, _DIGITS),
            "clock_step_s": round(self._stepped_s(), 3),
            "cpu_percent": round(100 * (used_s - self._used_s) / passed_s, 2),
            "rss_bytes": _rss_bytes(),
        }
        self._reported_s, self._used_s, self._lag_s = now_s, used_s, 0.0
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _rss_bytes() -> int:
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
