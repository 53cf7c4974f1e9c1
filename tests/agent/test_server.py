"""Which server to talk to."""

import pytest

from multipath.agent.connection.server import (
    Redirect,
    Server,
    Way,
    format_clusters,
    parse_clusters,
    parse_server,
)
from multipath.errors import AgentError

A, B, C = (Server(name, 10051) for name in "abc")


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("192.0.2.1", "192.0.2.1", 10051, "192.0.2.1:10051"),
        ("zabbix.example.com:10061", "zabbix.example.com", 10061, "zabbix.example.com:10061"),
        ("[2001:db8::1]:10061", "2001:db8::1", 10061, "[2001:db8::1]:10061"),
        ("[2001:db8::1]", "2001:db8::1", 10051, "[2001:db8::1]:10051"),
        ("2001:db8::1", "2001:db8::1", 10051, "[2001:db8::1]:10051"),
    ],
)
def test_servers(text: str, host: str, port: int, shown: str) -> None:
    assert parse_server(text) == Server(host, port)
    assert str(parse_server(text)) == shown


@pytest.mark.parametrize("text", ["", ":10051", "a:b", "a:0", "a:65536", "[::1", "a b", "[::1]x"])
def test_what_is_no_server(text: str) -> None:
    with pytest.raises(AgentError, match="is no server; write HOST"):
        parse_server(text)


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("a", ((A,),)),
        ("a;b", ((A, B),)),
        ("a,b", ((A,), (B,))),
        ("a ; b, c:10051", ((A, B), (C,))),
        (
            "[2001:db8::1];2001:db8::2",
            ((Server("2001:db8::1", 10051), Server("2001:db8::2", 10051)),),
        ),
    ],
)
def test_clusters_are_read_as_zabbix_agents_read_them(
    text: str, clusters: tuple[tuple[Server, ...], ...]
) -> None:
    assert parse_clusters(text) == clusters
    assert parse_clusters(format_clusters(clusters)) == clusters


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,", "'' is no server"),
        ("a;;b", "'' is no server"),
        ("a;b,a", "a:10051 stands there twice"),
    ],
)
def test_what_are_no_clusters(text: str, reason: str) -> None:
    with pytest.raises(AgentError, match=reason):
        parse_clusters(text)


def test_a_server_that_fails_is_left_for_the_next_and_at_the_end_the_first() -> None:
    way = Way((A, B))
    went = []
    for _ in range(4):
        went.append(way.server)
        way.fail()
    assert went == [A, B, A, B]


def test_where_a_proxy_sends_us_is_kept_until_that_fails_or_says_otherwise() -> None:
    way = Way((A,))
    way.follow(Redirect(B, 3))
    assert way.server == B
    way.follow(Redirect(C, 4))
    assert way.server == C
    way.follow(Redirect(None, 0))
    assert way.server == A
    way.follow(Redirect(B, 3))
    way.fail()
    assert way.server == A


def test_a_proxy_that_knows_its_group_as_it_was_is_not_followed() -> None:
    way = Way((A,))
    way.follow(Redirect(B, 3))
    with pytest.raises(AgentError, match="b:10051 sends us away by an outdated list"):
        way.follow(Redirect(C, 2))
    assert way.server == A
