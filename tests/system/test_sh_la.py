"""All of it at once: sh-la deployed into a real Zabbix, measured by real agents over the WAN."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from multipath import names
from multipath.zabbix.client import Client
from tests.conftest import ON_BOTH_VERSIONS, Lab
from tests.system.steps import (
    EXAMPLE,
    copy_of,
    counts,
    eventually,
    measured,
    multipath,
    refused,
    status,
    writes,
)

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def sh_la(lab: Lab) -> Path:
    """Return the example as it is shipped."""
    return measured(lab, EXAMPLE)


@ON_BOTH_VERSIONS
def test_five_edges_show_the_emulated_rtt_and_no_loss(lab: Lab, sh_la: Path) -> None:
    edges = status(lab, sh_la)
    assert edges.keys() == {1, 2, 3, 4, 5}
    for edge in edges.values():
        assert edge["state"] == "good", edge
        assert edge["loss_percent"] == 0, edge
        assert edge["age_s"] < 30, edge
        expected_s = lab.rtt_s[f"{edge['from']}>{edge['to']}"]
        assert edge["rtt_s"] == pytest.approx(expected_s, abs=0.002), edge


@ON_BOTH_VERSIONS
def test_the_way_of_each_edge_is_in_zabbix_hop_by_hop(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    """Each edge has one of a time without faults, which other tests make."""
    traces = {"key_": "multipath.trace[sh-la,"}
    items = client.get("item", search=traces, output=["itemid", "key_"])
    assert len(items) == 5

    def is_clean(item: dict[str, str], trace: dict[str, Any]) -> bool:
        _, from_node, to_node, address = item["key_"].removesuffix("]").split(",")
        hops = trace["hops"]  # the WAN is emulated on one link
        return (
            (trace["address"], trace["reached"], len(hops)) == (address, True, 1)
            and (hops[0]["address"], hops[0]["received"]) == (address, 3)
            and hops[0]["rtt_s"]["min"] >= lab.rtt_s[f"{from_node}>{to_node}"] - 0.002
            and "suspect" not in trace
        )

    def has_clean(item: dict[str, str]) -> bool:
        rows = client.get("history", itemids=item["itemid"], history=4, output=["value"])
        return any(is_clean(item, json.loads(row["value"])) for row in rows)

    sooner = [{"itemid": item["itemid"], "delay": "30s"} for item in items]
    client.call("item.update", sooner)
    eventually("a clean trace of each edge", lambda: all(map(has_clean, items)), 150)
    refusals = client.get("item", search=traces, output=["error"])
    assert not any(item["error"] for item in refusals)
    multipath("deploy", sh_la, "--profile", lab.profile_name, "--yes")


@ON_BOTH_VERSIONS
def test_a_second_deploy_writes_nothing(lab: Lab, sh_la: Path, client: Client) -> None:
    before = writes(client)
    printed = multipath("deploy", sh_la, "--profile", lab.profile_name, "--yes")
    assert "Nothing to change" in printed
    assert writes(client) == before


@ON_BOTH_VERSIONS
def test_destroy_leaves_zabbix_as_it_was_before_deploy(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path
) -> None:
    other = copy_of(sh_la, tmp_path)
    before = counts(client)
    multipath("deploy", other, "--profile", lab.profile_name, "--yes")
    assert counts(client)["item"] == before["item"] + 5 * 24 + 3 * 3 + 5 + 4 + 3 + 2
    multipath("destroy", other, "--profile", lab.profile_name, "--yes")
    assert counts(client) == before
    assert "Nothing to change" in multipath("destroy", other, "--profile", lab.profile_name)
    assert "Nothing to change" in multipath("deploy", sh_la, "--profile", lab.profile_name)


def test_a_drift_is_found_and_mended(lab: Lab, sh_la: Path, client: Client) -> None:
    (trigger,) = client.get(
        "trigger", output=["triggerid"], filter={"description": "sh-la zabbix-sh→la: down"}
    )
    client.call("trigger.update", {"triggerid": trigger["triggerid"], "priority": "1"})
    printed = multipath("deploy", sh_la, "--profile", lab.profile_name, "--yes")
    assert "priority: INFO → WARNING" in printed
    assert "0 to create, 1 to update, 0 to delete" in printed


NOBODY = "nobody answers"


def evidence(client: Client) -> list[str]:
    """Return what the traces of the ill edges say, without their times."""
    key = names.verdict_key("sh-la", "evidence")
    (row,) = client.get("item", output=["lastvalue"], filter={"key_": key})
    return [each.rpartition("Z ")[2] for each in row["lastvalue"].split(" | ")]


@ON_BOTH_VERSIONS
def test_the_targets_side_down_is_seen_on_the_three_edges_to_it(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    lab.fault("la", "--down")
    try:
        eventually(
            "three edges down",
            lambda: (
                [edge["ill"] for edge in status(lab, sh_la).values()]
                == ["down", "down", "down", None, None]
            ),
        )
        down = status(lab, sh_la)
        assert [edge["rtt_s"] is None for edge in down.values()] == [True] * 3 + [False] * 2
        eventually("three problems", lambda: len(problems(client)) == 3)
        assert problems(client) == [
            "sh-la proxy1→la: down",
            "sh-la proxy2→la: down",
            "sh-la zabbix-sh→la: down",
        ]
        eventually("the traces of that minute", lambda: evidence(client) == [NOBODY] * 3)
        place = [{"tag": names.TAG_PLACE, "value": "la", "operator": "1"}]
        eventually("one more", lambda: bool(client.get("problem", tags=place)))
        (problem,) = client.get("problem", output=["name"], tags=place)
        assert problem["name"] == "multipath: la's side: down (5)"
    finally:
        lab.heal()
    eventually(
        "all edges good again",
        lambda: all(edge["state"] == "good" for edge in status(lab, sh_la).values()),
    )
    eventually("no edge down any more", lambda: not problems(client))
    lost = client.get("item", filter={"key_": "multipath.metric[sh-la,zabbix-sh,la,rtt.p50]"})
    values = client.get("history", itemids=lost[0]["itemid"], history=0, output=["value"])
    assert min(float(each["value"]) for each in values) > 0.1


def problems(client: Client) -> list[str]:
    """Return the names of the edges' problems of being down."""
    found = client.get("problem", tags=[{"tag": "scope", "value": "edge", "operator": "1"}])
    return sorted(each["name"] for each in found if each["name"].endswith(": down"))


def test_agents_follow_a_changed_cycle_without_a_restart(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path
) -> None:
    other = copy_of(sh_la, tmp_path)
    faster_folder = tmp_path / "faster"
    faster_folder.mkdir()
    faster = copy_of(sh_la, faster_folder, **{"cycle: 10s": "cycle: 4s"})
    try:
        multipath("deploy", other, "--profile", lab.profile_name, "--yes")
        multipath("status", other, "--profile", lab.profile_name, "--wait", "90s")
        multipath("deploy", faster, "--profile", lab.profile_name, "--yes")
        eventually("cycles of 4 s", lambda: set(newest_gaps_s(client)) == {4})
    finally:
        multipath("destroy", other, "--profile", lab.profile_name, "--yes")


def newest_gaps_s(client: Client) -> list[int]:
    """Return the seconds between the newest three measurements of each edge of the copy."""
    items = client.get(
        "item",
        search={"key_": "multipath.probe[copy,"},
        output=["itemid"],
    )
    gaps_s = []
    for item in items:
        newest = client.get(
            "history",
            itemids=item["itemid"],
            history=4,
            output=["clock"],
            sortfield="clock",
            sortorder="DESC",
            limit=3,
        )
        clocks = [int(each["clock"]) for each in newest]
        gaps_s += [after - before for after, before in itertools.pairwise(clocks)]
    return gaps_s


def test_an_unknown_zabbix_proxy_is_refused_before_anything_is_written(
    lab: Lab, client: Client, tmp_path: Path
) -> None:
    wrong = copy_of(EXAMPLE, tmp_path, **{"zabbix_proxy: proxy1": "zabbix_proxy: elsewhere"})
    before = counts(client)
    said = refused("deploy", wrong, "--profile", lab.profile_name, "--yes")
    assert "node proxy1: Zabbix has no proxy 'elsewhere'; it has proxy1, proxy2" in said
    assert counts(client) == before


def test_a_wrong_password_is_one_sentence(lab: Lab, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("sentinel", encoding="utf-8")
    said = refused(
        "status", EXAMPLE, "--url", lab.url, "--user", "Admin", "--password-file", secret
    )
    assert said == (f"error: Zabbix at {lab.url} refuses user 'Admin': wrong name or password\n")


def test_a_user_without_rights_is_told_what_zabbix_refuses(
    lab: Lab, client: Client, tmp_path: Path
) -> None:
    password = "a Long-enough 1"
    secret = tmp_path / "password"
    secret.write_text(password, encoding="utf-8")
    groups = client.get("usergroup", output=["usrgrpid"], filter={"name": "Guests"})
    (role,) = client.get("role", output=["roleid"], filter={"name": "User role"})
    (user,) = client.call(
        "user.create",
        [
            {
                "username": "reader",
                "passwd": password,
                "roleid": role["roleid"],
                "usrgrps": [{"usrgrpid": groups[0]["usrgrpid"]}],
            }
        ],
    )["userids"]
    try:
        said = refused(
            "deploy",
            copy_of(EXAMPLE, tmp_path),
            "--yes",
            "--url",
            lab.url,
            "--user",
            "reader",
            "--password-file",
            secret,
        )
    finally:
        client.call("user.delete", [user])
    assert "error: Zabbix refuses hostgroup.create: No permissions" in said
    assert password not in said
