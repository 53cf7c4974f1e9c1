"""Network namespaces: make, enter, list their processes, spawn into them, take them away."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from multipath.errors import LabError
from multipath.lab.nodes import INFRA, namespace
from multipath.lab.tools import run

FOLDER = Path("/run/netns")
_CLONE_NEWNET = 0x40000000
_TERM_S = 2.0
_KILL_S = 5.0
_libc = ctypes.CDLL(None, use_errno=True)


def create(name: str) -> None:
    """Make a namespace and bring its loopback up.

    Raises:
        LabError: the kernel or ``ip`` refuses.
    """
    ip("netns", "add", name)
    ip("-n", name, "link", "set", "lo", "up")


def ip(*arguments: str) -> None:
    """Run ``ip`` with these arguments.

    Raises:
        LabError: it failed; carries what it said.
    """
    run("ip", *arguments)


def existing(names: Iterable[str]) -> list[str]:
    """Return those of the namespaces that exist."""
    return [name for name in names if (FOLDER / name).exists()]


def running_labs() -> list[str]:
    """Return the names of all labs that have namespaces on this machine."""
    before, after = namespace("*", INFRA).split("*")
    found = (path.name for path in FOLDER.glob(f"{before}*{after}"))
    return sorted(name.removeprefix(before).removesuffix(after) for name in found)


@contextmanager
def entered(name: str) -> Iterator[None]:
    """Be in another namespace for a while; descriptors opened there stay valid afterwards.

    Raises:
        OSError: there is no such namespace, or it may not be entered.
    """
    with Path("/proc/self/ns/net").open("rb") as home, (FOLDER / name).open("rb") as away:
        _setns(away.fileno())
        try:
            yield
        finally:
            _setns(home.fileno())


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def spawn(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    keep_fd: int | None = None,
) -> int:
    """Start a process in a namespace that outlives its launcher; return its process id.

    It is a session of its own and writes to ``log`` only. ``keep_fd`` stays open in it.
    """
    argv = ["nsenter", f"--net={FOLDER / name}", "--wdns=/", "--", *command]
    if keep_fd is not None:
        os.set_inheritable(keep_fd, True)
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawnp(argv[0], argv, environment, file_actions=actions, setsid=True)


def processes(names: Collection[str]) -> set[int]:
    """Return the ids of all processes that live in one of the namespaces."""
    inodes = {(FOLDER / name).stat().st_ino for name in existing(names)}
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _inode(entry / "ns/net") in inodes
    }


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:  # the process has ended
        return None


def destroy(names: Collection[str]) -> None:
    """End every process in the namespaces, then delete them. Missing ones are no error.

    Raises:
        LabError: a process does not die, or a namespace cannot be deleted.
    """
    if not _end(names, signal.SIGTERM, _TERM_S) and not _end(names, signal.SIGKILL, _KILL_S):
        left = ", ".join(map(str, sorted(processes(names))))
        raise LabError(f"these processes of the lab do not end: {left}")
    for name in existing(names):
        ip("netns", "delete", name)
    _forget_folder()


def _end(names: Collection[str], number: signal.Signals, patience_s: float) -> bool:
    """Signal the processes until none is left; return False if some are after the patience."""
    deadline_s = time.monotonic() + patience_s
    signalled: set[int] = set()
    while left := processes(names):
        if time.monotonic() > deadline_s:
            return False
        for pid in left - signalled:
            _signal(pid, number)
        signalled |= left
        time.sleep(0.02)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _forget_folder() -> None:
    """Unmount the folder of namespaces when it is empty: the first ``ip netns add`` mounts it."""
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    mounted = any(line.split()[4] == str(FOLDER) for line in mounts)
    if mounted and not any(FOLDER.iterdir()):
        subprocess.run(["umount", str(FOLDER)], capture_output=True, check=False)
