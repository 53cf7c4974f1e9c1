"""sh-la in the session's lab: deployed, and measured by its agents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.zabbix.client import Client
from tests.conftest import Lab, start_lab, stop_lab
from tests.system.steps import EXAMPLE, copy_of, eventually, multipath
from tests.system.truth import FASTER, WELL, FastPath


@pytest.fixture(scope="session")
def client(lab: Lab) -> Iterator[Client]:
    with Client(lab.profile, writable=True) as connected:
        yield connected


@pytest.fixture(scope="session")
def sh_la(lab: Lab) -> Path:
    """Return the example when all its edges have data."""
    multipath("deploy", EXAMPLE, "--profile", lab.profile_name, "--yes")
    multipath("lab", "agents", EXAMPLE, "--name", lab.name)
    multipath("status", EXAMPLE, "--profile", lab.profile_name, "--wait", "120s")
    return EXAMPLE


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
    lab: Lab, sh_la: Path, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastPath]:
    """Return sh-la with fast cycles, in the place of the example."""
    file = copy_of(sh_la, tmp_path_factory.mktemp("truth"), **FASTER)
    multipath("destroy", sh_la, "--profile", lab.profile_name, "--yes")
    multipath("deploy", file, "--profile", lab.profile_name, "--yes")
    try:
        holds = {"macro": "{$MULTIPATH.SIDE.HOLD}"}
        for row in client.get("usermacro", output=["hostmacroid"], filter=holds):
            client.call("usermacro.update", {"hostmacroid": row["hostmacroid"], "value": "3s"})
        found = FastPath(client, file)
        eventually("all edges are known", lambda: found.states() == WELL, patience_s=180)
        yield found
    finally:
        multipath("destroy", file, "--profile", lab.profile_name, "--yes")
        multipath("deploy", sh_la, "--profile", lab.profile_name, "--yes")
