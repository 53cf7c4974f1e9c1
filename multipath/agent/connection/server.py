"""Where Zabbix listens: what the settings list, and where a proxy group sends us instead. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from multipath.errors import AgentError

DEFAULT_PORT = 10051
_HOST = r"[0-9A-Za-z_.-]{1,253}"
_IPV6 = r"[0-9A-Fa-f:.]{2,45}(?:%[0-9A-Za-z_.-]{1,15})?"
_BRACKETED = re.compile(rf"\[({_IPV6})\](?::(\d{{1,5}}))?")
_PLAIN = re.compile(rf"({_HOST})(?::(\d{{1,5}}))?")


@dataclass(frozen=True, slots=True)
class Server:
    """Where one Zabbix server or proxy listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


Cluster = tuple[Server, ...]
"""Servers that stand for each other: values go to one of them."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """A proxy of a group sends us to another of its group.

    Args:
        server: there; None is back to what the settings list.
        revision: of the group's list of hosts; it rises.
    """

    server: Server | None
    revision: int


def parse_server(text: str) -> Server:
    """Return the server of ``host``, ``host:port``, ``[v6]``, ``[v6]:port`` or a bare IPv6 address.

    Raises:
        AgentError: it is none of these.
    """
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    match = _BRACKETED.fullmatch(text) or _PLAIN.fullmatch(text)
    port = int(match[2] or DEFAULT_PORT) if match else 0
    if match is None or not 0 < port <= 65535:  # noqa: PLR2004 - the last port
        raise AgentError(f"{text[:80]!r} is no server; write HOST, HOST:PORT or [IPV6]:PORT")
    return Server(match[1], port)


def parse_clusters(text: str) -> tuple[Cluster, ...]:
    """Return the clusters of ``a;b,c``: values go to one of a and b, and to c as well.

    Raises:
        AgentError: one of them is no server, or stands there twice.
    """
    clusters = tuple(
        tuple(parse_server(server.strip()) for server in cluster.split(";"))
        for cluster in text.split(",")
    )
    servers = [server for cluster in clusters for server in cluster]
    for server in servers:
        if servers.count(server) > 1:
            raise AgentError(f"the server {server} stands there twice")
    return clusters


def format_clusters(clusters: Sequence[Cluster]) -> str:
    """Return clusters as ``parse_clusters`` reads them."""
    return ",".join(";".join(map(str, cluster)) for cluster in clusters)


class Way:
    """Which server of a cluster to talk to: the one that works, or where that one sends us."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._place = 0
        self._redirect: Redirect | None = None

    @property
    def server(self) -> Server:
        """The server to talk to now."""
        if self._redirect and self._redirect.server:
            return self._redirect.server
        return self._cluster[self._place]

    def __len__(self) -> int:
        """Return how many servers the settings list."""
        return len(self._cluster)

    def fail(self) -> None:
        """Leave the server, as it does not answer: back from where we were sent, else onward."""
        if self._redirect:
            self._redirect = None
        else:
            self._place = (self._place + 1) % len(self._cluster)

    def follow(self, redirect: Redirect) -> None:
        """Go where the server sends us.

        Raises:
            AgentError: it knows the group as it was before; we go back to what the settings list.
        """
        if self._redirect and redirect.server and redirect.revision < self._redirect.revision:
            server, self._redirect = self.server, None
            raise AgentError(f"{server} sends us away by an outdated list of its proxy group")
        self._redirect = redirect if redirect.server else None
