"""All ways of sending packets that the agent has."""

from collections.abc import Mapping
from typing import Any

from multipath.agent.engines.engine import Engine
from multipath.agent.engines.http import HttpAttempt
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.engines.streams import StreamEngine
from multipath.agent.engines.tcp import TcpAttempt
from multipath.agent.engines.udp import UdpEngine
from multipath.agent.sockets.watch import Watch

STREAMS = {"tcp": TcpAttempt, "http": HttpAttempt, "https": HttpAttempt}


class Engines:
    """The engines by the kinds of probes that each is for.

    Raises:
        AgentError: no ICMP socket may be opened at all.
    """

    def __init__(self, watch: Watch) -> None:
        self._icmp = IcmpEngine()
        streams, udp = StreamEngine(watch, STREAMS), UdpEngine()
        self._all: tuple[Engine[Any, Any], ...] = (self._icmp, streams, udp)
        self.by_kind: Mapping[str, Engine[Any, Any]] = {
            "icmp": self._icmp,
            "udp": udp,
            **dict.fromkeys(STREAMS, streams),
        }

    @property
    def send_errors(self) -> int:
        """Packets that this host could not send, since the start."""
        return sum(engine.send_errors for engine in self._all)

    def overflowed(self) -> int:
        """Return how many replies were lost on this host, since the start."""
        return sum(engine.overflowed() for engine in self._all)

    def describe(self) -> str:
        """Return in a few words what the agent may use."""
        return self._icmp.describe()

    def close(self) -> None:
        """Close all sockets."""
        for engine in self._all:
            engine.close()
