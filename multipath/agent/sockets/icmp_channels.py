"""The ICMP sockets of a process: one per address family, and one per marks that edges ask for."""

import socket
from collections.abc import Iterator

from multipath.agent.items.key import PLAIN, Marks
from multipath.agent.sockets.icmp_socket import IcmpSocket
from multipath.errors import AgentError

CHANNELS_MAX = 64
_FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}


class IcmpChannels:
    """Opens sockets when edges need them, and closes those that are for some edges only.

    Iterating yields those that have been used.

    Raises:
        AgentError: no ICMP socket may be opened at all.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[socket.AddressFamily, Marks], IcmpSocket] = {}
        self._missing: dict[socket.AddressFamily, str] = {}
        self._used: dict[IcmpSocket, None] = {}
        self._overflowed = 0
        for family in _FAMILIES.values():
            try:
                self._open[family, PLAIN] = IcmpSocket(family)
            except AgentError as error:
                self._missing[family] = str(error)
        if not self._open:
            raise AgentError(self._missing[socket.AF_INET])

    def __iter__(self) -> Iterator[IcmpSocket]:
        return iter(self._used)

    def enter(self, family: socket.AddressFamily, marks: Marks) -> IcmpSocket:
        """Return the socket for such packets, to be left once.

        Raises:
            AgentError: this host has none.
        """
        if family in self._missing:
            raise AgentError(self._missing[family])
        channel = self._open.get((family, marks))
        if channel is None:
            if len(self._open) >= CHANNELS_MAX:
                most = f"more than {CHANNELS_MAX} combinations of dscp, df and source"
                raise AgentError(f"the edges ask for {most}")
            channel = self._open[family, marks] = IcmpSocket(family, marks)
        channel.users += 1
        self._used[channel] = None
        return channel

    def leave(self, channel: IcmpSocket) -> None:
        """Let go of a socket."""
        channel.users -= 1
        if not channel.users and channel.marks != PLAIN:
            self._overflowed += channel.overflowed()
            del self._open[channel.family, channel.marks], self._used[channel]
            channel.close()

    def overflowed(self) -> int:
        """Return how many packets the kernel dropped because they were not read in time."""
        return self._overflowed + sum(channel.overflowed() for channel in self._open.values())

    def describe(self) -> str:
        """Return in a few words what there is."""
        parts = []
        for name, family in _FAMILIES.items():
            channel = self._open.get((family, PLAIN))
            kind = "none" if channel is None else "raw" if channel.is_raw else "ping"
            parts.append(f"{name}={kind}")
        return " ".join(parts)

    def close(self) -> None:
        """Close all sockets."""
        for channel in self._open.values():
            channel.close()
