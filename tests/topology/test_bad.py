"""Every file in bad/ with the problems that its .txt tells, word by word.

To add a case, put a NAME.yaml there with a NAME.txt that holds the problems as
``multipath validate NAME.yaml`` prints them.
"""

from pathlib import Path

import pytest

from multipath.topology.parse import parse

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_each_problem_is_told_with_its_place_and_what_to_write_instead(file: Path) -> None:
    topology, problems = parse(file.read_text(encoding="utf-8"), file.name)
    told = "".join(f"{problem}\n" for problem in problems)
    assert told == file.with_suffix(".txt").read_text(encoding="utf-8")
    assert topology is None
    assert all(problem.instead for problem in problems)


def test_there_are_many_cases_and_no_forgotten_text() -> None:
    texts = sorted((Path(__file__).parent / "bad").glob("*.txt"))
    assert [text.stem for text in texts] == [file.stem for file in BAD]
    assert len(BAD) >= 60
