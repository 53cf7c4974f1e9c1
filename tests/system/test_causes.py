"""Faults that come together or come and go, and what is no fault of the network at all.

None of the latter raises a verdict; each has words of its own in Zabbix.
"""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from multipath import names
from multipath.lab import netns
from multipath.lab.nodes import namespace
from multipath.lab.paths import State
from multipath.lab.tools import python_environment
from tests.conftest import Lab
from tests.system.processes import hanging, running, send
from tests.system.steps import EXAMPLE, eventually, multipath
from tests.system.test_alarms import host_id
from tests.system.truth import FINE, KINDS, FastPath

pytestmark = pytest.mark.lab

AGENT_OF_PROXY1 = "multipath.proxy1"
CHAOTIC = Path(__file__).with_name("chaotic_agent.py")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("zabbix-sh>la", "lossy"), ("zabbix-sh>proxy1", "slow")),
        (("zabbix-sh", "lossy"), ("la", "lossy")),
        (("la", "lossy"), ("proxy2", "lossy")),
        (("zabbix-sh", "lossy"), ("proxy1>la", "down")),
        (("proxy1>la", "down"), ("proxy2>la", "slow")),
        (("proxy2", "slow"), ("zabbix-sh>la", "down")),
    ],
    ids=" ".join,
)
def test_of_two_faults_the_truth_is_in_the_printed_set(
    lab: Lab, fast_path: FastPath, one: tuple[str, str], other: tuple[str, str]
) -> None:
    eventually("a quiet start", fast_path.is_well, patience_s=120)
    truth = {one[0], other[0]}
    for segment, kind in (one, other):
        lab.fault(segment, *KINDS[kind])
    try:
        eventually("both", lambda: truth in fast_path.explanations(), patience_s=120)
        general = ("several places at once", "undecided")
        eventually(
            "one problem that says so",
            lambda: any(words in name for name in fast_path.problems() for words in general),
            patience_s=60,
        )
    finally:
        lab.heal()
    eventually("all clear", fast_path.is_quiet, patience_s=120)


@contextmanager
def killed(lab: Lab) -> Iterator[None]:
    """Have no agent on proxy1."""
    send(running(lab, "proxy1", AGENT_OF_PROXY1), signal.SIGKILL)
    try:
        yield
    finally:
        multipath("lab", "agents", EXAMPLE, "--name", lab.name)


@contextmanager
def dead_host(lab: Lab) -> Iterator[None]:
    """Have proxy1 neither answer nor report."""
    with hanging(lab, "proxy1", AGENT_OF_PROXY1), hanging(lab, "proxy1", "zabbix_proxy"):
        lab.fault("proxy1", "--down")
        try:
            yield
        finally:
            lab.heal()


Cause = Callable[[Lab], AbstractContextManager[None]]
CAUSES: dict[str, tuple[Cause, str, str]] = {
    "agent killed": (killed, "10111", FINE),
    "proxy host dead": (dead_host, "10151", "proxy1 is lost"),
    "Zabbix proxy stopped": (
        partial(hanging, node="proxy1", program="zabbix_proxy"),
        "10111",
        FINE,
    ),
    "server cut off": (partial(hanging, node="zabbix-sh", program="trapper #"), "00000", "unknown"),
}
"""What is done, the edges' health then, and the verdict in words."""


@pytest.mark.parametrize("cause", CAUSES)
def test_what_is_no_fault_of_the_network_raises_no_verdict(
    lab: Lab, fast_path: FastPath, cause: str
) -> None:
    made, states, told = CAUSES[cause]
    eventually("a quiet start", fast_path.is_well, patience_s=120)
    before = time.time()
    with made(lab):
        eventually(states, lambda: fast_path.states() == states, patience_s=60)
        eventually(told, lambda: fast_path.told() == told)
        time.sleep(6)  # for as long as a verdict must hold
        assert fast_path.states() == states
    eventually("all known again", fast_path.is_well, patience_s=120)
    assert fast_path.raised_since(before) == []


@contextmanager
def filtered(lab: Lab, node: str) -> Iterator[None]:
    """Have a host answer no pings, and all else."""
    switch = "/proc/sys/net/ipv4/icmp_echo_ignore_all"
    assert lab.exec(node, "sh", "-c", f"echo 1 > {switch}").returncode == 0
    try:
        yield
    finally:
        lab.exec(node, "sh", "-c", f"echo 0 > {switch}")


def test_filtered_pings_are_told_and_are_no_outage(lab: Lab, fast_path: FastPath) -> None:
    ways = ("zabbix-sh→la", "proxy1→la", "proxy2→la")
    expected = sorted(f"copy {way}: ICMP filtered" for way in ways)
    eventually("a quiet start", fast_path.is_well, patience_s=120)
    before = time.time()
    with filtered(lab, "la"):
        eventually("filtered", lambda: fast_path.problems(names.SCOPE_EDGE) == expected)
        assert fast_path.states() == "00011"
        assert fast_path.told() == FINE
        multipath_says = multipath("diagnose", fast_path.file, "--profile", lab.profile_name)
        assert multipath_says.count("answers TCP but no ICMP") == len(ways)
    eventually("all clear", fast_path.is_well, patience_s=120)
    eventually("also of edges", lambda: not fast_path.problems(names.SCOPE_EDGE))
    assert fast_path.raised_since(before) == []


def test_a_clock_that_is_set_wrong_is_told_and_is_no_outage(
    lab: Lab, fast_path: FastPath, tmp_path: Path
) -> None:
    eventually("a quiet start", fast_path.is_well, patience_s=120)
    before = time.time()
    offset, witness = tmp_path / "offset", tmp_path / "witness"
    offset.write_text("0")
    client, host = fast_path.client, host_id(fast_path.client, AGENT_OF_PROXY1)
    health = client.get("item", hostids=host, filter={"key_": names.KEY_AGENT_HEALTH}, output=[])
    client.call("item.update", {"itemid": health[0]["itemid"], "delay": "5s"})
    send(running(lab, "proxy1", AGENT_OF_PROXY1), signal.SIGKILL)
    state, inside = State.of(lab.name), namespace(lab.name, "proxy1")
    words = [sys.executable, str(CHAOTIC), str(witness), str(offset)]
    flags = ["--server", "127.0.0.1", "--hostname", AGENT_OF_PROXY1, "--refresh", "1s"]
    netns.spawn(
        inside,
        [*words, *flags, "--state", str(state.agents)],
        log=state.log("agent-proxy1"),
        environment=python_environment(),
    )
    stepped = "multipath proxy1: clock stepped: -"
    try:
        eventually("it measures", lambda: witness.exists() and witness.stat().st_size > 0)
        eventually("its values arrive", fast_path.is_well)
        offset.write_text("-3600")
        eventually(
            "it is told", lambda: stepped in " ".join(fast_path.problems(names.SCOPE_VANTAGE))
        )
        eventually("its edge unknown", lambda: fast_path.states() == "10111")
        assert fast_path.told() == FINE
        offset.write_text("0")
        eventually("known again", fast_path.is_well)
        assert fast_path.raised_since(before) == []
    finally:
        send(running(lab, "proxy1", AGENT_OF_PROXY1), signal.SIGKILL)
        multipath("lab", "agents", EXAMPLE, "--name", lab.name)


def test_a_place_that_flaps_has_not_a_problem_each_time(lab: Lab, fast_path: FastPath) -> None:
    eventually("a quiet start", fast_path.is_well, patience_s=120)
    before, times = time.time(), 6
    for _ in range(times):
        lab.fault("zabbix-sh>la", "--down")
        time.sleep(4)
        lab.heal()
        time.sleep(4)
    eventually("all clear", fast_path.is_quiet, patience_s=120)
    raised = fast_path.raised_since(before)
    assert 1 <= len(raised) < times
    assert all("between zabbix-sh and la" in name for name in raised)
