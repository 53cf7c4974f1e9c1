"""Two hosts and the wire between them, which delays and loses as it is told, and tells of all.

As a script: wire.py NEAR FAR PLAN.json LOG, the names being those of network namespaces with a TUN
device ``wan0`` each. The plan gives for each address of the far host ``{"delay_s": {"out": 0.02},
"lose": {"out": [1, 4], "back": [2]}}``. What may be lost by number are the packets that begin and
answer a probe (ICMP echo, UDP, TCP's SYN and the first answer to it), counted from 0 for each
address and direction. The log gets a line for each packet when it leaves the wire. Ends when its
standard input does.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import json
import os
import select
import struct
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DEVICE = "wan0"
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
SYN, RST, ACK = 0x02, 0x04, 0x10


@dataclass(frozen=True)
class Heard:
    """A packet that has come over the wire.

    Args:
        index: its number, -1 when it is none of those that may be lost.
        held_s: how long the wire really held it, at the least.
    """

    direction: str
    far: str
    index: int
    held_s: float
    packet: bytes

    @property
    def is_v4(self) -> bool:
        return self.packet[0] >> 4 == 4

    @property
    def dscp(self) -> int:
        traffic_class: int = struct.unpack_from("!H", self.packet)[0] >> 4 & 0xFF
        return (self.packet[1] if self.is_v4 else traffic_class) >> 2

    @property
    def is_fragment(self) -> bool:
        if not self.is_v4:
            return self.packet[6] == 44
        return bool(struct.unpack_from("!H", self.packet, 6)[0] & 0x3FFF)

    @property
    def dont_fragment(self) -> bool:
        return bool(self.packet[6] & 0x40)

    @property
    def source(self) -> str:
        return str(ip_address(self.packet[12:16] if self.is_v4 else self.packet[8:24]))


class Wire:
    """The near host has 10.97.0.1, 10.97.0.2 and fd97::1, fd97::2, the far one 10.97.1.0/24 and
    fd97:1::/64."""

    def __init__(self, folder: Path) -> None:
        self.near, self.far = f"mpnear{os.getpid()}", f"mpfar{os.getpid()}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        for name in (self.near, self.far):
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "tuntap", "add", "dev", DEVICE, "mode", "tun")
            ip("-n", name, "link", "set", DEVICE, "up")
        for address in ("10.97.0.1/24", "10.97.0.2/24", "fd97::1/64", "fd97::2/64"):
            nodad = ("nodad",) if ":" in address else ()
            ip("-n", self.near, "address", "add", address, "dev", DEVICE, *nodad)
        ip("-n", self.far, "address", "add", "fd97:1::1/128", "dev", "lo", "nodad")
        for near, far in (("10.97.0.0/24", "10.97.1.0/24"), ("fd97::/64", "fd97:1::/64")):
            ip("-n", self.far, "route", "add", "local", far, "dev", "lo")
            ip("-n", self.near, "route", "add", far, "dev", DEVICE)
            ip("-n", self.far, "route", "add", near, "dev", DEVICE)

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Sockets that are made here are of the namespace, and stay so."""
        with Path("/proc/thread-self/ns/net").open("rb") as outside:
            enter(name)
            try:
                yield
            finally:
                setns(outside.fileno())

    def connect(self, plan: Mapping[str, Mapping[str, object]]) -> None:
        """Join the hosts; what the plan does not tell of comes through at once."""
        file = self._folder / "wire.json"
        file.write_text(json.dumps(plan))
        command = [sys.executable, __file__, self.near, self.far, str(file), str(self._log)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)
        end = time.monotonic() + 10
        for name in (self.near, self.far):
            while b"NO-CARRIER" in ip("-n", name, "link", "show", DEVICE):
                assert time.monotonic() < end, "the wire did not open its devices"
                time.sleep(0.02)

    def heard(self, direction: str = "out", far: str = "10.97.1.1") -> list[Heard]:
        """What came over the wire in this direction, in its order."""
        lines = (line.split() for line in self._log.read_text().splitlines())
        found = [Heard(d, f, int(i), float(h), bytes.fromhex(p)) for d, f, i, h, p in lines]
        return [each for each in found if (each.direction, each.far) == (direction, far)]

    def held_s(self, far: str = "10.97.1.1") -> dict[int, float]:
        """How long the wire held each probe on both ways together, by its number; what was lost
        is not in it. Only right when nothing was lost on the way out."""
        ways = [self.heard(direction, far) for direction in ("out", "back")]
        out_s, back_s = ({each.index: each.held_s for each in way} for way in ways)
        return {index: out_s[index] + back_s[index] for index in out_s.keys() & back_s.keys()}

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate(timeout=10)
        for name in (self.near, self.far):
            ip("netns", "delete", name)

    @property
    def _log(self) -> Path:
        return self._folder / "wire.log"


def ip(*arguments: str) -> bytes:
    return subprocess.run(["ip", *arguments], check=True, stdout=subprocess.PIPE).stdout


def setns(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0):
        raise OSError(ctypes.get_errno(), "setns")


def enter(name: str) -> None:
    with Path(f"/run/netns/{name}").open("rb") as namespace:
        setns(namespace.fileno())


def open_tun(name: str) -> int:
    enter(name)
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def is_probe(packet: bytes, direction: str) -> bool:
    """Whether a packet begins a probe, or answers its beginning."""
    is_v4 = packet[0] >> 4 == 4
    start, protocol = ((packet[0] & 0xF) * 4, packet[9]) if is_v4 else (40, packet[6])
    if protocol == TCP:
        flags = packet[start + 13]
        return flags & (SYN | ACK) == SYN if direction == "out" else bool(flags & (SYN | RST))
    if protocol in {ICMP, ICMP6}:
        return packet[start] in ({8, 128} if direction == "out" else {0, 129})
    return protocol == UDP


def serve(near: int, far: int, plan: dict[str, Any], log: Any) -> None:
    ways = {near: ("out", far), far: ("back", near)}
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    held: list[tuple[float, int, float, str, str, int, bytes]] = []
    serial = 0
    while True:
        pause_s = max(0.0, held[0][0] - time.monotonic()) if held else 1.0
        # A sleep ends late; the last half millisecond is waited for awake.
        ready, _, _ = select.select([near, far, sys.stdin], [], [], max(0.0, pause_s - 0.0005))
        now = time.monotonic()
        if sys.stdin in ready:
            return
        while held and held[0][0] <= now:
            _, _, came, direction, address, index, packet = heapq.heappop(held)
            held_s = time.monotonic() - came
            log.write(f"{direction} {address} {index} {held_s:.6f} {packet[:96].hex()}\n")
            os.write(far if direction == "out" else near, packet)
        for tun in (near, far):
            if tun not in ready:
                continue
            packet = os.read(tun, 65536)
            direction, _ = ways[tun]
            ends = (packet[12:16], packet[16:20]) if packet[0] >> 4 == 4 else (
                packet[8:24], packet[24:40])  # fmt: skip
            address = str(ip_address(ends[direction == "out"]))
            behaviour = plan.get(address, {})
            index = -1
            if is_probe(packet, direction):
                index = seen[address, direction]
                seen[address, direction] += 1
            if index in behaviour.get("lose", {}).get(direction, ()):
                continue
            delay_s = behaviour.get("delay_s", {}).get(direction, 0.0)
            serial += 1
            heapq.heappush(held, (now + delay_s, serial, now, direction, address, index, packet))


def main() -> None:
    near, far = (open_tun(name) for name in sys.argv[1:3])
    with Path(sys.argv[4]).open("w", buffering=1) as log:
        serve(near, far, json.loads(Path(sys.argv[3]).read_text()), log)


if __name__ == "__main__":
    main()
