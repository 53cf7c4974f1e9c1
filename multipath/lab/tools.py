"""The machine's own tools: are they there, run one, wait for a process that was started."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import multipath
from multipath.errors import LabError

_NEEDED = {
    "apt-get": "apt",
    "dpkg": "dpkg",
    "ip": "iproute2",
    "localedef": "libc-bin",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
}
"""The tools that a lab calls, and the Debian packages that they are in."""

CODENAME = "bookworm"
"""The Debian release whose packages a lab is made of."""

_TAIL_LINES = 8
_POLL_S = 0.02


def check_machine() -> None:
    """Return if a lab can run here.

    Raises:
        LabError: it cannot; names everything that is missing at once.
    """
    missing = []
    if os.geteuid() != 0:
        missing.append("root (network namespaces)")
    if _codename() != CODENAME:
        missing.append("Debian 12 (the lab is made of its packages)")
    if not Path("/dev/net/tun").exists():
        missing.append("/dev/net/tun (the emulated WAN)")
    missing += [
        f"{tool} (Debian package {package})"
        for tool, package in _NEEDED.items()
        if shutil.which(tool) is None
    ]
    if missing:
        raise LabError(
            f"the lab cannot run on this machine, it needs: {'; '.join(missing)}. "
            "Everything but `multipath lab` works without it, against a Zabbix that you have"
        )


def check_root() -> None:
    """Return if we are root.

    Raises:
        LabError: we are not.
    """
    if os.geteuid() != 0:
        raise LabError("a lab lives in network namespaces, which only root may enter: use sudo")


def _codename() -> str:
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    return fields.get("VERSION_CODENAME", "").strip('"')


def run(
    *command: str | Path,
    name: str = "",
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> str:
    """Run a command that ends when its launcher does, even by SIGKILL; return its output.

    ``name`` is what an error calls it, by default the program.

    Raises:
        LabError: it failed; carries its last lines.
    """
    done = subprocess.run(
        ["setpriv", "--pdeathsig", "KILL", "--", *command],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        name = name or Path(command[0]).name
        raise LabError(f"{name} failed with exit code {done.returncode}:\n{_tail(output)}")
    return output


def wait_for(
    what: str, ready: Callable[[], bool], *, patience_s: float, log: Path, pid: int | None = None
) -> None:
    """Return when ``ready`` says so; ``pid`` is the child of ours that is to become ready.

    Raises:
        LabError: the process ended, or the patience did; carries the last lines of its log.
    """
    deadline_s = time.monotonic() + patience_s
    while not ready():
        if pid is not None and _ended(pid):
            raise LabError(f"{what} ended at once:\n{_tail_of(log)}")
        if time.monotonic() > deadline_s:
            raise LabError(f"{what} is not ready after {patience_s:g} s:\n{_tail_of(log)}")
        time.sleep(_POLL_S)


def _ended(pid: int) -> bool:
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def _tail_of(log: Path) -> str:
    return _tail(log.read_text(encoding="utf-8", errors="replace") if log.exists() else "")


def _tail(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines()[-_TAIL_LINES:])


def listens(pid: int, port: int) -> bool:
    """Say whether something listens on a TCP port in the namespace that a process lives in."""
    try:
        lines = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return False
    return any(
        line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A" for line in lines
    )


def python_environment() -> dict[str, str]:
    """Return an environment in which a child finds this very package."""
    package = Path(multipath.__file__).parent
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(package.parent)}
