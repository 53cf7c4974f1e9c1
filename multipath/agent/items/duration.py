"""Durations in item keys, item intervals and settings: ``500ms``, ``2s``, ``1m``, ``30``. Pure."""

import re

from multipath.errors import AgentError

_UNIT_S = {"ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|[smhdw]?)")


def parse_duration_s(text: str) -> float:
    """Return a duration in seconds; a bare number is seconds, as Zabbix has it.

    Raises:
        AgentError: it is no number with a unit of ms, s, m, h, d, w.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise AgentError(f"{text[:40]!r} is no duration; write 500ms, 2s, 1m or 1h")
    return float(match[1]) * _UNIT_S[match[2]]
