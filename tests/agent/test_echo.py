"""Echo packets as bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.agent.wire.echo import MARK_BYTES, SEQUENCES, EchoFormat

FORM = EchoFormat(8, 0, 0x1234, b"\xff\xee\xdd\xcc\xbb\xaa\x99\x88")
HEADERS = bytes(range(14)) + bytes([0x46]) + bytes(23)
"""Of Ethernet and IP, with an option: six words instead of five."""


def checksum_is_right(packet: bytes) -> bool:
    padded = packet + bytes(len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total == 0xFFFF


@given(
    st.integers(min_value=0, max_value=2**32 - 1),
    st.integers(min_value=0, max_value=SEQUENCES - 1),
    st.binary(min_size=8, max_size=8),
    st.integers(min_value=0, max_value=0xFFFF),
)
def test_one_header_serves_all_flights_and_sizes(
    flight: int, sequence: int, nonce: bytes, identifier: int
) -> None:
    form = EchoFormat(8, 0, identifier, nonce)
    payload = form.mark(flight) + bytes(40)
    assert checksum_is_right(form.request_header(sequence) + payload)
    assert checksum_is_right(form.reply_header(sequence) + payload)


@given(
    st.integers(min_value=0, max_value=2**32 - 1),
    st.integers(min_value=0, max_value=SEQUENCES - 1),
    st.binary(min_size=8, max_size=8),
    st.integers(min_value=0, max_value=0xFFFF),
)
def test_packets_of_one_flow_have_one_checksum(
    flight: int, sequence: int, nonce: bytes, identifier: int
) -> None:
    form = EchoFormat(8, 0, identifier, nonce, one_flow=True)
    payload = bytearray(form.mark(flight) + bytes(40))
    form.outweigh(payload, sequence)
    assert checksum_is_right(form.request_header(sequence) + payload)
    assert checksum_is_right(form.reply_header(sequence) + payload)
    assert form.request_header(sequence)[:6] == form.request_header(0)[:6]


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_a_packet_of_ours_is_found_behind_any_headers(flight: int) -> None:
    packet = FORM.request_header(517) + FORM.mark(flight) + bytes(40)
    assert FORM.find_own(HEADERS + packet) == (FORM.mark(flight), (517).to_bytes(2, "big"))
    assert FORM.find_own(HEADERS + packet[: 8 + MARK_BYTES]) is not None


def test_a_packet_without_any_headers_before_it_was_not_handed_back() -> None:
    assert FORM.find_own(FORM.request_header(517) + FORM.mark(1)) is None


@pytest.mark.parametrize("size", range(8 + MARK_BYTES))
def test_a_packet_that_is_cut_is_not_ours(size: int) -> None:
    packet = FORM.request_header(1) + FORM.mark(1)
    assert FORM.find_own(HEADERS + packet[:size]) is None


@given(st.binary(max_size=100))
def test_any_bytes_are_no_packet_of_ours(data: bytes) -> None:
    assert FORM.find_own(data) is None
    assert FORM.find_own(FORM.nonce + data) is None
