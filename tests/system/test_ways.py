"""Other ways to deploy, on the lab: without agents, in Chinese, with own templates."""

from pathlib import Path

import pytest

from multipath import names
from multipath.zabbix.client import Client
from tests.conftest import ON_BOTH_VERSIONS, Lab
from tests.system.steps import EXAMPLE, copy_of, eventually, multipath, status

pytestmark = pytest.mark.lab

LIGHTER = {"cycle: 10s": "cycle: 5s", "packets: 20": "packets: 5", "window: 1m": "window: 20s"}
OWN = Path(__file__).parents[2] / "docs" / "example-templates"


def without_agents(folder: Path, **words: str) -> Path:
    """Return a copy of the example whose nodes have no agent."""
    bare = {f"  {node}:\n": f"  {node}:\n    agent: none\n" for node in ("zabbix-sh", "proxy2")}
    return copy_of(
        EXAMPLE, folder, **{"agent: multipath": "agent: none"}, **bare, **LIGHTER, **words
    )


def values(client: Client, metric: str) -> list[float]:
    """Return the history of one figure of the copy's direct edge."""
    key = names.metric_key("copy", "zabbix-sh", "la", metric)
    (item,) = client.get("item", output=["itemid"], filter={"key_": key})
    rows = client.get("history", itemids=item["itemid"], history=0, output=["value"])
    return [float(row["value"]) for row in rows]


def problems(client: Client) -> list[str]:
    tag = {"tag": names.TAG_TOPOLOGY, "value": "copy", "operator": "1"}
    return sorted(row["name"] for row in client.get("problem", output=["name"], tags=[tag]))


@ON_BOTH_VERSIONS
def test_zabbix_itself_measures_where_there_is_no_agent_and_speaks_chinese(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path
) -> None:
    bare = without_agents(tmp_path, **{"language: en": "language: zh"})
    try:
        multipath("deploy", bare, "--profile", lab.profile_name, "--yes")
        multipath("status", bare, "--profile", lab.profile_name, "--wait", "120s")
        for edge in status(lab, bare).values():
            expected_s = lab.rtt_s[f"{edge['from']}>{edge['to']}"]
            assert edge["rtt_s"] == pytest.approx(expected_s, abs=0.005), edge
        lab.fault("zabbix-sh>la", "--down")
        eventually("the alarm", lambda: "copy zabbix-sh→la: 中断" in problems(client))
        lab.heal()
        eventually("it is over", lambda: not problems(client), patience_s=150)
        assert 100 in values(client, "loss")
        assert min(values(client, "rtt.p50")) > 0.18
        assert min(values(client, "jitter")) >= 0
    finally:
        lab.heal()
        multipath("destroy", bare, "--profile", lab.profile_name, "--yes")


def test_an_agent_that_comes_later_goes_on_with_the_history(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path
) -> None:
    bare = without_agents(tmp_path)
    try:
        multipath("deploy", bare, "--profile", lab.profile_name, "--yes")
        multipath("status", bare, "--profile", lab.profile_name, "--wait", "120s")
        before = values(client, "rtt.p50")
        installed = copy_of(EXAMPLE, tmp_path, **LIGHTER)
        multipath("deploy", installed, "--profile", lab.profile_name, "--yes")
        assert values(client, "rtt.p50")[: len(before)] == before
        eventually("quantiles", lambda: bool(values(client, "rtt.p10")))
        assert "Nothing to change" in multipath(
            "deploy", installed, "--profile", lab.profile_name, "--yes"
        )
    finally:
        multipath(
            "destroy", copy_of(EXAMPLE, tmp_path, **LIGHTER), "--profile", lab.profile_name, "--yes"
        )


def test_own_templates_are_deployed_and_taken_away_again(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path
) -> None:
    copy = copy_of(EXAMPLE, tmp_path, **LIGHTER)
    profile = ("--profile", lab.profile_name)
    try:
        multipath("deploy", copy, *profile, "--templates", OWN, "--yes")
        own = multipath("deploy", copy, *profile, "--templates", OWN)
        assert "Nothing to change" in own
        triggers = client.get(
            "trigger",
            selectTags="extend",
            tags=[{"tag": names.TAG_TOPOLOGY, "value": "copy", "operator": "1"}],
        )
        assert len(triggers) == 52
        assert all({"tag": "team", "value": "network"} in each["tags"] for each in triggers)
        eventually("a value of the own item", lambda: bool(values(client, "rtt.spread")))
        multipath("deploy", copy, *profile, "--yes")
        assert not client.get("item", search={"key_": "rtt.spread"})
    finally:
        multipath("destroy", copy, *profile, "--yes")
