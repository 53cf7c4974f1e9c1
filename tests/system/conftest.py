"""sh-la in the session's lab: deployed, and measured by its agents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.zabbix.client import Client
from tests.conftest import Lab, start_lab, stop_lab
from tests.system.steps import EXAMPLE, multipath


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
