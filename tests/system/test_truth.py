"""Faults made in the lab, and what Zabbix says of them: the place, its one problem, and its end.

Cycles are of one second instead of ten, so that 36 faults take minutes. How long a verdict takes
is no test.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from multipath import names
from multipath.topology.edges import pairs
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.processes import hanging
from tests.system.steps import copy_of, eventually, multipath

pytestmark = pytest.mark.lab

NODES = ("zabbix-sh", "la", "proxy1", "proxy2")
VANTAGES = ("zabbix-sh", "proxy1", "proxy2")
MIDDLES = tuple(names.edge_name(a, b) for a, b, _ in pairs("zabbix-sh", "la", ("proxy1", "proxy2")))
KINDS = {
    "down": ("--down",),
    "lossy": ("--loss", "30%"),
    "light": ("--loss", "5%"),
    "slow": ("--delay", "60ms"),
}
FINE = "nothing is ill"
FASTER = {
    "cycle: 10s": "cycle: 1s",
    "timeout: 2s": "timeout: 500ms",
    "window: 1m": "window: 10s",
    "silent: 1m": "silent: 10s",
}


@dataclass(frozen=True)
class FastPath:
    """The path under test, with cycles of a second."""

    client: Client

    def told(self) -> str:
        """Return the verdict in words."""
        key = names.verdict_key("copy", "told")
        (row,) = self.client.get("item", output=["lastvalue"], filter={"key_": key})
        return str(row["lastvalue"])

    def problems(self) -> list[str]:
        """Return the names of the open problems of verdicts."""
        verdicts = [{"tag": names.TAG_SCOPE, "value": names.SCOPE_VERDICT, "operator": "1"}]
        found = self.client.get("problem", output=["name"], tags=verdicts)
        return sorted(each["name"] for each in found)

    def raised_since(self, eventid: int) -> list[str]:
        """Return the names of the verdicts' problems raised after an event."""
        verdicts = [{"tag": names.TAG_SCOPE, "value": names.SCOPE_VERDICT, "operator": "1"}]
        found = self.client.get(
            "event", output=["name"], source=0, value=1, eventid_from=eventid + 1, tags=verdicts
        )
        return sorted(each["name"] for each in found)

    def last_event(self) -> int:
        """Return the number of the newest event."""
        newest = self.client.get(
            "event", output=["eventid"], sortfield="eventid", sortorder="DESC", limit=1, source=0
        )
        return int(newest[0]["eventid"]) if newest else 0

    def is_quiet(self) -> bool:
        """Tell whether nothing is ill, and no verdict's problem is open."""
        return self.told() == FINE and not self.problems()


@pytest.fixture(scope="module")
def path(
    lab: Lab, sh_la: Path, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastPath]:
    file = copy_of(sh_la, tmp_path_factory.mktemp("truth"), **FASTER)
    multipath("destroy", sh_la, "--profile", lab.profile_name, "--yes")
    multipath("deploy", file, "--profile", lab.profile_name, "--yes")
    try:
        found = FastPath(client)
        holds = {"macro": "{$MULTIPATH.SIDE.HOLD}"}
        for row in client.get("usermacro", output=["hostmacroid"], filter=holds):
            client.call("usermacro.update", {"hostmacroid": row["hostmacroid"], "value": "3s"})
        eventually("all edges are known", lambda: states(client) == "11111", patience_s=180)
        yield found
    finally:
        multipath("destroy", file, "--profile", lab.profile_name, "--yes")
        multipath("deploy", sh_la, "--profile", lab.profile_name, "--yes")


def states(client: Client) -> str:
    """Return the health of the five edges as digits."""
    key = names.verdict_key("copy", "states")
    (row,) = client.get("item", output=["lastvalue"], filter={"key_": key})
    return "".join(str(int(row["lastvalue"] or 0) // 6**place % 6) for place in range(5))


def said_of(segment: str, kind: str) -> str:
    """Return the words of the right verdict."""
    cut_off = {"proxy1", "proxy2"} & {segment, segment.removeprefix("zabbix-sh>")}
    if kind == "down" and cut_off:
        return f"{cut_off.pop()} is lost"  # it cannot report: dead, or the way to it is
    ill = "lossy" if kind == "light" else kind
    start, _, end = segment.partition(">")
    return f"between {start} and {end}: {ill}" if end else f"{start}'s side: {ill}"


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"truth {kind}")) for kind in KINDS]
)
@pytest.mark.parametrize("segment", [*NODES, *MIDDLES])
def test_one_fault_is_named_once_and_ends(
    lab: Lab, path: FastPath, segment: str, kind: str
) -> None:
    eventually("a quiet start", path.is_quiet, patience_s=120)
    before = path.last_event()
    expected = said_of(segment, kind)
    is_lost = expected.endswith("is lost")
    lab.fault(segment, *KINDS[kind])
    try:
        eventually(expected, lambda: path.told() == expected, patience_s=120)
        if not is_lost:
            eventually("a problem", lambda: bool(path.problems()), patience_s=60)
    finally:
        lab.heal()
    eventually("all clear", path.is_quiet, patience_s=120)
    raised = path.raised_since(before)
    place = expected.partition(": ")[0]
    assert len(raised) == (0 if is_lost else 1), raised
    assert all(place in name for name in raised)


def test_two_faults_are_both_told(lab: Lab, path: FastPath) -> None:
    eventually("a quiet start", path.is_quiet, patience_s=120)
    lab.fault("zabbix-sh>la", "--loss", "30%")
    lab.fault("zabbix-sh>proxy1", "--delay", "60ms")
    try:
        both = ("zabbix-sh>la (lossy)", "zabbix-sh>proxy1 (slow)")
        eventually("both", lambda: all(each in path.told() for each in both), patience_s=120)
        eventually(
            "one problem of several places",
            lambda: [name for name in path.problems() if "several places at once" in name] != [],
        )
    finally:
        lab.heal()
    eventually("all clear", path.is_quiet, patience_s=120)


@pytest.mark.parametrize("what", ["multipath.proxy1", "zabbix_proxy"])
def test_what_is_no_fault_of_the_network_raises_no_verdict(
    lab: Lab, sh_la: Path, path: FastPath, what: str
) -> None:
    eventually("a quiet start", path.is_quiet, patience_s=120)
    before = path.last_event()
    with hanging(lab, "proxy1", what):
        eventually("its edge unknown", lambda: states(path.client)[1] == "0", patience_s=60)
        eventually("and the verdict fine", lambda: path.told() == FINE)
    eventually("all known again", lambda: states(path.client) == "11111", patience_s=120)
    assert path.raised_since(before) == []
