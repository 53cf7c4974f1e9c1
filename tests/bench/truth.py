"""The truth of an RTT: when request and reply were on the link, by a capture there."""

import json
import signal
import struct
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from socket import inet_ntoa
from types import TracebackType

_FILE_HEADER, _RECORD = 24, struct.Struct("=4I")
_ETHERNET, _IP = 14, 20
_REQUEST, _REPLY = 8, 0
_BLOCK_S = 1.0
"""tcpdump takes its packets in blocks, so often. Packet by packet, the kernel would wake it up
between its own stamp of a request and that of the sender, which were then microseconds apart."""

RttsNs = Mapping[str, list[int]]
"""By address, in sending order; 0 where no reply came."""


class Capture:
    """A tcpdump that runs for a while."""

    def __init__(self, namespace: str, device: str, file: Path) -> None:
        self._file = file
        dump = ["tcpdump", "-q", "-n", "-i", device, "-s", "64", "-B", "65536", "-w", str(file)]
        stamps = ["--time-stamp-precision=nano", "icmp"]
        enter = ["ip", "netns", "exec", namespace]
        self._process = subprocess.Popen([*enter, *dump, *stamps], stderr=subprocess.DEVNULL)

    def __enter__(self) -> "Capture":
        end_s = time.monotonic() + 5
        while not self._file.exists() and time.monotonic() < end_s:
            time.sleep(0.05)
        time.sleep(0.5)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        time.sleep(2 * _BLOCK_S)
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)

    def first_ns(self) -> int:
        """Return when the first packet was there, in Unix time."""
        return next(self._packets())[0]

    def rtts_ns(self) -> RttsNs:
        """Return what was captured."""
        rtts_ns: dict[str, list[int]] = defaultdict(list)
        waiting: dict[tuple[str, bytes], tuple[int, int]] = {}
        for time_ns, packet in self._packets():
            kind = packet[_ETHERNET + _IP]
            start = _ETHERNET + (16 if kind == _REQUEST else 12)
            address = inet_ntoa(packet[start : start + 4])
            key = address, packet[_ETHERNET + _IP + 4 : _ETHERNET + _IP + 8]
            if kind == _REQUEST:
                waiting[key] = time_ns, len(rtts_ns[address])
                rtts_ns[address].append(0)
            elif kind == _REPLY and key in waiting:
                sent_ns, place = waiting.pop(key)
                rtts_ns[address][place] = time_ns - sent_ns
        return rtts_ns

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        data = self._file.read_bytes()
        place = _FILE_HEADER
        while place + _RECORD.size <= len(data):
            seconds, nanoseconds, size, _ = _RECORD.unpack_from(data, place)
            place += _RECORD.size
            yield seconds * 1_000_000_000 + nanoseconds, data[place : place + size]
            place += size


def errors_us(told: str, truth_ns: RttsNs) -> list[float]:
    """Return how far told RTTs (``burst.py``'s log, or what fping prints) are from the truth."""
    rtts_ns = json.loads(told) if told.startswith("{") else _fping_ns(told)
    return [
        abs(mine - true) / 1000
        for address, measured in rtts_ns.items()
        for mine, true in zip(measured, truth_ns.get(address, ()), strict=False)
        if mine and true
    ]


def _fping_ns(told: str) -> RttsNs:
    lines = (line.split(" : ") for line in told.splitlines() if " : " in line)
    return {
        address.strip(): [0 if word == "-" else round(float(word) * 1e6) for word in words.split()]
        for address, words in lines
    }
