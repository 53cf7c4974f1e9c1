"""Makes the pictures of verdicts in docs/diagnosis.md: what the dashboard shows of each.

On the lab named ``bench``, with cycles of a second instead of ten.
"""

import re
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from multipath import names
from multipath.zabbix.client import Client
from tests.conftest import Lab, running_lab
from tests.system import browser
from tests.system.processes import running, send
from tests.system.steps import EXAMPLE, eventually, multipath, replaced
from tests.system.truth import FASTER, FINE, hold_sides

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DOWN, LOSSY, SLOW = "--down", "--loss=30%", "--delay=60ms"


@dataclass(frozen=True)
class Scene:
    """A picture's name, the faults that are made, and what is waited for.

    Args:
        name: of the picture.
        faults: options of ``lab fault`` by segment.
        told: what the verdict in words begins with.
        silent: nodes whose agents are killed before.
        raised: the scope of the problem that comes with it.
    """

    name: str
    faults: dict[str, str]
    told: str
    silent: tuple[str, ...] = ()
    raised: str = names.SCOPE_VERDICT


SCENES = (
    Scene("target", {"la": LOSSY}, "la's side: lossy"),
    Scene("source", {"zabbix-sh": LOSSY}, "zabbix-sh's side: lossy"),
    Scene("proxy", {"proxy1": SLOW}, "proxy1's side: slow"),
    Scene("direct", {"zabbix-sh>la": DOWN}, "between zabbix-sh and la: down"),
    Scene("middle", {"proxy1>la": LOSSY}, "between proxy1 and la: lossy"),
    Scene("several", {"zabbix-sh>la": DOWN, "proxy2": SLOW}, "several places at once"),
    Scene("undecided", {"la": LOSSY}, "undecided", silent=("proxy1", "proxy2")),
    Scene("lost", {"proxy1": DOWN}, "proxy1 is lost", raised=names.SCOPE_VANTAGE),
    Scene(
        "unknown",
        {},
        "unknown",
        silent=("zabbix-sh", "proxy1", "proxy2"),
        raised=names.SCOPE_VANTAGE,
    ),
)

WIDTH, HEIGHT, QUALITY = 1200, 600, 60
"""Of a picture in pixels, and of its JPEG: so it takes about 60 kB."""

PATIENCE_S = 240.0
SILENCE_S = 130.0
"""After so long an agent that says nothing is a problem, and its links on the map are grey."""


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


def has_problem(client: Client, scope: str, words: str = "") -> bool:
    """Tell whether there is a problem of a scope whose name has these words."""
    tags = [{"tag": names.TAG_SCOPE, "value": scope, "operator": "1"}]
    found = client.get("problem", output=["name"], tags=tags)
    return any(words in each["name"] for each in found)


def is_told(client: Client, scene: Scene, begun: str) -> bool:
    """Tell whether a scene is complete: its verdict, its problem, and the traces of its edges."""
    if not told(client).startswith(scene.told):
        return False
    if scene.raised != names.SCOPE_VERDICT:
        return has_problem(client, scene.raised)
    raised = has_problem(client, scene.raised, scene.told)
    return raised and (bool(scene.silent) or is_traced(client, begun))  # the silent trace nothing


def is_quiet(client: Client) -> bool:
    """Tell whether nothing is ill, and nothing silent."""
    scopes = (names.SCOPE_VERDICT, names.SCOPE_VANTAGE)
    return told(client) == FINE and not any(has_problem(client, scope) for scope in scopes)


def is_drawn(page: Page, url: str) -> bool:
    """Open the dashboard, and tell whether its map is drawn."""
    browser.open_dashboard(page, url)
    return bool(browser.map_links(page))


def take(lab: Lab, client: Client, page: Page, url: str, file: Path, scene: Scene) -> None:
    """Make faults, take the picture when they are told and raised, and wait for their end."""
    eventually("a quiet start", lambda: is_quiet(client), PATIENCE_S)
    for node in scene.silent:
        send(running(lab, node, names.vantage_host(node)), signal.SIGKILL)
    if scene.silent:
        time.sleep(SILENCE_S)
    begun = time.strftime("%H:%M:%S", time.gmtime())
    for segment, option in scene.faults.items():
        lab.fault(segment, option)
    try:
        eventually(scene.told, lambda: is_told(client, scene, begun), PATIENCE_S)
        eventually("the map", lambda: is_drawn(page, url))
        page.screenshot(
            path=FOLDER / f"verdict-{scene.name}.jpg",
            type="jpeg",
            quality=QUALITY,
            clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT},
        )
    finally:
        lab.heal()
        lab.multipath("agents", str(file))


def main(wanted: Sequence[str]) -> None:
    """Deploy the example with short cycles, and take one picture after the other: all, or these."""
    text = replaced(EXAMPLE.read_text(encoding="utf-8"), FASTER)
    lab = running_lab("bench")
    with tempfile.TemporaryDirectory() as folder, Client(lab.profile, writable=True) as client:
        file = Path(folder) / EXAMPLE.name
        file.write_text(text, encoding="utf-8")
        multipath("deploy", file, "--profile", lab.profile_name, "--yes")
        lab.multipath("agents", str(file))
        hold_sides(client, "3s")
        (board,) = client.get(
            "dashboard", output=["dashboardid"], filter={"name": names.board("sh-la")}
        )
        url = f"{lab.url}/zabbix.php?action=dashboard.view&dashboardid={board['dashboardid']}"
        with browser.signed_in(lab.url, lab.user, lab.password) as page:
            page.set_viewport_size({"width": WIDTH, "height": 2 * HEIGHT})
            for scene in SCENES:
                if not wanted or scene.name in wanted:
                    take(lab, client, page, url, file, scene)


if __name__ == "__main__":
    main(sys.argv[1:])
