"""What becomes of packets, line by line."""

from array import array

from multipath.agent.cycle.account import Packets
from multipath.agent.cycle.fates import Fates, time_of_day
from multipath.agent.wire.icmp_error import Refusal

MS = 1_000_000
OFFSET_NS = 1_795_489_480_000 * MS  # 2026-11-24T03:04:40Z
AT = "2026-11-24T03:04:40"


def make(count: int, timeout_s: float = 1.0) -> tuple[Packets, Fates]:
    packets = Packets(count)
    return packets, Fates(packets, timeout_s, "203.0.113.10", 40)


def test_a_reply_is_told_once_when_it_comes() -> None:
    packets, fates = make(2)
    packets.sent_ns[0] = 5 * MS
    assert fates.news(6 * MS, OFFSET_NS) == []
    assert fates.waits
    packets.received_ns[0] = 110 * MS + 931_000
    packets.note_ttl(61)
    line = f"{AT}.005Z 203.0.113.10 seq=40 ttl=61 rtt=105.931 ms"
    assert fates.news(120 * MS, OFFSET_NS) == [line]
    assert fates.news(130 * MS, OFFSET_NS) == []
    assert not fates.waits


def test_a_packet_is_lost_after_the_timeout_and_a_late_reply_is_told_besides() -> None:
    packets, fates = make(1)
    packets.sent_ns[0] = MS
    assert fates.news(1001 * MS, OFFSET_NS) == []
    assert fates.news(1002 * MS, OFFSET_NS) == [f"{AT}.001Z 203.0.113.10 seq=40 lost"]
    assert fates.news(1100 * MS, OFFSET_NS) == []
    packets.received_ns[0] = 1501 * MS
    late = f"{AT}.001Z 203.0.113.10 seq=40 late rtt=1500.000 ms"
    assert fates.news(1600 * MS, OFFSET_NS) == [late]
    assert fates.news(1700 * MS, OFFSET_NS) == []


def test_an_icmp_error_is_told_at_once() -> None:
    packets, fates = make(1)
    packets.sent_ns[0] = MS
    packets.refusals[0] = Refusal("198.51.100.1", 3, 1, 3 * MS)
    refused = f"{AT}.001Z 203.0.113.10 seq=40 unreachable: host unreachable, says 198.51.100.1"
    assert fates.news(4 * MS, OFFSET_NS) == [refused]
    assert fates.news(9000 * MS, OFFSET_NS) == []
    assert not fates.waits


def test_what_could_not_be_sent_says_why_and_hinders_no_other() -> None:
    packets, fates = make(3)
    packets.errors[0] = "Network is unreachable (ENETUNREACH)"
    packets.sent_ns[1:3] = array("q", [2 * MS, 3 * MS])
    packets.received_ns[2] = 5 * MS
    why = "not sent: Network is unreachable (ENETUNREACH)"
    assert fates.news(6 * MS, OFFSET_NS) == [
        f"{AT}.006Z 203.0.113.10 seq=40 {why}",
        f"{AT}.003Z 203.0.113.10 seq=42 rtt=2.000 ms",
    ]
    assert fates.waits


def test_a_name_without_an_address() -> None:
    packets = Packets(1)
    packets.errors[0] = "the name nowhere.invalid cannot be resolved"
    (line,) = Fates(packets, 1.0, "", 0).news(0, OFFSET_NS)
    assert line.startswith(f"{AT}.000Z - seq=0 not sent: the name")


def test_the_time_has_milliseconds() -> None:
    assert time_of_day(OFFSET_NS + 7_999_999) == f"{AT}.007Z"
