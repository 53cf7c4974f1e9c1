"""Looks at this host and carries out the steps of ``setup.py`` on it."""

import os
import pwd
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from multipath.agent.config import load_settings
from multipath.agent.host.setup import MakeState, Present, Remove, Run, Step, Write, format_config
from multipath.agent.host.unit import ARCHIVE, CONFIG, LOGS, SERVICE, STATE, UNIT, USER
from multipath.errors import AgentError, ConfigError

_COMMAND_S = 120.0
_PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
_SUITS = "import sys, ctypes, sqlite3, ssl; sys.exit(sys.version_info < (3, 11))"
_VERSION = re.compile(r"""^__version__ = "(.*)"$""", re.MULTILINE)
_HIDDEN = ("/home/", "/root/", "/run/user/")
"""Folders that the service does not see (ProtectHome)."""


def look() -> Present:
    """Return how this host is.

    Raises:
        AgentError: a file of the agent cannot be read.
    """
    has_systemd = Path("/run/systemd/system").is_dir()  # as sd_booted(3) has it
    return Present(
        has_systemd=has_systemd,
        has_user=_has_user(),
        has_state=Path(STATE).is_dir(),
        has_logs=Path(LOGS).is_dir(),
        files={path: content for path in (ARCHIVE, CONFIG, UNIT) if (content := _read(path))},
        is_enabled=has_systemd and _says("is-enabled", "enabled"),
        is_active=has_systemd and _says("is-active", "active", "activating", "reloading"),
    )


def check_root() -> None:
    """Return if we may change the host.

    Raises:
        AgentError: we may not.
    """
    if os.geteuid():
        raise AgentError("only root may install here: use sudo")


def settle(flags: Mapping[str, str | None], now: Present) -> bytes | None:
    """Return the settings file to begin with, None when the host's own is kept.

    Raises:
        ConfigError: the flags are wrong, too few, or say otherwise than the host's file.
    """
    given = {name: text for name, text in flags.items() if text is not None}
    if CONFIG not in now.files:
        load_settings(given, None)
        return format_config(given)
    file = Path(CONFIG)
    kept = load_settings({}, file)
    other = [
        f"--{name}" for name, text in given.items() if load_settings({name: text}, file) != kept
    ]
    if other:
        raise ConfigError(
            f"{CONFIG} on this host says otherwise than {', '.join(other)}: it is kept, so change "
            f"it there (then: systemctl reload {SERVICE}), or leave the flags out"
        )
    return None


def find_python() -> str:
    """Return the Python that the service is to run with: the system's, else the one we run with.

    Raises:
        AgentError: none is new enough, complete, and to be seen by a service.
    """
    own = str(Path(sys.executable).resolve())
    for python in (*_PYTHONS, own):
        suits = Path(python).exists() and not _call(python, "-I", "-S", "-c", _SUITS).returncode
        if suits and not python.startswith(_HIDDEN):
            return python
    raise AgentError(
        "a service needs a Python 3.11 or newer of the system, with its whole standard library "
        f"(sqlite3, ssl): neither {' nor '.join((*_PYTHONS, own))} is one; install python3"
    )


def carry_out(step: Step) -> None:
    """Do a step.

    Raises:
        AgentError: it cannot be done.
    """
    try:
        match step:
            case Run():
                _run(step)
            case Write():
                write_file(Path(step.path), step.content, step.mode, step.group)
            case MakeState():
                Path(STATE).mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.chown(STATE, USER, USER)
            case Remove():
                _remove(Path(step.path))
    except (OSError, LookupError, subprocess.TimeoutExpired) as error:
        raise AgentError(f"cannot {step}: {error}") from error


def write_file(path: Path, content: bytes, mode: int, group: str | None = None) -> None:
    """Write a file, whole or not at all, and the folders that lead to it.

    Raises:
        OSError, LookupError: it cannot be written, or there is no such group.
    """
    if not path.parent.exists():
        path.parent.mkdir(parents=True)
        path.parent.chmod(0o755)
    part = path.with_name(f"{path.name}.part")
    try:
        part.touch(mode=0o600)
        part.write_bytes(content)
        if group is not None:
            shutil.chown(part, "root", group)
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def last_lines(count: int) -> list[str]:
    """Return the last lines that the agent said as a service; none where there is no journal."""
    try:
        command = ("journalctl", "--quiet", "--no-pager", "-o", "cat", "-n", str(count))
        done = _call(*command, f"_SYSTEMD_UNIT={SERVICE}")  # without systemd's own lines
    except OSError:
        return []
    return done.stdout.splitlines()


def check_runs() -> None:
    """Return if the service runs.

    Raises:
        AgentError: it does not; carries its last lines.
    """
    if not _says("is-active", "active", "reloading"):
        raise AgentError("\n  ".join((f"{SERVICE} does not run; it last said:", *last_lines(5))))


def installed_version() -> str:
    """Return the version of the agent that is installed here, empty when none is."""
    try:
        with zipfile.ZipFile(ARCHIVE) as archive:
            text = archive.read("multipath/__init__.py").decode(errors="replace")
    except (OSError, KeyError, zipfile.BadZipFile):
        return ""
    match = _VERSION.search(text)
    return match[1] if match else "unknown"


def service_facts() -> str:
    """Return in a line what systemd says of the service."""
    names = ("ActiveState", "SubState", "UnitFileState", "NRestarts", "Result")
    done = _call("systemctl", "show", SERVICE, *(f"--property={name}" for name in names))
    facts = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    return (
        f"{facts.get('ActiveState')} ({facts.get('SubState')}), {facts.get('UnitFileState')} at "
        f"boot, restarted {facts.get('NRestarts')} times, last result {facts.get('Result')}"
    )


def _run(step: Run) -> None:
    done = _call(*step.command)
    if done.returncode:
        said = done.stderr.strip() or f"exit code {done.returncode}"
        lines = last_lines(5) if SERVICE in step.command else []
        raise AgentError("\n  ".join((f"cannot {step}: {said}", *lines)))


def _call(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_COMMAND_S,
        check=False,
    )


def _says(question: str, *answers: str) -> bool:
    return _call("systemctl", question, SERVICE).stdout.strip() in answers


def _has_user() -> bool:
    with suppress(KeyError):
        return bool(pwd.getpwnam(USER))
    return False


def _read(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AgentError(f"cannot read {path}: {error.strerror}; use sudo") from error


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    if path.parent.name == "multipath":  # a folder of our own
        with suppress(OSError):  # it holds something else: it stays
            path.parent.rmdir()
