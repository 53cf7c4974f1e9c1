"""Durations and percentages as people write them: ``500ms``, ``2s``, ``5m``; ``5%``."""

import math
import re

from multipath.topology.wording import Refusal, described

_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
DURATION_PATTERN = rf"{_NUMBER} ?(?:ms|s|m|h|d)"
PERCENT_PATTERN = rf"{_NUMBER} ?%"

_DURATION = re.compile(rf"({_NUMBER}) ?(ms|s|m|h|d)")
_DURATION_PART = re.compile(rf"\s*({_NUMBER})\s*([A-Za-z]+)")
_UNIT_WORDS = {
    "ms": ("ms", "msec", "msecs", "millisecond", "milliseconds"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
}
_UNIT_OF_WORD = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}


def parse_duration(value: object) -> float:
    """Return a duration in seconds.

    Raises:
        ValueError: it is no text of a number with a unit of ms, s, m, h, d.
    """
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match:
        return round(float(match[1]) * _UNIT_S[match[2]], 9)
    if not isinstance(value, bool) and re.fullmatch(_NUMBER, str(value)):
        raise Refusal(f"{value} has no unit", f"write {value}s or {value}ms")
    meant = _duration_meant(value) if isinstance(value, str) else None
    raise Refusal(
        f"{described(value)} is no duration",
        f"write {meant}" if meant else "write a number with a unit: 500ms, 2s, 5m, 1h",
    )


def format_duration(seconds: float) -> str:
    """Return a duration with the largest unit that divides it: 90 → ``90s``, 120 → ``2m``."""
    for unit, size_s in reversed(_UNIT_S.items()):
        count = seconds / size_s
        if count >= 1 and math.isclose(count, round(count), rel_tol=1e-9):
            return f"{round(count)}{unit}"
    return f"{seconds * 1000:g}ms"


def parse_percent(value: object) -> float:
    """Return a percentage, 0 to 100.

    Raises:
        ValueError: it is no text of a number with a per cent sign, or outside 0 to 100.
    """
    if isinstance(value, str) and re.fullmatch(PERCENT_PATTERN, value):
        percent = float(value.rstrip(" %"))
        if percent <= 100:  # noqa: PLR2004 - the end of the scale
            return percent
        raise Refusal(f"{value} is more than 100%", "write a percentage from 0% to 100%")
    if not isinstance(value, bool) and re.fullmatch(_NUMBER, str(value)):
        number = float(str(value))
        meant = number * 100 if 0 < number < 1 else number
        raise Refusal(f"{value} has no per cent sign", f"write {format_percent(meant)}")
    raise Refusal(f"{described(value)} is no percentage", "write a number with a per cent sign: 5%")


def format_percent(percent: float) -> str:
    """Return a percentage as people write it: 5.0 → ``5%``."""
    return f"{percent:g}%"


def _duration_meant(text: str) -> str | None:
    """Return ``10 seconds`` or ``1h30m`` as it should be written, or None if it says nothing."""
    parts = _DURATION_PART.findall(text)
    units = [_UNIT_OF_WORD.get(word.lower()) for _, word in parts]
    if not parts or None in units or _DURATION_PART.sub("", text).strip():
        return None
    return format_duration(
        sum(
            float(number) * _UNIT_S[unit]
            for (number, _), unit in zip(parts, units, strict=True)
            if unit
        )
    )
