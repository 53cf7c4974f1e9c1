"""Figures as people read them. Pure."""

import math


def ms(seconds: float | None) -> str:
    """Return a time in milliseconds; a dash for none."""
    return "–" if seconds is None else f"{seconds * 1000:.1f} ms"


def percent(share: float | None) -> str:
    """Return a percentage; what is not quite 0 or 100 does not look like it."""
    if share is None:
        return "–"
    near = min(share, 100 - share)
    digits = 1 if near == 0 or near >= 0.05 else min(4, math.ceil(-math.log10(near)))  # noqa: PLR2004 - what one digit shows
    return f"{share:.{digits}f} %"


def length(seconds: float) -> str:
    """Return a length of time in its two largest units: ``1 h 5 min``."""
    whole = round(seconds)
    units = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
    parts = []
    for unit, size_s in units:
        number, whole = divmod(whole, size_s)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2]) or "0 s"
