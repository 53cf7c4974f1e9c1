"""Connection profiles: named Zabbix servers in ``~/.config/multipath/config.toml``.

    [profile.lab]
    url = "http://127.0.0.1:8080"
    user = "Admin"
    password = "…"

Instead of ``user`` and ``password`` there may be a ``token``. A profile is written and removed as
text: everything else in the file stays as it is, byte for byte.
"""

import json
import os
import re
import tempfile
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from multipath.errors import ConfigError

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_KEY_LINE = re.compile(r"\s*[A-Za-z0-9_-]+\s*=.*")


@dataclass(frozen=True, slots=True)
class Profile:
    """Where a Zabbix frontend is, and who we are there: a token, or a user and a password."""

    url: str
    token: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def config_path() -> Path:
    """Return the user's configuration file; XDG_CONFIG_HOME is respected."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "multipath" / "config.toml"


def load_profile(name: str, path: Path | None = None) -> Profile:
    """Return a profile by its name; who we are there may come from elsewhere.

    Raises:
        ConfigError: no such file or profile, a wrong or missing key, or a file that is no TOML.
    """
    path = path or config_path()
    if not path.exists():
        raise ConfigError(f"there is no profile {name!r}: {path} does not exist")
    profiles = _profiles(_parse(_read(path), path))
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise ConfigError(f"{path} has no profile {name!r}; it has: {known}")
    return _profile(name, profiles[name], path)


def find_profile(name: str, path: Path | None = None) -> Profile | None:
    """Return a profile if there is one of this name.

    Raises:
        ConfigError: no profile can have that name, or as with ``load_profile``.
    """
    _check(name)
    path = path or config_path()
    if not path.exists() or name not in _profiles(_parse(_read(path), path)):
        return None
    return load_profile(name, path)


def write_profile(name: str, profile: Profile, path: Path | None = None) -> None:
    """Add or replace a profile; the file is made readable for its owner only.

    Raises:
        ConfigError: the file is no TOML, cannot be written, or has the profile in another form.
    """
    _check(name)
    path = path or config_path()
    before = _read(path) if path.exists() else ""
    wanted = {key: value for key, value in asdict(profile).items() if value is not None}
    text = _without(before, name)
    if text and not text.endswith("\n"):
        text += "\n"
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in wanted.items())
    text += ("\n" if text else "") + f"[profile.{name}]\n{lines}"
    _replace(path, before, text, name, wanted)


def remove_profile(name: str, path: Path | None = None) -> None:
    """Remove a profile if it is there; a file that is empty then goes as well.

    Raises:
        ConfigError: the file is no TOML, cannot be written, or has the profile in another form.
    """
    path = path or config_path()
    if not path.exists():
        return
    before = _read(path)
    if name in _profiles(_parse(before, path)):
        _replace(path, before, _without(before, name), name, None)


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"a profile cannot be named {name!r}: use letters, digits, - and _")


def _profile(name: str, data: object, path: Path) -> Profile:
    where = f"profile {name!r} in {path}"
    known = [entry.name for entry in fields(Profile)]
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise ConfigError(f"{where}: each of {', '.join(known)} is a text in quotes")
    unknown = ", ".join(sorted(set(data).difference(known)))
    if unknown:
        raise ConfigError(f"{where}: unknown key {unknown}; known are {', '.join(known)}")
    if not data.get("url"):
        raise ConfigError(f"{where}: url is missing, the address of the Zabbix frontend")
    return Profile(**data)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # The cause may quote the line, and with it a password: only the place is told.
        place = re.search(r"\(at .*\)", str(error))
        raise ConfigError(f"{path} is no valid TOML {place[0] if place else ''}".strip()) from None


def _profiles(data: dict[str, Any]) -> dict[str, Any]:
    profiles = data.get("profile", {})
    return profiles if isinstance(profiles, dict) else {}


def _without(text: str, name: str) -> str:
    """Return the text without a profile's header, its keys, and the blank line before it."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines(keepends=True):
        if line.strip() == f"[profile.{name}]":
            inside = True
            if kept and not kept[-1].strip():
                kept.pop()
        elif not (inside and _KEY_LINE.fullmatch(line.rstrip("\r\n"))):
            inside = False
            kept.append(line)
    return "".join(kept)


def _replace(path: Path, before: str, after: str, name: str, wanted: dict[str, str] | None) -> None:
    """Write the file if it says what it said before, but for the one profile."""
    expected = _parse(before, path)
    profiles = expected.setdefault("profile", {})
    profiles.pop(name, None)
    if wanted is not None:
        profiles[name] = wanted
    if not profiles:
        del expected["profile"]
    if _parse(after, path) != expected:
        raise ConfigError(f"{path}: profile {name!r} is written in a form to be changed by hand")
    try:
        _write(path.resolve(), after)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error}") from error


def _write(path: Path, text: str) -> None:
    if not text:
        path.unlink()
        with suppress(OSError):  # there is something else in the folder
            path.parent.rmdir()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file is its owner's only (0600), and takes the place of the old one at once.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(text.encode("utf-8"))
    Path(file.name).replace(path)
