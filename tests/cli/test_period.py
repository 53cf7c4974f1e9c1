"""Which time: how long ago, or when."""

import time
from datetime import UTC, datetime

import click
import pytest
from click.testing import CliRunner, Result

from multipath.cli.options.period import Period, period_options


def asked(*words: str) -> tuple[Result, list[Period]]:
    got: list[Period] = []

    @click.command()
    @period_options("24h")
    def command(period: Period) -> None:
        got.append(period)

    return CliRunner().invoke(command, list(words)), got


@pytest.mark.parametrize(
    ("words", "ago_s"),
    [
        ([], (86400, 0)),
        (["--since", "7d"], (7 * 86400, 0)),
        (["--since", "90m", "--until", "30m"], (5400, 1800)),
    ],
)
def test_how_long_ago(words: list[str], ago_s: tuple[int, int]) -> None:
    result, (period,) = asked(*words)
    assert result.exit_code == 0
    now = time.time()
    assert now - period.since_s == pytest.approx(ago_s[0], abs=30)
    assert now - period.until_s == pytest.approx(ago_s[1], abs=30)


def test_when_it_was() -> None:
    _, (period,) = asked("--since", "2026-01-31T12:00+08:00", "--until", "2026-01-31T05:00:00.5Z")
    noon = datetime(2026, 1, 31, 4, tzinfo=UTC).timestamp()
    assert period == Period(int(noon), int(noon) + 3600)


def test_a_time_without_a_zone_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        _, (period,) = asked("--since", "2026-01-31", "--until", "2026-01-31T12:00")
    finally:
        monkeypatch.undo()
        time.tzset()
    midnight = datetime(2026, 1, 30, 16, tzinfo=UTC).timestamp()
    assert period == Period(int(midnight), int(midnight) + 12 * 3600)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--since", "yesterday"], "'yesterday' is no time; write how long ago it was (7d, 24h)"),
        (["--since", "7"], "'7' is no time"),
        (["--since", "2026-02-30"], "'2026-02-30' is no time"),
        (["--since", "1h", "--until", "2h"], "--since is not before --until"),
        (["--since", "0s"], "--since is not before --until"),
        (["--until", ""], "'' is no time"),
    ],
)
def test_what_is_no_time_is_refused(words: list[str], message: str) -> None:
    result, got = asked(*words)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert got == []
