"""Export and report on a real Zabbix whose history has been deleted in part."""

import csv
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from multipath.topology.edges import Edge, edges
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system import browser, past
from tests.system.steps import EXAMPLE, multipath, refused

pytestmark = pytest.mark.lab

HOUR_S, EVERY_S = 3600, 30
EDGES = edges(load([EXAMPLE])[0])
END_S = int(time.time()) // HOUR_S * HOUR_S
BEGIN_S = END_S - 5 * HOUR_S
FORGOTTEN_S = BEGIN_S + 2 * HOUR_S + 1000
"""Zabbix has no history before this: two hours and a part of the third are trends alone."""

OUTAGE = range(END_S - 1800, END_S - 1500)


def _figures(edge: Edge, second: int) -> past.Figures:
    if second in OUTAGE and edge.to_name == "la":
        return past.lost()
    rng = random.Random(second)  # noqa: S311 - figures for a test
    return past.answered(0.02 * edge.number, rng, loss_percent=5.0)


@pytest.fixture(scope="module")
def period(bare: Lab, admin: Client) -> Iterator[list[str]]:
    """Return the options of a time that a deployed topology has a past of."""
    multipath("deploy", EXAMPLE, "--profile", bare.profile_name, "--yes")
    rows = list(past.rows(admin, EDGES, range(BEGIN_S, END_S, EVERY_S), _figures))
    past.write_history(bare.name, rows)
    past.write_trends(bare.name, rows)
    past.forget_history(bare.name, FORGOTTEN_S)
    yield ["--profile", bare.profile_name, "--since", _iso(BEGIN_S), "--until", _iso(END_S)]
    multipath("destroy", EXAMPLE, "--profile", bare.profile_name, "--yes")


def _iso(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def _exported(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_cycle_is_exported_once_from_where_it_is_whole(
    period: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "export.csv"
    assert multipath("export", EXAMPLE, *period, "--output", file) == ""
    rows = _exported(file)
    per_hour = HOUR_S // EVERY_S
    assert Counter((row["edge"], row["origin"]) for row in rows) == {
        **{(edge.name, "trends"): 3 for edge in EDGES},
        **{(edge.name, "history"): 2 * per_hour for edge in EDGES},
    }
    assert sum(int(row["cycles"]) for row in rows) == len(EDGES) * 5 * per_hour
    assert sum(int(row["sent"]) for row in rows) == len(EDGES) * 5 * per_hour * 20
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert rows[0]["time"] == _iso(BEGIN_S).replace("Z", ".000Z")


def test_a_lost_cycle_has_no_rtt(period: list[str]) -> None:
    printed = multipath("export", EXAMPLE, *period, "--format", "json")
    rows: list[dict[str, Any]] = json.loads(printed)
    lost = [row for row in rows if row["loss_percent"] == 100]
    assert len(lost) == 3 * len(OUTAGE) // EVERY_S
    assert {row["rtt_p50_s"] for row in lost} == {None}
    assert all(0 < row["rtt_min_s"] < row["rtt_max_s"] for row in rows if row not in lost)


def test_both_formats_say_the_same(period: list[str], tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    multipath("export", EXAMPLE, *period, "-o", file)
    from_json = json.loads(multipath("export", EXAMPLE, *period, "--format", "json"))
    said = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in from_json
    ]
    assert said == _exported(file)


def test_a_time_without_data_is_an_empty_export(period: list[str]) -> None:
    words = ["--since", "2020-01-01", "--until", "2020-01-02"]
    assert len(multipath("export", EXAMPLE, *period, *words).splitlines()) == 1
    assert json.loads(multipath("export", EXAMPLE, *period, *words, "--format", "json")) == []


def test_what_is_not_deployed_is_said(bare: Lab, period: list[str], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    other = EXAMPLE.with_name("three-proxies.yaml")
    assert "are they deployed?" in refused("report", other, *period, "-o", file)
    assert not file.exists()


@pytest.mark.browser
def test_the_report_is_drawn_offline(period: list[str], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert multipath("report", EXAMPLE, *period, "-o", file) == f"wrote {file}\n"
    with browser.opened() as page:
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(file.as_uri())
        assert asked == [file.as_uri()]
        assert said == []
        assert page.locator("figure svg").count() == len(EDGES)
        for picture in page.locator("figure svg").all():
            box = picture.locator(".median").bounding_box()
            assert box
            assert box["width"] > 500
        outages = page.locator("table").nth(1).locator("tbody tr")
        assert outages.count() == 1
        assert "5 min" in outages.inner_text()
        assert "① zabbix-sh→la, ② proxy1→la, ③ proxy2→la" in outages.inner_text()
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
