"""How the agents themselves are, seen in Zabbix."""

import pytest

from multipath import names
from multipath.zabbix.client import Client
from tests.conftest import ON_BOTH_VERSIONS
from tests.system.steps import eventually

pytestmark = pytest.mark.lab

HOST = names.vantage_host("proxy1")


@ON_BOTH_VERSIONS
def test_an_agents_own_figures_are_in_zabbix_and_judged(sh_la: object, client: Client) -> None:
    def figures() -> dict[str, str]:
        items = client.get(
            "item",
            host=HOST,
            search={"key_": names.KEY_AGENT_METRIC},
            output=["key_", "lastvalue", "lastclock", "state"],
        )
        assert all(each["state"] == "0" for each in items)
        return {each["key_"]: each["lastvalue"] for each in items if each["lastclock"] != "0"}

    eventually("ten figures", lambda: len(figures()) == 10)
    figure = {key: figures()[names.agent_metric_key(key)] for key in ("rss_bytes", "spool.dropped")}
    assert 10e6 < float(figure["rss_bytes"]) < 100e6
    assert figure["spool.dropped"] == "0"

    def judged() -> bool:
        triggers = client.get(
            "trigger", host=HOST, search={"description": ": agent "}, output=["state", "value"]
        )
        assert [each["value"] for each in triggers] == ["0"] * 3
        return all(each["state"] == "0" for each in triggers)

    eventually("no trigger is unknown", judged)
