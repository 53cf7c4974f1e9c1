"""What really was on a link, with the kernel's stamps: the truth figures are held against."""

import socket
import struct
from collections.abc import Iterator

ETH_P_ALL = 3
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
BUFFER_BYTES = 32 * 1024 * 1024
ICMP = (1, 58)
REQUESTS, REPLIES, UNREACHABLE = (8, 128), (0, 129), (3, 1)
STAMP = struct.Struct("=qq")
NS_PER_S = 10**9


class Tap:
    """Listens on a device without link headers, in the namespace of the caller."""

    def __init__(self, device: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind((device, ETH_P_ALL))
        self._socket.setblocking(False)
        self.sent_ns: dict[str, dict[int, int]] = {}
        self.replies_ns: dict[str, list[tuple[int, int]]] = {}
        self.checksums: dict[str, set[bytes]] = {}
        self.errors = 0

    def listen(self) -> None:
        """Note what has come: requests and replies by address and sequence number."""
        for stamp_ns, packet in self._packets():
            is_v4 = packet[0] >> 4 == 4
            start = (packet[0] & 0xF) * 4 if is_v4 else 40
            kind = packet[start]
            sequence = int.from_bytes(packet[start + 6 : start + 8], "big")
            family, source, to = (
                (socket.AF_INET, packet[12:16], packet[16:20])
                if is_v4
                else (socket.AF_INET6, packet[8:24], packet[24:40])
            )
            if kind in REQUESTS:
                address = socket.inet_ntop(family, to)
                self.sent_ns.setdefault(address, {})[sequence] = stamp_ns
                self.checksums.setdefault(address, set()).add(packet[start + 2 : start + 4])
            elif kind in REPLIES:
                replies_ns = self.replies_ns.setdefault(socket.inet_ntop(family, source), [])
                replies_ns.append((sequence, stamp_ns))
            else:
                self.errors += kind in UNREACHABLE

    def close(self) -> None:
        self._socket.close()

    def _packets(self) -> Iterator[tuple[int, bytes]]:
        while True:
            try:
                packet, control, _, _ = self._socket.recvmsg(2048, 128)
            except BlockingIOError:
                return
            (_, _, stamp) = control[0]
            seconds, nanoseconds = STAMP.unpack(stamp)
            if packet[9 if packet[0] >> 4 == 4 else 6] in ICMP:
                yield seconds * NS_PER_S + nanoseconds, packet
