"""The dashboard of sh-la in a real browser: every page, and the map."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from multipath.zabbix.client import Client
from tests.conftest import ON_BOTH_VERSIONS, Lab
from tests.system import browser
from tests.system.steps import eventually

pytestmark = [pytest.mark.lab, pytest.mark.browser]

SMOKE_GRAPHS = [
    "① zabbix-sh→la (direct)",
    "② proxy1→la (proxy to target)",
    "③ proxy2→la (proxy to target)",
    "④ zabbix-sh→proxy1 (source to proxy)",
    "⑤ zabbix-sh→proxy2 (source to proxy)",
]
ABOVE = [
    f"sh-la: {title}" for title in ("verdict", "best route", "gain", "problems", "map", "verdicts")
]
OVERVIEW, SMOKE, COMPARISON, ROUTES = range(1, 5)
GREEN, RED = "#59A869", "#D40000"


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Page]:
    with browser.signed_in(lab.url, lab.user, lab.password) as signed_in:
        yield signed_in


@pytest.fixture
def url(lab: Lab, sh_la: Path, client: Client) -> str:
    (dashboard,) = client.get(
        "dashboard", filter={"name": "multipath sh-la"}, output=["dashboardid"]
    )
    where = f"{lab.url}/zabbix.php?action=dashboard.view&dashboardid={dashboard['dashboardid']}"
    return f"{where}&from=now-5m&to=now"


@ON_BOTH_VERSIONS
@pytest.mark.parametrize("number", [OVERVIEW, SMOKE])
def test_the_smoke_graphs_are_drawn(page: Page, url: str, number: int, tmp_path: Path) -> None:
    def smoke_is_drawn() -> bool:
        browser.open_dashboard(page, url, number)
        shown = [browser.lines(page, title) for title in SMOKE_GRAPHS]
        return all(len(values) == 7 and min(values) >= 3 for values in shown)

    eventually("six areas and the median through three cycles each", smoke_is_drawn)
    assert browser.errors(page) == []
    above = ABOVE if number == OVERVIEW else []
    assert browser.widget_titles(page) == [*above, *SMOKE_GRAPHS]
    picture = Path(os.environ.get("MULTIPATH_PICTURE", tmp_path / "dashboard.png"))
    if number == OVERVIEW:
        page.screenshot(path=picture)
        assert picture.stat().st_size > 20_000


@ON_BOTH_VERSIONS
@pytest.mark.parametrize(
    ("number", "graphs", "lines"),
    [
        (
            COMPARISON,
            [
                "median RTT of all edges",
                "loss of all edges",
                "jitter of all edges",
                "state of all edges: 1 good, 2 jittery, 3 slow, 4 lossy, 5 down",
            ],
            5,
        ),
        (ROUTES, ["RTT of the routes", "loss of the routes"], 3),
    ],
)
def test_what_is_compared_is_drawn(
    page: Page, url: str, number: int, graphs: list[str], lines: int
) -> None:
    def all_lines_are_drawn() -> bool:
        browser.open_dashboard(page, url, number)
        shown = [browser.lines(page, f"sh-la: {title}") for title in graphs]
        return all(len(values) == lines and min(values) >= 3 for values in shown)

    eventually("every line through three values", all_lines_are_drawn)
    assert browser.errors(page) == []


@ON_BOTH_VERSIONS
def test_the_sla_names_the_direct_way_and_any_way(page: Page, url: str) -> None:
    def there() -> bool:
        browser.open_dashboard(page, url, ROUTES)
        shown = page.locator(".dashboard-grid-widget", has_text="reachable, by month")
        text = " ".join(shown.inner_text().split())
        months = r"99\.9% (N/A )*[0-9.]+"  # in this one other tests have made faults
        return re.search(rf"any way {months} .* direct {months}", text) is not None

    eventually("both services with their month", there)


@ON_BOTH_VERSIONS
def test_the_links_of_the_map_carry_rtt_and_loss_and_turn_red(
    lab: Lab, page: Page, url: str
) -> None:
    def colors() -> dict[str, str]:
        browser.open_dashboard(page, url)
        return {label[0]: color for label, color in browser.map_links(page).items()}

    well = dict.fromkeys("①②③④⑤", GREEN)
    eventually("all links green", lambda: colors() == well)
    labels = sorted(browser.map_links(page))
    for label, rtt_ms in zip(labels, (182, 152, 106, 34, 48), strict=True):
        told = re.fullmatch(r"[①②③④⑤] ([0-9.]+)ms 0 %", label)
        assert told, label
        assert float(told[1]) == pytest.approx(rtt_ms, abs=5)
    lab.fault("zabbix-sh>la", "--down")
    try:
        eventually("one link red", lambda: colors() == well | {"①": RED})
    finally:
        lab.heal()
    eventually("all links green again", lambda: colors() == well, 150)
