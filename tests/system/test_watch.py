"""``multipath watch`` in a real terminal, on a real Zabbix."""

import signal
import time
from collections.abc import Iterator

import pytest

from multipath import names
from multipath.diagnosis.compiled import encode
from multipath.diagnosis.state import Health
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system import past, story
from tests.system.steps import EXAMPLE, multipath, refused
from tests.system.terminal import Terminal

pytestmark = pytest.mark.lab

VERDICT = "● la's side: all three vantages lose packets to la, and nothing else is ill"


@pytest.fixture(scope="module")
def watched(bare: Lab, admin: Client) -> Iterator[list[str]]:
    """Return the words that watch a path whose target is lossy, for the next five minutes."""
    multipath("deploy", EXAMPLE, "--profile", bare.profile_name, "--yes")
    story.make_missing(admin)
    now_s = int(time.time())
    past.write(bare.name, admin, _rows(now_s - 600, now_s + 300))
    yield ["watch", str(EXAMPLE), "--profile", bare.profile_name]
    multipath("destroy", EXAMPLE, "--profile", bare.profile_name, "--yes")


def _rows(begin_s: int, end_s: int) -> Iterator[tuple[past.Key, int, int, float | str]]:
    name = story.TOPOLOGY.name
    host = names.path_host(name)
    (states,) = encode([Health(int(digit)) for digit in "44411"])
    for second in range(begin_s, end_s, 10):
        yield (host, names.verdict_key(name, "states")), second, 0, states
        yield (host, names.route_key(name, names.BEST_ROUTE, "number")), second, 0, story.ADVISED
        for edge in story.EDGES:
            loss = 30.0 if edge.to_name == "la" else 0.0
            yield past.metric(edge, "loss"), second, 0, loss
            yield past.metric(edge, "rtt.p50"), second, 0, story.USUAL_S[edge.number]


def test_a_small_terminal_shows_all_without_a_flicker(watched: list[str]) -> None:
    with Terminal(*watched) as terminal:
        lines = terminal.shows(lambda lines: any(VERDICT in line for line in lines))
        assert lines[0].startswith("sh-la  Shanghai office to Los Angeles")
        assert lines[2].startswith("zabbix-sh ─")
        assert "①  182.0 ms  30.0 % ▁▁▁▁" in lines[2]
        (first,) = [line for line in lines if "─ proxy1 ─" in line]
        assert "④   34.0 ms   0.0 % ▁▁▁▁" in first
        assert "②  152.0 ms  30.0 % ▁▁▁▁" in first
        assert lines[-1].strip() == "q ends"
        clock = lines[0].split()[-1]
        terminal.shows(lambda lines: lines[0].split()[-1] > clock)
        assert terminal.cleared == 0
        terminal.press(b"q")
        assert terminal.ends() == 0
        assert terminal.own_screen_is_back


def test_a_window_that_changes_is_filled_anew(watched: list[str]) -> None:
    with Terminal(*watched) as terminal:
        terminal.shows(lambda lines: any(VERDICT in line for line in lines))
        terminal.resize(120, 40)
        lines = terminal.shows(
            lambda lines: lines[2].rstrip().endswith("─ la") and len(lines[2].rstrip()) == 120
        )
        assert lines[39].strip() == "q ends"
        terminal.press(b"Q")
        assert terminal.ends() == 0


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM"])
def test_it_gives_the_terminal_back_however_it_ends(watched: list[str], how: str) -> None:
    with Terminal(*watched) as terminal:
        terminal.shows(lambda lines: any(VERDICT in line for line in lines))
        if how == "Ctrl-C":
            terminal.press(b"\x03")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends() == 0
        assert terminal.own_screen_is_back
        assert b"Traceback" not in terminal.printed


def test_what_is_not_deployed_is_said_on_the_own_screen(watched: list[str]) -> None:
    other = EXAMPLE.with_name("minimal.yaml")
    with Terminal("watch", str(other), *watched[2:]) as terminal:
        assert terminal.ends() == 1
        assert b"error: Zabbix has no verdict of minimal: deploy it (again)" in terminal.printed
        assert b"\x1b[?1049h" not in terminal.printed


def test_without_a_terminal_it_names_what_to_use(watched: list[str]) -> None:
    assert "for programs there is diagnose --json" in refused(*watched)
