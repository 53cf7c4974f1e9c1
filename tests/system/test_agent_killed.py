"""An agent is killed again and again, its server hangs: what it had spooled is in Zabbix once."""

import os
import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from multipath.lab.paths import State
from multipath.names import vantage_host
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.processes import hanging, running
from tests.system.steps import copy_of, eventually, multipath

pytestmark = pytest.mark.lab

KILLS = int(os.environ.get("MULTIPATH_KILLS", "6"))
Measured = tuple[int, int, int, str]
"""Item id, seconds, nanoseconds, value."""


def spooled(lab: Lab, node: str, folder: Path) -> set[Measured]:
    """Return what a dead agent's spool holds, read from a copy."""
    copy = Path(shutil.copytree(State.of(lab.name).agents, folder / "spools"))
    database = sqlite3.connect(copy / f"{vantage_host(node)}.spool")
    rows = database.execute("SELECT itemid, clock_s, ns, text FROM value WHERE NOT unsupported")
    found = set(rows)
    database.close()
    shutil.rmtree(copy)
    return found


def history(client: Client, itemids: list[str], since_s: int) -> Counter[Measured]:
    rows = client.get("history", itemids=itemids, history=4, time_from=since_s)
    return Counter(
        (int(row["itemid"]), int(row["clock"]), int(row["ns"]), row["value"]) for row in rows
    )


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    ("node", "daemon"), [("zabbix-sh", "zabbix_server"), ("proxy1", "zabbix_proxy")]
)
def test_every_spooled_measurement_is_in_zabbix_exactly_once(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path, node: str, daemon: str
) -> None:
    fast = copy_of(sh_la, tmp_path)
    chance = random.Random(node)  # noqa: S311 - the same kills every time
    began_s = int(time.time())
    seen: set[Measured] = set()
    try:
        multipath("deploy", fast, "--profile", lab.profile_name, "--yes")
        multipath("status", fast, "--profile", lab.profile_name, "--wait", "90s")
        found = client.get(
            "item", search={"key_": f"multipath.probe[copy,{node},"}, output=["itemid"]
        )
        itemids = [each["itemid"] for each in found]
        for kill in range(KILLS):
            if kill % 2:
                with hanging(lab, node, daemon):
                    time.sleep(chance.uniform(5, 8))
                    seen |= killed(lab, node, tmp_path)
                    multipath("lab", "agents", fast, "--name", lab.name)
                    time.sleep(4)
            else:
                time.sleep(chance.uniform(2, 6))
                seen |= killed(lab, node, tmp_path)
                multipath("lab", "agents", fast, "--name", lab.name)
        mine = {each for each in seen if str(each[0]) in itemids}
        assert len(mine) >= KILLS
        eventually(
            "all that was spooled is in the history",
            lambda: mine <= set(history(client, itemids, began_s)),
        )
        time.sleep(5)
        counted = history(client, itemids, began_s)
        assert {each: times for each, times in counted.items() if times > 1} == {}
        moments = Counter(each[:3] for each in counted.elements())
        assert set(moments.values()) == {1}
    finally:
        multipath("destroy", fast, "--profile", lab.profile_name, "--yes")


def killed(lab: Lab, node: str, folder: Path) -> set[Measured]:
    """Kill a host's agent without mercy; return what it had spooled then."""
    (agent,) = running(lab, node, "agent", vantage_host(node))
    os.kill(agent, signal.SIGKILL)
    eventually("it is dead", lambda: not running(lab, node, "agent", vantage_host(node)), 10)
    return spooled(lab, node, folder)
