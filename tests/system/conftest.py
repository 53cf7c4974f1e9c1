"""sh-la in the session's lab: deployed, and measured by its agents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.zabbix.client import Client
from tests.conftest import Lab, start_lab, stop_lab
from tests.system.steps import EXAMPLE, copy_of, eventually, measured, multipath, replaced
from tests.system.truth import FASTER, WELL, FastPath

FAST = {
    "cycle: 10s": "cycle: 2s",
    "timeout: 2s": "timeout: 1s",
    "window: 1m": "window: 12s",
    "silent: 1m": "silent: 20s",
}


@pytest.fixture(scope="session")
def client(lab: Lab) -> Iterator[Client]:
    with Client(lab.profile, writable=True) as connected:
        yield connected


@pytest.fixture(scope="module")
def sh_la(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example with cycles of two seconds, so that faults show and end sooner."""
    file = tmp_path_factory.mktemp("example") / EXAMPLE.name
    file.write_text(replaced(EXAMPLE.read_text(encoding="utf-8"), FAST), encoding="utf-8")
    return measured(lab, file)


@pytest.fixture(scope="session")
def bare(lab: Lab) -> Iterator[Lab]:
    """Return a lab beside the session's, for tests that begin with nothing deployed."""
    name = f"{lab.name}-bare"
    version = ".".join(lab.status()["zabbix"]["version"].split(".")[:2])
    try:
        yield start_lab(name, version)
    finally:
        stop_lab(name)


@pytest.fixture(scope="session")
def admin(bare: Lab) -> Iterator[Client]:
    with Client(bare.profile, writable=True) as connected:
        yield connected


@pytest.fixture(scope="module")
def fast_path(
    lab: Lab, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastPath]:
    """Return sh-la with cycles of a second, alone in its Zabbix."""
    multipath("destroy", EXAMPLE, "--profile", lab.profile_name, "--yes")
    file = copy_of(EXAMPLE, tmp_path_factory.mktemp("truth"), **FASTER)
    try:
        measured(lab, file)
        holds = {"macro": "{$MULTIPATH.SIDE.HOLD}"}
        for row in client.get("usermacro", output=["hostmacroid"], filter=holds):
            client.call("usermacro.update", {"hostmacroid": row["hostmacroid"], "value": "3s"})
        found = FastPath(client, file)
        eventually("all edges are known", lambda: found.states() == WELL, patience_s=180)
        yield found
    finally:
        multipath("destroy", file, "--profile", lab.profile_name, "--yes")
