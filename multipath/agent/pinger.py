"""A constant ping to one place: the agent's own way of sending, told packet by packet."""

import time
from collections import deque
from collections.abc import Callable

from multipath.agent.cycle.account import Measurement, Packets, account
from multipath.agent.cycle.fates import Fates, time_of_day
from multipath.agent.cycle.schedule import next_packet_ns, to_ns
from multipath.agent.engines.flight import Flight, Target
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.items.key import ProbeSpec
from multipath.agent.sockets.resolve import Endpoint, Resolver
from multipath.errors import AgentError

FLIGHT_PACKETS = 500
_KEPT_FLIGHTS = 2000
_TICK_S = 0.01
_PATIENCE_S = 5.0


class Pinger:
    """Sends until it has sent ``count`` packets, or is stopped.

    Args:
        count: how many to send; None: no end.
    """

    def __init__(
        self,
        engine: IcmpEngine,
        resolver: Resolver,
        spec: ProbeSpec,
        interval_s: float,
        count: int | None = None,
    ) -> None:
        self._engine = engine
        self._resolver = resolver
        self._spec = spec
        self._gap_ns = to_ns(interval_s)
        self._count = count
        self._sent = 0
        self._stops = 0
        self._target: Target | None = None
        self._flight: Flight | None = None
        self._open: list[tuple[Flight, Fates]] = []
        self._over: deque[Flight] = deque(maxlen=_KEPT_FLIGHTS)

    @property
    def address(self) -> str:
        """Where the packets go; empty before the first."""
        return self._target.endpoint.address if self._target else ""

    def stop(self) -> None:
        """Send no more; the second time, also wait for nothing. May be called from anywhere."""
        self._stops += 1

    def resolve(self) -> str:
        """Return the address to begin with.

        Raises:
            AgentError: the name has none, or this host cannot send there.
        """
        answer = self._resolver.lookup(self._spec.address, _PATIENCE_S)
        if answer.endpoint is None:
            raise AgentError(answer.error)
        self._target = self._engine.aim(answer.endpoint, self._spec)
        return self.address

    def run(self, tell: Callable[[str], None]) -> None:
        """Send and tell a line for each packet when its fate is known; ``resolve`` comes first."""
        due_ns = time.monotonic_ns()
        while True:
            now_ns = time.monotonic_ns()
            if self._is_sending and now_ns >= due_ns and self._send(tell):
                due_ns = next_packet_ns(due_ns, self._gap_ns, now_ns)
            self._engine.drain()
            self._tell(tell)
            if not self._is_sending and (self._stops > 1 or not self._waits):
                return
            left_s = (due_ns - time.monotonic_ns()) / 1e9
            time.sleep(min(max(left_s, 0.0), _TICK_S) if self._is_sending else _TICK_S)

    def summary(self) -> Measurement:
        """Return the figures of all packets, or of the last million."""
        total = Packets(0)
        for flight in (*self._over, *(flight for flight, _ in self._open)):
            total.extend(flight, flight.next)
        return account(total, self._spec.timeout_s, self.address)

    @property
    def _is_sending(self) -> bool:
        return not self._stops and self._sent != self._count

    @property
    def _waits(self) -> bool:
        return any(fates.waits for _, fates in self._open)

    def _send(self, tell: Callable[[str], None]) -> bool:
        endpoint = self._resolver.lookup(self._spec.address).endpoint
        if endpoint and self._target and endpoint != self._target.endpoint:
            self._move(endpoint, tell)
        if self._flight is None or self._flight.next == FLIGHT_PACKETS:
            self._begin()
        if self._flight is None or self._engine.send([self._flight]):
            return False
        self._sent += 1
        return True

    def _move(self, endpoint: Endpoint, tell: Callable[[str], None]) -> None:
        former = self.address
        self._target = self._engine.aim(endpoint, self._spec)
        self._flight = None
        now = time_of_day(time.time_ns())
        tell(f"{now} {self._spec.address} is at {endpoint.address} now, was {former}")

    def _begin(self) -> None:
        if self._target is None:
            return
        self._flight = self._engine.begin(self._target, FLIGHT_PACKETS)
        fates = Fates(self._flight, self._spec.timeout_s, self.address, self._sent)
        self._open.append((self._flight, fates))

    def _tell(self, tell: Callable[[str], None]) -> None:
        now_ns = time.monotonic_ns()
        offset_ns = time.time_ns() - now_ns
        for flight, fates in tuple(self._open):
            for line in fates.news(now_ns, offset_ns):
                tell(line)
            last_ns = flight.sent_ns[flight.next - 1] if flight.next else now_ns
            is_past = now_ns - last_ns > 2 * to_ns(self._spec.timeout_s)
            if flight is not self._flight and is_past and not fates.waits:
                self._engine.end(flight)
                self._over.append(flight)
                self._open.remove((flight, fates))
