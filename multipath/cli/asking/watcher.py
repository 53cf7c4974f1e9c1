"""Reads a path again and again beside the terminal, so that no slow Zabbix holds up a key."""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from multipath.errors import MultipathError, ZabbixError
from multipath.report.snapshot import Snapshot
from multipath.topology.edges import edges
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.live import snapshot
from multipath.zabbix.profile import Profile

_LEAST_S, _MOST_S = 1.0, 30.0
_FIRST_S = 60.0
_END_S = 2.0


@dataclass(frozen=True, slots=True)
class Seen:
    """The latest snapshot, and why there is no newer one; empty if that is the latest."""

    snapshot: Snapshot
    trouble: str = ""


class Watcher:
    """Takes snapshots of a path, twice a cycle, until it is left.

    Args:
        zabbix: where from.
        topology: of which.
    """

    def __init__(self, zabbix: Profile, topology: Topology) -> None:
        self._zabbix = zabbix
        self._topology = topology
        cycle_s = min(edge.probe.cycle_s for edge in edges(topology))
        self.every_s = min(max(cycle_s / 2, _LEAST_S), _MOST_S)
        self._seen: Seen | None = None
        self._failure: MultipathError | None = None
        self._told = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(_END_S)

    def latest(self) -> Seen:
        """Return what was seen last; the first time, wait for it.

        Raises:
            MultipathError: nothing was seen ever.
        """
        self._told.wait(_FIRST_S)
        if self._failure:
            raise self._failure
        if self._seen is None:
            raise ZabbixError(f"no answer from {self._zabbix.url} within {_FIRST_S:g} s")
        return self._seen

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with Client(self._zabbix) as client:
                    while not self._stop.is_set():
                        self._seen = Seen(snapshot(client, self._topology, time.time()))
                        self._told.set()
                        self._stop.wait(self.every_s)
            except MultipathError as error:
                if self._seen is None:
                    self._failure = error
                    self._told.set()
                    return
                self._seen = Seen(self._seen.snapshot, str(error))
                self._stop.wait(self.every_s)
