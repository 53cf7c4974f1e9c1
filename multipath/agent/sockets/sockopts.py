"""What the packets of an edge have of their own, told to a socket; and what refuses them."""

import contextlib
import errno
import ipaddress
import os
import socket
import struct

from multipath.agent.items.key import Marks
from multipath.agent.wire.icmp_error import Refusal
from multipath.errors import AgentError

# Linux's numbers, which the socket module does not name (linux/in.h, linux/in6.h).
_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _IPV6_DONTFRAG = 10, 23, 62
_PMTUDISC_PROBE = 3
_IP_BIND_ADDRESS_NO_PORT = 24
_RECVERR, _RECVERR6 = (socket.IPPROTO_IP, 11), (socket.IPPROTO_IPV6, 25)
_ERROR_QUEUE = int(socket.MSG_ERRQUEUE) | int(socket.MSG_DONTWAIT)
_ERROR_CONTROL_BYTES, _QUOTE_BYTES = 512, 64
_EXTENDED_ERROR = struct.Struct("=4xBBB9x")  # linux/errqueue.h; the offender's address follows
_ICMP_ORIGINS = (2, 3)
_DSCP_SHIFT = 2  # the two bits below are those of congestion (RFC 3168)


def mark(sock: socket.socket, marks: Marks) -> None:
    """Let a socket's packets have these marks.

    Raises:
        AgentError: this host has not the address or interface, or does not allow it.
    """
    try:
        _mark(sock, marks)
    except OSError as error:
        raise AgentError(_sentence(error, marks.source)) from error


def _mark(sock: socket.socket, marks: Marks) -> None:
    is_v4 = sock.family == socket.AF_INET
    if marks.dscp:
        level = (socket.IPPROTO_IP, socket.IP_TOS)
        sock.setsockopt(
            *(level if is_v4 else (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)),
            marks.dscp << _DSCP_SHIFT,
        )
    if marks.df and is_v4:
        # Not IP_PMTUDISC_DO: a narrow link on the way shall be seen as loss, cycle after cycle.
        sock.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _PMTUDISC_PROBE)
    elif marks.df:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _PMTUDISC_PROBE)
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_DONTFRAG, 1)
    if marks.source:
        _leave_from(sock, marks.source)


def _leave_from(sock: socket.socket, source: str) -> None:
    address = _address(source)
    if address is None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, source.encode() + b"\0")
        return
    if (address.version == 4) != (sock.family == socket.AF_INET):  # noqa: PLR2004 - IPv4
        there = "IPv4" if sock.family == socket.AF_INET else "IPv6"
        raise AgentError(
            f"the source {source} is an address of IPv{address.version}, "
            f"but the packets go to one of {there}"
        )
    if sock.type == socket.SOCK_STREAM:
        with contextlib.suppress(OSError):  # then ports are the fewer
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
    flags = socket.AI_NUMERICHOST
    sock.bind(socket.getaddrinfo(source, 0, type=socket.SOCK_DGRAM, flags=flags)[0][4])


def _address(source: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(source)
    except ValueError:
        return None


def _sentence(error: OSError, source: str) -> str:
    if error.errno == errno.EADDRNOTAVAIL:
        return f"this host has not the address {source} to send from"
    if error.errno == errno.ENODEV:
        return f"this host has no network interface {source} to send from"
    if error.errno == errno.EPERM:
        return f"may not send from {source}: give the agent the capability CAP_NET_RAW"
    return f"cannot send as asked for: {os.strerror(error.errno or 0)}"


def report_refusals(sock: socket.socket) -> None:
    """Let ``take_refusal`` tell who refuses the packets of a socket, and why."""
    option = _RECVERR if sock.family == socket.AF_INET else _RECVERR6
    sock.setsockopt(*option, 1)


def take_refusal(sock: socket.socket, now_ns: int) -> Refusal | None:
    """Return the ICMP error that a socket's packet has met, None when there is none (more)."""
    error = take_error(sock, now_ns)
    return None if error is None else error[1]


def take_error(sock: socket.socket, now_ns: int) -> tuple[bytes, Refusal] | None:
    """Return as ``take_refusal``, and what the error quotes of the packet's payload."""
    try:
        quoted, ancillary, _, _ = sock.recvmsg(_QUOTE_BYTES, _ERROR_CONTROL_BYTES, _ERROR_QUEUE)
    except OSError:  # nothing is queued
        return None
    for level, kind, content in ancillary:
        if (level, kind) in (_RECVERR, _RECVERR6) and len(content) > _EXTENDED_ERROR.size:
            origin, error, code = _EXTENDED_ERROR.unpack_from(content)
            offender = _EXTENDED_ERROR.size + (4 if sock.family == socket.AF_INET else 8)
            length = 4 if sock.family == socket.AF_INET else 16
            if origin in _ICMP_ORIGINS and len(content) >= offender + length:
                by = socket.inet_ntop(sock.family, content[offender : offender + length])
                return quoted, Refusal(by, error, code, now_ns)
    return None


def said(error: OSError) -> str:
    """Return a system's error in its own words and name."""
    code = error.errno or 0
    return f"{os.strerror(code)} ({errno.errorcode.get(code, str(code))})"
