"""Faults made in the lab, and what Zabbix says of them: the place, its one problem, and its end.

How long a verdict takes is no test.
"""

import time

import pytest

from tests.conftest import Lab
from tests.system.steps import eventually
from tests.system.truth import KINDS, MIDDLES, NODES, FastPath, is_meanwhile, said_of

pytestmark = pytest.mark.lab


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"truth {kind}")) for kind in KINDS]
)
@pytest.mark.parametrize("segment", [*NODES, *MIDDLES])
def test_one_fault_is_named_once_and_ends(
    lab: Lab, fast_path: FastPath, segment: str, kind: str
) -> None:
    eventually("a quiet start", fast_path.is_quiet, patience_s=120)
    before = time.time()
    expected = said_of(segment, kind)
    is_lost = expected.endswith("is lost")
    lab.fault(segment, *KINDS[kind])
    try:
        eventually(expected, lambda: fast_path.told() == expected, patience_s=120)
        if not is_lost:
            eventually("a problem", lambda: bool(fast_path.problems()), patience_s=60)
    finally:
        lab.heal()
    eventually("all clear", fast_path.is_quiet, patience_s=120)
    raised = fast_path.raised_since(before)
    place = expected.partition(": ")[0]
    if kind == "light":  # so little shows on one edge before the other, and may be told meanwhile
        raised = [name for name in raised if not is_meanwhile(name, segment)]
    assert len(raised) == (0 if is_lost else 1), raised
    assert all(place in name for name in raised), raised
