"""What the client makes of servers that are no Zabbix, or one in trouble."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from multipath.errors import (
    ZabbixError,
    ZabbixLoginError,
    ZabbixRefusedError,
    ZabbixUnreachableError,
)
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile
from tests.zabbix.fake import Answer, refusal, result, serving

PASSWORD = "sentinel-password"
TOKEN = "sentinel-token"


def server(answer: Callable[[str], Answer]) -> AbstractContextManager[str]:
    """Serve HTTP on loopback: ``answer`` turns a JSON-RPC method into a status and a body."""
    return serving(lambda request: answer(request.method))


def by_password(url: str) -> Profile:
    return Profile(url=url, user="Admin", password=PASSWORD)


def test_a_port_where_nothing_listens() -> None:
    with pytest.raises(ZabbixUnreachableError, match=r"no Zabbix API answers at .*refused"):
        Client(by_password("http://127.0.0.1:1"))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, b"<html>"), "answers HTTP 404: is it the address of a Zabbix frontend"),
        ((500, b""), "answers HTTP 500"),
        ((200, b"<html>welcome</html>"), "answers, but no Zabbix API does"),
        ((200, b""), "answers, but no Zabbix API does"),
        ((200, b"[1, 2]"), "answers, but no Zabbix API does"),
        ((200, b'{"jsonrpc": "2.0", "id": 0}'), "answers, but no Zabbix API does"),
        ((200, b'{"result": "nonsense"}'), "answers, but no Zabbix API does"),
    ],
)
def test_a_server_that_is_no_zabbix(answer: tuple[int, bytes], message: str) -> None:
    with (
        server(lambda _method: answer) as url,
        pytest.raises(ZabbixUnreachableError, match=message),
    ):
        Client(by_password(url))


def test_a_wrong_password_is_named_without_showing_it() -> None:
    def answer(method: str) -> tuple[int, bytes]:
        return result("7.0.9") if method == "apiinfo.version" else refusal("Incorrect user name")

    with server(answer) as url, pytest.raises(ZabbixLoginError) as caught:
        Client(by_password(url))
    assert "refuses user 'Admin'" in str(caught.value)
    assert PASSWORD not in repr(caught.getrepr(style="long"))


def test_a_wrong_token_is_named_without_showing_it() -> None:
    def answer(method: str) -> tuple[int, bytes]:
        return result("7.0.9") if method == "apiinfo.version" else refusal("Not authorized.")

    with server(answer) as url, pytest.raises(ZabbixLoginError) as caught:
        Client(Profile(url=url, token=TOKEN))
    assert "refuses the token" in str(caught.value)
    assert TOKEN not in repr(caught.getrepr(style="long"))


def test_an_older_zabbix_is_refused() -> None:
    with (
        server(lambda _method: result("5.0.1")) as url,
        pytest.raises(ZabbixError, match=r"is 5\.0; multipath needs 6\.0"),
    ):
        Client(by_password(url))


def test_missing_rights_are_told_in_zabbix_words() -> None:
    def answer(method: str) -> tuple[int, bytes]:
        known = {"apiinfo.version": "7.0.9", "user.login": "session", "user.logout": True}
        return result(known[method]) if method in known else refusal("No permissions to call")

    with (
        server(answer) as url,
        Client(by_password(url), writable=True) as client,
        pytest.raises(ZabbixRefusedError, match=r"refuses hostgroup\.create: No permissions"),
    ):
        client.call("hostgroup.create", [{"name": "multipath"}])


def test_a_connection_that_only_reads_refuses_to_write() -> None:
    known = {"apiinfo.version": "7.0.9", "user.login": "session", "user.logout": True}
    asked: list[str] = []

    def answer(method: str) -> tuple[int, bytes]:
        asked.append(method)
        return result(known.get(method, []))

    with server(answer) as url, Client(by_password(url)) as client:
        for method in ("host.create", "item.update", "graph.delete", "configuration.import"):
            with pytest.raises(ZabbixError, match=f"{method} would change Zabbix"):
                client.call(method, [{}])
    assert asked == ["apiinfo.version", "user.login", "user.logout"]


def test_calls_are_counted() -> None:
    known = {"apiinfo.version": "7.0.9", "user.login": "session", "user.logout": True}
    with server(lambda method: result(known.get(method, []))) as url:
        with Client(by_password(url)) as client:
            client.get("host", output=["host"])
            client.get("host", output=["host"])
        assert client.calls == {"host.get": 2, "user.logout": 1}


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (301, "redirects to another address"),
        (308, "redirects to another address"),
        (401, "HTTP 401: its web server wants a login"),
        (403, "HTTP 403: its web server forbids it"),
        (404, "HTTP 404: is it the address of a Zabbix frontend"),
        (413, "HTTP 413: the request is larger"),
        (418, "HTTP 418: is it the address of a Zabbix frontend"),
        (429, "HTTP 429: it gets too many requests"),
        (500, "HTTP 500: it is in trouble: its web server's log"),
        (502, "HTTP 502: nothing answers behind"),
        (503, "HTTP 503: it is not available now"),
        (504, "HTTP 504: what is behind its web server takes too long"),
        (599, "HTTP 599: it is in trouble"),
    ],
)
def test_what_a_web_server_says_is_told_with_what_to_do(status: int, message: str) -> None:
    with (
        server(lambda _method: (status, b"")) as url,
        pytest.raises(ZabbixUnreachableError, match=message),
    ):
        Client(by_password(url))


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("Not authorized.", ZabbixLoginError, "refuses the token or session: Not authorized"),
        ("Session terminated, re-login, please.", ZabbixLoginError, "session"),
        ("API token expired.", ZabbixLoginError, "API token expired"),
        ('No permissions to call "host.get".', ZabbixRefusedError, "host.get.*multipath access"),
        ("No permissions to referred object or it does not exist!", ZabbixRefusedError, "rights"),
        ('Incorrect API "host".', ZabbixRefusedError, "version of Zabbix"),
        ('Incorrect method "host.gett".', ZabbixRefusedError, "version of Zabbix"),
        ('SQL statement execution has failed "INSERT …".', ZabbixRefusedError, "database"),
        ('Invalid parameter\n\n "/1": unexpected', ZabbixRefusedError, 'parameter "/1": unexp'),
        ("x" * 100_000, ZabbixRefusedError, "x{600}…$"),
    ],
)
def test_what_zabbix_refuses_is_one_sentence(text: str, kind: type, message: str) -> None:
    def answer(method: str) -> Answer:
        known = {"apiinfo.version": "7.0.9", "user.get": []}
        return result(known[method]) if method in known else refusal(text)

    with (
        server(answer) as url,
        Client(Profile(url, token=TOKEN)) as client,
        pytest.raises(kind, match=message) as caught,
    ):
        client.get("host")
    assert "\n" not in str(caught.value)


def test_an_error_without_data_says_its_message() -> None:
    broken = b'{"error": {"code": -32603, "message": "Internal error."}, "id": 0}'

    with (
        server(
            lambda method: result("7.0.9") if method == "apiinfo.version" else (200, broken)
        ) as url,
        pytest.raises(ZabbixRefusedError, match=r"refuses user\.get: (No data|Internal error)"),
    ):
        Client(Profile(url, token=TOKEN))


@pytest.mark.parametrize("value", [None, 5, {"hostid": "1"}, True])
def test_rows_that_are_none_are_no_answer(value: object) -> None:
    def answer(method: str) -> Answer:
        return result({"apiinfo.version": "7.0.9", "user.get": []}.get(method, value))

    with (
        server(answer) as url,
        Client(Profile(url, token=TOKEN)) as client,
        pytest.raises(ZabbixUnreachableError, match="answers, but no Zabbix API does"),
    ):
        client.get("host")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://127.0.0.1:1", "nothing listens there"),
        ("https://", "no Zabbix API answers at https://: InvalidURL"),
        ("http://a..b", "no Zabbix API answers at http://a..b: InvalidURL"),
        ("http://127.0.0.1:x", "no Zabbix API answers at http://127.0.0.1:x: InvalidURL"),
    ],
)
def test_an_address_without_a_zabbix(url: str, message: str) -> None:
    with pytest.raises(ZabbixUnreachableError, match=message):
        Client(by_password(url))


def test_tls_with_a_server_that_has_none() -> None:
    with (
        server(lambda _method: result("7.0.9")) as url,
        pytest.raises(ZabbixUnreachableError, match=r"it speaks no TLS; is it http://"),
    ):
        Client(by_password(url.replace("http://", "https://")))


def test_a_blocked_account_is_told_in_zabbix_words() -> None:
    text = "No permissions for system access."
    with (
        server(
            lambda method: result("7.0.9") if method == "apiinfo.version" else refusal(text)
        ) as url,
        pytest.raises(ZabbixLoginError, match=r"refuses user 'Admin': No permissions for system"),
    ):
        Client(by_password(url))


def test_a_token_that_was_copied_wrongly_is_not_sent() -> None:
    with (
        server(lambda _method: result("7.0.9")) as url,
        pytest.raises(ZabbixLoginError, match="characters that no token has") as caught,
    ):
        Client(Profile(url, token=f"{TOKEN}\n"))
    assert TOKEN not in str(caught.value)


def test_a_server_that_repeats_a_secret_is_not_quoted() -> None:
    with (
        server(
            lambda method: (
                result("7.0.9") if method == "apiinfo.version" else refusal(f"bad {TOKEN} there")
            )
        ) as url,
        pytest.raises(ZabbixRefusedError, match=r"bad … there"),
    ):
        Client(Profile(url, token=TOKEN))


def test_nothing_is_logged_of_calls_and_answers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    known = {"apiinfo.version": "7.0.9", "user.login": TOKEN, "user.logout": True}
    with server(lambda method: result(known.get(method, []))) as url, Client(by_password(url)):
        pass
    assert "POST" in caplog.text
    assert PASSWORD not in caplog.text
    assert TOKEN not in caplog.text
