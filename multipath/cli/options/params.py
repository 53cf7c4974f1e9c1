"""Option types: values as people write them, ``80ms`` and ``30%``."""

from collections.abc import Callable
from typing import Any

import click

from multipath.topology.units import parse_duration, parse_percent


class _Parsed(click.ParamType[float]):
    """A number with a unit."""

    def __init__(self, name: str, parse: Callable[[object], float]) -> None:
        self.name = name
        self._parse = parse

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            return value if isinstance(value, float) else self._parse(value)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)


DURATION = _Parsed("duration", parse_duration)
"""A duration; the command gets seconds."""

PERCENT = _Parsed("percent", parse_percent)
"""A percentage; the command gets 0 to 100."""
