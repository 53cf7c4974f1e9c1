"""Alarms on the lab: raised by what they are for, cleared with it, and by nothing else."""

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multipath import names
from multipath.lab.paths import State, Template
from multipath.lab.postgres import query
from multipath.lab.releases import DEFAULT_VERSION, release
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.processes import hanging, running, send
from tests.system.steps import copy_of, eventually, multipath

pytestmark = pytest.mark.lab

DAY_S, HOUR_S = 86400, 3600
CHECK_NOW = 6


def problems(client: Client, topology: str = "sh-la") -> set[str]:
    """Return the open problems of edges and vantages: ``zabbix-sh>la loss``, ``proxy-away``.

    Those that a dependency hides are none.
    """
    found = client.get(
        "problem",
        selectTags="extend",
        tags=[{"tag": names.TAG_TOPOLOGY, "value": topology, "operator": "1"}],
    )
    tagged = [{tag["tag"]: tag["value"] for tag in each["tags"]} for each in found]
    return {
        f"{tags['from']}>{tags['to']} {tags['check']}" if "from" in tags else tags["check"]
        for tags in tagged
        if tags[names.TAG_SCOPE] in {names.SCOPE_EDGE, names.SCOPE_VANTAGE}
    }


def events(client: Client, since: int) -> list[str]:
    """Return the names of the edges' problems raised since then."""
    edges = [{"tag": names.TAG_SCOPE, "value": names.SCOPE_EDGE, "operator": "1"}]
    found = client.get("event", time_from=since, value=1, output=["name"], source=0, tags=edges)
    return [each["name"] for each in found]


@contextmanager
def tuned(client: Client, host: str, macro: str, value: str) -> Iterator[None]:
    """Have a user macro of a vantage at another value, as an operator would tune it."""
    (row,) = client.get(
        "usermacro",
        output=["hostmacroid", "value"],
        filter={"macro": macro},
        hostids=host_id(client, host),
    )
    client.call("usermacro.update", {"hostmacroid": row["hostmacroid"], "value": value})
    try:
        yield
    finally:
        client.call("usermacro.update", row)


def host_id(client: Client, host: str) -> str:
    (row,) = client.get("host", output=["hostid"], filter={"host": host})
    return str(row["hostid"])


def test_loss_latency_and_jitter_are_raised_where_they_are_and_clear(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    eventually("a quiet start", lambda: not problems(client))
    begun = int(time.time())
    lab.fault("proxy1>la", "--loss", "30%")
    lab.fault("proxy2>la", "--delay", "100ms")
    lab.fault("zabbix-sh>proxy1", "--jitter", "30ms")
    try:
        with tuned(client, "multipath.zabbix-sh", JITTER, "0.01"):
            expected = {"proxy1>la loss", "proxy2>la latency", "zabbix-sh>proxy1 jitter"}
            eventually("three alarms", lambda: problems(client) >= expected)
            assert problems(client) == expected
            told = sorted(events(client, begun))
            assert told[0].startswith("sh-la proxy1→la: loss ")
            assert told[1].startswith("sh-la proxy2→la: RTT ")
            assert told[1].endswith(" ms over 12s")
            assert told[2].startswith("sh-la zabbix-sh→proxy1: jitter ")
            lab.heal()
            eventually("all clear", lambda: not problems(client), patience_s=150)
    finally:
        lab.heal()


JITTER = names.threshold_macro("JITTER.MAX", "sh-la", "zabbix-sh>proxy1")


def test_a_silent_agent_is_one_problem_and_none_of_its_edges(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    eventually("a quiet start", lambda: not problems(client))
    with tuned(client, "multipath.proxy1", "{$MULTIPATH.AGENT.SILENT}", "20s"):
        send(running(lab, "proxy1", "multipath.proxy1"), signal.SIGKILL)
        try:
            eventually("the alarm", lambda: problems(client) == {names.CHECK_AGENT})
        finally:
            multipath("lab", "agents", sh_la, "--name", lab.name)
        eventually("it is back", lambda: not problems(client))


def test_a_zabbix_proxy_that_is_away_is_one_problem_and_neither_agent_nor_edges(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    eventually("a quiet start", lambda: not problems(client))
    with (
        tuned(client, "multipath.proxy2", "{$MULTIPATH.PROXY.AWAY}", "15s"),
        tuned(client, "multipath.proxy2", "{$MULTIPATH.AGENT.SILENT}", "20s"),
    ):
        with hanging(lab, "proxy2", "zabbix_proxy"):
            eventually("the alarm", lambda: problems(client) == {names.CHECK_PROXY})
            time.sleep(25)
            assert problems(client) == {names.CHECK_PROXY}
        eventually("it is back", lambda: not problems(client))


def sql(lab: Lab, statement: str) -> None:
    """Write into the lab's database."""
    query(Template.of(release(DEFAULT_VERSION)), State.of(lab.name).cluster, statement.encode())


TREND = "(itemid,clock,num,value_min,value_avg,value_max)"


def test_a_rise_above_the_baseline_of_three_days_is_raised_and_clears(
    lab: Lab, sh_la: Path, client: Client, tmp_path: Path
) -> None:
    """The days are written into the trends: two at 20 ms, one bad day; now it is 34 ms.

    In a new topology: what the trends have not is remembered for the hour.
    """
    begun = int(time.time())
    copy = copy_of(sh_la, tmp_path)
    try:
        multipath("deploy", copy, "--profile", lab.profile_name, "--yes")
        rtt, baseline = (
            client.get("item", output=["itemid"], filter={"key_": key})[0]["itemid"]
            for key in (
                names.metric_key("copy", "zabbix-sh", "proxy1", metric)
                for metric in ("rtt.p50", "rtt.baseline")
            )
        )
        hour = begun // HOUR_S * HOUR_S
        rows = ",".join(
            f"({rtt},{hour + later * HOUR_S - day * DAY_S},120,{usual_s},{usual_s},{usual_s})"
            for day, usual_s in ((1, 0.02), (2, 0.02), (3, 0.5))
            for later in (0, 1)
        )
        sql(lab, f"INSERT INTO trends {TREND} VALUES {rows}")  # noqa: S608 - numbers of our own
        client.call("task.create", {"type": CHECK_NOW, "request": {"itemid": baseline}})
        expected = {"zabbix-sh>proxy1 baseline"}
        eventually("the alarm", lambda: problems(client, "copy") == expected)
        (told,) = events(client, begun)
        rtt = r"copy zabbix-sh→proxy1: RTT (33\.[789]|34\.\d) ms"  # 34 ms, less the 0.3 of the WAN
        assert re.fullmatch(rtt + r" over 12s, usually 20\.0 ms at this hour", told), told
        macro = names.threshold_macro("BASELINE.RISE", "copy", "zabbix-sh>proxy1")
        with tuned(client, "multipath.zabbix-sh", macro, "200"):
            eventually("cleared", lambda: not problems(client, "copy"))
    finally:
        multipath("destroy", copy, "--profile", lab.profile_name, "--yes")
