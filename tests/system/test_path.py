"""What stands for the path as a whole on the lab: services, SLA, routes."""

import time
from pathlib import Path

import pytest

from multipath import names
from multipath.zabbix.client import Client
from tests.conftest import ON_BOTH_VERSIONS, Lab
from tests.system.steps import eventually, multipath

pytestmark = pytest.mark.lab

OK, INFO, WARNING = "-1", "1", "2"


def services(client: Client) -> dict[str, str]:
    """Return the state of each service by what it is."""
    found = client.get(
        "service",
        output=["status"],
        selectTags="extend",
        tags=[{"tag": names.TAG_TOPOLOGY, "value": "sh-la", "operator": "1"}],
    )
    return {
        tag["value"]: each["status"]
        for each in found
        for tag in each["tags"]
        if tag["tag"] == names.TAG_SERVICE
    }


@ON_BOTH_VERSIONS
def test_the_path_is_as_ill_as_its_direct_way_and_any_way_is_up_while_one_is(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    well = dict.fromkeys(("path", "any", "direct", "via-proxy1", "via-proxy2"), OK)
    eventually("all well", lambda: services(client) == well)
    lab.fault("zabbix-sh>la", "--down")
    try:
        eventually(
            "the direct way down",
            lambda: services(client) == well | {"path": WARNING, "direct": WARNING},
        )
        lab.fault("zabbix-sh>proxy1", "--loss", "40%")
        eventually("the way by proxy1 lossy", lambda: services(client)["via-proxy1"] == INFO)
        assert services(client)["any"] == OK
        lab.fault("la", "--down")
        eventually("no way at all", lambda: services(client)["any"] == WARNING)
    finally:
        lab.heal()
    eventually("all well again", lambda: services(client) == well, patience_s=150)


@ON_BOTH_VERSIONS
def test_the_sla_counts_the_direct_way_and_any_way(client: Client, sh_la: Path) -> None:
    (sla,) = client.get("sla", output=["slaid", "slo"], filter={"name": "multipath sh-la"})
    assert sla["slo"] == "99.9"
    told = client.call("sla.getsli", {"slaid": sla["slaid"], "periods": 1})
    assert len(told["serviceids"]) == 2
    for (period,) in zip(*told["sli"], strict=True):
        assert period["uptime"] + period["downtime"] > 0
        assert 0 <= period["sli"] <= 100


def test_a_route_takes_as_long_as_its_edges_together_and_none_when_one_is_silent(
    lab: Lab, sh_la: Path, client: Client
) -> None:
    def route(name: str, metric: str) -> dict[str, str]:
        (row,) = client.get(
            "item",
            output=["lastvalue", "lastclock", "state"],
            filter={"key_": names.route_key("sh-la", name, metric)},
        )
        return dict(row)

    for name, pairs in {
        "direct": ["zabbix-sh>la"],
        "via-proxy1": ["zabbix-sh>proxy1", "proxy1>la"],
        "via-proxy2": ["zabbix-sh>proxy2", "proxy2>la"],
    }.items():
        expected_s = sum(lab.rtt_s[pair] for pair in pairs)
        eventually(
            f"{name} takes {expected_s:g} s",
            lambda name=name, expected_s=expected_s: (  # type: ignore[misc] # mypy knows no defaults
                float(route(name, "rtt")["lastvalue"]) == pytest.approx(expected_s, abs=0.01)
            ),
        )
    lab.fault("zabbix-sh>proxy1", "--loss", "50%")
    lab.fault("proxy1>la", "--loss", "50%")
    try:
        eventually(
            "75 % of both are lost",
            lambda: 60 < float(route("via-proxy1", "loss")["lastvalue"]) < 90,
        )
        lab.fault("proxy1>la", "--down")  # and not the way by which proxy1 reports
        eventually("all lost", lambda: float(route("via-proxy1", "loss")["lastvalue"]) == 100, 150)
        eventually(
            "no RTT any more",
            lambda: int(route("via-proxy1", "rtt")["lastclock"]) < time.time() - 12,
        )
        assert route("via-proxy1", "rtt")["state"] == "0"
    finally:
        lab.heal()
    eventually(
        "nothing lost any more", lambda: float(route("via-proxy1", "loss")["lastvalue"]) == 0
    )


@ON_BOTH_VERSIONS
def test_what_drifts_of_a_path_is_mended(lab: Lab, sh_la: Path, client: Client) -> None:
    (board,) = client.get("map", output=["sysmapid"], filter={"name": "multipath sh-la"})
    client.call("map.update", {"sysmapid": board["sysmapid"], "width": "500"})
    (sla,) = client.get("sla", output=["slaid"], filter={"name": "multipath sh-la"})
    client.call("sla.update", {"slaid": sla["slaid"], "slo": "12"})
    (service,) = client.get("service", output=["serviceid"], filter={"name": "sh-la: any way"})
    client.call("service.update", {"serviceid": service["serviceid"], "algorithm": "0"})
    printed = multipath("deploy", sh_la, "--profile", lab.profile_name, "--yes")
    assert "width: 500 → 840" in printed
    assert "slo: 12 → 99.9" in printed
    assert "algorithm: SET_STATUS_TO_OK → MOST_CRITICAL_IF_ALL_CHILDREN_HAVE_PROBLEMS" in printed
    assert "0 to create, 3 to update, 0 to delete" in printed
    assert "Nothing to change" in multipath("deploy", sh_la, "--profile", lab.profile_name)
