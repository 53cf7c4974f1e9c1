"""sh-la in the session's lab: deployed, and measured by its agents."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.names import vantage_host
from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.processes import running, send
from tests.system.steps import EXAMPLE, copy_of, eventually, measured, multipath, replaced
from tests.system.truth import FASTER, WELL, FastPath, hold_sides

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


@pytest.fixture(scope="module")
def bare(lab: Lab) -> Lab:
    """Return the session's lab with nothing deployed, and without agents."""

    def agents() -> list[int]:
        return [pid for node in lab.nodes for pid in running(lab, node, vantage_host(node))]

    multipath("destroy", EXAMPLE, "--profile", lab.profile_name, "--yes")
    send(agents(), signal.SIGTERM)
    eventually("the end of the agents", lambda: not agents())
    return lab


@pytest.fixture(scope="module")
def admin(bare: Lab, client: Client) -> Client:
    """Return who may write there."""
    return client


@pytest.fixture(scope="module")
def fast_path(
    lab: Lab, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastPath]:
    """Return sh-la with cycles of a second, alone in its Zabbix."""
    multipath("destroy", EXAMPLE, "--profile", lab.profile_name, "--yes")
    file = copy_of(EXAMPLE, tmp_path_factory.mktemp("truth"), **FASTER)
    try:
        measured(lab, file)
        # Delivery takes its time, however short cycles are: two cycles would not do.
        hold_sides(client, "5s")
        found = FastPath(client, file)
        eventually("all edges are known", lambda: found.states() == WELL, patience_s=180)
        yield found
    finally:
        multipath("destroy", file, "--profile", lab.profile_name, "--yes")
