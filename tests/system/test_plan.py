"""Plans against a real Zabbix: drift is found and mended, tuning kept, nothing foreign touched."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from multipath.cli.deploying.planning import make_destruction, make_plan
from multipath.objects import Kind
from multipath.render.desired import desired
from multipath.topology.loader import load
from multipath.zabbix.client import Client
from tests.conftest import ON_BOTH_VERSIONS, Lab, run_multipath
from tests.system.small import TOPOLOGY, carry_out
from tests.system.steps import counts, multipath, refused

pytestmark = pytest.mark.lab


@contextmanager
def deployed(client: Client, folder: Path) -> Iterator[Path]:
    """Give a deployed topology of its own hosts, destroyed at the end."""
    file = folder / "drift.yaml"
    file.write_text(TOPOLOGY, encoding="utf-8")
    carry_out(client, make_plan(client, load([file]), adopt=False))
    yield file
    carry_out(client, make_destruction(client, load([file])))


@pytest.fixture
def drift(client: Client, tmp_path: Path) -> Iterator[Path]:
    """Return a deployed topology."""
    with deployed(client, tmp_path) as file:
        yield file


@pytest.fixture(scope="module")
def mended(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a deployed topology for tests that each leave it as they found it."""
    with deployed(client, tmp_path_factory.mktemp("mended")) as file:
        yield file


def exit_code(lab: Lab, file: Path) -> int:
    """Return the exit code of ``plan --exit-code``: 0 nothing to change, 2 changes."""
    done = run_multipath("plan", str(file), "--profile", lab.profile_name, "--exit-code")
    assert "Traceback" not in done.stderr
    return done.returncode


def number_of_items(file: Path) -> int:
    return sum(ref.kind is Kind.ITEM for ref in desired(load([file])))


def one(client: Client, kind: str, **which: Any) -> dict[str, Any]:
    (row,) = client.get(kind, output="extend", **which)
    assert isinstance(row, dict)
    return row


def item(client: Client, key: str) -> str:
    return str(one(client, "item", filter={"key_": key})["itemid"])


def trigger(client: Client, name: str) -> str:
    return str(one(client, "trigger", filter={"description": name})["triggerid"])


def change_host(client: Client) -> None:
    host = one(client, "host", filter={"host": "multipath.a"})["hostid"]
    client.call("host.update", {"hostid": host, "description": "changed", "name": "changed"})


def change_valuemap(client: Client) -> None:
    host = one(client, "host", filter={"host": "multipath.a"})["hostid"]
    valuemap = one(client, "valuemap", hostids=host, filter={"name": "multipath agent"})
    mapping = {"type": "0", "value": "1", "newvalue": "changed"}
    client.call("valuemap.update", {"valuemapid": valuemap["valuemapid"], "mappings": [mapping]})


def change_item(client: Client) -> None:
    client.call(
        "item.update",
        {"itemid": item(client, "multipath.metric[drift,a,t,loss]"), "units": "", "history": "1d"},
    )


def delete_item(client: Client) -> None:
    client.call("item.delete", [item(client, "multipath.metric[drift,a,t,loss]")])


def delete_master(client: Client) -> None:
    row = one(client, "item", search={"key_": "multipath.probe[drift,a,t,"})
    client.call("item.delete", [row["itemid"]])


def change_trigger(client: Client) -> None:
    client.call(
        "trigger.update",
        {"triggerid": trigger(client, "drift a→t: loss"), "dependencies": [], "comments": "x"},
    )


def delete_trigger(client: Client) -> None:
    client.call("trigger.delete", [trigger(client, "drift a→t: down")])


def change_graph(client: Client) -> None:
    graph = one(client, "graph", filter={"name": "drift ① a→t"}, selectGraphItems="extend")
    items = [{**entry, "color": "00FF00"} for entry in graph["gitems"]]
    client.call("graph.update", {"graphid": graph["graphid"], "gitems": items})


def delete_graph(client: Client) -> None:
    client.call("graph.delete", [one(client, "graph", filter={"name": "drift ① a→t"})["graphid"]])


def change_dashboard(client: Client) -> None:
    dashboard = one(client, "dashboard", filter={"name": "multipath drift"}, selectPages="extend")
    (page, *others) = dashboard["pages"]
    page["widgets"].pop()
    client.call(
        "dashboard.update",
        {"dashboardid": dashboard["dashboardid"], "pages": [page, *others]},
    )


def delete_dashboard(client: Client) -> None:
    dashboard = one(client, "dashboard", filter={"name": "multipath drift"})
    client.call("dashboard.delete", [dashboard["dashboardid"]])


def change_groups(client: Client) -> None:
    host = one(client, "host", filter={"host": "multipath.a"})["hostid"]
    group = one(client, "hostgroup", filter={"name": "Discovered hosts"})["groupid"]
    client.call("host.update", {"hostid": host, "groups": [{"groupid": group}]})


def change_map(client: Client) -> None:
    board = one(client, "map", filter={"name": "multipath drift"}, selectLinks="extend")
    links = [{**link, "color": "000000"} for link in board["links"]]
    client.call("map.update", {"sysmapid": board["sysmapid"], "links": links})


def delete_map(client: Client) -> None:
    client.call("map.delete", [one(client, "map", filter={"name": "multipath drift"})["sysmapid"]])


def change_service(client: Client) -> None:
    service = one(client, "service", filter={"name": "drift: any way"})["serviceid"]
    client.call("service.update", {"serviceid": service, "algorithm": "0", "parents": []})


def delete_service(client: Client) -> None:
    service = one(client, "service", filter={"name": "drift: any way"})["serviceid"]
    client.call("service.delete", [service])


def change_sla(client: Client) -> None:
    sla = one(client, "sla", filter={"name": "multipath drift"})["slaid"]
    tag = {"tag": "theirs", "value": "x", "operator": "2"}
    client.call("sla.update", {"slaid": sla, "slo": "12", "service_tags": [tag]})


def delete_sla(client: Client) -> None:
    client.call("sla.delete", [one(client, "sla", filter={"name": "multipath drift"})["slaid"]])


def delete_host(client: Client) -> None:
    client.call("host.delete", [one(client, "host", filter={"host": "multipath.b"})["hostid"]])


def delete_macro(client: Client) -> None:
    macro = one(client, "usermacro", filter={"macro": '{$MULTIPATH.LOSS.MAX:"drift:a>t"}'})
    client.call("usermacro.delete", [macro["hostmacroid"]])


@ON_BOTH_VERSIONS
@pytest.mark.parametrize(
    "drifting",
    [
        change_host,
        change_valuemap,
        change_item,
        change_trigger,
        change_graph,
        change_dashboard,
        change_groups,
        change_map,
        change_service,
        change_sla,
        delete_item,
        delete_master,
        delete_trigger,
        delete_graph,
        delete_dashboard,
        delete_map,
        delete_service,
        delete_sla,
        delete_host,
        delete_macro,
    ],
)
def test_a_drift_is_found_and_mended(
    mended: Path, client: Client, drifting: Callable[[Client], None]
) -> None:
    topologies = load([mended])
    assert not make_plan(client, topologies, adopt=False).plan
    drifting(client)
    planned = make_plan(client, topologies, adopt=False)
    assert planned.plan
    carry_out(client, planned)
    assert not make_plan(client, topologies, adopt=False).plan


def test_what_operators_set_is_kept_and_listed(lab: Lab, drift: Path, client: Client) -> None:
    macro = one(client, "usermacro", filter={"macro": '{$MULTIPATH.LOSS.MAX:"drift:a>t"}'})
    client.call("usermacro.update", {"hostmacroid": macro["hostmacroid"], "value": "33"})
    disabled = trigger(client, "drift a→t: latency")
    client.call("trigger.update", {"triggerid": disabled, "status": "1"})
    printed = multipath("plan", drift, "--profile", lab.profile_name)
    assert '= kept: usermacro multipath.a / {$MULTIPATH.LOSS.MAX:"drift:a>t"}' in printed
    assert "value is 33, not 5: set in Zabbix" in printed
    assert "drift a>t latency status is DISABLED, not ENABLED: set in Zabbix" in printed
    assert "Nothing to change." in printed
    stricter = drift.with_name("stricter.yaml")
    stricter.write_text(TOPOLOGY + "thresholds: {loss: 2%}\n", encoding="utf-8")
    multipath("deploy", stricter, "--profile", lab.profile_name, "--yes")
    values = {
        row["macro"]: row["value"]
        for row in client.get("usermacro", search={"macro": "{$MULTIPATH.LOSS.MAX:"})
        if ':"drift:' in row["macro"]
    }
    assert values == {
        '{$MULTIPATH.LOSS.MAX:"drift:a>t"}': "33",
        '{$MULTIPATH.LOSS.MAX:"drift:b>t"}': "2",
        '{$MULTIPATH.LOSS.MAX:"drift:a>b"}': "2",
    }
    assert one(client, "trigger", triggerids=disabled)["status"] == "1"


def test_a_plan_is_applied_just_as_it_is_or_not_at_all(
    lab: Lab, drift: Path, client: Client
) -> None:
    saved = drift.with_name("saved.plan")
    where = ("--profile", lab.profile_name)
    change_item(client)
    multipath("plan", drift, *where, "--out", saved)
    change_graph(client)
    said = refused("deploy", saved, *where, "--yes")
    assert "Zabbix has changed since the plan was made: graph drift ① a→t" in said
    printed = multipath("plan", drift, *where, "--json", "--out", saved)
    assert json.loads(printed)["counts"] == {"update": 2}
    assert exit_code(lab, drift) == 2
    assert "2 to update" in multipath("deploy", saved, *where, "--yes")
    assert exit_code(lab, drift) == 0


@ON_BOTH_VERSIONS
def test_a_removed_proxy_is_pruned_within_the_limit(lab: Lab, drift: Path, client: Client) -> None:
    items = counts(client)["item"]
    alone = drift.with_name("alone.yaml")
    alone.write_text(TOPOLOGY.replace("proxies: [b]\n", "").replace("  b:", "  # b:"), "utf-8")
    where = ("--profile", lab.profile_name, "--yes")
    said = refused("deploy", alone, *where, "--max-delete", "10")
    assert "would delete" in said
    assert "--max-delete all" in said
    assert counts(client)["item"] == items
    multipath("deploy", alone, *where)
    assert counts(client)["item"] == items - number_of_items(drift) + number_of_items(alone)
    assert client.get("host", filter={"host": "multipath.b"}) == []


@ON_BOTH_VERSIONS
def test_topologies_that_share_a_vantage_come_together_and_go_one_by_one(
    lab: Lab, drift: Path, client: Client
) -> None:
    """Of two that are made in one go, each has its own map, and neither touches the other.

    Each has a host of its own for the path; that of their target is shared.
    """
    alone = counts(client)
    others = []
    for name in ("other", "third"):
        others.append(drift.with_name(f"{name}.yaml"))
        text = TOPOLOGY.replace("name: drift", f"name: {name}").replace("192.0.2.3", "192.0.2.4")
        others[-1].write_text(text, encoding="utf-8")
    other, third = others
    multipath("deploy", other, third, "--profile", lab.profile_name, "--yes")
    assert counts(client)["host"] == alone["host"] + 3
    for file in (drift, other, third):
        assert exit_code(lab, file) == 0
    tags = one(client, "host", filter={"host": "multipath.a"}, selectTags="extend")["tags"]
    assert sorted(tag["value"] for tag in tags) == ["drift", "other", "third"]
    multipath("destroy", other, "--profile", lab.profile_name, "--yes")
    for file in (drift, third):
        assert exit_code(lab, file) == 0
    multipath("destroy", third, "--profile", lab.profile_name, "--yes")
    assert exit_code(lab, drift) == 0
    assert counts(client) == alone


def test_a_changed_probe_or_a_renamed_target_keeps_items_and_history(
    lab: Lab, drift: Path, client: Client
) -> None:
    before = item(client, "multipath.metric[drift,a,t,rtt.p50]")
    other = drift.with_name("other.yaml")
    text = TOPOLOGY.replace("target: t", "target: new").replace("  t:", "  new:")
    other.write_text(text + "probe: {packets: 5}\n", encoding="utf-8")
    multipath("deploy", other, "--profile", lab.profile_name, "--yes")
    assert item(client, "multipath.metric[drift,a,new,rtt.p50]") == before
    assert exit_code(lab, other) == 0
    multipath("deploy", drift, "--profile", lab.profile_name, "--yes")
    assert item(client, "multipath.metric[drift,a,t,rtt.p50]") == before


@ON_BOTH_VERSIONS
def test_what_somebody_else_made_is_refused_until_adopted(
    lab: Lab, client: Client, tmp_path: Path
) -> None:
    file = tmp_path / "drift.yaml"
    file.write_text(TOPOLOGY, encoding="utf-8")
    where = ("--profile", lab.profile_name)
    group = client.call("hostgroup.create", [{"name": "theirs"}])["groupids"][0]
    host = {"host": "multipath.a", "groups": [{"groupid": group}]}
    made = client.call("host.create", [host])["hostids"][0]
    foreign = {"hostid": made, "name": "theirs", "type": 2, "value_type": 0, "delay": 0}
    client.call("item.create", [{**foreign, "key_": "multipath.metric[drift,a,t,loss]"}])
    before = counts(client)
    try:
        said = refused("plan", file, *where)
        assert "did not make:\n  host multipath.a\n" in said
        assert "--adopt" in said
        refused("deploy", file, *where, "--yes")
        assert counts(client) == before
        saved = tmp_path / "adopting.plan"
        multipath("plan", file, *where, "--adopt", "--out", saved)
        multipath("deploy", saved, *where, "--yes")
        assert exit_code(lab, file) == 0
        assert one(client, "host", hostids=made)["host"] == "multipath.a"
        multipath("destroy", file, *where, "--yes")
    finally:
        client.call("hostgroup.delete", [group])
