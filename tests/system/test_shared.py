"""Two paths between the same places: a fault of a place that they share is one problem."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Lab
from tests.system.steps import eventually, multipath, replaced
from tests.system.truth import KINDS, FastPath, said_of

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def twin(
    lab: Lab, fast_path: FastPath, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastPath]:
    """Return a second path between the same places."""
    file: Path = tmp_path_factory.mktemp("twin") / "twin.yaml"
    file.write_text(replaced(fast_path.file.read_text(), {"name: copy": "name: twin"}))
    multipath("deploy", file, "--profile", lab.profile_name, "--yes")
    yield replace(fast_path, file=file, name="twin")
    multipath("destroy", file, "--profile", lab.profile_name, "--yes")


@pytest.mark.parametrize(("place", "kind"), [("la", "lossy"), ("zabbix-sh>proxy1", "slow")])
def test_a_fault_of_a_shared_place_is_one_problem(
    lab: Lab, fast_path: FastPath, twin: FastPath, place: str, kind: str
) -> None:
    paths = (fast_path, twin)
    for path in paths:
        eventually("a quiet start", path.is_well, patience_s=120)
    before, said = time.time(), said_of(place, kind)
    lab.fault(place, *KINDS[kind])
    try:
        for path in paths:
            eventually(f"{path.name}: {said}", lambda: path.told() == said)  # noqa: B023 - at once
        eventually("a problem", lambda: bool(fast_path.problems()))
    finally:
        lab.heal()
    for path in paths:
        eventually("all clear", path.is_quiet)
    (raised,) = fast_path.raised_since(before)
    assert raised.startswith(f"multipath: {said}")
