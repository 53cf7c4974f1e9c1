"""docs/topology.md shows what really happens."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from multipath.cli.topology.edges import edges
from multipath.cli.topology.validate import validate
from multipath.topology.parse import parse
from multipath.topology.schema import key_table

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "topology.md").read_text(encoding="utf-8")
DEMO = ROOT / "topologies" / "sh-la.yaml"
COMMANDS = {"edges": edges, "validate": validate}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.MULTILINE | re.DOTALL)


SHOWN = [block for block in blocks("console") if "\n" in block.rstrip()]


def test_the_table_of_keys_is_the_generated_one() -> None:
    assert f"\n\n{key_table()}\n" in TEXT


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.splitlines()[0])
def test_each_command_prints_what_is_shown(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (broken,) = (yaml for yaml in blocks("yaml") if "adress" in yaml)
    (tmp_path / "broken.yaml").write_text(broken, encoding="utf-8")
    (tmp_path / "topologies").symlink_to(ROOT / "topologies")
    monkeypatch.chdir(tmp_path)
    line, _, expected = block.partition("\n")
    _, name, *arguments = shlex.split(line.removeprefix("$ "))
    result = CliRunner().invoke(COMMANDS[name], arguments)
    assert [line.rstrip() for line in result.output.splitlines()] == expected.splitlines()


def test_there_are_outputs_to_check() -> None:
    assert len(SHOWN) == 3


def test_the_first_example_is_a_whole_topology() -> None:
    assert parse(blocks("yaml")[0], "docs") == parse(
        (ROOT / "topologies" / "minimal.yaml").read_text(encoding="utf-8"), "example"
    )


def test_the_drawing_and_the_edge_are_those_of_the_demo() -> None:
    (drawing,), (edge,) = blocks("mermaid"), blocks("json")
    drawn = CliRunner().invoke(edges, [str(DEMO), "--format", "mermaid"]).stdout
    listed = CliRunner().invoke(edges, [str(DEMO), "--format", "json"]).stdout
    assert drawing == drawn
    assert json.loads(edge) == json.loads(listed)["topologies"][0]["edges"][1]
