"""Makes the pictures of verdicts in docs/diagnosis.md: what the dashboard shows of each.

On the lab named ``bench``, with cycles of a second instead of ten.
"""

import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from multipath import names
from multipath.zabbix.client import Client
from multipath.zabbix.profile import load_profile
from tests.system import browser
from tests.system.steps import EXAMPLE, eventually, multipath
from tests.system.truth import FASTER

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LAB, PROFILE = "bench", "lab-bench"
SCENES = (
    ("target", "la", ("--loss", "30%"), "la's side: lossy"),
    ("source", "zabbix-sh", ("--loss", "30%"), "zabbix-sh's side: lossy"),
    ("proxy", "proxy1", ("--delay", "60ms"), "proxy1's side: slow"),
    ("direct", "zabbix-sh>la", ("--down",), "between zabbix-sh and la: down"),
)
"""The picture's name, the fault that is made, and the verdict that is waited for."""

WIDTH, HEIGHT, QUALITY = 1200, 600, 60
"""Of a picture in pixels, and of its JPEG: so it takes about 60 kB."""

PATIENCE_S = 240.0


def told(client: Client) -> str:
    """Return the verdict in words."""
    key = names.verdict_key("sh-la", "told")
    (row,) = client.get("item", output=["lastvalue"], filter={"key_": key})
    return str(row["lastvalue"])


def is_traced(client: Client, since: str) -> bool:
    """Tell whether the evidence has only traces that were begun after a time of day, in UTC."""
    key = names.verdict_key("sh-la", "evidence")
    (row,) = client.get("item", output=["lastvalue"], filter={"key_": key})
    begun = re.findall(r"(\d\d:\d\d:\d\d)Z", row["lastvalue"])
    return bool(begun) and min(begun) >= since


def has_problem(client: Client) -> bool:
    """Tell whether a verdict has its problem."""
    verdicts = [{"tag": names.TAG_SCOPE, "value": names.SCOPE_VERDICT, "operator": "1"}]
    return bool(client.get("problem", output=["eventid"], tags=verdicts))


def take(
    client: Client, page: Page, url: str, scene: tuple[str, str, tuple[str, ...], str]
) -> None:
    """Make a fault, take the picture when it is told and raised, and wait for its end."""
    name, segment, options, verdict = scene
    eventually(
        "a quiet start",
        lambda: told(client) == "nothing is ill" and not has_problem(client),
        PATIENCE_S,
    )
    begun = time.strftime("%H:%M:%S", time.gmtime())
    multipath("lab", "fault", segment, *options, "--name", LAB)
    try:
        eventually(
            verdict,
            lambda: told(client) == verdict and has_problem(client) and is_traced(client, begun),
            PATIENCE_S,
        )
        browser.open_dashboard(page, url)
        page.screenshot(
            path=FOLDER / f"verdict-{name}.jpg",
            type="jpeg",
            quality=QUALITY,
            clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT},
        )
    finally:
        multipath("lab", "heal", "--name", LAB)


def main() -> None:
    """Deploy the example with short cycles, and take one picture after the other."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for usual, fast in FASTER.items():
        text = text.replace(usual, fast)
    profile = load_profile(PROFILE)
    with tempfile.TemporaryDirectory() as folder, Client(profile, writable=True) as client:
        file = Path(folder) / EXAMPLE.name
        file.write_text(text, encoding="utf-8")
        multipath("deploy", file, "--profile", PROFILE, "--yes")
        multipath("lab", "agents", file, "--name", LAB)
        for row in client.get(
            "usermacro", output=["hostmacroid"], filter={"macro": "{$MULTIPATH.SIDE.HOLD}"}
        ):
            client.call("usermacro.update", {"hostmacroid": row["hostmacroid"], "value": "3s"})
        (board,) = client.get(
            "dashboard", output=["dashboardid"], filter={"name": names.board("sh-la")}
        )
        url = f"{profile.url}/zabbix.php?action=dashboard.view&dashboardid={board['dashboardid']}"
        with browser.signed_in(profile.url, profile.user or "", profile.password or "") as page:
            page.set_viewport_size({"width": WIDTH, "height": 2 * HEIGHT})
            for scene in SCENES:
                take(client, page, url, scene)


if __name__ == "__main__":
    main()
