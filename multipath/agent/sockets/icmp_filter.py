"""What the kernel drops for us on a raw ICMP socket, before it costs anything."""

import ctypes
import socket
import struct
from collections.abc import Iterable

from multipath.agent.wire.echo import EchoFormat
from multipath.agent.wire.icmp_error import TYPES_V4, TYPES_V6

# Linux's numbers, which the socket module does not name (asm-generic/socket.h, linux/icmp.h,
# linux/icmpv6.h, linux/filter.h).
_SO_ATTACH_FILTER = 26
_ICMP_FILTER = (255, 1)  # SOL_RAW
_ICMP6_FILTER = (socket.IPPROTO_ICMPV6, 1)
_LD_IHL, _LD_BYTE_X, _LD_HALF_X, _LD_WORD_X = 0xB1, 0x50, 0x48, 0x40
_LD_BYTE, _LD_WORD = 0x30, 0x20
_JUMP_EQUAL, _RETURN = 0x15, 0x06

_Step = tuple[int, int, int, int]
_DROP, _ACCEPT = (_RETURN, 0, 0, 0), (_RETURN, 0, 0, 0xFFFFFFFF)


def filter_icmp(sock: socket.socket, form: EchoFormat) -> None:
    """Let through echo replies with our nonce, and ICMP errors that quote a packet of ours.

    A router need not quote an IPv4 packet further than its identifier; of IPv6 it must.

    Raises:
        OSError: the system has no such filters.
    """
    nonce = int.from_bytes(form.nonce[:4], "big")
    if sock.family == socket.AF_INET:
        mask = 0xFFFFFFFF
        for kind in (form.reply_type, *TYPES_V4):
            mask &= ~(1 << kind)
        sock.setsockopt(*_ICMP_FILTER, struct.pack("@I", mask))
        _attach(sock, _program_v4(form, nonce))
    else:
        words = [0xFFFFFFFF] * 8
        for kind in (form.reply_type, *TYPES_V6):
            words[kind >> 5] &= ~(1 << (kind & 31))
        sock.setsockopt(*_ICMP6_FILTER, struct.pack("@8I", *words))
        _attach(sock, _program_v6(form, nonce))


def _program_v4(form: EchoFormat, nonce: int) -> tuple[_Step, ...]:
    return (
        (_LD_IHL, 0, 0, 0),
        (_LD_BYTE_X, 0, 0, 0),
        (_JUMP_EQUAL, 0, 2, form.reply_type),
        (_LD_WORD_X, 0, 0, 8),
        (_JUMP_EQUAL, 2, 3, nonce),
        (_LD_HALF_X, 0, 0, 8 + 20 + 4),
        (_JUMP_EQUAL, 0, 1, form.identifier),
        _ACCEPT,
        _DROP,
    )


def _program_v6(form: EchoFormat, nonce: int) -> tuple[_Step, ...]:
    return (
        (_LD_BYTE, 0, 0, 0),
        (_JUMP_EQUAL, 0, 2, form.reply_type),
        (_LD_WORD, 0, 0, 8),
        (_JUMP_EQUAL, 4, 5, nonce),
        (_LD_WORD, 0, 0, 8 + 40 + 8),
        (_JUMP_EQUAL, 2, 0, nonce),
        (_LD_WORD, 0, 0, 8 + 40 + 8 + 8),  # behind the header of a fragment
        (_JUMP_EQUAL, 0, 1, nonce),
        _ACCEPT,
        _DROP,
    )


def _attach(sock: socket.socket, program: Iterable[_Step]) -> None:
    code = b"".join(struct.pack("@HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code)
    fprog = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, fprog)
