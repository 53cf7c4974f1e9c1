"""The conversation with the servers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from multipath.agent.config import load_settings
from multipath.agent.connection.tls import Security
from multipath.agent.delivery.courier import Courier
from multipath.agent.delivery.spool import Spool
from multipath.agent.items.task import Item
from multipath.agent.items.value import Value
from multipath.agent.sockets.resolve import Resolver

if TYPE_CHECKING:
    from tests.agent.conftest import ZabbixServer

PING = (1, "multipath.agent.ping", "1m")
NOBODY = "127.0.0.1:1"


class Talk:
    """A courier, its spool, and the lists of items that it brought."""

    def __init__(self, server: str) -> None:
        settings = load_settings({"server": server, "hostname": "h", "refresh": "1s"}, None)
        self.lists: list[tuple[Item, ...]] = []
        self.spool = Spool(None, 10**6, 60)
        self.spool.start()
        self._resolver = Resolver()
        self._courier = Courier(
            settings, 0, self._resolver, Security(settings.tls), self.spool, self.lists.append
        )
        self._courier.start()

    def put(self, text: str) -> None:
        self.spool.put(Value(1, text, int(time.time()), 0))
        self.spool.store()

    def close(self) -> None:
        self._courier.stop()
        self.spool.stop()
        self._resolver.close()


@pytest.fixture
def talk() -> Iterator[Callable[[str], Talk]]:
    started: list[Talk] = []

    def start(server: str) -> Talk:
        started.append(Talk(server))
        return started[-1]

    yield start
    for each in started:
        each.close()


def asked(server: ZabbixServer, request: str) -> list[dict[str, object]]:
    return [each for each in list(server.requests) if each["request"] == request]


@pytest.mark.parametrize(("patience_s", "is_forgotten"), [(1.0, True), (300.0, False)])
def test_a_host_that_stays_unknown_is_measured_no_more_but_not_at_once(
    zabbix: ZabbixServer,
    talk: Callable[[str], Talk],
    monkeypatch: pytest.MonkeyPatch,
    patience_s: float,
    is_forgotten: bool,
) -> None:
    monkeypatch.setattr("multipath.agent.delivery.courier._FORGET_AFTER_S", patience_s)
    zabbix.configure("h", PING)
    here = talk(zabbix.address)
    zabbix.wait_for(lambda: here.lists)
    del zabbix.hosts["h"]
    before = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= before + 4)
    here.close()
    assert here.lists == [(Item(*PING),)] + [()] * is_forgotten


def test_a_server_that_comes_back_is_asked_for_the_whole_list(
    zabbix: ZabbixServer, talk: Callable[[str], Talk]
) -> None:
    zabbix.configure("h", PING)
    here = talk(zabbix.address)
    zabbix.wait_for(lambda: len(zabbix.requests) >= 3)
    items = zabbix.hosts.pop("h")
    before = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= before + 2)
    zabbix.hosts["h"] = items
    before = len(zabbix.requests)
    zabbix.wait_for(lambda: len(zabbix.requests) >= before + 3)
    here.close()
    revisions = [request["config_revision"] for request in asked(zabbix, "active checks")]
    assert revisions[0] == 0
    assert revisions[1] == revisions[-1] == zabbix.revision
    assert 0 in revisions[2:]
    assert len(here.lists) == 2


def test_the_next_server_is_asked_at_once_and_stayed_with(
    zabbix: ZabbixServer, talk: Callable[[str], Talk], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    zabbix.configure("h", PING)
    here = talk(f"{NOBODY};{zabbix.address}")
    here.put("a")
    zabbix.wait_for(lambda: zabbix.values and len(zabbix.requests) >= 4)
    assert [record.getMessage() for record in caplog.records] == [
        f"talking with {zabbix.address} now: cannot reach {NOBODY}: connection refused"
    ]


def test_a_server_that_falls_silent_is_left_and_the_next_gets_what_it_did_not_take(
    serve_zabbix: Callable[[], ZabbixServer], talk: Callable[[str], Talk]
) -> None:
    first, second = serve_zabbix(), serve_zabbix()
    for each in (first, second):
        each.configure("h", PING)
    second.revision = 41
    here = talk(f"{first.address};{second.address}")
    here.put("a")
    first.wait_for(lambda: first.values)
    first.is_away = True
    here.put("b")
    second.wait_for(lambda: second.values)
    assert [value["value"] for value in first.values] == ["a"]
    assert [(value["id"], value["value"]) for value in second.values] == [(2, "b")]
    assert asked(second, "active checks")[0]["config_revision"] == 0


def test_values_wait_for_a_server_that_knows_the_host(
    zabbix: ZabbixServer, talk: Callable[[str], Talk]
) -> None:
    here = talk(zabbix.address)
    here.put("a")
    zabbix.wait_for(lambda: len(asked(zabbix, "active checks")) >= 3)
    assert not asked(zabbix, "agent data")
    zabbix.configure("h", PING)
    zabbix.wait_for(lambda: zabbix.values)


def test_a_host_moved_within_its_proxy_group_is_followed_and_nothing_is_lost(
    serve_zabbix: Callable[[], ZabbixServer], talk: Callable[[str], Talk]
) -> None:
    first, second = serve_zabbix(), serve_zabbix()
    first.configure("h", PING)
    here = talk(first.address)
    here.put("a")
    first.wait_for(lambda: first.values)
    first.redirect = {"revision": 2, "address": second.address}
    here.put("b")
    second.wait_for(lambda: len(asked(second, "active checks")) >= 2)
    assert not asked(second, "agent data")  # it does not know the host yet
    second.configure("h", PING)
    second.wait_for(lambda: second.values)
    assert [value["value"] for value in second.values] == ["b"]
    second.redirect = {"revision": 3, "address": first.address}
    first.redirect = None
    here.put("c")
    first.wait_for(lambda: len(first.values) == 2)
    assert [value["value"] for value in first.values] == ["a", "c"]


def test_proxies_that_send_us_in_a_circle_are_asked_no_more_than_a_few_times_each(
    serve_zabbix: Callable[[], ZabbixServer],
    talk: Callable[[str], Talk],
    caplog: pytest.LogCaptureFixture,
) -> None:
    first, second = serve_zabbix(), serve_zabbix()
    first.redirect = {"revision": 1, "address": second.address}
    second.redirect = {"revision": 1, "address": first.address}
    here = talk(first.address)
    first.wait_for(lambda: "sends us on and on" in caplog.text)
    assert len(first.requests) + len(second.requests) <= 8
    first.redirect = None
    first.configure("h", PING)
    first.wait_for(lambda: here.lists)


def test_a_redirect_to_where_nobody_answers_leads_back(
    zabbix: ZabbixServer, talk: Callable[[str], Talk], caplog: pytest.LogCaptureFixture
) -> None:
    zabbix.redirect = {"revision": 1, "address": NOBODY}
    here = talk(zabbix.address)
    zabbix.wait_for(lambda: f"cannot reach {NOBODY}" in caplog.text)
    zabbix.redirect = {"revision": 1, "address": "no such place"}
    zabbix.wait_for(lambda: "'no such place' is no server" in caplog.text)
    zabbix.redirect = None
    zabbix.configure("h", PING)
    zabbix.wait_for(lambda: here.lists)
