"""The Pythons of this machine that an agent may be run with."""

import re
import sys
from pathlib import Path

_NAME = re.compile(r"python3\.(\d+)")
_FOLDERS = (Path("/usr/bin"), Path("/usr/local/bin"))
_PYENV = Path.home() / ".pyenv/versions"


def interpreters() -> dict[str, str]:
    """Return one of each version from 3.11 on: ``{"3.11": "/usr/bin/python3.11"}``.

    Those of the system and of pyenv; the one that runs the tests is always among them.
    """
    found = {f"3.{sys.version_info.minor}": sys.executable}
    for folder in (*_FOLDERS, *sorted(_PYENV.glob("*/bin"))):
        for path in folder.glob("python3.*"):
            match = _NAME.fullmatch(path.name)
            if match and int(match[1]) >= 11:
                found.setdefault(f"3.{match[1]}", str(path))
    return dict(sorted(found.items()))
