"""What the measuring loop knows of a way of sending packets: ICMP, TCP and the others."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from multipath.agent.cycle.account import Packets
from multipath.agent.items.key import ProbeSpec
from multipath.agent.sockets.resolve import Endpoint


class Target(Protocol):
    """Where an edge's packets go, and all that stays the same from cycle to cycle."""

    @property
    def endpoint(self) -> Endpoint:
        """The address that it was made for."""


T = TypeVar("T", bound=Target)
F = TypeVar("F", bound=Packets)


class Engine(Protocol[T, F]):
    """Sends the packets of cycles (*flights*) and notes what becomes of each. No method waits."""

    send_errors: int
    """Packets that this host could not send, since the start."""

    def is_ready(self, spec: ProbeSpec) -> bool:
        """Return whether all is there that such packets take; what is not is being read."""

    def aim(self, endpoint: Endpoint, spec: ProbeSpec) -> T:
        """Return a target for ``begin``.

        Raises:
            AgentError: this host cannot send what is asked for.
        """

    def drop(self, target: T) -> None:
        """Let go of a target: no flight to it begins any more, those that have begun go on."""

    def begin(self, target: T, count: int) -> F:
        """Begin a cycle of so many packets; the one before to this target sends no more."""

    def send(self, flights: Sequence[F]) -> list[F]:
        """Send the next packet of each flight; return those that are left for a little later."""

    def drain(self) -> None:
        """Note all that has come, and let go of what has waited long enough."""

    def end(self, flight: F) -> None:
        """Wait for nothing more of a flight; its figures do not change from now on."""

    def overflowed(self) -> int:
        """Return how many replies were lost on this host, since the start."""

    def close(self) -> None:
        """Close all sockets."""
