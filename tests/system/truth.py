"""What the tests of faults share: the places and kinds of faults, and what Zabbix says of them.

Cycles are of one second instead of ten, so that many faults take minutes.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multipath import names
from multipath.diagnosis.rules import HEALTHS
from multipath.topology.edges import pairs
from multipath.zabbix.client import Client

NODES = ("zabbix-sh", "la", "proxy1", "proxy2")
MIDDLES = tuple(names.edge_name(a, b) for a, b, _ in pairs("zabbix-sh", "la", ("proxy1", "proxy2")))
KINDS = {
    "down": ("--down",),
    "lossy": ("--loss", "30%"),
    "light": ("--loss", "5%"),
    "slow": ("--delay", "60ms"),
}
FINE = "nothing is ill"
WELL = "11111"
FASTER = {
    "cycle: 10s": "cycle: 1s\n  confirm_port: 443",
    "timeout: 2s": "timeout: 500ms",
    "window: 1m": "window: 10s",
    "silent: 1m": "silent: 10s",
}


@dataclass(frozen=True)
class FastPath:
    """The path under test, with cycles of a second."""

    client: Client
    file: Path
    name: str = "copy"

    def told(self) -> str:
        """Return the verdict in words."""
        return self._last("told")

    def explanations(self) -> list[set[str]]:
        """Return the sets of places that tie as the best explanations."""
        said: dict[str, Any] = json.loads(self._last("json"))
        all_of = said["explanations"]
        return [
            {segment for segment, _ in each["suspects"]}
            for each in all_of
            if each["misfits"] == all_of[0]["misfits"]
        ]

    def states(self) -> str:
        """Return the health of the five edges as digits."""
        number = int(self._last("states") or 0)
        return "".join(str(number // HEALTHS**place % HEALTHS) for place in range(5))

    def problems(self, scope: str = names.SCOPE_VERDICT) -> list[str]:
        """Return the names of the open problems of a scope."""
        tags = [{"tag": names.TAG_SCOPE, "value": scope, "operator": "1"}]
        found = self.client.get("problem", output=["name"], tags=tags)
        return sorted(each["name"] for each in found)

    def raised_since(self, moment_s: float, scope: str = names.SCOPE_VERDICT) -> list[str]:
        """Return the names of a scope's problems raised after a moment in Unix time."""
        tags = [{"tag": names.TAG_SCOPE, "value": scope, "operator": "1"}]
        found = self.client.get(
            "event", output=["name"], source=0, value=1, time_from=int(moment_s), tags=tags
        )
        return sorted(each["name"] for each in found)

    def is_quiet(self) -> bool:
        """Tell whether nothing is ill, and no verdict's problem is open."""
        return self.told() == FINE and not self.problems()

    def is_well(self) -> bool:
        """Tell whether besides all edges are known."""
        return self.is_quiet() and self.states() == WELL

    def _last(self, part: str) -> str:
        key = names.verdict_key(self.name, part)
        (row,) = self.client.get("item", output=["lastvalue"], filter={"key_": key})
        return str(row["lastvalue"])


def said_of(segment: str, kind: str) -> str:
    """Return the words of the right verdict."""
    cut_off = {"proxy1", "proxy2"} & {segment, segment.removeprefix("zabbix-sh>")}
    if kind == "down" and cut_off:
        return f"{cut_off.pop()} is lost"  # it cannot report: dead, or the way to it is
    ill = "lossy" if kind == "light" else kind
    start, _, end = segment.partition(">")
    return f"between {start} and {end}: {ill}" if end else f"{start}'s side: {ill}"


def is_meanwhile(problem: str, segment: str) -> bool:
    """Tell whether a problem may come before that of a place, while few of its edges show it."""
    partly = {
        f"between {a} and {b}: " for a, b in (s.split(">") for s in MIDDLES) if segment in (a, b)
    }
    return "undecided" in problem or any(words in problem for words in partly)


def hold_sides(client: Client, hold: str) -> None:
    """Let the problems of places that paths share begin and end after another time than 20 s."""
    for row in client.get(
        "usermacro", output=["hostmacroid"], filter={"macro": "{$MULTIPATH.SIDE.HOLD}"}
    ):
        client.call("usermacro.update", {"hostmacroid": row["hostmacroid"], "value": hold})
