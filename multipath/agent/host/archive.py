"""The agent as one file that needs nothing but Python: a zip archive that Python runs (PEP 441).

The same sources always give the same bytes, whatever the machine, its clock and its Python:
entries are sorted, stored as they are, and bear no time.
"""

import io
import zipfile
import zipimport
from collections.abc import Iterator
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path

import multipath
from multipath.errors import AgentError

NAME = "multipath-agent.pyz"

_LIBRARIES = ("click", "icmplib", "zabbix_utils")
"""What the agent imports that Python does not bring: pure Python, as packages and distributions."""

_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = b"""\
import sys

if sys.version_info < (3, 11):
    sys.exit("error: the agent needs Python 3.11 or newer, this is " + sys.version.split()[0])

from multipath.cli.agent.main import main

main()
"""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16

Entry = tuple[str, bytes]
"""Path in the archive, content."""


def archive() -> bytes:
    """Return the archive: this very one when we run from it, else one of what is installed.

    Raises:
        AgentError: a file of it cannot be read.
    """
    loader = multipath.__spec__.loader if multipath.__spec__ else None
    try:
        if isinstance(loader, zipimport.zipimporter):
            return Path(loader.archive).read_bytes()
        return pack(_entries())
    except OSError as error:
        raise AgentError(f"cannot read the agent's own files: {error}") from error


def pack(entries: Iterator[Entry]) -> bytes:
    """Return entries as an archive that Python runs."""
    content = io.BytesIO()
    content.write(_SHEBANG)
    with zipfile.ZipFile(content, "a", zipfile.ZIP_STORED) as packed:
        for name, data in sorted(entries):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix: as the mode is meant
            info.external_attr = _MODE
            packed.writestr(info, data)
    return content.getvalue()


def _entries() -> Iterator[Entry]:
    yield "__main__.py", _MAIN
    package = resources.files("multipath")
    for name in ("__init__.py", "errors.py", "names.py"):
        yield f"multipath/{name}", (package / name).read_bytes()
    yield from _sources("multipath/agent", package / "agent")
    yield "multipath/cli/__init__.py", (package / "cli" / "__init__.py").read_bytes()
    yield from _sources("multipath/cli/agent", package / "cli" / "agent")
    for library in _LIBRARIES:
        yield from _sources(library, resources.files(library))
    for library in ("multipath", *_LIBRARIES):
        yield from _licences(library)


def _sources(path: str, folder: Traversable) -> Iterator[Entry]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(f"{path}/{entry.name}", entry)
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", entry.read_bytes()


def _licences(library: str) -> Iterator[Entry]:
    """Yield the texts that must go with a library."""
    for file in metadata.files(library) or ():
        if file.name.startswith(("LICENSE", "LICENCE", "COPYING")):
            yield f"licences/{library}/{file.name}", Path(str(file.locate())).read_bytes()
