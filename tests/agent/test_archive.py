"""The agent as one file, run by every Python of this machine that has nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath import __version__, names
from multipath.agent.host.archive import NAME, archive
from tests.agent.interpreters import interpreters

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, ZabbixServer

BARE = ("-I", "-S")
"""No environment, no site-packages: what the archive does not hold is not there."""

IMPORT_ALL = """
import importlib, sys, zipfile
sys.path.insert(0, sys.argv[1])
for path in zipfile.ZipFile(sys.argv[1]).namelist():
    if path.startswith("multipath/"):
        module = path.removesuffix(".py").removesuffix("/__init__")
        importlib.import_module(module.replace("/", "."))
"""

on_every_python = pytest.mark.parametrize("python", interpreters().values(), ids=interpreters())


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("archive") / NAME
    done = run(sys.executable, "-m", "multipath", "agent", "build", "-o", str(file))
    assert done.returncode == 0, done.stderr
    return file


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


@on_every_python
def test_it_measures_with_python_alone(
    python: str, pyz: Path, zabbix: ZabbixServer, start_agent: Callable[..., AgentProcess]
) -> None:
    key = names.probe_key("t", "here", "there", "icmp", "127.0.0.1", packets="4", timeout="500ms")
    zabbix.configure("here", (1, key, "1s"), (2, names.KEY_AGENT_VERSION, "1s"))
    agent = start_agent(zabbix.address, "here", program=(python, *BARE, str(pyz)))
    zabbix.wait_for(lambda: zabbix.of(1) and zabbix.of(2))
    assert agent.finish() == 0
    measurement = json.loads(zabbix.of(1)[0]["value"])
    assert (measurement["sent"], measurement["received"]) == (4, 4)
    assert zabbix.of(2)[0]["value"] == __version__


@on_every_python
def test_it_holds_all_that_its_own_modules_import(python: str, pyz: Path) -> None:
    done = run(python, *BARE, "-c", IMPORT_ALL, str(pyz))
    assert done.returncode == 0, done.stderr


def test_every_command_is_in_it(pyz: Path) -> None:
    ours = run(sys.executable, "-m", "multipath", "agent", "--help").stdout
    its = run(sys.executable, *BARE, str(pyz), "--help").stdout
    assert ours.partition("Commands:")[2] == its.partition("Commands:")[2] != ""


def test_the_same_sources_give_the_same_bytes(pyz: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    build = (sys.executable, "-m", "multipath", "agent", "build", "-o", str(again))
    run(*build, TZ="Asia/Tokyo", PYTHONHASHSEED="1", LC_ALL="C")
    assert again.read_bytes() == pyz.read_bytes() == archive()


def test_built_from_itself_it_is_itself(pyz: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.pyz"
    done = run(sys.executable, *BARE, str(pyz), "build", "-o", str(copy))
    assert done.returncode == 0, done.stderr
    assert copy.read_bytes() == pyz.read_bytes()


def test_it_is_a_program(pyz: Path) -> None:
    done = run(str(pyz), "--version")
    assert done.stdout == f"multipath-agent, version {__version__}\n"


def test_it_brings_nothing_of_the_other_rooms_and_the_licences_of_all_it_brings(pyz: Path) -> None:
    entries = zipfile.ZipFile(pyz).namelist()
    rooms = {name.split("/")[1] for name in entries if name.startswith("multipath/")}
    assert rooms == {"__init__.py", "errors.py", "names.py", "agent", "cli"}
    brought = {name.split("/")[0] for name in entries if name.endswith("/__init__.py")}
    licences = {name.split("/")[1] for name in entries if name.startswith("licences/")}
    assert brought == licences == {"multipath", "click", "icmplib", "zabbix_utils"}


def test_what_cannot_be_written_is_said(pyz: Path) -> None:
    done = run(str(pyz), "build", "-o", "/proc/nowhere.pyz")
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write /proc/nowhere.pyz: ")
