"""What ``multipath agent status`` makes of what an agent last said."""

from pathlib import Path
from typing import Any

import pytest

from multipath.agent.reporting.status import Status, StatusFile
from multipath.cli.agent.status import is_well, tell
from tests.conftest import run_multipath

FACTS: dict[str, Any] = {
    "version": "1.2.3",
    "pid": 7,
    "server": "192.0.2.10:10051",
    "hostname": "multipath.here",
    "started_s": 1_800_000_000,
    "said_s": 1_800_007_200,
    "ended_s": None,
    "edges": 5,
    "spool": {"depth": 3, "oldest_clock_s": 1_800_007_190, "dropped": 0, "error": ""},
    "log": [f"line {number}" for number in range(20)],
}
NOW_S = 1_800_007_201.0


def head(status: Status, now_s: float) -> str:
    return tell(status, now_s)[0]


def test_an_agent_that_runs_says_since_when_and_what_waits() -> None:
    status = Status(True, FACTS)
    assert is_well(status, NOW_S)
    assert tell(status, NOW_S) == [
        "agent      multipath.here runs for 2 h, since 2027-01-15T08:00:00Z, version 1.2.3, "
        "process 7",
        "server     192.0.2.10:10051",
        "edges      5",
        "waiting    3 values, the oldest for 11 s",
        "it last said:",
        *(f"  line {number}" for number in range(15, 20)),
    ]


def test_a_silent_an_ended_and_a_dead_agent_are_told_apart() -> None:
    silent, dead = Status(True, FACTS), Status(False, FACTS)
    ended = Status(False, FACTS | {"ended_s": 1_800_007_200})
    later_s = NOW_S + 299
    assert "runs for 2 h, but has said nothing for 5 min," in head(silent, later_s)
    assert "here died without a word, 5 min after it last spoke," in head(dead, later_s)
    assert "here ended 5 min ago," in head(ended, later_s)
    assert not any(is_well(each, later_s) for each in (silent, dead, ended))


def test_trouble_with_the_spool_is_told() -> None:
    spool = {"depth": 9, "oldest_clock_s": None, "dropped": 4, "error": "disk full"}
    lines = tell(Status(True, FACTS | {"spool": spool}), NOW_S)
    assert "waiting    9 values; 4 dropped so far; not on disk: disk full" in lines


def test_where_no_agent_ever_ran_it_says_so(tmp_path: Path) -> None:
    done = run_multipath("agent", "status", "--state", str(tmp_path / "none"))
    assert done.returncode == 1
    assert "never ran here" in done.stdout


@pytest.mark.parametrize("lives", [True, False])
def test_the_exit_code_tells_whether_all_is_well(tmp_path: Path, lives: bool) -> None:
    file = StatusFile(tmp_path / "multipath.here.status")
    file.write(FACTS | {"said_s": 4_000_000_000})
    if not lives:
        file.close()
    done = run_multipath("agent", "status", "--state", str(tmp_path))
    if lives:
        file.close()
    assert done.returncode == (0 if lives else 1)
    assert "agent      multipath.here " in done.stdout
