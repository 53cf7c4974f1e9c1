"""The inference as Zabbix's own JavaScript engine runs it, on a real server: it says what Python
says."""

import json
import random
import time
from itertools import product

import pytest
from zabbix_utils import ItemValue, Sender

from multipath.diagnosis.compiled import as_data, encode, script
from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.lab import netns
from multipath.lab.nodes import namespace
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.steps import eventually

pytestmark = pytest.mark.lab

SAMPLE = 100
HOST = "rules"
TRAPPER, TEXT, JAVASCRIPT = 2, 4, "21"


def patterns(path: Path) -> list[tuple[Health, ...]]:
    """Return all patterns of a small path's edges, of a larger one's a sample."""
    edges = len(path.edges)
    if len(Health) ** edges <= SAMPLE:
        return list(product(Health, repeat=edges))
    chance = random.Random(edges)  # noqa: S311 - the same sample every time
    weights = (2, 4, 1, 1, 2, 2)
    return [tuple(chance.choices(list(Health), weights, k=edges)) for _ in range(SAMPLE)]


def test_a_real_server_says_what_python_says(lab: Lab, client: Client) -> None:
    paths = {
        f"rules[{proxies}]": Path("s", "t", tuple(f"p{one}" for one in range(1, proxies + 1)))
        for proxies in range(5)
    }
    groups = client.get("hostgroup", output=["groupid"], limit=1)
    (hostid,) = client.call("host.create", {"host": HOST, "groups": groups})["hostids"]
    try:
        for key, path in paths.items():
            agrees(lab, client, key, path, created(client, hostid, key, path))
    finally:
        client.call("host.delete", [hostid])


def agrees(lab: Lab, client: Client, key: str, path: Path, itemid: str) -> None:
    """Hold what the server makes of patterns of a path's edges against what Python says of them."""
    now_s, every = int(time.time()), patterns(path)
    ready(lab, client, key, itemid, now_s - 1000)
    values = [
        ItemValue(HOST, key, ",".join(map(str, encode(healths))), clock=now_s, ns=place)
        for place, healths in enumerate(every)
    ]
    assert send(lab, values)
    eventually("all are there", lambda: len(history(client, itemid, now_s)) == len(every))
    expected = [as_data(path, locate(path, healths)) for healths in every]
    assert history(client, itemid, now_s) == expected


def ready(lab: Lab, client: Client, key: str, itemid: str, before_s: int) -> None:
    """Wait until the server runs an item's script: it knows the item a little earlier."""

    def is_run() -> bool:
        trial = ItemValue(HOST, key, "0", clock=before_s, ns=time.time_ns() % 10**9)
        return send(lab, [trial]) and any(
            isinstance(value, dict) for value in history(client, itemid, before_s)
        )

    eventually("the script runs", is_run)


def send(lab: Lab, values: list[ItemValue]) -> bool:
    """Send values to the server; tell whether it took them all."""
    with netns.entered(namespace(lab.name, "zabbix-sh")):
        return not Sender("127.0.0.1", 10051).send(values).failed


def created(client: Client, hostid: str, key: str, path: Path) -> str:
    """Make an item that runs a path's script; return its id."""
    step = {"type": JAVASCRIPT, "params": script(path), "error_handler": 0}
    item = {
        "hostid": hostid,
        "name": key,
        "key_": key,
        "type": TRAPPER,
        "value_type": TEXT,
        "preprocessing": [{**step, "error_handler_params": ""}],
    }
    (itemid,) = client.call("item.create", item)["itemids"]
    return str(itemid)


def history(client: Client, itemid: str, since_s: int) -> list[object]:
    """Return what an item got for times since then, in their order."""
    rows = client.get(
        "history",
        itemids=[itemid],
        history=TEXT,
        output=["clock", "ns", "value"],
        time_from=since_s,
    )
    rows.sort(key=lambda row: (int(row["clock"]), int(row["ns"])))
    return [json.loads(row["value"]) for row in rows]
