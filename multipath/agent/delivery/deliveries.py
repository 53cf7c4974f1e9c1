"""All servers that get values: for each a spool and a courier; what they ask for, as one list."""

from collections.abc import Callable
from functools import partial

from multipath.agent.config import Settings
from multipath.agent.connection.tls import Security
from multipath.agent.delivery.courier import Courier
from multipath.agent.delivery.recipients import Recipient, merge
from multipath.agent.delivery.spool import Spool, SpoolState
from multipath.agent.items.task import Item
from multipath.agent.items.value import Value
from multipath.agent.sockets.resolve import Resolver


class Deliveries:
    """Takes values for all servers, and tells what these ask for.

    Args:
        wake: is called, from another thread, when they ask for something else.

    Raises:
        AgentError: another agent uses a spool.
        ConfigError: a file of the TLS settings cannot be used.
    """

    def __init__(self, settings: Settings, resolver: Resolver, wake: Callable[[], None]) -> None:
        self._wake = wake
        security = Security(settings.tls)
        self._news: dict[int, tuple[Item, ...]] = {}
        self._lists: list[tuple[Item, ...]] = [()] * len(settings.servers)
        self._recipients: dict[int, list[Recipient]] = {}
        self._spools = [
            Spool(settings.spool(cluster), settings.spool_bytes, settings.spool_age_s)
            for cluster in settings.servers
        ]
        self._couriers = [
            Courier(settings, place, resolver, security, spool, partial(self._receive, place))
            for place, spool in enumerate(self._spools)
        ]

    def start(self) -> None:
        """Begin."""
        for spool, courier in zip(self._spools, self._couriers, strict=True):
            spool.start()
            courier.start()

    def is_alive(self) -> bool:
        """Return whether all threads run."""
        return all(worker.is_alive() for worker in self._couriers) and all(
            worker.is_alive() for worker in self._spools
        )

    def stop(self) -> None:
        """Offer what is left one last time and end, within a second or two."""
        for courier in self._couriers:
            courier.leave()
        for spool, courier in zip(self._spools, self._couriers, strict=True):
            courier.stop()
            spool.stop()

    def follow(self, settings: Settings) -> None:
        """Go by other settings, and the files of TLS as they are now; the number of servers stays.

        Raises:
            ConfigError: such a file cannot be used; nothing has changed.
        """
        security = Security(settings.tls)
        for spool, courier in zip(self._spools, self._couriers, strict=True):
            courier.follow(settings, security)
            spool.bound(settings.spool_bytes, settings.spool_age_s)

    @property
    def has_news(self) -> bool:
        """Whether there is something else to measure: ``items`` tells it."""
        return bool(self._news)

    def items(self) -> tuple[Item, ...]:
        """Return what is to be measured for all servers, by ids of its own."""
        while self._news:
            place, items = self._news.popitem()
            self._lists[place] = items
        merged, self._recipients = merge(self._lists)
        return merged

    def put(self, itemid: int, text: str, clock_s: int, ns: int, unsupported: bool) -> None:
        """Take a value of an item of ``items``; never waits."""
        for place, theirs in self._recipients.get(itemid, ()):
            self._spools[place].put(Value(theirs, text, clock_s, ns, unsupported))

    def state(self) -> SpoolState:
        """Return how the spools are together; never waits for the disk."""
        states = [spool.state() for spool in self._spools]
        clocks_s = [state.oldest_clock_s for state in states if state.oldest_clock_s is not None]
        return SpoolState(
            sum(state.depth for state in states),
            min(clocks_s, default=None),
            sum(state.dropped for state in states),
        )

    @property
    def trouble(self) -> str:
        """Why values cannot be stored just now, empty when they can."""
        return "; ".join(spool.trouble for spool in self._spools if spool.trouble)

    def _receive(self, place: int, items: tuple[Item, ...]) -> None:
        self._news[place] = items
        self._wake()
