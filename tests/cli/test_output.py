"""A file appears whole, or not at all."""

from pathlib import Path

import pytest

from multipath.cli.printing.output import writing
from multipath.errors import ConfigError, ZabbixError


def test_what_is_written_is_there_with_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    with writing(file) as stream:
        stream.write("a\n")
    assert file.read_text(encoding="utf-8") == "a\n"
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(ZabbixError, match="away"), writing(file) as stream:  # noqa: PT012 - the write comes before the failure
        stream.write("new")
        raise ZabbixError("away")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_without_a_file_it_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    with writing(None) as stream:
        stream.write("a\n")
    assert capsys.readouterr().out == "a\n"


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    said = r"cannot write .*no/out.csv: No such file"
    with pytest.raises(ConfigError, match=said), writing(tmp_path / "no" / "out.csv"):
        pass
