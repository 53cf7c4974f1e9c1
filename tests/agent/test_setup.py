"""What would be done to a host, from how it is."""

import tomllib
from dataclasses import replace

import pytest

from multipath.agent.host.setup import (
    MakeState,
    Present,
    Remove,
    Run,
    Write,
    format_config,
    plan_install,
    plan_uninstall,
)
from multipath.agent.host.unit import ARCHIVE, CONFIG, LOGS, STATE, UNIT, unit

BARE = Present(
    has_systemd=True,
    has_user=False,
    has_state=False,
    has_logs=False,
    files={},
    is_enabled=False,
    is_active=False,
)
INSTALLED = Present(
    has_systemd=True,
    has_user=True,
    has_state=True,
    has_logs=True,
    files={ARCHIVE: b"a", CONFIG: b"c", UNIT: b"u"},
    is_enabled=True,
    is_active=True,
)


def install(now: Present, archive: bytes = b"a", config: bytes | None = None) -> list[str]:
    return [str(step) for step in plan_install(now, archive, b"u", config)]


def test_a_bare_host_gets_all_of_it_in_an_order_that_works() -> None:
    assert install(BARE, config=b"c") == [
        "make the system user multipath-agent",
        f"write {ARCHIVE}",
        f"write {CONFIG}",
        f"write {UNIT}",
        "tell systemd of it",
        "let it start at boot",
        "start multipath-agent.service",
    ]


def test_where_all_is_as_wanted_nothing_is_done() -> None:
    assert install(INSTALLED) == []
    assert install(INSTALLED, config=b"c") == []


def test_a_new_version_replaces_its_file_and_restarts() -> None:
    steps = plan_install(INSTALLED, b"newer", b"u", None)
    assert steps == (
        Write(ARCHIVE, b"newer", 0o755, "root", is_new=False),
        Run("restart multipath-agent.service", ("systemctl", "restart", "multipath-agent.service")),
    )
    assert str(steps[0]) == f"replace {ARCHIVE}"


def test_what_was_stopped_is_started() -> None:
    assert install(replace(INSTALLED, is_active=False)) == ["start multipath-agent.service"]


def test_without_systemd_it_makes_the_state_folder_and_starts_nothing() -> None:
    steps = plan_install(replace(BARE, has_systemd=False), b"a", b"u", b"c")
    assert [type(step) for step in steps] == [Run, Write, Write, MakeState]
    assert UNIT not in {step.path for step in steps if isinstance(step, Write)}


def test_no_one_else_may_read_the_settings() -> None:
    (config,) = (
        step
        for step in plan_install(BARE, b"a", b"u", b"c")
        if isinstance(step, Write) and step.path == CONFIG
    )
    assert (config.mode, config.group) == (0o640, "multipath-agent")


@pytest.mark.parametrize("purge", [False, True])
def test_uninstalling_keeps_what_is_the_operators_unless_told(purge: bool) -> None:
    steps = plan_uninstall(INSTALLED, purge)
    removed = {step.path for step in steps if isinstance(step, Remove)}
    assert removed == {UNIT, ARCHIVE} | ({CONFIG, STATE, LOGS} if purge else set())
    assert ("userdel", "multipath-agent") in {
        step.command for step in steps if isinstance(step, Run)
    } or not purge
    assert str(steps[0]) == "stop multipath-agent.service, for good"


def test_where_nothing_is_nothing_is_uninstalled() -> None:
    assert plan_uninstall(BARE, purge=True) == ()


def test_settings_are_written_as_they_are_read() -> None:
    given = {"server": "[2001:db8::1]:1", "hostname": 'a "b" \\ 长'}
    assert tomllib.loads(format_config(given).decode()) == given


def test_the_unit_runs_what_is_installed() -> None:
    text = unit("/usr/bin/python3").decode()
    assert f"ExecStart=/usr/bin/python3 -I {ARCHIVE} run --config {CONFIG}\n" in text
    assert "{" not in text
