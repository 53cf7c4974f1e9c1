"""Answers echo requests on a TUN device as it is told: a network whose truth is known.

Run inside a network namespace: responder.py DEVICE PLAN.json LOG. The plan gives for each address
``{"delay_s": 0.05, "packets": {"3": {"lose": true}, "5": {"delay_s": 0.2, "copies": 2}}}``, with
``lose``, ``corrupt`` and ``options`` (an IPv4 header with options) besides; the
packets of an address are counted from 0. The log gets ``address index seconds`` for each reply:
how long it was really held, at the least. Ends when its standard input does.
"""

import fcntl
import heapq
import json
import os
import select
import struct
import sys
import time
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


def open_tun(device: str) -> int:
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def answer(packet: bytes) -> tuple[str, bytearray] | None:
    """The address that was asked, and its reply."""
    reply = bytearray(packet)
    if packet[0] >> 4 == 4:
        start, reply_type = (packet[0] & 0xF) * 4, 0
        if packet[9] != 1 or packet[start] != 8:
            return None
        reply[12:16], reply[16:20] = packet[16:20], packet[12:16]
        address = inet_ntop(AF_INET, packet[16:20])
    else:
        start, reply_type = 40, 129
        if packet[6] != 58 or packet[40] != 128:
            return None
        reply[8:24], reply[24:40] = packet[24:40], packet[8:24]
        address = inet_ntop(AF_INET6, packet[24:40])
    (checksum,) = struct.unpack_from("!H", packet, start + 2)
    # RFC 1624: the checksum after one word has changed.
    total = (~checksum & 0xFFFF) + (~(packet[start] << 8) & 0xFFFF) + (reply_type << 8)
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    reply[start] = reply_type
    struct.pack_into("!H", reply, start + 2, ~total & 0xFFFF)
    return address, reply


def serve(tun: int, plan: dict[str, Any], log: Any) -> None:
    seen: dict[str, int] = {}
    held: list[tuple[float, int, float, str, int, bytes]] = []
    serial = 0
    while True:
        pause_s = max(0.0, held[0][0] - time.monotonic()) if held else 1.0
        # A sleep ends late; the last half millisecond is waited for awake.
        ready, _, _ = select.select([tun, sys.stdin], [], [], max(0.0, pause_s - 0.0005))
        now = time.monotonic()
        if sys.stdin in ready:
            return
        while held and held[0][0] <= now:
            _, _, came, address, index, data = heapq.heappop(held)
            log.write(f"{address} {index} {time.monotonic() - came:.6f}\n")
            os.write(tun, data)
        if tun not in ready:
            continue
        parsed = answer(os.read(tun, 65536))
        if parsed is None or parsed[0] not in plan:
            continue
        address, reply = parsed
        index = seen[address] = seen.get(address, -1) + 1
        behaviour = plan[address] | plan[address].get("packets", {}).get(str(index), {})
        if behaviour.get("lose"):
            continue
        if behaviour.get("corrupt"):
            reply[-1] ^= 0xFF
        if behaviour.get("options"):
            reply[0:20] = bytes([0x46]) + reply[1:20]
            reply[20:20] = bytes([1, 1, 1, 0])  # no operation, three times, and the end
            reply[2:4] = len(reply).to_bytes(2, "big")
            reply[10:12] = bytes(2)
            total = sum(struct.unpack("!12H", reply[:24]))
            total = (total & 0xFFFF) + (total >> 16)
            reply[10:12] = (~((total & 0xFFFF) + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
        for copy in range(behaviour.get("copies", 1)):
            due = now + behaviour["delay_s"] + 0.005 * copy
            serial += 1
            heapq.heappush(held, (due, serial, now, address, index, bytes(reply)))


if __name__ == "__main__":
    with Path(sys.argv[3]).open("w", buffering=1) as log_file:
        serve(open_tun(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), log_file)
