"""TCP probes: how long a handshake takes. Nothing is sent over the connection."""

import socket
import struct

from multipath.agent.engines.streams import Attempt

# struct tcp_info (linux/tcp.h): the smoothed RTT in µs, after one handshake that of its SYN; and
# how often any packet was repeated.
_TCP_INFO_BYTES = 104
_RTT = struct.Struct("@68xI28xI")


class TcpAttempt(Attempt):
    """A handshake. A refusal answers as well: the far end has said so itself."""

    def established(self, now_ns: int) -> None:
        """Note the RTT as the kernel has measured it."""
        self._note(min(handshake_ns(self.socket), now_ns - self.begun_ns))

    def refused(self, now_ns: int) -> None:
        """Note the refusal as an answer that came now."""
        self._note(now_ns - self.begun_ns)

    def _note(self, rtt_ns: int) -> None:
        if rtt_ns:
            self.flight.received_ns[self.place] = self.begun_ns + rtt_ns
        self.end()


def handshake_ns(sock: socket.socket) -> int:
    """Return the RTT of the handshake of a connection that is new; 0 when a packet was lost.

    The kernel repeats a SYN that has no answer after a second. What that measures is the second.
    """
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    rtt_us, repeated = _RTT.unpack(info)
    return 0 if repeated else int(rtt_us) * 1000
