"""The conversation with the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from multipath.agent.config import load_settings
from multipath.agent.courier import Courier
from multipath.agent.resolve import Resolver
from multipath.agent.spool import Spool
from multipath.agent.task import Item

if TYPE_CHECKING:
    from tests.agent.conftest import ZabbixServer

PING = (1, "multipath.agent.ping", "1m")


@pytest.mark.parametrize(("patience_s", "is_forgotten"), [(1.0, True), (300.0, False)])
def test_a_host_that_stays_unknown_is_measured_no_more_but_not_at_once(
    zabbix: ZabbixServer,
    monkeypatch: pytest.MonkeyPatch,
    patience_s: float,
    is_forgotten: bool,
) -> None:
    monkeypatch.setattr("multipath.agent.courier._FORGET_AFTER_S", patience_s)
    lists: list[tuple[Item, ...]] = []
    flags = {"server": zabbix.address, "hostname": "h", "refresh": "1s"}
    resolver = Resolver()
    courier = Courier(load_settings(flags, None), resolver, Spool(None, 10**6, 60), lists.append)
    zabbix.configure("h", PING)
    courier.start()
    zabbix.wait_for(lambda: lists)
    del zabbix.hosts["h"]
    asked = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= asked + 4)
    courier.stop()
    resolver.close()
    assert lists == [(Item(*PING),)] + [()] * is_forgotten


def test_a_server_that_comes_back_is_asked_for_the_whole_list(zabbix: ZabbixServer) -> None:
    lists: list[tuple[Item, ...]] = []
    flags = {"server": zabbix.address, "hostname": "h", "refresh": "1s"}
    resolver = Resolver()
    courier = Courier(load_settings(flags, None), resolver, Spool(None, 10**6, 60), lists.append)
    zabbix.configure("h", PING)
    courier.start()
    zabbix.wait_for(lambda: len(zabbix.requests) >= 3)
    items = zabbix.hosts.pop("h")
    asked = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= asked + 2)
    zabbix.hosts["h"] = items
    asked = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= asked + 3)
    courier.stop()
    resolver.close()
    revisions = [
        request["config_revision"]
        for request in zabbix.requests
        if request["request"] == "active checks"
    ]
    assert revisions[0] == 0
    assert revisions[1] == revisions[-1] == zabbix.revision
    assert 0 in revisions[2:]
    assert len(lists) == 2
