import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.topology.units import (
    format_duration,
    format_percent,
    parse_duration,
    parse_percent,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("2s", 2), ("1.5 h", 5400), ("5m", 300), ("1d", 86400), ("0.1ms", 0.0001)],
)
def test_a_duration_is_a_number_with_a_unit(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@given(st.integers(1, 10**8))
def test_a_written_duration_reads_back_the_same(milliseconds: int) -> None:
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, rel=1e-6)


@pytest.mark.parametrize(
    "text", ["10S", "1e3s", "١s", " 1s", "1s ", "s", "", "1,5s", "+1s", None, True]
)
def test_anything_else_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="; write "):
        parse_duration(text)


def test_a_percentage_is_of_a_hundred() -> None:
    assert (parse_percent("5%"), parse_percent("0.5 %"), parse_percent("100%")) == (5, 0.5, 100)
    assert format_percent(2.5) == "2.5%"


@pytest.mark.parametrize("text", ["100.1%", "5", 5, "%", "-1%", None, True])
def test_anything_else_is_no_percentage(text: object) -> None:
    with pytest.raises(ValueError, match="; write "):
        parse_percent(text)
