"""A lab from ``up`` to ``down``, also when it is killed in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath.lab import netns
from multipath.lab.nodes import namespaces
from multipath.lab.paths import Template, cache_root, state_root
from multipath.lab.releases import RELEASES
from multipath.zabbix.profile import config_path
from tests.conftest import run_multipath, start_lab, stop_lab

if TYPE_CHECKING:
    from tests.conftest import Lab

pytestmark = pytest.mark.lab


def traces(name: str, state: Path) -> list[str]:
    """Return whatever there is of a lab on this machine: it should be nothing after ``down``."""
    words = (*namespaces(name).values(), str(state / name))
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")
    profiles = config_path().read_text(encoding="utf-8") if config_path().exists() else ""
    files = (state / name, Template.of(RELEASES["7.0"]).unfinished.folder)
    return [
        *(f"namespace {each}" for each in netns.existing(namespaces(name).values())),
        *(f"process {each}" for each in running(words)),
        *(f"mount of {word}" for word in words if word in mounts),
        *(f"file {file}" for file in files if file.exists()),
        *(f"profile {each}" for each in (f"lab-{name}",) if each in profiles),
    ]


def running(words: Iterable[str]) -> list[str]:
    """Return the command lines with one of these words."""
    lines = [command_line(entry) for entry in Path("/proc").glob("[0-9]*")]
    return [line for line in lines if any(word in line for word in words)]


def command_line(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def killed_up(name: str, stage: str, later_s: float = 0.5) -> None:
    """Start ``lab up`` and kill it without mercy so much after it tells of a stage."""
    command = [sys.executable, "-m", "multipath", "lab", "up", "--name", name]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as launcher:
        assert launcher.stderr is not None
        for line in launcher.stderr:
            if stage in line:
                time.sleep(later_s)
                break
        else:
            pytest.fail(f"lab up never said {stage!r}")
        launcher.kill()


def test_status_tells_where_everything_is(lab: Lab) -> None:
    told = lab.status()
    assert told["state"] == "up"
    assert told["zabbix"].keys() == {"url", "user", "password", "version"}
    assert told["zabbix"]["version"].startswith("7.0.")
    assert told["nodes"]["la"] == {
        "namespace": f"multipath-{lab.name}-la",
        "address": "203.0.113.10",
    }
    assert told["faults"] == []
    shown = lab.multipath("status")
    assert f"lab {lab.name} is up" in shown
    assert lab.url in shown


def test_a_second_up_says_that_it_is_up(lab: Lab) -> None:
    done = run_multipath("lab", "up", "--name", lab.name)
    assert done.returncode == 0
    assert done.stdout.startswith(f"lab {lab.name} is up: Zabbix 7.0.")
    assert lab.url in done.stdout
    assert done.stderr == ""


def test_up_with_another_version_is_refused(lab: Lab) -> None:
    done = run_multipath("lab", "up", "--name", lab.name, "--zabbix", "6.0")
    assert done.returncode == 1
    assert "is up with Zabbix 7.0." in done.stderr


def test_up_wrote_a_profile_for_its_owner_only(lab: Lab) -> None:
    profiles = tomllib.loads(config_path().read_text(encoding="utf-8"))["profile"]
    assert profiles[lab.profile_name] == {
        "url": lab.url,
        "user": lab.user,
        "password": lab.password,
    }
    assert config_path().stat().st_mode & 0o777 == 0o600


def test_exec_keeps_folder_environment_and_exit_code(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", "kept")
    monkeypatch.chdir(tmp_path)
    done = lab.exec("proxy1", "sh", "-c", "echo $WORD; pwd; ip -o -4 address; exit 7")
    assert done.returncode == 7
    assert done.stdout.startswith(f"kept\n{tmp_path}\n")
    assert "198.51.100.10" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fault", "laa", "--down"), "the lab has no segment 'laa'; did you mean la?"),
        (("fault", "la>zabbix-sh", "--down"), "or zabbix-sh>la"),
        (("fault", "la"), "which fault? Give --loss"),
        (("heal", "tokyo"), "the lab has no segment 'tokyo'; it has zabbix-sh, proxy1"),
        (("exec", "proxy3", "--", "true"), "the lab has no node 'proxy3'; did you mean proxy"),
        (("exec", "la", "--", "no-such-tool"), "there is no command 'no-such-tool'"),
    ],
)
def test_a_wrong_word_is_answered_by_one_sentence(
    lab: Lab, words: tuple[str, ...], said: str
) -> None:
    command, *rest = words
    done = run_multipath("lab", command, "--name", lab.name, *rest)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_not_up_says_how_to_bring_it_up() -> None:
    for words in (("heal",), ("exec", "la", "true"), ("fault", "la", "--down")):
        command, *rest = words
        done = run_multipath("lab", command, "--name", "nowhere", *rest)
        assert done.returncode == 1
        assert "lab nowhere is not up: run `multipath lab up --name nowhere`" in done.stderr
    assert "lab nowhere was not up" in stop_lab("nowhere")


def test_two_labs_run_at_once_and_down_takes_everything_of_one(lab: Lab) -> None:
    name = f"{lab.name}-b"
    try:
        other = start_lab(name)
        assert other.url != lab.url
        assert other.status()["state"] == lab.status()["state"] == "up"
        other.fault("la", "--down")
        assert lab.status()["faults"] == []
        stubborn = "trap '' TERM; while :; do sleep 0.1; done >/dev/null 2>&1 & echo started"
        assert other.exec("la", "setsid", "sh", "-c", stubborn).stdout == "started\n"
        inside = netns.processes(namespaces(name).values())
        assert len(inside) > 20
    finally:
        said = stop_lab(name)
    assert f"lab {name} is down" in said
    assert traces(name, state_root()) == []
    assert lab.status()["state"] == "up"


@pytest.mark.parametrize(
    ("stage", "later_s"),
    [("joining four hosts", 0.5), ("starting PostgreSQL", 0.5), ("waiting for", 0.0)],
)
def test_down_cleans_up_after_a_launcher_that_was_killed(
    lab: Lab, stage: str, later_s: float
) -> None:
    name = f"{lab.name}-k"
    try:
        killed_up(name, stage, later_s)
        assert traces(name, state_root()) != []
        told = run_multipath("lab", "status", "--name", name).stdout
        assert told == f"lab {name} is broken\n"
    finally:
        stop_lab(name)
    assert traces(name, state_root()) == []


def test_down_cleans_up_after_a_launcher_killed_while_it_downloads(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MULTIPATH_CACHE", str(tmp_path))
    name = f"{lab.name}-d"
    try:
        killed_up(name, "downloading")
        assert list(cache_root().glob("*.building"))
    finally:
        stop_lab(name)
    assert traces(name, state_root()) == []
    deadline_s = time.monotonic() + 5.0  # what was killed may still be ending
    while running([str(tmp_path)]) and time.monotonic() < deadline_s:
        time.sleep(0.05)
    assert running([str(tmp_path)]) == []


def test_up_after_a_killed_service_builds_the_lab_anew(lab: Lab) -> None:
    name = f"{lab.name}-r"
    try:
        start_lab(name)
        (wan,) = (
            pid
            for pid in netns.processes([namespaces(name)["infra"]])
            if "multipath.lab.wan" in command_line(Path("/proc", str(pid)))
        )
        os.kill(wan, signal.SIGKILL)
        assert run_multipath("lab", "status", "--name", name).stdout == f"lab {name} is broken\n"
        done = run_multipath("lab", "up", "--name", name)
        assert done.returncode == 0, done.stderr
        assert "removing what is left of a broken lab" in done.stderr
    finally:
        stop_lab(name)
    assert traces(name, state_root()) == []


def test_an_up_that_fails_says_why_and_leaves_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    too_long = tmp_path / ("long" * 20)
    monkeypatch.setenv("MULTIPATH_STATE", str(too_long))
    name = f"{lab.name}-f"
    done = run_multipath("lab", "up", "--name", name)
    assert done.returncode == 1
    assert "is too long a path for unix sockets: set MULTIPATH_STATE" in done.stderr
    assert traces(name, state_root()) == []
    assert not too_long.exists()


def test_purge_is_refused_while_a_lab_uses_the_cache(lab: Lab) -> None:
    done = run_multipath("lab", "down", "--name", "nowhere", "--purge")
    assert done.returncode == 1
    assert "the cache is in use: take down " in done.stderr
    assert lab.name in done.stderr
    assert Template.of(RELEASES["7.0"]).root.is_dir()
