"""What an agent last said, while it lives and after."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from multipath import __version__
from multipath.agent.reporting.status import BLOCK_BYTES, Status, StatusFile, fit, read_status
from multipath.errors import AgentError
from tests.agent.test_service import HOST, loopback_key
from tests.cli.test_agent_status import FACTS

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, ZabbixServer


def wait_for_status(
    file: Path, is_so: Callable[[dict[str, Any]], object], timeout_s: float = 30.0
) -> Status:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        status = read_status(file)
        if status and is_so(dict(status.facts)):
            return status
        time.sleep(0.05)
    raise AssertionError(f"waited in vain, last: {status}")


def test_the_locked_file_is_of_one_that_lives(tmp_path: Path) -> None:
    path = tmp_path / "a.status"
    assert read_status(path) is None
    file = StatusFile(path)
    file.write({**FACTS, "log": ["x" * 300] * 20})
    file.write(FACTS)
    assert read_status(path) == Status(True, FACTS)
    with pytest.raises(BlockingIOError):
        StatusFile(path)
    file.close()
    assert read_status(path) == Status(False, FACTS)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_log_too_long_for_the_block_loses_its_oldest_lines() -> None:
    lines = [f"{number} " + "长" * 290 for number in range(20)]
    block = fit({"pid": 1, "log": lines})
    assert len(block) == BLOCK_BYTES
    kept = json.loads(block)["log"]
    assert 5 < len(kept) < 20
    assert kept == lines[-len(kept) :]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[1]", b"{", b"{}", b"\xff" * 9000, b"[" * 8000),
        *(
            json.dumps(FACTS | {name: wrong}).encode()
            for name, wrong in (
                ("started_s", None),
                ("said_s", 1e300),
                ("edges", "5"),
                ("hostname", "\ud800"),
                ("spool", {}),
                ("log", [1]),
            )
        ),
    ],
)
def test_what_is_no_status_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.status"
    path.write_bytes(content)
    with pytest.raises(AgentError, match=r"a\.status is no status of an agent"):
        read_status(path)


def test_an_agent_says_how_it_is_and_how_it_ended(
    zabbix: ZabbixServer, start_agent: Callable[..., AgentProcess], tmp_path: Path
) -> None:
    zabbix.configure(HOST, (1, loopback_key(), "1s"))
    path = tmp_path / f"{HOST}.status"
    agent = start_agent(zabbix.address, HOST, state=tmp_path)
    status = wait_for_status(path, lambda facts: facts["edges"] == 1)
    assert status.lives
    facts = status.facts
    assert (facts["version"], facts["server"]) == (__version__, zabbix.address)
    assert (facts["pid"], facts["hostname"]) == (agent.process.pid, HOST)
    assert facts["ended_s"] is None
    assert any("started version=" in line for line in facts["log"])
    zabbix.is_away = True
    wait_for_status(path, lambda facts: facts["spool"]["depth"] > 0)
    assert agent.finish() == 0
    ended = read_status(path)
    assert ended is not None
    assert not ended.lives
    assert ended.facts["ended_s"] >= ended.facts["started_s"]
    assert ended.facts["log"][-1].endswith("info stopped")


def test_a_killed_agent_is_known_to_be_dead_without_an_end(
    zabbix: ZabbixServer, start_agent: Callable[..., AgentProcess], tmp_path: Path
) -> None:
    agent = start_agent(zabbix.address, HOST, state=tmp_path)
    path = tmp_path / f"{HOST}.status"
    wait_for_status(path, lambda facts: facts.get("pid") == agent.process.pid)
    agent.finish(signal.SIGKILL)
    status = read_status(path)
    assert status is not None
    assert (status.lives, status.facts["ended_s"]) == (False, None)
