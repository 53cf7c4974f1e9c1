"""What the documents say holds: links lead somewhere, commands exist, both languages agree."""

import re
import shlex
from pathlib import Path

import click
import pytest

from multipath.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def _blocks(document: Path) -> list[tuple[str, str]]:
    return FENCE.findall(document.read_text(encoding="utf-8"))


def _commands(document: Path) -> list[str]:
    """Return the lines of shell blocks that call multipath."""
    return [
        line.strip().removeprefix("$ ")
        for language, block in _blocks(document)
        if language in {"sh", "console"}
        for line in block.splitlines()
        if line.strip().removeprefix("$ ").startswith("multipath ")
    ]


def _name(path: object) -> str:
    return str(path.relative_to(ROOT)) if isinstance(path, Path) else str(path)


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_command_exists_with_its_options(document: Path) -> None:
    for line in _commands(document):
        words = shlex.split(line.split(" #")[0], comments=True)[1:]
        command: click.Command = cli
        context = click.Context(cli)
        while words and isinstance(command, click.Group):
            found = command.get_command(context, words[0])
            if found is None:
                assert words[0].startswith("-"), line
                break
            command = found
            words.pop(0)
        known = {name for option in command.get_params(context) for name in option.opts}
        ours = words[: words.index("--")] if "--" in words else words
        for word in ours:
            if word.startswith("-") and word.rstrip("…") != "-":
                assert word.partition("=")[0] in known, f"{line}: {word}"


def test_every_command_is_documented() -> None:
    documented = {line.split()[1] for document in DOCUMENTS for line in _commands(document)}
    assert documented >= COMMANDS.keys()


def test_both_readmes_say_the_same() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    assert _commands(english) == _commands(chinese)
    assert [language for language, _ in _blocks(english)] == [
        language for language, _ in _blocks(chinese)
    ]
    headings = re.compile(r"^(#+) ", re.MULTILINE)
    assert headings.findall(english.read_text(encoding="utf-8")) == headings.findall(
        chinese.read_text(encoding="utf-8")
    )


def test_no_check_is_switched_off_without_a_reason() -> None:
    unexplained = re.compile(r"# (type: ignore|noqa)(\[[^\]]*\]|: *[A-Z0-9, ]+)?\s*$")
    for source in [*ROOT.glob("multipath/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            assert not unexplained.search(line), f"{source}:{number}"
