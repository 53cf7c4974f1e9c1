"""The lab that tests share: a real Zabbix of their own, taken down at the end."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from multipath.zabbix.profile import Profile

UP_S, COMMAND_S = 280, 120
MANY_TESTS = 10


def run_multipath(*words: str, timeout_s: float = COMMAND_S) -> "subprocess.CompletedProcess[str]":
    """Run ``multipath`` as a user does, in this environment."""
    return subprocess.run(
        [sys.executable, "-m", "multipath", *words],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


ON_BOTH_VERSIONS = pytest.mark.parametrize("lab", ["7.0", "6.0"], indirect=True, scope="session")
"""Marks a test that runs in a lab of each version; others have the newer one."""


def pytest_configure() -> None:
    """Let an interrupt reach the workers too, so that each takes its lab down."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _version(item: pytest.Item) -> str:
    """Return the version of Zabbix that a test asks for."""
    return str(item.callspec.params.get("lab", "")) if hasattr(item, "callspec") else ""


def _group(item: pytest.Item) -> str:
    """Return the group of a test in a lab: its own mark, or its file and version."""
    if own := item.get_closest_marker("xdist_group"):
        return str(own.args[0])
    return f"{item.path.stem} {_version(item)}".strip()


def _is_of_many_examples(item: pytest.Item) -> bool:
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Let what takes longest begin first: tests in labs, then those of many random examples.

    Workers take group after group of those that share a lab, so that all of a group find the state
    that its first have made. Large groups come first, so that none is left at the end; small ones
    by their version, so that a worker hardly ever changes its lab. A wrapper: the groups must be
    known before the workers' own hook reads them, and pytest's own sorts by version first.
    """
    groups = {item: _group(item) for item in items if item.get_closest_marker("lab")}
    sizes = Counter(groups.values())

    def turn(item: pytest.Item) -> tuple[bool, bool, bool, int]:
        if item not in groups:
            return True, not _is_of_many_examples(item), False, 0
        size = sizes[groups[item]]
        return False, size < MANY_TESTS, size < MANY_TESTS and _version(item) == "6.0", -size

    turns = {id(item): turn(item) for item in items}  # xdist changes an item's own hash
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    yield
    items.sort(key=lambda item: turns[id(item)])  # stable


@dataclass(frozen=True)
class Lab:
    """A lab that is up.

    ``nodes`` maps names to addresses, ``rtt_s`` pairs (``zabbix-sh>la``) to the emulated RTT.
    """

    name: str
    url: str
    user: str
    password: str
    nodes: dict[str, str]
    rtt_s: dict[str, float]

    @property
    def profile_name(self) -> str:
        """The profile that ``lab up`` wrote."""
        return f"lab-{self.name}"

    @property
    def profile(self) -> Profile:
        """Its content."""
        return Profile(url=self.url, user=self.user, password=self.password)

    def multipath(self, command: str, *words: str) -> str:
        """Run ``multipath lab COMMAND`` on this lab, which must end well; return its output."""
        done = run_multipath("lab", command, "--name", self.name, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def exec(self, node: str, *argv: str) -> "subprocess.CompletedProcess[str]":
        """Run a command on a host of the lab, whatever its exit code."""
        return run_multipath("lab", "exec", "--name", self.name, node, "--", *argv)

    def fault(self, segment: str, *options: str) -> None:
        """Break a segment: ``fault("la", "--loss", "30%")``."""
        self.multipath("fault", segment, *options)

    def heal(self, *segment: str) -> None:
        """Take the faults of a segment away, or all."""
        self.multipath("heal", *segment)

    def status(self) -> dict[str, Any]:
        """Return what ``lab status --json`` tells."""
        told: dict[str, Any] = json.loads(self.multipath("status", "--json"))
        return told


def start_lab(name: str, version: str = "7.0") -> Lab:
    """Bring a lab up; it must succeed."""
    done = run_multipath("lab", "up", "--name", name, "--zabbix", version, timeout_s=UP_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return running_lab(name)


def running_lab(name: str) -> Lab:
    """Return a lab that is up."""
    told = json.loads(run_multipath("lab", "status", "--name", name, "--json").stdout)
    zabbix = told["zabbix"]
    nodes = {node: data["address"] for node, data in told["nodes"].items()}
    return Lab(name, zabbix["url"], zabbix["user"], zabbix["password"], nodes, rtt_s=told["rtt_s"])


def stop_lab(name: str) -> str:
    """Take a lab down, which must succeed; return what is said."""
    done = run_multipath("lab", "down", "--name", name)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session", params=["7.0"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Return a lab of this session's own; only the cache of packages is shared with others.

    Its folder has a short path, as those of sockets must be.
    """
    name = f"test-{os.getpid()}"
    with TemporaryDirectory(prefix="multipath-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("MULTIPATH_STATE", f"{folder}/state")
        patch.setenv("XDG_CONFIG_HOME", f"{folder}/config")
        try:
            yield start_lab(name, request.param)
        finally:
            stop_lab(name)
