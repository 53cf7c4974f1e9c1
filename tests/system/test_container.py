"""The Dockerfile's last stage, carried out on a throwaway host: there is no docker here.

What docker itself does (images, volumes, its network) is not tested. What the file says is: its
commands work, and its user measures with no right at all where ping sockets are open, as docker
opens them.
"""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.agent.host.archive import archive
from multipath.agent.host.unit import ARCHIVE, STATE
from multipath.lab.nodes import namespace
from tests.conftest import Lab
from tests.system.machine import NO_SYSTEMD, Machine
from tests.system.steps import eventually

pytestmark = pytest.mark.lab

DOCKERFILE = Path(__file__).parents[2] / "Dockerfile"
Instruction = tuple[str, str]


def last_stage() -> list[Instruction]:
    """Return the instructions after the last FROM: ``("RUN", "useradd …")``."""
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    begin = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    words = [line.split(" ", 1) for line in lines[begin + 1 :] if line and line[0] != "#"]
    return [(name, rest) for name, rest in words]


def the(name: str) -> str:
    (rest,) = (rest for each, rest in last_stage() if each == name)
    return rest


@pytest.fixture
def container(bare: Lab, tmp_path: Path) -> Iterator[Machine]:
    folder = tmp_path / "container"
    folder.mkdir()
    machine = Machine(folder, namespace(bare.name, "proxy2"), init=NO_SYSTEMD)
    try:
        for name, rest in last_stage():
            if name == "COPY":
                assert rest == f"--from=build {Path('/', Path(ARCHIVE).name)} {ARCHIVE}"
                machine.write(ARCHIVE, archive())
            if name == "RUN":
                machine.run("sh", "-c", rest)
        yield machine
    finally:
        machine.close()


def test_it_runs_as_its_own_user_without_any_right(bare: Lab, container: Machine) -> None:
    ranges = "net.ipv4.ping_group_range"
    (former,) = bare.exec("proxy2", "sysctl", "-n", ranges).stdout.splitlines()
    user = ("setpriv", "--reuid", the("USER"), "--regid", "0", "--clear-groups")
    powerless = (*user, "--bounding-set=-all", "--no-new-privs", "--")
    entry = json.loads(the("ENTRYPOINT"))
    words = ("run", "--server", "127.0.0.1", "--hostname", "multipath.proxy2")
    health = json.loads(the("HEALTHCHECK").partition("CMD ")[2])
    try:
        bare.exec("proxy2", "sysctl", "-w", f"{ranges}=0 2147483647")
        assert container.exec(*powerless, *health).returncode == 1
        start = shlex.join((*powerless, *entry, *words))
        container.run("sh", "-c", f"setsid {start} >/run/log 2>&1 &")
        eventually("it is healthy", lambda: container.exec(*powerless, *health).returncode == 0)
        assert "ipv4=ping ipv6=ping" in container.run("cat", "/run/log")
        assert container.run("stat", "-c", "%U", f"{STATE}/multipath.proxy2.status") == (
            "multipath-agent\n"
        )
        assert container.exec(*powerless, *entry, *json.loads(the("CMD"))).returncode == 0
    finally:
        bare.exec("proxy2", "sysctl", "-w", f"{ranges}={former}")
