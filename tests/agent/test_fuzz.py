"""A minute of inputs that nobody would send, for all that parses: no crash, no growth."""

import itertools
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.fuzz import Fuzzed, everything, run

EVERYTHING = everything()
LASTING_S = float(os.environ.get("MULTIPATH_FUZZ_S", "60")) / len(EVERYTHING)
INPUTS = 5
GROWTH_MAX_BYTES = 8_000_000


def rss_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Say nothing of each damaged spool, in these tests alone."""
    logger = logging.getLogger("multipath.agent.delivery.spool")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


@pytest.mark.parametrize("fuzzed", EVERYTHING, ids=lambda fuzzed: fuzzed.name)
def test_nothing_crashes_or_grows(fuzzed: Fuzzed) -> None:
    end_s = time.monotonic() + LASTING_S
    run(fuzzed, 0, INPUTS * fuzzed.share)
    before_bytes = rss_bytes()
    for seed in itertools.count(1):
        run(fuzzed, seed, INPUTS * fuzzed.share)
        if time.monotonic() > end_s:
            break
    assert rss_bytes() - before_bytes < GROWTH_MAX_BYTES


def test_a_crash_is_told_with_its_input() -> None:
    def fragile(data: bytes) -> None:
        if len(data) % 7 == 3:
            raise IndexError(len(data))

    with pytest.raises(AssertionError, match=r"fragile crashed on [0-9a-f]*$"):
        run(Fuzzed("fragile", (b"abc",), fragile, 1), 1, 1000)
