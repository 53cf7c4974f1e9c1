"""The command as a whole: help, and errors as one sentence."""

import subprocess
import sys

import pytest

from multipath import __version__
from multipath.cli.main import COMMANDS


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "multipath", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command() -> None:
    printed = run("--help").stdout
    for name in COMMANDS:
        assert f"  {name} " in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    printed = run(name, "--help").stdout
    assert f"Usage: multipath {name}" in printed
    assert f"  multipath {name}" in printed


def test_the_version_is_the_package_s() -> None:
    assert run("--version").stdout == f"multipath, version {__version__}\n"


def test_an_expected_error_is_one_sentence_and_exit_code_1() -> None:
    done = run("validate", "nowhere.yaml")
    assert done.returncode == 1
    assert "nowhere.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_command_is_exit_code_2() -> None:
    done = run("deplyo")
    assert done.returncode == 2
    assert "No such command 'deplyo'" in done.stderr
