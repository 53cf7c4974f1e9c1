"""A deploy that is interrupted, wherever: it is told how far it came, and the next one finishes."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from multipath.cli.deploying import carry_out as aloud
from multipath.cli.deploying.planning import Planned, make_destruction, make_plan
from multipath.errors import ZabbixUnreachableError
from multipath.topology.loader import load
from multipath.zabbix.client import Client, Params
from multipath.zabbix.writer import InterruptedPlanError
from tests.conftest import ON_BOTH_VERSIONS, Lab, run_multipath
from tests.system.small import TOPOLOGY, carry_out
from tests.system.steps import counts, eventually, multipath
from tests.system.terminal import Terminal

pytestmark = pytest.mark.lab


class BreakingClient(Client):
    """A client whose connection breaks at a write: after it was done, or else before the next."""

    answer_is_lost = False
    writes = 0

    def call(self, method: str, params: Params) -> Any:
        if method.endswith((".get", ".logout")):
            return super().call(method, params)
        self.writes += 1
        if self.writes == 1:
            answer = super().call(method, params)
            if not self.answer_is_lost:
                return answer
        raise ZabbixUnreachableError("the connection broke")


def finish_call_by_call(client: BreakingClient, make: Callable[[], Planned]) -> int:
    """Interrupt each plan at its first write, or the second; return how many plans that took.

    Each must be what was left of the one before.
    """
    planned = make()
    for turn in range(100):
        left = [(action, changes) for action, _, changes in planned.plan.batches()][1:]
        client.writes, client.answer_is_lost = 0, turn % 2 == 0
        if left or client.answer_is_lost:
            with pytest.raises(InterruptedPlanError, match="the connection broke"):
                carry_out(client, planned)
        else:
            carry_out(client, planned)
        planned = make()
        assert [
            (action, [each.ref for each in changes])
            for action, _, changes in planned.plan.batches()
        ] == [(action, [each.ref for each in changes]) for action, changes in left]
        if not left:
            return turn + 1
    raise AssertionError("it does not end")


@ON_BOTH_VERSIONS
def test_interrupted_at_any_call_the_next_deploy_goes_on_from_there(
    lab: Lab, tmp_path: Path
) -> None:
    file = tmp_path / "drift.yaml"
    file.write_text(TOPOLOGY, encoding="utf-8")
    topologies = load([file])
    with BreakingClient(lab.profile, writable=True) as client:
        before = counts(client)
        assert finish_call_by_call(client, lambda: make_plan(client, topologies, adopt=False)) > 10
        assert finish_call_by_call(client, lambda: make_destruction(client, topologies)) > 3
        assert counts(client) == before


@ON_BOTH_VERSIONS
def test_after_ctrl_c_it_is_told_how_far_it_came_and_the_next_deploy_finishes(
    lab: Lab, client: Client, tmp_path: Path
) -> None:
    """The call that is cut off may still be carried out by Zabbix, also during the next deploy."""
    before = counts(client)
    files = []
    for place in range(12):  # enough to take a second or two
        files.append(str(tmp_path / f"{place}.yaml"))
        text = TOPOLOGY.replace("name: drift", f"name: drift-{place}")
        Path(files[-1]).write_text(text, encoding="utf-8")
    where = ("--profile", lab.profile_name)
    with Terminal("deploy", *files, *where, "--yes", height=60) as terminal:
        terminal.shows(lambda lines: any(line.startswith("create") for line in lines))
        terminal.press(b"\x03")
        assert terminal.ends() == 1
        screen = terminal.shows(
            lambda lines: any("Deploy again to finish" in each for each in lines)
        )
    assert any("error: interrupted" in line for line in screen)
    told = [line.strip().split(":")[0] for line in screen if " × " in line]
    assert [word for word, _ in groupby(told)] in (
        ["done", "failed", "not tried"],
        ["done", "not tried"],  # pressed between two calls
    )
    deployed = ("deploy", *files, *where, "--yes")
    eventually("the work is finished", lambda: run_multipath(*deployed).returncode == 0)
    multipath("plan", *files, *where, "--exit-code")
    multipath("destroy", *files, *where, "--yes")
    assert counts(client) == before


def test_interrupted_while_it_is_read_back_it_tells_that_all_is_made(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "drift.yaml"
    file.write_text(TOPOLOGY, encoding="utf-8")
    where = ("--profile", lab.profile_name)
    monkeypatch.setattr(aloud, "read", pressed)
    with Client(lab.profile, writable=True) as client:
        planned = make_plan(client, load([file]), adopt=False)
        with pytest.raises(InterruptedPlanError, match=rf"all {len(planned.plan.changes)} changes"):
            aloud.carry_out(client, planned, yes=True, verbose=False)
    multipath("plan", file, *where, "--exit-code")
    multipath("destroy", file, *where, "--yes")
