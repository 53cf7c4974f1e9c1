"""The agent as a whole: the measuring loop in the calling thread, the couriers beside it."""

import logging
import os
import time
from collections.abc import Callable

from multipath import __version__
from multipath.agent.config import Settings
from multipath.agent.connection.server import format_clusters
from multipath.agent.cycle.schedule import NS_PER_S, tick_s
from multipath.agent.delivery.deliveries import Deliveries
from multipath.agent.echo_service import EchoService
from multipath.agent.engines.all import Engines
from multipath.agent.items.task import Probe, plan_task
from multipath.agent.probing.prober import Prober
from multipath.agent.reload import reload
from multipath.agent.reporting.exporter import Exporter
from multipath.agent.reporting.health import Health
from multipath.agent.reporting.notify import Notifier
from multipath.agent.reporting.packet_log import PacketLog
from multipath.agent.reporting.reporter import Reporter
from multipath.agent.sockets.clock import ValueClock
from multipath.agent.sockets.resolve import Resolver
from multipath.agent.sockets.watch import Watch
from multipath.errors import AgentError, ConfigError

_IDLE_S = 0.25
_CHECK_NS = NS_PER_S
_log = logging.getLogger(__name__)


class Agent:
    """Measures what the server says, until it is told to stop.

    Args:
        settings: what to go by.
        read_settings: reads them again when a reload is asked for.

    Raises:
        AgentError: no ICMP socket may be opened, another agent uses the spool, or Prometheus
            cannot be served where the settings say.
    """

    def __init__(self, settings: Settings, read_settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._read_settings = read_settings
        self._watch = Watch()
        self._stopping = False
        self._reloading = False
        self._edges = 0
        self._value_clock = ValueClock()
        self._engines = Engines(self._watch)
        self._echo = None if settings.echo is None else EchoService(self._watch, settings.echo)
        self._resolver = Resolver()
        self._deliveries = Deliveries(settings, self._resolver, self._watch.wake)
        self._health = Health(self._engines, self._deliveries, self._value_clock.stepped_s)
        self._packet_log = _packet_log(settings)
        self._prober = Prober(
            self._engines.by_kind,
            self._resolver,
            self._deliver,
            self._health.report,
            self._packet_log.write if self._packet_log else None,
        )
        self._exporter: Exporter | None = None
        if settings.prometheus:
            health = Health(self._engines, self._deliveries, self._value_clock.stepped_s)
            self._exporter = Exporter(settings.prometheus, health)
        self._notifier = Notifier(os.environ)
        self._reporter = Reporter(settings, self._deliveries, self._notifier, lambda: self._edges)
        self._overflowed = 0
        self._check_due_ns = 0

    def reload(self) -> None:
        """Read the settings again and follow them; may be called as ``stop``."""
        self._reloading = True
        self._watch.wake()

    def stop(self) -> None:
        """Make ``run`` return; may be called from a signal handler or another thread."""
        self._stopping = True
        self._watch.wake()

    def run(self) -> None:
        """Measure until stopped, then offer what is left one last time."""
        settings = self._settings
        self._reporter.start()
        _log.info(
            "started version=%s server=%s hostname=%s state=%s %s",
            __version__,
            format_clusters(settings.servers),
            settings.hostname,
            settings.state or "none",
            self._engines.describe(),
        )
        if settings.state is None:
            _log.warning("values wait in memory only: a restart loses them; give --state DIR")
        if self._packet_log:
            self._packet_log.start()
        if self._exporter:
            self._exporter.start()
        self._deliveries.start()
        self._notifier.ready()
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._notifier.stopping()
            self._deliveries.stop()
            if self._packet_log:
                self._packet_log.stop()
            if self._exporter:
                self._exporter.stop()
            self._resolver.close()
            self._engines.close()
            if self._echo:
                self._echo.close()
            _log.info("stopped")
            self._reporter.stop()
            self._notifier.close()

    def _turn(self) -> None:
        """Do what is due, then sleep until the next thing is, but not less than a tick.

        The tick bounds the number of wake-ups at high rates. It does not blur the figures: the
        kernel stamps the packets.
        """
        if self._reloading:
            self._reload()
        now_ns = time.monotonic_ns()
        if now_ns >= self._check_due_ns:
            self._check_due_ns = now_ns + _CHECK_NS
            self._check()
        self._notifier.alive(now_ns)
        if self._deliveries.has_news:
            self._apply(now_ns)
        if self._echo:
            self._echo.resume()
        due_ns = self._prober.tick(now_ns)
        if self._exporter:
            self._exporter.tick(now_ns)
        idle_s = _IDLE_S if due_ns is None else (due_ns - time.monotonic_ns()) / NS_PER_S
        if not (self._stopping or self._reloading or self._deliveries.has_news):
            pause_s = min(max(idle_s, tick_s(self._prober.packets_per_s)), _IDLE_S)
            lag_s = self._watch.sleep(pause_s)
            if lag_s is not None:
                self._health.note_lag(lag_s)
                if self._exporter:
                    self._exporter.health.note_lag(lag_s)

    def _apply(self, now_ns: int) -> None:
        items = self._deliveries.items()
        tasks = tuple(map(plan_task, items))
        self._edges = len({task.spec.edge for task in tasks if isinstance(task, Probe)})
        if self._exporter:
            self._exporter.follow(tasks)
        self._prober.configure(tasks, now_ns)
        self._value_clock.keep({item.itemid for item in items})

    def _reload(self) -> None:
        """Follow what can be followed of the settings as they are now; bad ones change nothing."""
        self._reloading = False
        self._notifier.reloading()
        try:
            result = reload(self._settings, self._read_settings())
            self._deliveries.follow(result.settings)
        except ConfigError as error:
            _log.error("cannot reload, the settings stay as they were: %s", error)
        else:
            self._settings = result.settings
            self._reporter.follow(result.settings)
            _log.info("reloaded, changed: %s", ", ".join(result.followed) or "nothing")
            if result.kept:
                _log.warning("a restart is needed to change: %s", ", ".join(result.kept))
        self._notifier.ready()

    def _deliver(self, itemid: int, text: str, unsupported: bool) -> None:
        clock_s, ns = self._value_clock.stamp(itemid)
        if self._exporter and not unsupported:
            self._exporter.note(itemid, text, clock_s)
        self._deliveries.put(itemid, text, clock_s, ns, unsupported)

    def _check(self) -> None:
        """See whether all is still well with the agent itself."""
        if not self._deliveries.is_alive():
            raise AgentError("a thread of the agent has died; start the agent again")
        overflowed = self._engines.overflowed()
        if overflowed > self._overflowed:
            _log.warning(
                "%d packets were dropped on this host because its receive buffer was full: "
                "losses of this time are too high; raise net.core.rmem_max",
                overflowed - self._overflowed,
            )
        self._overflowed = overflowed


def _packet_log(settings: Settings) -> PacketLog | None:
    if settings.packet_log is None:
        return None
    return PacketLog(settings.packet_log, settings.packet_log_bytes, settings.packet_log_age_s)
