"""The Zabbix of a running lab: all of it serves."""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import requests

from multipath.zabbix.client import Client

if TYPE_CHECKING:
    from tests.conftest import Lab

pytestmark = pytest.mark.lab


@pytest.fixture
def browser(lab: Lab) -> Iterator[requests.Session]:
    """Return a session that is logged in to the frontend, as a browser is."""
    with requests.Session() as session:
        login = {"name": lab.user, "password": lab.password, "enter": "Sign in"}
        session.post(f"{lab.url}/index.php", data=login, timeout=30).raise_for_status()
        yield session


def test_both_proxies_are_online(lab: Lab) -> None:
    with Client(lab.profile) as client:
        proxies = client.get("proxy", output=["name", "lastaccess"])
    assert {proxy["name"] for proxy in proxies} == {"proxy1", "proxy2"}
    for proxy in proxies:
        assert time.time() - int(proxy["lastaccess"]) < 60


def test_nothing_is_watched_before_it_is_deployed(lab: Lab) -> None:
    with Client(lab.profile) as client:
        watched = client.get("host", filter={"status": "0"}, output=["host"])
    assert [host for host in watched if not host["host"].startswith("multipath.")] == []


def test_the_frontend_says_that_the_server_runs(lab: Lab, browser: requests.Session) -> None:
    page = browser.get(f"{lab.url}/zabbix.php?action=report.status", timeout=30)
    text = re.sub(r"(?:<[^>]*>|\s)+", " ", page.text)
    assert "Zabbix server is running Yes" in text


def test_the_frontend_draws_graphs(lab: Lab, browser: requests.Session) -> None:
    with Client(lab.profile) as client:
        graphs = client.get("graph", output=["graphid"], templated=False, limit=1)
    query = f"graphid={graphs[0]['graphid']}&from=now-1h&to=now&width=700&height=200"
    url = f"{lab.url}/chart2.php?{query}&profileIdx=web.charts.filter"
    picture = browser.get(url, timeout=30)
    assert picture.headers["content-type"] == "image/png"
    width, height = struct.unpack(">II", picture.content[16:24])
    assert width > 700  # the picture of an error is smaller
    assert height > 200
