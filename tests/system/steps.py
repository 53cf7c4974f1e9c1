"""What the tests of the whole do again and again."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from multipath.zabbix.client import Client
from tests.conftest import Lab, run_multipath

EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"
COUNTED = (
    "hostgroup",
    "host",
    "usermacro",
    "valuemap",
    "item",
    "trigger",
    "graph",
    "map",
    "service",
    "sla",
    "dashboard",
)


def multipath(*words: str | Path) -> str:
    """Run ``multipath``, which must end well, and return what it prints."""
    done = run_multipath(*map(str, words), timeout_s=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(*words: str | Path) -> str:
    """Run ``multipath``, which must end with exit code 1 and no traceback; return its stderr."""
    done = run_multipath(*map(str, words))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def copy_of(example: Path, folder: Path, **words: str) -> Path:
    """Return a copy of a topology under another name, with some words of it replaced."""
    text = replaced(example.read_text(encoding="utf-8"), {"name: sh-la": "name: copy"} | words)
    file = folder / "copy.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def replaced(text: str, words: Mapping[str, str]) -> str:
    """Return a text with some of its words replaced, each of which it must have."""
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    return text


def measured(lab: Lab, topology: Path) -> Path:
    """Deploy a topology, let agents run, and return it when all its edges have data."""
    multipath("deploy", topology, "--profile", lab.profile_name, "--yes")
    multipath("lab", "agents", topology, "--name", lab.name)
    multipath("status", topology, "--profile", lab.profile_name, "--wait", "120s")
    return topology


def status(lab: Lab, topology: Path) -> dict[int, dict[str, Any]]:
    printed = multipath("status", topology, "--profile", lab.profile_name, "--json")
    return {edge["number"]: edge for edge in json.loads(printed)}


def eventually(what: str, holds: Callable[[], bool], patience_s: float = 90.0) -> None:
    deadline_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {patience_s:g} s: {what}"
        time.sleep(1.0)


def counts(client: Client) -> dict[str, int]:
    return {kind: int(client.get(kind, countOutput=True)) for kind in COUNTED}


def writes(client: Client) -> int:
    """Return how many writes Zabbix itself has logged; actions 4 and 8 are logging in and out."""
    logged = client.get("auditlog", output=["action"])
    return sum(entry["action"] not in {"4", "8"} for entry in logged)
