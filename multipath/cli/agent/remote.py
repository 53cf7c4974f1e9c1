"""Options of the agent's commands that can do their work on another host."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from multipath.cli.agent.settings import Command

_SSH = click.option(
    "--ssh",
    "target",
    metavar="USER@HOST",
    help="Do it on this host, by ssh; also ssh://USER@HOST:PORT.",
)
_SSH_CONFIG = click.option(
    "--ssh-config",
    type=click.Path(path_type=Path),
    help="ssh's configuration file, instead of your own.",
)


def ssh_options(command: Command) -> Command:
    """Give a command ``--ssh`` and ``--ssh-config``: its ``target`` and ``ssh_config``."""
    return _SSH(_SSH_CONFIG(command))


def words_of(flags: Mapping[str, str | None]) -> list[str]:
    """Return settings as words of a command line."""
    return [f"--{name}={text}" for name, text in flags.items() if text is not None]


def leave_for(target: str, ssh_config: Path | None, words: Sequence[str]) -> None:
    """Run ``multipath agent WORDS`` on another host, and end with its exit code."""
    from multipath.agent.host.archive import archive  # noqa: PLC0415 - --help stays quick
    from multipath.agent.host.remote import run_there  # noqa: PLC0415 - the same

    sys.exit(run_there(target, ssh_config, words, archive()))
