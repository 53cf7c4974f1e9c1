"""Where an edge's packets go, and the packets of one cycle on their way there."""

from collections.abc import Sequence

from multipath.agent.cycle.account import Packets
from multipath.agent.sockets.icmp_socket import IcmpSocket
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.wire.echo import MARK_BYTES


class Target:
    """Where an edge's packets go, and of what size they are; made by ``IcmpEngine.target``."""

    def __init__(self, channel: IcmpSocket, endpoint: Endpoint, size: int) -> None:
        self.channel = channel
        self.endpoint = endpoint
        self.post = channel.post(endpoint, size)
        self.padding = b"" if channel.marks.one_flow else bytes(size - MARK_BYTES)
        self.flight: Flight | None = None


class Flight(Packets):
    """The packets of one cycle to one target, sent one by one; made by ``IcmpEngine.begin``.

    Attributes:
        hops: how many hops each packet may make, where they are of one flow.
    """

    __slots__ = (
        "channel",
        "count",
        "hops",
        "is_over",
        "mark",
        "next",
        "padding",
        "post",
        "reply_bytes",
        "source",
    )

    def __init__(self, target: Target, mark: bytes, count: int) -> None:
        super().__init__(count)
        self.channel = target.channel
        self.post = target.post
        self.source = target.post.address
        self.padding = target.padding
        self.reply_bytes = target.channel.reply_bytes + len(target.post.payload)
        self.mark = mark
        self.count = count
        self.next = 0
        self.is_over = False
        self.hops: Sequence[int] = ()
