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
    now_s = int(time.time())
    groups = client.get("hostgroup", output=["groupid"], limit=1)
    (hostid,) = client.call("host.create", {"host": HOST, "groups": groups})["hostids"]
    try:
        items = {key: created(client, hostid, key, path) for key, path in paths.items()}
        said = {key: patterns(path) for key, path in paths.items()}
        for key, every in said.items():
            values = [
                ItemValue(HOST, key, ",".join(map(str, encode(healths))), clock=now_s, ns=place)
                for place, healths in enumerate(every)
            ]

            def taken(values: list[ItemValue] = values) -> bool:  # of one item: all, or none
                with netns.entered(namespace(lab.name, "zabbix-sh")):
                    return not Sender("127.0.0.1", 10051).send(values).failed

            eventually("the server knows the item", taken)
            eventually("all are there", lambda: len(history(client, items[key])) == len(every))  # noqa: B023 - at once
            expected = [as_data(paths[key], locate(paths[key], healths)) for healths in every]
            assert history(client, items[key]) == expected
    finally:
        client.call("host.delete", [hostid])


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


def history(client: Client, itemid: str) -> list[object]:
    """Return what an item got, in the order of the values' times."""
    rows = client.get("history", itemids=[itemid], history=TEXT, output=["ns", "value"])
    return [json.loads(row["value"]) for row in sorted(rows, key=lambda row: int(row["ns"]))]
