"""Opening ICMP sockets: raw where that is allowed, else the unprivileged kind."""

import contextlib
import socket

import icmplib

from multipath.errors import AgentError

_SO_RCVBUFFORCE = 33  # asm-generic/socket.h
_RCVBUF_BYTES = 8 * 1024 * 1024
_PERMISSION_HELP = (
    "may not open an ICMP socket; run the agent as root, or give it the capability CAP_NET_RAW, "
    "or let its group use ping sockets (sysctl net.ipv4.ping_group_range)"
)


def open_icmp(
    family: socket.AddressFamily,
) -> tuple[icmplib.ICMPv4Socket | icmplib.ICMPv6Socket, bool]:
    """Return a socket that does not wait, and whether it is a raw one.

    Raises:
        AgentError: neither is allowed, or the system has not this address family.
    """
    kind = icmplib.ICMPv4Socket if family == socket.AF_INET else icmplib.ICMPv6Socket
    try:
        for privileged in (True, False):
            with contextlib.suppress(icmplib.SocketPermissionError):
                owner = kind(privileged=privileged)
                owner.sock.setblocking(False)
                _enlarge_buffer(owner.sock)
                return owner, privileged
    except icmplib.ICMPSocketError as error:
        raise AgentError(f"cannot open an ICMP socket: {error}") from error
    raise AgentError(_PERMISSION_HELP)


def _enlarge_buffer(sock: socket.socket) -> None:
    """Make room for the replies and stamps between two looks; about 800 bytes each."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RCVBUF_BYTES)
    except PermissionError:  # needs CAP_NET_ADMIN; else the system's limit holds
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RCVBUF_BYTES)
