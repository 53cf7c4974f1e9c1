"""Answers echo requests on a TUN device as it is told: a network whose truth is known.

Run inside a network namespace: responder.py DEVICE PLAN.json LOG. The plan gives for each address
``{"delay_s": 0.05, "packets": {"3": {"lose": true}, "5": {"delay_s": 0.2, "copies": 2}}}``, with
``lose``, ``corrupt``, ``options`` (an IPv4 header with options) and ``refuse`` (an ICMP error
instead of a reply, see ``refusal``) besides; the packets of an address are counted from 0. The
addresses of ``routers`` (``{"by": "10.99.1.1"}``, or ``{}`` for a silent one) answer packets that
may make too few hops; those are counted for each number of hops, and ``lose_at`` tells which of
them are lost: ``{"2": [0, 1]}``. The log gets ``address index seconds`` for each reply: how long it
was really held, at the least. Ends when its standard input does.
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
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
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


def summed_up(data: bytes | bytearray) -> bytes:
    """The checksum of RFC 1071."""
    words = struct.unpack(f"!{-(-len(data) // 2)}H", data + bytes(len(data) % 2))
    total: int = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return (~total & 0xFFFF).to_bytes(2, "big")


def refusal(packet: bytes, told: dict[str, Any]) -> bytes:
    """An ICMP error about a packet.

    ``type``, ``code``, ``by`` (the address of who says it); ``quote``: how many bytes of the
    packet are in it; ``change``: bytes of the quote that are other ones, by place.
    """
    quoted = bytearray(packet[: told.get("quote", len(packet))])
    for place, byte in told.get("change", {}).items():
        quoted[int(place)] = byte
    message = bytearray([told["type"], told["code"], *bytes(6)]) + quoted
    if packet[0] >> 4 == 4:
        message[2:4] = summed_up(message)
        header = bytearray.fromhex("4500 0000 0000 0000 4001 0000") + bytearray(8)
        header[2:4] = (len(header) + len(message)).to_bytes(2, "big")
        header[12:20] = inet_pton(AF_INET, told["by"]) + packet[12:16]
        header[10:12] = summed_up(header)
        return bytes(header + message)
    addresses = inet_pton(AF_INET6, told["by"]) + packet[8:24]
    length = len(message).to_bytes(2, "big")
    message[2:4] = summed_up(addresses + bytes(2) + length + bytes([0, 0, 0, 58]) + message)
    return bytes.fromhex("60000000") + length + bytes([58, 64]) + addresses + message


def changed(reply: bytearray, packet: bytes, behaviour: dict[str, Any]) -> bytes:
    """The reply to a packet as it is told to be."""
    if behaviour.get("refuse"):
        return refusal(packet, behaviour["refuse"])
    if behaviour.get("corrupt"):
        reply[-1] ^= 0xFF
    if behaviour.get("options"):
        reply[0:20] = bytes([0x46]) + reply[1:20]
        reply[20:20] = bytes([1, 1, 1, 0])  # no operation, three times, and the end
        reply[2:4] = len(reply).to_bytes(2, "big")
        reply[10:12] = bytes(2)
        reply[10:12] = summed_up(reply[:24])
    return bytes(reply)


def on_the_way(packet: bytes, told: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
    """How many hops a packet may make, and the router at which it has none left."""
    hops = packet[8] if packet[0] >> 4 == 4 else packet[7]
    routers = told.get("routers", [])
    return hops, routers[hops - 1] if hops <= len(routers) else None


def at_router(packet: bytes, router: dict[str, Any], index: int) -> dict[str, Any]:
    """What becomes of the so manyth packet that has no hop left at a router."""
    if not router:
        return {"lose": True}
    by = (
        router["by"]
        if isinstance(router["by"], str)
        else router["by"][min(index, len(router["by"]) - 1)]
    )
    kind = 11 if packet[0] >> 4 == 4 else 3
    return {"refuse": {"type": kind, "code": 0} | router | {"by": by}}


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
        packet = os.read(tun, 65536)
        parsed = answer(packet)
        if parsed is None or parsed[0] not in plan:
            continue
        address, plain = parsed
        told = plan[address]
        hops, router = on_the_way(packet, told)
        name = f"{address}@{hops}" if "routers" in told else address
        index = seen[name] = seen.get(name, -1) + 1
        behaviour = told | told.get("packets", {}).get(str(index), {})
        if router is not None:
            behaviour |= at_router(packet, router, index)
        if behaviour.get("lose") or index in told.get("lose_at", {}).get(str(hops), []):
            continue
        reply = changed(plain, packet, behaviour)
        for copy in range(behaviour.get("copies", 1)):
            due = now + behaviour["delay_s"] + 0.005 * copy
            serial += 1
            heapq.heappush(held, (due, serial, now, address, index, reply))


if __name__ == "__main__":
    with Path(sys.argv[3]).open("w", buffering=1) as log_file:
        serve(open_tun(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), log_file)
