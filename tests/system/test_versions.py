"""What multipath takes a Zabbix version for, held against its real frontend and API."""

import re

import pytest

from multipath.errors import ZabbixRefusedError
from multipath.lab.paths import Template
from multipath.lab.releases import release
from multipath.zabbix.client import Client
from multipath.zabbix.interfaces import with_interfaces
from multipath.zabbix.versions.widgets import KNOWN
from tests.conftest import ON_BOTH_VERSIONS, Lab

pytestmark = pytest.mark.lab

ON_6_0 = pytest.mark.parametrize("lab", ["6.0"], indirect=True, scope="session")
FIELD = re.compile(r"new CWidgetField\w+\(\s*'(\w+)'|new CWidgetField(Reference)\(\)")


@ON_6_0
def test_every_field_of_a_widget_is_in_its_form(lab: Lab) -> None:
    forms = Template.of(release("6.0")).frontend / "include/classes/widgets/forms"
    known = {
        file.stem.removeprefix("CWidgetForm").lower(): {
            (name or reference).lower()
            for name, reference in FIELD.findall(file.read_text(encoding="utf-8"))
        }
        for file in forms.glob("CWidgetForm?*.php")
    }
    for widget, fields in KNOWN.items():
        assert fields <= known[widget], widget


@ON_BOTH_VERSIONS
def test_a_host_and_its_proxy_come_back_in_the_same_words(lab: Lab, client: Client) -> None:
    proxies = client.get("proxy", output=["proxyid", "name"])
    assert [proxy["name"] for proxy in proxies] == ["proxy1", "proxy2"]
    (group,) = client.get("hostgroup", output=["groupid"], filter={"name": "Discovered hosts"})
    asked = {"output": ["host", "proxyid"], "selectHostGroups": ["name"]}
    host = {"host": "worded", "groups": [group], "monitored_by": "1"}
    created = client.call("host.create", [host | {"proxyid": proxies[0]["proxyid"]}])["hostids"]
    try:
        (row,) = client.get("host", **asked, hostids=created)
        assert row["proxyid"] == proxies[0]["proxyid"]
        assert [each["name"] for each in row["hostgroups"]] == ["Discovered hosts"]
        by_server = {"hostid": created[0], "monitored_by": "0", "proxyid": "0"}
        client.call("host.update", by_server)
        (row,) = client.get("host", **asked, hostids=created)
        assert row["proxyid"] == "0"
    finally:
        client.call("host.delete", created)


@ON_6_0
def test_a_simple_check_gets_the_interface_that_it_wants(lab: Lab, client: Client) -> None:
    (group,) = client.get("hostgroup", output=["groupid"], filter={"name": "Discovered hosts"})
    (host,) = client.call("host.create", [{"host": "pinging", "groups": [group]}])["hostids"]
    ping = {"hostid": host, "name": "ping", "type": "3", "value_type": "3", "delay": "1m"}
    trapper = {**ping, "type": "2", "key_": "trapped", "name": "trapped", "delay": "0"}
    try:
        with pytest.raises(ZabbixRefusedError, match="No interface found"):
            client.call("item.create", [{**ping, "key_": "icmpping"}])
        for key in ("icmpping", "icmppingsec"):
            params = with_interfaces(
                client, [{**ping, "key_": key}, {**trapper, "key_": f"{key}2"}]
            )
            assert len(client.call("item.create", params)["itemids"]) == 2
        assert client.get("hostinterface", hostids=host, countOutput=True) == "1"
    finally:
        client.call("host.delete", [host])
