"""What is read of the past: whole, once, in pages, whatever lies at which second."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from multipath import names
from multipath.errors import ZabbixError
from multipath.objects import Kind
from multipath.render.desired import desired
from multipath.report.cycle import COLUMNS, HOUR_S, Cycle, Origin
from multipath.topology.edges import Edge
from multipath.zabbix import history, pages
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile
from tests.report.makers import CYCLE_S, EDGES, NOON_S, TOPOLOGY
from tests.zabbix.fake import Answer, Request, result, serving


@dataclass
class _Zabbix:
    """A Zabbix that has items and values, and answers by time as the real one does."""

    items: dict[tuple[str, str], str] = field(default_factory=dict)
    history: list[dict[str, str]] = field(default_factory=list)
    trends: list[dict[str, str]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        if request.method == "apiinfo.version":
            return result("7.0.9")
        tables: dict[str, Sequence[Any]] = {
            "history.get": self.history,
            "trend.get": self.trends,
            "item.get": [
                {"itemid": number, "key_": key, "hosts": [{"host": host}]}
                for (host, key), number in self.items.items()
            ],
        }
        return result(self._within(tables.get(request.method, ()), request.params))

    @staticmethod
    def _within(rows: Sequence[Any], asked: Any) -> list[Any]:
        if "itemids" not in asked:
            return list(rows)
        return [
            row
            for row in rows
            if row["itemid"] in asked["itemids"]
            and asked["time_from"] <= int(row["clock"]) <= asked["time_till"]
        ]

    def add_items(self, edges: Sequence[Edge]) -> None:
        for edge in edges:
            for metric in COLUMNS:
                self.items[_place(edge, metric)] = str(len(self.items))

    def add(self, edge: Edge, second: int, ns: int, **figures: float) -> None:
        for metric, value in figures.items():
            item = self.items[_place(edge, metric.replace("_", "."))]
            row = {"itemid": item, "clock": str(second), "ns": str(ns), "value": str(value)}
            self.history.append(row)

    def add_hour(self, edge: Edge, second: int, num: int, **figures: float) -> None:
        for metric, value in figures.items():
            self.trends.append(
                {
                    "itemid": self.items[_place(edge, metric.replace("_", "."))],
                    "clock": str(second),
                    "num": str(num),
                    "value_min": str(value / 2),
                    "value_avg": str(value),
                    "value_max": str(value * 2),
                }
            )

    def cycles(self, edges: Sequence[Edge], since_s: int, until_s: int) -> list[Cycle]:
        with serving(self.answer) as url, Client(Profile(url, token="t")) as client:
            return list(history.cycles(client, edges, since_s, until_s, lambda _: None))


def _place(edge: Edge, metric: str) -> tuple[str, str]:
    key = names.metric_key(edge.topology, edge.from_name, edge.to_name, metric)
    return names.vantage_host(edge.from_name), key


@pytest.fixture
def zabbix() -> _Zabbix:
    made = _Zabbix()
    made.add_items(EDGES)
    return made


NO_COLUMNS = re.compile(r".*,(rtt\.baseline|rtt\.usual|pace|state|way.*|unreachable.*)\]")
"""Items that are calculated, made of traces, or of what else there is beside a cycle's figures."""


def test_the_templates_make_an_item_for_every_column() -> None:
    keys = {ref.key for ref in desired([TOPOLOGY]) if ref.kind is Kind.ITEM}
    assert {_place(edge, metric) for edge in EDGES for metric in COLUMNS} <= keys
    metrics = [
        key
        for _, key in keys
        if key.startswith(f"{names.KEY_METRIC}[") and not NO_COLUMNS.fullmatch(key)
    ]  # what a cycle measures
    assert len(metrics) == len(EDGES) * len(COLUMNS)


def test_values_of_one_time_are_one_cycle(zabbix: _Zabbix) -> None:
    zabbix.add(EDGES[0], NOON_S, 5, loss=5.0, rtt_p50=0.1, sent=20)
    zabbix.add(EDGES[0], NOON_S, 7, loss=100.0, sent=20)
    zabbix.add(EDGES[1], NOON_S, 5, loss=0.0)
    assert zabbix.cycles(EDGES, NOON_S, NOON_S + 60) == [
        Cycle(
            EDGES[0],
            NOON_S * 10**9 + 5,
            Origin.HISTORY,
            1,
            {"loss": 5.0, "rtt.p50": 0.1, "sent": 20.0},
        ),
        Cycle(EDGES[1], NOON_S * 10**9 + 5, Origin.HISTORY, 1, {"loss": 0.0}),
        Cycle(EDGES[0], NOON_S * 10**9 + 7, Origin.HISTORY, 1, {"loss": 100.0, "sent": 20.0}),
    ]


@pytest.mark.parametrize("page", [1, 100, 5000, 1_000_000])
def test_no_page_loses_or_doubles_a_value_at_a_border(
    zabbix: _Zabbix, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(pages, "PAGE", page)
    hours = range(NOON_S, NOON_S + 6 * HOUR_S, HOUR_S)
    times = [
        (second, ns)
        for hour in hours
        for second in (hour, hour + HOUR_S - 1)
        for ns in (0, 1, 999_999_999)
    ]
    for edge in EDGES:
        for second, ns in times:
            zabbix.add(edge, second, ns, loss=0.0, sent=20)
    got = zabbix.cycles(EDGES, NOON_S, NOON_S + 6 * HOUR_S)
    assert sorted((each.edge.number, each.start_ns) for each in got) == [
        (edge.number, second * 10**9 + ns) for edge in EDGES for second, ns in times
    ]
    assert all(each.figures == {"loss": 0.0, "sent": 20.0} for each in got)


def test_pages_are_as_large_as_the_cycles_allow(zabbix: _Zabbix) -> None:
    zabbix.cycles(EDGES, NOON_S, NOON_S + 24 * HOUR_S)
    asked = [each for each in zabbix.asked if each.method == "history.get"]
    values = len(EDGES) * len(COLUMNS) * 24 * HOUR_S // CYCLE_S
    assert values / pages.PAGE <= len(asked) <= 2 * values / pages.PAGE


def test_what_is_outside_the_time_is_left_out(zabbix: _Zabbix) -> None:
    for second in (NOON_S + 99, NOON_S + 100, NOON_S + 199, NOON_S + 200):
        zabbix.add(EDGES[0], second, 0, loss=0.0)
    got = zabbix.cycles(EDGES, NOON_S + 100, NOON_S + 200)
    assert [each.start_s - NOON_S for each in got] == [100, 199]


def test_an_hour_of_trends_adds_packets_up_and_keeps_the_extremes(zabbix: _Zabbix) -> None:
    figures = {"loss": 2.0, "rtt_min": 0.1, "rtt_p50": 0.2, "rtt_max": 0.3, "sent": 20.0}
    zabbix.add_hour(EDGES[0], NOON_S, 360, **figures)
    (hour,) = zabbix.cycles(EDGES, NOON_S, NOON_S + HOUR_S)
    assert (hour.origin, hour.count) == (Origin.TRENDS, 360)
    assert hour.figures == {
        "loss": 2.0,
        "rtt.min": 0.05,
        "rtt.p50": 0.2,
        "rtt.max": 0.6,
        "sent": 7200.0,
    }


def test_edges_that_are_not_deployed_are_named() -> None:
    empty = _Zabbix()
    empty.add_items(EDGES[:4])
    with pytest.raises(ZabbixError, match=r"no items of zabbix-sh>proxy2: are they deployed"):
        empty.cycles(EDGES, NOON_S, NOON_S + HOUR_S)
