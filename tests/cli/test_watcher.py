"""The reader beside the terminal: what it saw, and why there is nothing newer."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from multipath.cli.asking.watcher import Watcher
from multipath.errors import ZabbixError
from multipath.topology.loader import load
from multipath.topology.model import Topology
from multipath.zabbix.profile import Profile
from tests.report.makers import EXAMPLE
from tests.zabbix.fake import Answer, Request, result, serving


@pytest.fixture
def quick(tmp_path: Path) -> Topology:
    """Return the example with cycles of a second, so that it is read once a second."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("cycle: 10s", "cycle: 1s")
    file = tmp_path / "quick.yaml"
    file.write_text(text.replace("timeout: 2s", "timeout: 1s"), encoding="utf-8")
    return load([file])[0]


class _Zabbix:
    """One that has the items of a verdict, no values, and may break."""

    def __init__(self) -> None:
        self.broken = False
        self.asked = 0

    def answer(self, request: Request) -> Answer:
        self.asked += 1
        if self.broken:
            return 502, b"bad gateway"
        if request.method == "apiinfo.version":
            return result("7.0.9")
        if request.method != "item.get":
            return result([])
        keys = request.params["filter"]["key_"]
        row = {"value_type": "0", "lastvalue": "0", "lastclock": "0", "lastns": "0"}
        hosts = [{"host": "multipath.path.sh-la"}]
        return result(
            [{**row, "itemid": str(at), "key_": key, "hosts": hosts} for at, key in enumerate(keys)]
        )


def _eventually(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_it_reads_again_and_again_and_tells_of_trouble_until_that_is_over(quick: Topology) -> None:
    zabbix = _Zabbix()
    with serving(zabbix.answer) as url, Watcher(Profile(url, token="t"), quick) as watcher:
        first = watcher.latest()
        assert (first.snapshot.topology, first.snapshot.phase, first.trouble) == (quick, None, "")
        _eventually(lambda: watcher.latest().snapshot.at_s > first.snapshot.at_s)
        zabbix.broken = True
        _eventually(lambda: "502" in watcher.latest().trouble)
        before = watcher.latest().snapshot
        zabbix.broken = False
        _eventually(lambda: watcher.latest().snapshot.at_s > before.at_s)
        assert watcher.latest().trouble == ""


def test_trouble_before_the_first_picture_is_an_error(quick: Topology) -> None:
    zabbix = _Zabbix()
    zabbix.broken = True
    with (
        serving(zabbix.answer) as url,
        Watcher(Profile(url, token="t"), quick) as watcher,
        pytest.raises(ZabbixError, match="502"),
    ):
        watcher.latest()


def test_it_ends_with_its_user(quick: Topology) -> None:
    zabbix = _Zabbix()
    with serving(zabbix.answer) as url:
        with Watcher(Profile(url, token="t"), quick) as watcher:
            watcher.latest()
        asked = zabbix.asked
        time.sleep(2.5)
        assert zabbix.asked == asked
