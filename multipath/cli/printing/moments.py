"""Times as people and programs read them."""

from datetime import UTC, datetime


def local(at_s: float) -> str:
    """Return a Unix time in the zone of this machine, for people: ``2026-01-31 12:00:05``."""
    return f"{datetime.fromtimestamp(at_s).astimezone():%Y-%m-%d %H:%M:%S}"


def utc(at_s: float) -> str:
    """Return a Unix time in UTC, for programs: ``2026-01-31T12:00:05Z``."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"
