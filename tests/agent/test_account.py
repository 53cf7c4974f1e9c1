"""From what became of packets to figures."""

import json
import statistics
from array import array
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.agent.cycle.account import Packets, account, jitter_s, mos, quantile
from multipath.agent.wire.icmp_error import Refusal

MS = 1_000_000


class Packet(NamedTuple):
    sent_ns: int = 0
    received_ns: int = 0
    duplicates: int = 0
    error: str = ""


def answered(rtt_ms: float, duplicates: int = 0) -> Packet:
    return Packet(sent_ns=MS, received_ns=MS + round(rtt_ms * MS), duplicates=duplicates)


def lost() -> Packet:
    return Packet(sent_ns=MS)


def not_sent() -> Packet:
    return Packet(error="Network is unreachable (ENETUNREACH)")


def value(*cycle: Packet, timeout_s: float = 2.0) -> Any:
    packets = Packets(len(cycle))
    for place, packet in enumerate(cycle):
        packets.sent_ns[place] = packet.sent_ns
        packets.received_ns[place] = packet.received_ns
        packets.duplicates += packet.duplicates
        if packet.error:
            packets.errors[place] = packet.error
    return json.loads(account(packets, timeout_s, "203.0.113.10").to_json())


def test_a_cycle_in_which_all_went_well() -> None:
    assert value(*(answered(rtt_ms) for rtt_ms in (10, 20, 30, 40, 50))) == {
        "sent": 5,
        "received": 5,
        "late": 0,
        "duplicate": 0,
        "not_sent": 0,
        "reordered": 0,
        "corrupt": 0,
        "loss_run": 0,
        "unreachable": 0,
        "loss_percent": 0.0,
        "rtt_s": {
            "min": 0.01,
            "p10": 0.014,
            "p25": 0.02,
            "p50": 0.03,
            "p75": 0.04,
            "p90": 0.046,
            "max": 0.05,
            "mean": 0.03,
        },
        "jitter_s": 0.01,
        "mos": 4.38,
        "address": "203.0.113.10",
    }


def test_a_late_reply_is_lost_and_counted_apart() -> None:
    figures = value(answered(10), answered(2000), answered(2001), lost())
    assert (figures["sent"], figures["received"], figures["late"]) == (4, 2, 1)
    assert figures["loss_percent"] == 50.0
    assert figures["rtt_s"]["max"] == 2.0


def test_duplicates_change_nothing_but_their_own_count() -> None:
    figures = value(answered(10, duplicates=2), answered(10), answered(2500, duplicates=1))
    assert (figures["received"], figures["duplicate"]) == (2, 3)


def test_reordered_replies_count_in_sending_order() -> None:
    first = Packet(sent_ns=1 * MS, received_ns=101 * MS)
    second = Packet(sent_ns=11 * MS, received_ns=61 * MS)
    figures = value(first, second)
    assert figures["received"] == 2
    assert figures["jitter_s"] == 0.05


def test_a_packet_that_could_not_be_sent_is_no_loss() -> None:
    figures = value(answered(10), not_sent(), lost(), not_sent())
    assert (figures["sent"], figures["not_sent"]) == (2, 2)
    assert figures["loss_percent"] == 50.0
    assert figures["error"] == "Network is unreachable (ENETUNREACH)"


def test_without_a_packet_sent_there_is_no_loss_percent() -> None:
    assert value(not_sent(), not_sent()) == {
        "sent": 0,
        "received": 0,
        "late": 0,
        "duplicate": 0,
        "not_sent": 2,
        "reordered": 0,
        "corrupt": 0,
        "loss_run": 0,
        "unreachable": 0,
        "address": "203.0.113.10",
        "error": "Network is unreachable (ENETUNREACH)",
    }


def test_at_full_loss_there_are_no_times() -> None:
    assert value(lost(), answered(3000)) == {
        "sent": 2,
        "received": 0,
        "late": 1,
        "duplicate": 0,
        "not_sent": 0,
        "reordered": 0,
        "corrupt": 0,
        "loss_run": 2,
        "unreachable": 0,
        "loss_percent": 100.0,
        "address": "203.0.113.10",
    }


def test_one_reply_has_times_but_no_jitter() -> None:
    figures = value(answered(12.345678))
    assert set(figures["rtt_s"].values()) == {0.012346}
    assert "jitter_s" not in figures
    assert "mos" not in figures


def test_loss_is_exact() -> None:
    assert value(lost(), *(answered(10) for _ in range(299)))["loss_percent"] == 0.3333


def test_jitter_leaps_over_lost_packets() -> None:
    assert value(answered(10), lost(), answered(14))["jitter_s"] == 0.004
    assert jitter_s([0.01, 0.02, 0.01]) == pytest.approx(0.01)


@given(st.lists(st.floats(min_value=0, max_value=60), min_size=2, max_size=50))
def test_quantiles_are_those_of_the_named_definition(samples: list[float]) -> None:
    ordered = sorted(samples)
    reference = statistics.quantiles(ordered, n=20, method="inclusive")
    for step in range(1, 20):
        assert quantile(ordered, step / 20) == pytest.approx(reference[step - 1], abs=1e-9)
    assert (quantile(ordered, 0), quantile(ordered, 1)) == (ordered[0], ordered[-1])


@pytest.mark.parametrize(
    ("latency_s", "jitter", "loss_percent", "score"),
    [
        (0.0, 0.0, 0.0, 4.40),
        (0.15, 0.0, 0.0, 4.319),
        (0.4, 0.02, 2.0, 2.849),
        (0.1, 0.0, 100.0, 1.0),
    ],
)
def test_mos_by_hand(latency_s: float, jitter: float, loss_percent: float, score: float) -> None:
    assert mos(latency_s, jitter, loss_percent) == pytest.approx(score, abs=0.005)


@given(
    st.floats(min_value=0, max_value=60),
    st.floats(min_value=0, max_value=60),
    st.floats(min_value=0, max_value=100),
)
def test_mos_stays_on_its_scale(latency_s: float, jitter: float, loss_percent: float) -> None:
    assert 1.0 <= mos(latency_s, jitter, loss_percent) <= 4.5


def test_replies_that_were_overtaken_are_counted() -> None:
    came = (30, 10, 20, 0, 40)  # the first was overtaken by two, yet is one; the fourth is lost
    packets = [Packet(sent_ns=MS, received_ns=each * MS) for each in came]
    assert value(*packets)["reordered"] == 1


def test_the_longest_run_of_losses_counts_late_replies_and_skips_what_was_not_sent() -> None:
    cycle = [lost(), answered(10), lost(), not_sent(), answered(2500), lost(), answered(10), lost()]
    assert value(*cycle)["loss_run"] == 3
    assert value(answered(10))["loss_run"] == 0


def test_unreachable_packets_are_lost_and_the_commonest_reason_is_told() -> None:
    packets = Packets(5)
    packets.sent_ns[:] = array("q", [MS] * 5)
    packets.received_ns[4] = 2 * MS
    packets.refusals = {
        place: Refusal(by, 3, 1, MS)
        for place, by in ((0, "192.0.2.9"), (1, "192.0.2.1"), (2, "192.0.2.1"), (4, "192.0.2.9"))
    }
    figures = json.loads(account(packets, 1.0, "").to_json())
    assert (figures["received"], figures["unreachable"]) == (1, 3)
    assert figures["unreachable_by"] == "192.0.2.1"
    assert figures["unreachable_why"] == "host unreachable"
    assert figures["loss_percent"] == 80
    assert "unreachable_by" not in value(lost())


def test_the_ttl_and_its_changes() -> None:
    packets = Packets(1)
    for ttl in (57, 57, 58, 57):
        packets.note_ttl(ttl)
    packets.corrupted = 2
    figures = json.loads(account(packets, 1.0, "").to_json())
    assert (figures["ttl"], figures["ttl_changes"], figures["corrupt"]) == (57, 2, 2)
    assert "ttl" not in value(lost())
