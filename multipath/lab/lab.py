"""A lab as a whole: bring it up, tell how it is, change its faults, take it down."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from multipath.errors import LabError
from multipath.lab import control, netns, template
from multipath.lab.api import api_version
from multipath.lab.nodes import DEFAULT_LAB, INFRA, NODES, namespace, namespaces
from multipath.lab.paths import State, state_root
from multipath.lab.releases import Release
from multipath.lab.services import Services
from multipath.lab.template import Progress
from multipath.lab.tools import check_machine, check_root
from multipath.zabbix.profile import Profile, remove_profile, write_profile

USER, PASSWORD = "Admin", "zabbix"
"""What Zabbix's own database comes with."""


@dataclass(frozen=True, slots=True)
class Status:
    """What ``lab status`` tells. ``zabbix`` and ``wan`` are empty unless the state is ``up``.

    ``state`` is ``up``, ``down``, or ``broken``: half-built, or something in it has died.
    """

    lab: str
    state: str
    zabbix: dict[str, str]
    wan: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the contract of ``lab status --json``."""
        return {
            "state": self.state,
            "zabbix": self.zabbix,
            "nodes": {
                node.name: {"namespace": namespace(self.lab, node.name), "address": node.address}
                for node in NODES.values()
            },
            "faults": self.wan.get("faults", []),
            "rtt_s": self.wan.get("rtt_s", {}),
        }


def profile_name(lab: str) -> str:
    """Return the connection profile of a lab: ``lab``, or ``lab-NAME`` for one with a name."""
    return "lab" if lab == DEFAULT_LAB else f"lab-{lab}"


def status(lab: str) -> Status:
    """Return how a lab is.

    Raises:
        LabError: we are not root.
    """
    check_root()
    state = State.of(lab)
    if not state.folder.exists() and not netns.existing(namespaces(lab).values()):
        return Status(lab, "down", {}, {})
    with suppress(OSError, ValueError, LabError):
        zabbix = json.loads(state.record.read_text(encoding="utf-8"))
        wan = control.ask(state.wan_socket, {})
        if api_version(zabbix["url"]) == zabbix["version"]:
            return Status(lab, "up", zabbix, wan)
    return Status(lab, "broken", {}, {})


def up(lab: str, release: Release, progress: Progress) -> Status:
    """Bring a lab up and return its status; what is left of a broken one is removed first.

    A lab that fails to come up is taken down again. One that is up is left as it is.

    Raises:
        LabError: the machine cannot run it, it is up with another Zabbix, or a part fails.
    """
    check_machine()
    with _locked():
        now = status(lab)
        if now.state == "up":
            return _same_version(now, release)
        if now.state == "broken":
            progress("removing what is left of a broken lab")
            _remove(lab)
        try:
            _build(lab, release, progress)
        except BaseException:
            _remove(lab)
            raise
    return status(lab)


def _same_version(now: Status, release: Release) -> Status:
    running = now.zabbix["version"]
    if not running.startswith(f"{release.version}."):
        raise LabError(
            f"lab {now.lab} is up with Zabbix {running}: take it down first, or give another --name"
        )
    return now


def _build(lab: str, release: Release, progress: Progress) -> None:
    state = State.of(lab)
    state.make()
    for name in namespaces(lab).values():
        netns.create(name)
    ours = template.ensure(release, namespace(lab, INFRA), progress)
    services = Services(lab, release, ours, state)
    progress("joining four hosts by an emulated WAN")
    services.wan()
    progress("starting PostgreSQL, the Zabbix server, its frontend and two proxies")
    services.database()
    services.server()
    services.proxies()
    url = services.frontend()
    progress("waiting for the proxies to be online")
    services.wait_for_proxies()
    record = {"url": url, "user": USER, "password": PASSWORD, "version": api_version(url)}
    state.record.write_text(json.dumps(record), encoding="utf-8")
    write_profile(profile_name(lab), Profile(url=url, user=USER, password=PASSWORD))
    progress("ready")


def down(lab: str) -> bool:
    """Take a lab down, whatever is left of it; return False if there was nothing.

    Raises:
        LabError: we are not root, or something does not go away.
    """
    check_root()
    with _locked():
        nothing = status(lab).state == "down"
        _remove(lab)
        template.discard_unfinished()
        return not nothing


def _remove(lab: str) -> None:
    netns.destroy(namespaces(lab).values())
    folder = State.of(lab).folder
    if folder.exists():
        shutil.rmtree(folder)
    remove_profile(profile_name(lab))


def ask_wan(lab: str, request: dict[str, Any]) -> dict[str, Any]:
    """Set or heal faults of a running lab (see ``control``); return the state of its WAN.

    Raises:
        LabError: the lab is not up.
    """
    state = State.of(lab)
    if not state.wan_socket.exists():
        raise not_up(lab)
    return control.ask(state.wan_socket, request)


def execute(lab: str, node: str, command: Sequence[str]) -> NoReturn:
    """Become a command on a node of the lab; folder, environment and exit code are its own.

    Raises:
        LabError: we are not root, the lab is not up, or there is no such command.
    """
    check_root()
    where = namespace(lab, node)
    if not netns.existing([where]):
        raise not_up(lab)
    if shutil.which(command[0]) is None:
        raise LabError(f"there is no command {command[0]!r} on this machine")
    os.execvp("ip", ["ip", "netns", "exec", where, *command])  # noqa: S606 - no shell is meant


def not_up(lab: str) -> LabError:
    """Return the error of asking something of a lab that is not up."""
    option = "" if lab == DEFAULT_LAB else f" --name {lab}"
    return LabError(f"lab {lab} is not up: run `multipath lab up{option}`")


@contextmanager
def _locked() -> Iterator[None]:
    """Be the only one who builds or removes a lab; the lock ends with the process that holds it."""
    root = state_root()
    descriptor = _lock(root)
    try:
        yield
    finally:
        with suppress(OSError):  # not empty: another lab is there
            root.rmdir()
            root.parent.rmdir()
        os.close(descriptor)


def _lock(root: Path) -> int:
    """Return a descriptor that locks the folder of labs.

    The folder is removed with its last lab, so after a wait it may be another one.
    """
    while True:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if root.exists() and os.path.samestat(os.fstat(descriptor), root.stat()):
            return descriptor
        os.close(descriptor)
