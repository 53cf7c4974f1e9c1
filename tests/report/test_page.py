"""The page: all of it in one file, every text escaped."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import Incident, Phase
from multipath.report.cycle import HOUR_S, Cycle
from multipath.report.page import page
from multipath.report.record import Record
from multipath.topology.model import Topology
from tests.report.makers import CYCLE_S, NOON_S, TOPOLOGY, good, hour, lost

LOADS = {"src", "href", "srcset", "data", "action", "poster", "background"}
VOID = {"meta", "link", "img", "br", "hr", "rect", "line", "path"}


class _Reader(HTMLParser):
    """Notes what a page is made of, and that every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())


def written(
    *cycles: Cycle,
    topology: Topology = TOPOLOGY,
    ahead_h: int = 0,
    told: Sequence[Incident] | None = None,
) -> str:
    record = Record([topology], NOON_S, NOON_S + 2 * HOUR_S)
    for cycle in cycles:
        record.add(cycle)
    zone = timezone(timedelta(hours=ahead_h)) if ahead_h else UTC
    return page(
        record.reports({} if told is None else {topology.name: told}),
        NOON_S,
        NOON_S + 2 * HOUR_S,
        lambda seconds: datetime.fromtimestamp(seconds, zone),
    )


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_each_edge_has_a_row_and_a_picture() -> None:
    reader = read(written(*(good(NOON_S + at, number=2) for at in range(0, HOUR_S, CYCLE_S))))
    assert reader.tags.count("figure") == 5
    assert reader.tags.count("tr") == 1 + 5
    assert reader.text.count("② proxy1→la") == 2
    assert "100.0 ms" in reader.text


def test_it_loads_nothing_and_runs_nothing() -> None:
    html = written(good(NOON_S))
    reader = read(html)
    assert not reader.attributes & LOADS
    assert not set(reader.tags) & {"script", "link", "img", "iframe", "object", "embed"}
    assert "url(" not in html
    assert "@import" not in html
    assert "://" not in html


def test_texts_are_escaped() -> None:
    evil = TOPOLOGY.model_copy(update={"description": "<script>alert('\"&')</script>"})
    html = written(good(NOON_S), topology=evil)
    assert "<script" not in html
    assert "<script>alert('\"&')</script>" in read(html).text


def test_outages_are_listed_with_their_edges() -> None:
    down = [
        lost(NOON_S + 600 + at, number=number)
        for at in range(0, 300, CYCLE_S)
        for number in (1, 2, 3)
    ]
    ended = [good(NOON_S + 900, number=number) for number in (1, 2, 3)]
    text = read(written(*down, *ended)).text
    assert "2026-01-01 12:10:00" in text
    assert "2026-01-01 12:15:00" in text
    assert "5 min" in text
    assert "① zabbix-sh→la, ② proxy1→la, ③ proxy2→la" in text


def test_no_outage_is_said_so() -> None:
    assert "None: no edge lost every packet" in written(good(NOON_S))


def test_what_the_edges_said_together_is_listed() -> None:
    ill = (Health.DOWN, Health.DOWN, Health.DOWN, Health.GOOD, Health.GOOD)
    phase = Phase(NOON_S + 600, NOON_S + 900, ill, locate(Path.of(TOPOLOGY), ill))
    text = read(written(good(NOON_S), told=[Incident((phase,), ended=False)])).text
    told = text[text.index("Verdicts") :]
    assert "2026-01-01 12:10:00" in told
    assert "not seen to end" in told
    assert any("la's side" in each for each in told)


def test_that_nothing_was_ill_is_told_only_where_verdicts_are_known() -> None:
    assert "None: nothing was ill." in written(good(NOON_S), told=[])
    assert "Verdicts" not in written(good(NOON_S))


def test_times_are_those_of_the_readers() -> None:
    html = written(good(NOON_S), ahead_h=8)
    assert "2026-01-01 20:00 to 2026-01-01 22:00 (UTC+08:00), 2 h" in html
    assert ">20:00</text>" in html
    assert "(UTC), 2 h" in written(good(NOON_S))


def test_trends_are_marked() -> None:
    assert "hourly trends" in written(hour(NOON_S))
    assert "hourly trends" not in written(good(NOON_S))


@pytest.mark.parametrize("loss", [0.003, 99.997])
def test_almost_nothing_and_almost_all_are_not_rounded_away(loss: float) -> None:
    assert f"<td>{loss} %</td>".replace("<td>9", '<td class="bad">9') in written(
        good(NOON_S, loss=loss)
    )


def test_without_any_data_it_is_a_page_still() -> None:
    assert read(written()).text.count("–") == 5 * 6
