"""Makes the pictures of verdicts in docs/diagnosis.md: what the dashboard shows of each.

On the lab named ``bench``, with cycles of a second instead of ten.
"""

import os
import re
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from multipath import names
from multipath.lab import netns
from multipath.lab.nodes import namespace
from multipath.zabbix.client import Client
from multipath.zabbix.profile import load_profile
from tests.system import browser
from tests.system.steps import EXAMPLE, eventually, multipath
from tests.system.truth import FASTER, FINE

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
LAB, PROFILE = "bench", "lab-bench"
DOWN, LOSSY, SLOW = "--down", "--loss=30%", "--delay=60ms"


@dataclass(frozen=True)
class Scene:
    """A picture's name, the faults that are made, and what is waited for.

    Args:
        name: of the picture.
        faults: options of ``lab fault`` by segment.
        told: what the verdict in words begins with.
        silent: nodes whose agents are killed before.
        raised: the scope of the problem that comes with it; empty if none does.
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
    Scene("unknown", {}, "unknown", silent=("zabbix-sh", "proxy1", "proxy2"), raised=""),
)

WIDTH, HEIGHT, QUALITY = 1200, 600, 60
"""Of a picture in pixels, and of its JPEG: so it takes about 60 kB."""

PATIENCE_S = 240.0
SILENCE_S = 12.0
"""After so long edges that are measured every second are unknown."""


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


def has_problem(client: Client, scope: str) -> bool:
    """Tell whether there is a problem of a scope."""
    tags = [{"tag": names.TAG_SCOPE, "value": scope, "operator": "1"}]
    return bool(client.get("problem", output=["eventid"], tags=tags))


def silence(node: str) -> None:
    """Kill a node's agent."""
    for pid in netns.processes([namespace(LAB, node)]):
        if names.vantage_host(node).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)


def is_told(client: Client, scene: Scene, begun: str) -> bool:
    """Tell whether a scene is complete: its verdict, its problem, and the traces of its edges."""
    if not told(client).startswith(scene.told):
        return False
    if not scene.raised:
        return True
    traced = scene.raised != names.SCOPE_VERDICT or is_traced(client, begun)
    return has_problem(client, scene.raised) and traced


def is_quiet(client: Client) -> bool:
    """Tell whether nothing is ill, and nothing silent."""
    scopes = (names.SCOPE_VERDICT, names.SCOPE_VANTAGE)
    return told(client) == FINE and not any(has_problem(client, scope) for scope in scopes)


def take(client: Client, page: Page, url: str, file: Path, scene: Scene) -> None:
    """Make faults, take the picture when they are told and raised, and wait for their end."""
    eventually("a quiet start", lambda: is_quiet(client), PATIENCE_S)
    for node in scene.silent:
        silence(node)
    if scene.silent:
        time.sleep(SILENCE_S)
    begun = time.strftime("%H:%M:%S", time.gmtime())
    for segment, option in scene.faults.items():
        multipath("lab", "fault", segment, option, "--name", LAB)
    try:
        eventually(scene.told, lambda: is_told(client, scene, begun), PATIENCE_S)
        browser.open_dashboard(page, url)
        page.screenshot(
            path=FOLDER / f"verdict-{scene.name}.jpg",
            type="jpeg",
            quality=QUALITY,
            clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT},
        )
    finally:
        multipath("lab", "heal", "--name", LAB)
        multipath("lab", "agents", file, "--name", LAB)


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
                take(client, page, url, file, scene)


if __name__ == "__main__":
    main()
