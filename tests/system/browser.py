"""A real browser on a Zabbix frontend."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as NotInTimeError

CHROMIUM = Path("/usr/bin/chromium")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def opened() -> Iterator[Page]:
    """Yield a page of a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        try:
            yield browser.new_page(viewport={"width": 1600, "height": 1480})
        finally:
            browser.close()


@contextmanager
def signed_in(url: str, user: str, password: str) -> Iterator[Page]:
    """Yield a page of a browser that has signed in to a Zabbix frontend."""
    with opened() as page:
        page.goto(f"{url}/index.php")
        page.fill("#name", user)
        page.fill("#password", password)
        page.click("#enter")
        page.wait_for_url("**/zabbix.php?action=dashboard*")
        yield page


def open_dashboard(page: Page, url: str, number: int = 1) -> None:
    """Open a page of a dashboard, and wait until every widget has its content.

    The first without the menus, which the way to the others leads over.
    """
    page.goto(f"{url}&kiosk={int(number == 1)}")
    if number > 1:
        page.click(f".dashboard-navigation-tabs li:nth-child({number})")
    page.wait_for_selector("[class^=dashboard-grid-widget-content]")
    page.wait_for_function("() => !document.querySelector('.is-loading')")


def map_links(page: Page) -> dict[str, str]:
    """Return the colour of each link of the map that is shown, by the link's label.

    None if the map is not drawn in time: its first reading failed, and the next is in 15 minutes;
    or one of its pictures is late.
    """
    try:
        page.wait_for_selector(".map-links tspan", state="attached")
    except NotInTimeError:
        return {}
    return dict(
        page.eval_on_selector_all(
            ".map-links > g",
            """(links) => links.map((link) =>
                 [[...link.querySelectorAll('tspan')].map((line) => line.textContent).join(' '),
                  link.getAttribute('stroke')])""",
        )
    )


def widget_titles(page: Page) -> list[str]:
    """Return the titles of all widgets in reading order."""
    titles: list[str] = page.eval_on_selector_all(
        ".dashboard-grid-widget",
        """(widgets) => widgets
             .map((widget) => [widget.getBoundingClientRect(), widget.querySelector('h4')])
             .sort(([a], [b]) => a.top - b.top || a.left - b.left)
             .map(([_, title]) => title.textContent.trim())""",
    )
    return titles


def errors(page: Page) -> list[str]:
    """Return what widgets complain of."""
    told: list[str] = page.eval_on_selector_all(
        ".dashboard-grid-widget .msg-bad, .dashboard-grid-widget .msg-warning",
        "(messages) => messages.map((each) => each.textContent.trim())",
    )
    return told


def lines(page: Page, title: str) -> list[int]:
    """Return how many values each line or area of an SVG graph is drawn through."""
    widget = page.locator(".dashboard-grid-widget", has=page.get_by_role("heading", name=title))
    values: list[int] = widget.locator("svg g.svg-graph-line").evaluate_all(
        """(groups) => groups.map((group) =>
             [...group.querySelectorAll('path[label]')]
               .map((path) => path.getAttribute('label').split(',').length)
               .reduce((sum, each) => sum + each, 0))"""
    )
    return values
