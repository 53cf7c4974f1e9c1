"""The options that say which time: ``--since 7d --until 2026-01-31T12:00``."""

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from multipath.topology.units import parse_duration


@dataclass(frozen=True, slots=True)
class Period:
    """Unix times: from ``since_s`` until before ``until_s``."""

    since_s: int
    until_s: int


class _Moment(click.ParamType[float]):
    """A time, or how long ago it was; the command gets Unix time."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            pass
        try:
            return time.time() - parse_duration(value)
        except ValueError:
            self.fail(
                f"{value!r} is no time; write how long ago it was (7d, 24h) or when it was "
                "(2026-01-31, 2026-01-31T12:00, 2026-01-31T12:00+08:00)",
                param,
                ctx,
            )


MOMENT = _Moment()
"""A time; the command gets Unix time."""


def checked(since_s: float, until_s: float) -> Period:
    """Return the period between two Unix times, which must be in order."""
    period = Period(int(since_s), int(until_s))
    if period.since_s >= period.until_s:
        raise click.UsageError("--since is not before --until")
    return period


def period_options(default_since: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command ``--since`` and ``--until``; it gets the resulting ``period: Period``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @click.option(
            "--since",
            type=MOMENT,
            default=default_since,
            show_default=True,
            help="From when: how long ago (7d, 24h), or a time (2026-01-31T12:00).",
        )
        @click.option("--until", type=MOMENT, default="0s", help="Until when; now by default.")
        @functools.wraps(command)
        def with_period(*args: Any, since: float, until: float, **others: Any) -> None:
            command(*args, period=checked(since, until), **others)

        return with_period

    return decorate
