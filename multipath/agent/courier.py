"""Talks with the Zabbix server or proxy: fetches the list of items, delivers values, shows life."""

import logging
import threading
import time
from collections.abc import Callable

from multipath.agent import protocol
from multipath.agent.config import Settings
from multipath.agent.exchange import DEADLINE_S, announce, exchange
from multipath.agent.resolve import Resolver
from multipath.agent.spool import Spool
from multipath.agent.task import Item
from multipath.errors import AgentError

_DELIVERY_PERIOD_S = 1.0
_BACKOFF_MAX_S = 30.0
_BATCH = 1000
_BATCHES_PER_TURN = 50
_FAREWELL_S = 1.0
_FORGET_AFTER_S = 300.0
_log = logging.getLogger(__name__)

Configure = Callable[[tuple[Item, ...]], None]


class Duty:
    """Something done again and again; a failure is logged once and tried again ever later."""

    def __init__(self, name: str, period_s: float, action: Callable[[], None]) -> None:
        self._name = name
        self._period_s = period_s
        self._action = action
        self._failures = 0
        self._error = ""
        self.due_s = 0.0

    def renew(self, period_s: float) -> None:
        """Do it at once, and from then on with another period."""
        self._period_s = period_s
        self.due_s = 0.0

    def perform(self) -> None:
        """Do it, and set the next time."""
        try:
            self._action()
        except AgentError as error:
            self._failures += 1
            if str(error) != self._error:
                self._error = str(error)
                _log.error("cannot %s: %s; trying again", self._name, error)
        else:
            if self._failures:
                _log.info("can %s again, after %d attempts", self._name, self._failures)
            self._failures = 0
            self._error = ""
        later_s = min(self._period_s * 2 ** min(self._failures, 10), _BACKOFF_MAX_S)
        self.due_s = time.monotonic() + max(later_s, self._period_s)


class Courier:
    """One conversation after the other with one server, in a thread of its own.

    Args:
        configure: is called with the list of items each time it has changed.
    """

    def __init__(
        self, settings: Settings, resolver: Resolver, spool: Spool, configure: Configure
    ) -> None:
        self._settings = settings
        self._resolver = resolver
        self._spool = spool
        self._configure = configure
        self._revision = 0
        self._last_known_s: float | None = None
        self._said_unknown = False
        self._said_dropped = spool.state().dropped
        self._deadline_s = DEADLINE_S
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin, with the items of the last run until the server has been asked."""
        self._recall()
        self._thread.start()

    def is_alive(self) -> bool:
        """Return whether the thread runs."""
        return self._thread.is_alive()

    def follow(self, settings: Settings) -> None:
        """Go by other settings from the next conversation on; the host name stays."""
        self._settings = settings
        self._revision = 0

    def stop(self) -> None:
        """Offer what is left one last time and end, within a second or two."""
        self._stop.set()
        self._thread.join(_FAREWELL_S + 0.5)

    def _run(self) -> None:
        deliver = Duty("deliver values", _DELIVERY_PERIOD_S, self._deliver)
        settings = self._settings
        refresh = Duty("fetch the configuration", settings.refresh_s, self._refresh)
        heartbeat = Duty("send the heartbeat", settings.heartbeat_s, self._show_life)
        duties = [refresh, heartbeat, deliver]
        while not self._stop.is_set():
            if settings is not self._settings:
                settings = self._settings
                refresh.renew(settings.refresh_s)
                heartbeat.renew(settings.heartbeat_s)
            for duty in duties:
                if duty.due_s <= time.monotonic() and not self._stop.is_set():
                    duty.perform()
            self._stop.wait(max(0.0, min(duty.due_s for duty in duties) - time.monotonic()))
        self._deadline_s = _FAREWELL_S
        self._spool.store()
        deliver.perform()

    def _recall(self) -> None:
        if not self._spool.configuration:
            return
        try:
            items = protocol.parse_items(self._spool.configuration)
        except AgentError as error:
            _log.error("cannot read what was measured last: %s", error)
            return
        self._last_known_s = time.monotonic()
        self._configure(items)

    def _refresh(self) -> None:
        settings = self._settings
        request = protocol.checks_request(settings.hostname, self._spool.session, self._revision)
        revision, self._revision = self._revision, 0  # a server that comes back may be another
        reply = exchange(settings.server, self._resolver, request, self._deadline_s)
        if settings is not self._settings:
            return  # another server was set meanwhile
        checks = protocol.read_checks(reply, revision)
        if checks.unknown_host:
            self._note_unknown(checks.unknown_host)
            return
        self._said_unknown = False
        self._last_known_s = time.monotonic()
        self._revision = checks.revision
        if checks.items is not None:
            self._adopt(checks.items)

    def _adopt(self, items: tuple[Item, ...]) -> None:
        """Measure these items from now on, and after a restart."""
        configuration = protocol.format_items(items)
        if configuration != self._spool.configuration:
            self._spool.keep(configuration)
        self._configure(items)

    def _note_unknown(self, words: str) -> None:
        """Say it once; stop measuring for a host that stays unknown, not for a server's restart."""
        if not self._said_unknown:
            self._said_unknown = True
            _log.warning(
                "%s knows no such host (%s): is the topology deployed, is the host name %r right? "
                "Asking again every %g s",
                self._settings.server,
                words,
                self._settings.hostname,
                self._settings.refresh_s,
            )
        last_known_s = self._last_known_s
        if last_known_s is not None and time.monotonic() - last_known_s > _FORGET_AFTER_S:
            self._last_known_s = None
            self._adopt(())

    def _show_life(self) -> None:
        if not self._revision:
            return  # servers without revisions (6.0) know no heartbeats
        message = protocol.heartbeat(self._settings.hostname, self._settings.heartbeat_s)
        announce(self._settings.server, self._resolver, message, self._deadline_s)

    def _deliver(self) -> None:
        dropped = self._spool.state().dropped
        if dropped > self._said_dropped:
            _log.error("%d values dropped so far: no room for them, or too old", dropped)
            self._said_dropped = dropped
        for _ in range(_BATCHES_PER_TURN):
            batch = self._spool.peek(_BATCH)
            if batch is None:
                return
            request = protocol.values_request(self._settings.hostname, batch)
            reply = exchange(self._settings.server, self._resolver, request, self._deadline_s)
            protocol.read_receipt(reply)
            self._spool.acknowledge(batch)
