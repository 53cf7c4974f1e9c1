"""The latest cycles as a line of bars, and what is fresh."""

import pytest

from multipath.diagnosis.state import Health
from multipath.report.snapshot import Beat, EdgeNow, sparkline
from tests.report.makers import CYCLE_S, EDGES, NOON_S


def beats(*rtts_ms: float | None) -> list[Beat]:
    """Return a cycle for each median RTT, None being one that lost everything."""
    return [
        Beat(NOON_S + place * CYCLE_S, 100.0 if rtt is None else 0.0, rtt and rtt / 1000)
        for place, rtt in enumerate(rtts_ms)
    ]


def line(*rtts_ms: float | None, width: int = 8, later_s: float = 0.0) -> str:
    listed = beats(*rtts_ms)
    return sparkline(listed, CYCLE_S, listed[-1].at_s + CYCLE_S + later_s, width)


@pytest.mark.parametrize(
    ("rtts_ms", "expected"),
    [
        ((100, 100, 101, 102), "····▁▁▁▁"),
        ((100, 200, 300, 450), "····▁▃▅█"),
        ((100, None, 100, 180), "····▁×▁█"),
        ((None, None), "······××"),
        ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), "▁▂▃▄▅▆▇█"),
    ],
)
def test_bars_span_from_the_least_rtt_to_the_greatest(
    rtts_ms: tuple[float | None, ...], expected: str
) -> None:
    assert line(*rtts_ms) == expected


def test_cycles_that_are_not_there_leave_their_place() -> None:
    first, _, _, last = beats(100, 100, 100, 100)
    assert sparkline([first, last], CYCLE_S, last.at_s, 6) == "··▁··▁"


def test_silence_shows_once_it_is_longer_than_data_take() -> None:
    assert line(100, 100, width=6) == "····▁▁"
    assert line(100, 100, width=6, later_s=5 * CYCLE_S) == "·▁▁···"
    assert line(100, 100, width=6, later_s=1e6) == "······"


def test_an_edge_without_cycles_and_a_line_without_width() -> None:
    assert sparkline([], CYCLE_S, NOON_S, 5) == "·····"
    assert line(100, width=0) == ""


def test_the_last_cycle_counts_while_it_is_fresh() -> None:
    edge = EdgeNow(EDGES[0], Health.GOOD, tuple(beats(100, 110)))
    last_s = NOON_S + CYCLE_S
    assert edge.last(last_s + EDGES[0].thresholds.silent_s) == edge.beats[-1]
    assert edge.last(last_s + EDGES[0].thresholds.silent_s + 1) is None
    assert EdgeNow(EDGES[0], Health.UNKNOWN, ()).last(NOON_S) is None
