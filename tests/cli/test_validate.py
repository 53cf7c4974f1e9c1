from pathlib import Path

from click.testing import CliRunner

from multipath.cli.topology.validate import validate

FOLDER = Path(__file__).parents[2] / "topologies"


def test_good_files_are_one_line_each() -> None:
    files = [str(FOLDER / "sh-la.yaml"), str(FOLDER / "minimal.yaml")]
    result = CliRunner().invoke(validate, files)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"{files[0]}: sh-la, 4 nodes, 5 edges",
        f"{files[1]}: minimal, 2 nodes, 1 edge",
    ]
    assert result.stderr == ""


def test_every_problem_of_every_file_is_told_and_counted(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = (FOLDER / "minimal.yaml").read_text(encoding="utf-8")
    bad.write_text(text.replace("source:", "sorce:") + "probe: {packets: 0}\n", encoding="utf-8")
    missing = tmp_path / "missing.yaml"
    good = FOLDER / "sh-la.yaml"
    result = CliRunner().invoke(validate, [str(bad), str(good), str(missing)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f'{bad}:4:1: unknown key "sorce"; write source',
        f"{bad}:9:18: probe.packets: 0 is out of range; write a whole number from 1 to 1000",
        f"{missing}: there is no such file; name a topology file",
        "3 problems in 2 of 3 files",
    ]


def test_without_a_file_it_says_how_it_is_used() -> None:
    result = CliRunner().invoke(validate, [])
    assert result.exit_code == 2
    assert "Missing argument 'FILE…'" in result.stderr
