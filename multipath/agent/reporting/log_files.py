"""Files of lines in a folder, one for each edge, rotated and bounded by size and age."""

import errno
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

SUFFIX = ".packets.log"
_PART_MIN_BYTES, _PART_MAX_BYTES = 64 * 1024, 8 * 1024 * 1024
_PARTS = 16
_AGES = 7
_PRUNE_S = 60.0
_STAMP_BYTES = len("2026-11-24T03:04:40.123Z")


class LogFiles:
    """Appends to files. No method may be called by two threads at once.

    Args:
        size_bytes: how much all may take up together; a sixteenth more between two looks.
        age_s: a file that was last written to so long ago is deleted.
    """

    def __init__(self, folder: Path, size_bytes: int, age_s: float) -> None:
        self._folder = folder
        self._size_bytes = size_bytes
        self._age_s = age_s
        self._part_bytes = min(max(size_bytes // _PARTS, _PART_MIN_BYTES), _PART_MAX_BYTES)
        self._begun: dict[Path, datetime] = {}
        self._written = 0
        self._prune_s = 0.0

    def append(self, edge: tuple[str, ...], data: bytes) -> None:
        """Append whole lines to an edge's file.

        Raises:
            OSError: they could not be written; none of them was.
        """
        if self._written >= self._size_bytes // _PARTS or time.monotonic() >= self._prune_s:
            self.prune()
        stem = ",".join(quote(name, safe="") for name in edge)
        path = self._folder / f"{stem}{SUFFIX}"
        self._rotate(path, stem)
        with path.open("ab", buffering=0) as file:
            place = file.tell()
            if file.write(data) != len(data):
                file.truncate(place)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._written += len(data)

    def prune(self) -> None:
        """Delete files that are too old, and the oldest where all are too large.

        Raises:
            OSError: the folder cannot be made or read.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._written, self._prune_s = 0, time.monotonic() + _PRUNE_S
        files = []
        for path in self._folder.glob(f"*,*,*{SUFFIX}"):
            state = path.stat()
            files.append((state.st_mtime, state.st_size, path))
        total = sum(size for _, size, _ in files)
        for written_s, size, path in sorted(files):
            if total <= self._size_bytes and time.time() - written_s <= self._age_s:
                break
            path.unlink(missing_ok=True)
            self._begun.pop(path, None)
            total -= size

    def _rotate(self, path: Path, stem: str) -> None:
        """Set a file aside that is large or old enough, by the time of its first line."""
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            self._begun.pop(path, None)
            return
        begun = self._begun.get(path) or self._begun.setdefault(path, _first_time(path))
        age_s = (datetime.now(UTC) - begun).total_seconds()
        if size >= self._part_bytes or age_s >= self._age_s / _AGES:
            when = f"{begun:%Y%m%dT%H%M%S}{begun.microsecond // 1000:03d}Z"
            path.rename(self._folder / f"{stem}.{when}{SUFFIX}")
            del self._begun[path]


def _first_time(path: Path) -> datetime:
    with path.open("rb") as file:
        text = file.read(_STAMP_BYTES).decode("ascii", "replace")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return datetime.now(UTC)
