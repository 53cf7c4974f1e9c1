"""``diagnose`` and ``watch`` while a real fault lies on the emulated WAN, and once it is gone."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Lab
from tests.system.steps import EXAMPLE, eventually, multipath, refused
from tests.system.terminal import Terminal

pytestmark = pytest.mark.lab

VERDICT = "● la's side"
PATIENCE_S = 240.0


@pytest.fixture(scope="module")
def faulty(lab: Lab, sh_la: Path) -> Iterator[list[str]]:
    """Break the target's side until its verdict is there; return what connects to its Zabbix."""
    options = [str(sh_la), "--profile", lab.profile_name]
    eventually("fine", lambda: _now(options)["outcome"] == "fine", PATIENCE_S)
    lab.fault("la", "--loss", "40%")
    try:
        eventually("la's side", lambda: _is_la(_now(options)), PATIENCE_S)
        yield options
    finally:
        lab.heal()
    eventually("fine again", lambda: _now(options)["outcome"] == "fine", PATIENCE_S)


def _now(options: list[str]) -> dict[str, Any]:
    (found,) = json.loads(multipath("diagnose", *options, "--json"))
    assert isinstance(found, dict)
    return found


def _is_la(found: dict[str, Any]) -> bool:
    return [list(each["places"]) for each in found["explanations"]] == [["la"]]


def _shows_it(lines: list[str]) -> bool:
    return any(line.startswith(VERDICT) for line in lines)


def test_the_fault_is_told_with_what_it_carries(faulty: list[str]) -> None:
    def told() -> bool:
        found = _now(faulty)
        carried = {each["place"]: each["loss_ratio"] for each in found["carried"]}
        return _is_la(found) and 0.2 < carried.get("la", 0) < 0.6

    eventually("about 40 % loss carried by la's side", told, PATIENCE_S)
    found = _now(faulty)
    assert found["health"] == "lossy"
    assert found["besides"] == []
    assert {edge["number"] for edge in found["edges"] if edge["health"] == "lossy"} <= {1, 2, 3}


def test_a_small_terminal_shows_all_without_a_flicker(faulty: list[str]) -> None:
    with Terminal("watch", *faulty) as terminal:
        lines = terminal.shows(_shows_it)
        assert lines[0].startswith("sh-la  Shanghai office to Los Angeles")
        assert lines[2].startswith("zabbix-sh ─")
        assert re.search(r"① +18\d\.\d ms +\d+\.\d % [▁-█×·]{4}", lines[2])
        (first,) = [line for line in lines if "─ proxy1 ─" in line]
        assert re.search(r"④ +3\d\.\d ms +0\.0 % [▁-█·]{4}", first)
        assert re.search(r"② +15\d\.\d ms +\d+\.\d % [▁-█×·]{4}", first)
        assert lines[-1].strip() == "q ends"
        terminal.shows(lambda lines: any("advised" in line for line in lines))
        clock = lines[0].split()[-1]
        terminal.shows(lambda lines: lines[0].split()[-1] > clock)
        assert terminal.cleared == 0
        terminal.press(b"q")
        assert terminal.ends() == 0
        assert terminal.own_screen_is_back


def test_a_window_that_changes_is_filled_anew(faulty: list[str]) -> None:
    with Terminal("watch", *faulty) as terminal:
        terminal.shows(_shows_it)
        terminal.resize(120, 40)
        terminal.shows(
            lambda lines: (
                lines[2].rstrip().endswith("─ la")
                and len(lines[2].rstrip()) == 120
                and lines[39].strip() == "q ends"
            )
        )
        terminal.press(b"Q")
        assert terminal.ends() == 0


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM"])
def test_it_gives_the_terminal_back_however_it_ends(faulty: list[str], how: str) -> None:
    with Terminal("watch", *faulty) as terminal:
        terminal.shows(_shows_it)
        if how == "Ctrl-C":
            terminal.press(b"\x03")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends() == 0
        assert terminal.own_screen_is_back
        assert b"Traceback" not in terminal.printed


def test_what_is_not_deployed_is_said_on_the_own_screen(faulty: list[str]) -> None:
    other = EXAMPLE.with_name("minimal.yaml")
    with Terminal("watch", str(other), *faulty[1:]) as terminal:
        assert terminal.ends() == 1
        assert b"error: Zabbix has no verdict of minimal: deploy it (again)" in terminal.printed
        assert b"\x1b[?1049h" not in terminal.printed


def test_without_a_terminal_it_names_what_to_use(faulty: list[str]) -> None:
    assert "for programs there is diagnose --json" in refused("watch", *faulty)


def test_once_healed_it_is_an_incident_that_ended(lab: Lab, faulty: list[str]) -> None:
    """Stands last, as it heals the fault."""
    lab.heal()
    eventually("fine again", lambda: _now(faulty)["outcome"] == "fine", PATIENCE_S)

    def ended() -> bool:
        (found,) = json.loads(multipath("diagnose", *faulty, "--since", "1h", "--json"))
        return any(each["ended"] and _is_la(each) for each in found["incidents"])

    eventually("an incident of la's side that ended", ended, PATIENCE_S)
