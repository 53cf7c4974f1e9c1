"""Talks with the Zabbix server or proxy: fetches the list of items, delivers values, shows life.

Values are offered only to a server that has told us its items: one that does not know them (yet, as
after a move within a proxy group) would take the values and drop them.
"""

import logging
import threading
import time
from collections.abc import Callable

from multipath.agent.config import Settings
from multipath.agent.connection import protocol
from multipath.agent.connection.exchange import DEADLINE_S, announce, exchange
from multipath.agent.connection.server import Server, Way
from multipath.agent.connection.tls import Security
from multipath.agent.delivery.duty import Duty
from multipath.agent.delivery.spool import Spool
from multipath.agent.items.task import Item
from multipath.agent.sockets.resolve import Resolver
from multipath.errors import AgentError

_DELIVERY_PERIOD_S = 1.0
_BATCH = 1000
_BATCHES_PER_TURN = 50
_FAREWELL_S = 1.0
_FORGET_AFTER_S = 300.0
_REDIRECTS_MAX = 4
_log = logging.getLogger(__name__)

Configure = Callable[[tuple[Item, ...]], None]


class Courier:
    """One conversation after the other with one cluster, in a thread of its own.

    Args:
        place: of the cluster in the settings; its first server that answers is talked to.
        configure: is called with the list of items each time it has changed.
    """

    def __init__(
        self,
        settings: Settings,
        place: int,
        resolver: Resolver,
        security: Security,
        spool: Spool,
        configure: Configure,
    ) -> None:
        self._settings = settings
        self._place = place
        self._resolver = resolver
        self._security = security
        self._spool = spool
        self._configure = configure
        self._begin()
        self._last_known_s: float | None = None
        self._said_unknown = False
        self._said_dropped = spool.state().dropped
        self._deadline_s = DEADLINE_S
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin, with the items of the last run until a server has been asked."""
        self._recall()
        self._thread.start()

    def is_alive(self) -> bool:
        """Return whether the thread runs."""
        return self._thread.is_alive()

    def follow(self, settings: Settings, security: Security) -> None:
        """Go by other settings from the next conversation on; the host name stays."""
        self._security = security
        self._settings = settings

    def leave(self) -> None:
        """Offer what is left one last time and end; does not wait for that."""
        self._stop.set()

    def stop(self) -> None:
        """The same, and wait for it a second or two."""
        self.leave()
        self._thread.join(_FAREWELL_S + 0.5)

    def _begin(self) -> None:
        """Know nothing of the servers."""
        self._way = Way(self._settings.servers[self._place])
        self._known_by: Server | None = None
        self._said_server = self._way.server
        self._reason = ""
        self._revision = 0

    def _run(self) -> None:
        deliver = Duty("deliver values", _DELIVERY_PERIOD_S, self._deliver)
        settings = self._settings
        refresh = Duty("fetch the configuration", settings.refresh_s, self._refresh)
        heartbeat = Duty("send the heartbeat", settings.heartbeat_s, self._show_life)
        duties = [refresh, heartbeat, deliver]
        while not self._stop.is_set():
            if settings is not self._settings:
                settings = self._settings
                self._begin()
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
        """Ask for changes; where a server does not answer, the next one."""
        for _ in range(len(self._way) - 1):
            try:
                self._fetch()
            except AgentError as error:
                self._reason = f": {error}"
            else:
                return
        self._fetch()

    def _fetch(self) -> None:
        for _ in range(_REDIRECTS_MAX):
            server, revision = self._way.server, self._revision
            if server != self._known_by:
                revision = 0
            self._revision = 0  # a server that comes back may be another
            request = protocol.checks_request(
                self._settings.hostname, self._spool.session, revision
            )
            reply = self._ask(request)
            if reply is not None:
                return self._note(server, protocol.read_checks(reply, revision))
        self._way.fail()
        raise AgentError(f"a proxy group sends us on and on, last to {self._way.server}")

    def _note(self, server: Server, checks: protocol.Checks) -> None:
        """Note what a server answered."""
        if checks.unknown_host:
            self._known_by = None
            self._note_unknown(checks.unknown_host)
            return
        if server != self._said_server:
            _log.info("talking with %s now%s", server, self._reason)
        self._known_by = self._said_server = server
        self._reason = ""
        self._said_unknown = False
        self._last_known_s = time.monotonic()
        self._revision = checks.revision
        if checks.items is not None:
            self._adopt(checks.items)

    def _ask(self, message: protocol.Message) -> object | None:
        """Return the reply; None when we are to ask elsewhere.

        Raises:
            AgentError: there is none; the next question goes to the next server.
        """
        server = self._way.server
        try:
            reply = exchange(server, self._resolver, self._security, message, self._deadline_s)
            redirect = protocol.read_redirect(reply)
        except AgentError:
            self._way.fail()
            raise
        if redirect is None:
            return reply
        self._reason = f": {server} sends us there"
        self._way.follow(redirect)
        return None

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
                self._way.server,
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
        announce(self._way.server, self._resolver, self._security, message, self._deadline_s)

    def _deliver(self) -> None:
        dropped = self._spool.state().dropped
        if dropped > self._said_dropped:
            _log.error("%d values dropped so far: no room for them, or too old", dropped)
            self._said_dropped = dropped
        for _ in range(_BATCHES_PER_TURN):
            if self._way.server != self._known_by:
                return
            batch = self._spool.peek(_BATCH)
            if batch is None:
                return
            request = protocol.values_request(self._settings.hostname, batch)
            reply = self._ask(request)
            if reply is None:
                return
            protocol.read_receipt(reply)
            self._spool.acknowledge(batch)
