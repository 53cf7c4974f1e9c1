"""docs/diagnosis.md shows what really happens."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from multipath.cli.topology.edges import edges
from multipath.diagnosis import wording_en, wording_zh
from multipath.diagnosis.locate import locate
from tests.diagnosis.paths import SH_LA, read

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```console\n\$ multipath edges (.*?)\n(.*?)^```$", TEXT, re.M | re.S)


@pytest.mark.parametrize(("arguments", "expected"), SHOWN)
def test_each_command_prints_what_is_shown(
    arguments: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(edges, shlex.split(arguments))
    assert [line.rstrip() for line in result.output.splitlines()] == expected.splitlines()


def test_both_topologies_are_shown() -> None:
    assert len(SHOWN) == 2


def test_the_sentences_are_those_of_the_verdict() -> None:
    healths = read("44411")
    verdict = locate(SH_LA, healths)
    assert f"> {wording_en.reason(SH_LA, healths, verdict)}\n" in TEXT
    assert f"> {wording_zh.reason(SH_LA, healths, verdict)}\n" in TEXT


def test_the_simulations_tables_are_filled_in() -> None:
    for mark in ("faults", "alarms"):
        _, _, after = TEXT.partition(f"<!-- {mark} -->\n")
        assert after.partition(f"<!-- end of {mark} -->")[0].count("\n|") > 3
