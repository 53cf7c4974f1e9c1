"""Messages of active checks: ours are as Zabbix has them, the server's are not trusted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.agent.connection import protocol
from multipath.agent.connection.protocol import Checks, read_checks, read_receipt, read_redirect
from multipath.agent.connection.server import Redirect, Server
from multipath.agent.items.task import Item, plan_task
from multipath.agent.items.value import Batch, Value
from multipath.errors import AgentError

ITEM = {"key": "multipath.agent.ping", "itemid": 5, "delay": "10s", "lastlogsize": 0, "mtime": 0}


def test_our_messages() -> None:
    assert protocol.checks_request("h", "s", 3) == {
        "request": "active checks",
        "host": "h",
        "version": "7.0",
        "session": "s",
        "config_revision": 3,
    }
    assert protocol.heartbeat("h", 60.0) == {
        "request": "active check heartbeat",
        "host": "h",
        "heartbeat_freq": 60,
    }
    values = [(1, Value(5, "1", 100, 200)), (2, Value(6, "why", 100, 201, unsupported=True))]
    assert protocol.values_request("h", Batch("s", values)) == {
        "request": "agent data",
        "session": "s",
        "host": "h",
        "version": "7.0",
        "data": [
            {"id": 1, "itemid": 5, "value": "1", "clock": 100, "ns": 200},
            {"id": 2, "itemid": 6, "value": "why", "clock": 100, "ns": 201, "state": 1},
        ],
    }


def test_a_list_of_checks_of_7_0() -> None:
    reply = {"response": "success", "config_revision": 110, "data": [ITEM | {"timeout": "15s"}]}
    assert read_checks(reply, 0) == Checks(110, (Item(5, "multipath.agent.ping", "10s"),))


def test_nothing_has_changed() -> None:
    assert read_checks({"response": "success"}, 110) == Checks(110, None)


def test_a_list_of_checks_of_6_0_has_no_revision_and_perhaps_a_number_as_interval() -> None:
    reply = {"response": "success", "data": [ITEM | {"delay": 10}]}
    assert read_checks(reply, 0) == Checks(0, (Item(5, "multipath.agent.ping", "10"),))


@pytest.mark.parametrize("words", ["not found", "not monitored"])
def test_an_unknown_host_is_told_apart(words: str) -> None:
    info = f"host [x] {words}"
    assert read_checks({"response": "failed", "info": info}, 7) == Checks(0, unknown_host=info)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (None, "no JSON object"),
        ([], "no JSON object"),
        ({}, "the server refused: no reason given"),
        ({"response": "failed", "info": "no luck"}, "the server refused: no luck"),
        ({"response": "failed", "info": 5}, "no reason given"),
        ({"response": "success", "data": {}}, "no list"),
        ({"response": "success", "data": [5]}, "no object"),
        ({"response": "success", "data": [{"key": "a"}]}, "lacks its item id or key"),
        ({"response": "success", "data": [{"itemid": "5", "key": "a"}]}, "lacks"),
        ({"response": "success", "data": [{"itemid": True, "key": "a"}]}, "lacks"),
        ({"response": "success", "data": [{"itemid": 5, "key": 7}]}, "lacks"),
        ({"response": "success", "data": [{"itemid": 1 << 63, "key": "a"}]}, "none that Zabbix"),
        ({"response": "success", "config_revision": "a"}, "revision that is no number"),
        ({"response": "success", "config_revision": -1}, "revision that is no number"),
    ],
)
def test_a_senseless_answer_is_an_error(reply: object, reason: str) -> None:
    with pytest.raises(AgentError) as caught:
        read_checks(reply, 0)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("redirect", "expected"),
    [
        ({"revision": 1, "address": "10.77.0.3:10071"}, Redirect(Server("10.77.0.3", 10071), 1)),
        ({"revision": 2, "address": "::1"}, Redirect(Server("::1", 10051), 2)),
        ({"reset": True}, Redirect(None, 0)),
        (None, None),
        ("10.77.0.3", None),
    ],
)
def test_a_proxy_group_says_where_to_go(redirect: object, expected: Redirect | None) -> None:
    assert read_redirect({"response": "failed", "redirect": redirect}) == expected
    assert read_redirect([redirect]) is None


@pytest.mark.parametrize(
    ("redirect", "reason"),
    [
        ({}, "without saying where to"),
        ({"address": "a"}, "without saying where to"),
        ({"address": 5, "revision": 1}, "without saying where to"),
        ({"address": "a", "revision": True}, "without saying where to"),
        ({"address": "a b", "revision": 1}, "'a b' is no server"),
        ({"address": "a/../b", "revision": 1}, "is no server"),
        ({"address": "x" * 300, "revision": 1}, "is no server"),
    ],
)
def test_a_redirect_to_no_place_is_an_error(redirect: object, reason: str) -> None:
    with pytest.raises(AgentError, match=reason):
        read_redirect({"response": "failed", "redirect": redirect})


def test_a_receipt_is_a_success_or_an_error() -> None:
    read_receipt({"response": "success", "info": "processed: 1; failed: 0"})
    with pytest.raises(AgentError, match="busy"):
        read_receipt({"response": "failed", "info": "busy"})


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "response",
                    "data",
                    "config_revision",
                    "info",
                    "redirect",
                    "key",
                    "itemid",
                    "delay",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
)


@given(json_values)
def test_no_reply_does_more_than_an_error_and_every_item_can_be_answered(reply: Any) -> None:
    if isinstance(reply, dict):
        reply["response"] = "success"
    try:
        checks = read_checks(reply, 0)
    except AgentError:
        return
    for item in checks.items or ():
        task = plan_task(item)
        json.dumps(getattr(task, "value", ""), ensure_ascii=False).encode("utf-8")
