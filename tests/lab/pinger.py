"""A pinger to measure the emulated WAN with: ``pinger.py ADDRESS PACKETS_PER_SECOND COUNT``.

Prints JSON: sent, received, duplicates, overtaken, and the RTTs in seconds, sorted. Replies are
stamped by the kernel, so that the pinger's own scheduling is not in the RTT.
"""

import json
import os
import select
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
IP_HEADER = 20
ECHO, ECHO_REPLY = 8, 0
GRACE_S = 1.0
PAYLOAD = struct.Struct("!qI44x")
STAMP = struct.Struct("qq")


def checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def request(identifier: int, number: int) -> bytes:
    sequence = number & 0xFFFF
    payload = PAYLOAD.pack(time.time_ns(), number)
    bare = struct.pack("!BBHHH", ECHO, 0, 0, identifier, sequence) + payload
    return struct.pack("!BBHHH", ECHO, 0, checksum(bare), identifier, sequence) + payload


class Pinger:
    def __init__(self, sock: socket.socket, address: str) -> None:
        self.sock, self.address = sock, address
        self.identifier = os.getpid() & 0xFFFF
        self.rtts_s: list[float] = []
        self.seen: set[int] = set()
        self.duplicates = self.overtaken = 0
        self.newest = -1

    def run(self, rate: float, count: int) -> None:
        start_s = time.monotonic()
        sent = 0
        while (now_s := time.monotonic()) < start_s + count / rate + GRACE_S:
            if sent < count and now_s >= start_s + sent / rate:
                self.sock.sendto(request(self.identifier, sent), (self.address, 0))
                sent += 1
            next_s = start_s + (sent / rate if sent < count else count / rate + GRACE_S)
            wait_s = max(next_s - time.monotonic(), 0.0)
            if select.select([self.sock], [], [], wait_s)[0]:
                self.receive()

    def receive(self) -> None:
        packet, stamps, _, _ = self.sock.recvmsg(2048, socket.CMSG_SPACE(STAMP.size))
        kind, _, _, identifier, _ = struct.unpack_from("!BBHHH", packet, IP_HEADER)
        if kind != ECHO_REPLY or identifier != self.identifier:
            return
        sent_ns, number = PAYLOAD.unpack_from(packet, IP_HEADER + 8)
        if number in self.seen:
            self.duplicates += 1
            return
        seconds, nanoseconds = STAMP.unpack(stamps[0][2])
        self.rtts_s.append((seconds * 10**9 + nanoseconds - sent_ns) / 1e9)
        self.overtaken += number < self.newest
        self.newest = max(self.newest, number)
        self.seen.add(number)


def main() -> None:
    address, rate, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        pinger = Pinger(sock, address)
        pinger.run(rate, count)
    result = {
        "sent": count,
        "received": len(pinger.rtts_s),
        "duplicates": pinger.duplicates,
        "overtaken": pinger.overtaken,
        "rtts_s": sorted(pinger.rtts_s),
    }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
