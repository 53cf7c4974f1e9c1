"""What an agent last said of itself: a small file beside its spool, read by ``agent status``.

The file is held locked while the agent lives, so a reader knows whether it does, however it
ended. It is one block that is written over in place: that also works on a full disk.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multipath.errors import AgentError

BLOCK_BYTES = 8192
_TRIES = 3
_NUMBER_MAX = 1e11

Facts = Mapping[str, Any]
"""What the agent says; ``log`` is its last lines, oldest first."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of an agent, and whether it lives."""

    lives: bool
    facts: Facts


class StatusFile:
    """The file of an agent that lives.

    Raises:
        OSError: here and in ``write``: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise

    def write(self, facts: Facts) -> None:
        """Replace what was said before."""
        os.pwrite(self._descriptor, fit(facts), 0)

    def close(self) -> None:
        """Live no more."""
        os.close(self._descriptor)


def fit(facts: Facts) -> bytes:
    """Return facts as one block; where the log is too long for it, its oldest lines are left out.

    Pure.
    """
    log = list(facts["log"])
    while True:
        text = json.dumps({**facts, "log": log}, ensure_ascii=False)
        block = text.encode(errors="replace").ljust(BLOCK_BYTES)
        if len(block) == BLOCK_BYTES or not log:
            return block[:BLOCK_BYTES]
        del log[0]


def read_status(path: Path) -> Status | None:
    """Return what the agent of this file last said; None when there never was one.

    Raises:
        AgentError: the file cannot be read, or is no such file.
    """
    try:
        with path.open("rb") as file:
            lives = _is_locked(file.fileno())
            for _ in range(_TRIES):  # it may be written while we read
                file.seek(0)
                facts = _parse(file.read(BLOCK_BYTES))
                if facts is not None:
                    return Status(lives, facts)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AgentError(f"cannot read {path}: {error.strerror}; are you root?") from error
    raise AgentError(f"{path} is no status of an agent")


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _parse(block: bytes) -> Facts | None:
    try:
        facts = json.loads(block)
    except (ValueError, RecursionError):
        return None
    return facts if _has_shape(facts, _SHAPE) else None


def _has_shape(value: object, shape: object) -> bool:
    """Return whether a value is as a shape says: like ``_SHAPE``, with checks at its leaves."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            name in value and _has_shape(value[name], each) for name, each in shape.items()
        )
    if isinstance(shape, list):
        return isinstance(value, list) and all(_has_shape(each, shape[0]) for each in value)
    assert callable(shape)  # noqa: S101 - it is of this module
    return bool(shape(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= _NUMBER_MAX


def _is_number_or_none(value: object) -> bool:
    return value is None or _is_number(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value == value.encode(errors="replace").decode()


_SHAPE = {
    "version": _is_text,
    "hostname": _is_text,
    "server": _is_text,
    "pid": _is_number,
    "started_s": _is_number,
    "said_s": _is_number,
    "ended_s": _is_number_or_none,
    "edges": _is_number,
    "spool": {
        "depth": _is_number,
        "oldest_clock_s": _is_number_or_none,
        "dropped": _is_number,
        "error": _is_text,
    },
    "log": [_is_text],
}
