"""Every way of sending that the agent has, by the kind of probe."""

from typing import Any

from multipath.agent.engine import Engine
from multipath.agent.icmp import IcmpEngine
from multipath.agent.streams import StreamEngine
from multipath.agent.tcp import TcpAttempt
from multipath.agent.watch import Watch

Engines = dict[str, Engine[Any, Any]]


def open_engines(watch: Watch) -> tuple[IcmpEngine, Engines]:
    """Return the ICMP engine, and it with all others by kind.

    Raises:
        AgentError: no ICMP socket may be opened.
    """
    icmp = IcmpEngine()
    return icmp, {"icmp": icmp, "tcp": StreamEngine(watch, {"tcp": TcpAttempt})}
