"""Writes a command's result to a file, whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from multipath.errors import ConfigError


@contextmanager
def writing(path: Path | None) -> Iterator[TextIO]:
    """Yield a stream: that of a file, which appears when all is written, or standard output.

    Raises:
        ConfigError: the file cannot be written.
    """
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
