"""The process that is the emulated WAN: ``python -m multipath.lab.wan LAB SOCKET``.

It owns a TUN device in every node's namespace, holds each packet for as long as the segments
between its two nodes say, and is told of faults through a unix socket.
"""

import fcntl
import gc
import logging
import os
import random
import select
import socket
import struct
import sys
import time
from pathlib import Path

from multipath.lab import netns
from multipath.lab.control import Control
from multipath.lab.delayline import DelayLine, Lane
from multipath.lab.nodes import NODES, namespace
from multipath.lab.segments import one_way

DEVICE = "wan0"
_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x0001 | 0x1000
_MTU = 65535
_BATCH = 64
_IDLE_S = 1.0
_MAX_LATE_S = 0.0002
_LATE_WEIGHT = 0.1
_REALTIME_PRIORITY = 10


def open_device(lab: str, node: str) -> int:
    """Return the descriptor of a new TUN device in a node's namespace."""
    with netns.entered(namespace(lab, node)):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), _IFF_TUN_NO_PI))
    return descriptor


class Wan:
    """The devices, the packets under way, and the faults that act on them."""

    def __init__(self, lab: str, control: Control) -> None:
        devices = {node: open_device(lab, node) for node in NODES}
        self._lanes = {
            devices[a]: {
                socket.inet_aton(NODES[b].address): ((a, b), Lane(devices[b], one_way(a, b)))
                for b in NODES
                if b != a
            }
            for a in NODES
        }
        self._line = DelayLine(random.Random())  # noqa: S311 - chance for an emulation, no secret
        self._control = control

    def run(self) -> None:
        """Carry packets until killed.

        ``late_s`` is by how much the timer lately woke us too late. The wake is asked for that
        much earlier, and a packet that woke us is taken to have arrived that much earlier.
        """
        devices = list(self._lanes)
        clock, line = time.monotonic, self._line
        now_s, late_s = clock(), 0.0
        while True:
            due_s = line.next_due_s
            wake_s = now_s + _IDLE_S if due_s is None else due_s - late_s
            wait_s = min(max(wake_s - now_s, 0.0), _IDLE_S)
            ready, _, _ = select.select([*devices, *self._control.descriptors()], [], [], wait_s)
            slept_s = clock() - now_s
            now_s += slept_s
            if not ready and wait_s:
                late_s += (min(slept_s - wait_s, _MAX_LATE_S) - late_s) * _LATE_WEIGHT
            arrival_s = now_s - min(late_s, slept_s)
            for descriptor in ready:
                if descriptor in self._lanes:
                    self._take(descriptor, arrival_s)
                elif self._control.serve(descriptor, self._counters()):
                    self._apply()
            for exit_fd, packet in line.pop(now_s + late_s):
                self._deliver(exit_fd, packet)
            now_s = clock()

    def _take(self, device: int, arrival_s: float) -> None:
        lanes, line = self._lanes[device], self._line
        for _ in range(_BATCH):
            try:
                packet = os.read(device, _MTU)
            except BlockingIOError:
                return
            found = lanes.get(packet[16:20])  # an IPv4 header's destination
            if found:
                line.push(arrival_s, found[1], packet)

    def _deliver(self, exit_fd: int, packet: bytes) -> None:
        try:
            os.write(exit_fd, packet)
        except OSError:  # the device is down or its queue is full: as a network, lose it
            self._line.lost += 1

    def _apply(self) -> None:
        for lanes in self._lanes.values():
            for (from_node, to_node), lane in lanes.values():
                lane.way = one_way(from_node, to_node, self._control.faults)

    def _counters(self) -> dict[str, int]:
        return {"lost": self._line.lost, "overflowed": self._line.overflowed}


def _be_punctual() -> None:
    """Ask for real-time scheduling, or at least a high priority; go on without if refused."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_REALTIME_PRIORITY))
    except OSError as error:
        logging.warning("no real-time scheduling (%s): delays are less exact", error)
    gc.disable()  # nothing here makes cycles; a collection would delay packets


def main() -> None:
    """Open the devices, then the socket: when it answers, the WAN is there."""
    lab, path = sys.argv[1:]
    control = Control()
    wan = Wan(lab, control)
    control.listen(Path(path))
    _be_punctual()
    wan.run()


if __name__ == "__main__":
    main()
