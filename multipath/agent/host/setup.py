"""What to do to a host so that the agent is installed on it, upgraded, or gone. Pure.

A plan is a list of steps, made from how the host is; ``host.py`` looks and carries out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from multipath.agent.host.unit import ARCHIVE, CONFIG, LOGS, SERVICE, STATE, UNIT, USER

_CONFIG_HEAD = """\
# The agent of multipath on this host; `multipath agent run --help` names every setting.
# After a change: systemctl reload multipath-agent
"""

_USERADD = (
    *("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", STATE),
    *("--shell", "/usr/sbin/nologin", USER),
)


@dataclass(frozen=True, slots=True)
class Present:
    """How a host is.

    Args:
        has_systemd: whether systemd is its service manager.
        has_user: whether the agent's user is there.
        has_state: whether the state folder is there.
        has_logs: whether the folder for packet logs is there.
        files: content of the files of the agent that are there, by path.
        is_enabled: whether the service starts at boot.
        is_active: whether the service runs, or tries to.
    """

    has_systemd: bool
    has_user: bool
    has_state: bool
    has_logs: bool
    files: Mapping[str, bytes]
    is_enabled: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Run a command of the system."""

    words: str
    command: tuple[str, ...]

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, slots=True)
class Write:
    """Write a file, and the folders that lead to it."""

    path: str
    content: bytes
    mode: int
    group: str
    is_new: bool

    def __str__(self) -> str:
        return f"{'write' if self.is_new else 'replace'} {self.path}"


@dataclass(frozen=True, slots=True)
class MakeState:
    """Make the state folder, for the agent's user alone."""

    def __str__(self) -> str:
        return f"make {STATE}"


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a file or folder with all that is in it, and an empty folder of ours above it."""

    path: str

    def __str__(self) -> str:
        return f"remove {self.path}"


Step = Run | Write | MakeState | Remove


def format_config(settings: Mapping[str, str]) -> bytes:
    """Return a settings file; names and values as the flags have them."""
    lines = (f"{name} = {json.dumps(text)}\n" for name, text in settings.items())
    return (_CONFIG_HEAD + "".join(lines)).encode()


def plan_install(
    now: Present, archive: bytes, unit: bytes, config: bytes | None
) -> tuple[Step, ...]:
    """Return the steps to an agent that is installed and runs; none when it does already.

    Args:
        now: how the host is.
        archive: the agent as one file.
        unit: the service's unit.
        config: the settings to begin with; None keeps the file that is there.
    """
    return tuple(_install(now, archive, unit, config))


def _install(now: Present, archive: bytes, unit: bytes, config: bytes | None) -> Iterator[Step]:
    if not now.has_user:
        yield Run(f"make the system user {USER}", _USERADD)
    writes = [
        Write(path, content, mode, group, is_new=path not in now.files)
        for path, content, mode, group in (
            (ARCHIVE, archive, 0o755, "root"),
            # May hold a secret some day, so it is nobody else's to read.
            (CONFIG, config, 0o640, USER),
            (UNIT, unit if now.has_systemd else None, 0o644, "root"),
        )
        if content is not None and now.files.get(path) != content
    ]
    yield from writes
    if not now.has_systemd:
        if not now.has_state:
            yield MakeState()
        return
    if any(step.path == UNIT for step in writes):
        yield Run("tell systemd of it", ("systemctl", "daemon-reload"))
    if not now.is_enabled:
        yield Run("let it start at boot", ("systemctl", "enable", "--quiet", SERVICE))
    if writes and now.is_active:
        yield Run(f"restart {SERVICE}", ("systemctl", "restart", SERVICE))
    elif not now.is_active:
        yield Run(f"start {SERVICE}", ("systemctl", "start", SERVICE))


def plan_uninstall(now: Present, purge: bool) -> tuple[Step, ...]:
    """Return the steps to a host without the agent.

    Args:
        now: how the host is.
        purge: also take its settings, what it has not delivered, and its user.
    """
    return tuple(_uninstall(now, purge))


def _uninstall(now: Present, purge: bool) -> Iterator[Step]:
    if now.is_active or now.is_enabled:
        yield Run(
            f"stop {SERVICE}, for good", ("systemctl", "disable", "--now", "--quiet", SERVICE)
        )
    for path in (UNIT, ARCHIVE, *((CONFIG,) if purge else ())):
        if path in now.files:
            yield Remove(path)
    if UNIT in now.files:
        yield Run("tell systemd of it", ("systemctl", "daemon-reload"))
    if purge and now.has_state:
        yield Remove(STATE)
    if purge and now.has_logs:
        yield Remove(LOGS)
    if purge and now.has_user:
        yield Run(f"remove the system user {USER}", ("userdel", USER))
