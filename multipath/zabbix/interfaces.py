"""The interface that Zabbix before 7.0 wants of a host whose items it checks by itself.

Zabbix's own pings name their target in their key, and use no interface. Since 7.0 they need none.
"""

from collections.abc import Collection, Mapping, Sequence

from multipath.zabbix.client import Client
from multipath.zabbix.codec import Row

_SIMPLE_CHECK = "3"
_UNUSED = {"type": "1", "main": "1", "useip": "1", "ip": "127.0.0.1", "dns": "", "port": "10050"}


def with_interfaces(client: Client, items: Sequence[Row]) -> Sequence[Row]:
    """Return the parameters of new items, simple checks with an interface of their host.

    A host that has none gets one.

    Raises:
        ZabbixError: a call failed.
    """
    hosts = {item["hostid"] for item in items if item["type"] == _SIMPLE_CHECK}
    if not hosts:
        return items
    found = _interfaces(client, hosts)
    if bare := sorted(hosts - found.keys()):
        client.call("host.update", [{"hostid": host, "interfaces": [_UNUSED]} for host in bare])
        found = _interfaces(client, hosts)
    return [
        {**item, "interfaceid": found[item["hostid"]]} if item["type"] == _SIMPLE_CHECK else item
        for item in items
    ]


def _interfaces(client: Client, hosts: Collection[str]) -> Mapping[str, str]:
    rows = client.get(
        "host", output=["hostid"], selectInterfaces=["interfaceid"], hostids=sorted(hosts)
    )
    return {row["hostid"]: row["interfaces"][0]["interfaceid"] for row in rows if row["interfaces"]}
