"""The command line of the agent's archive: ``multipath agent``, without the rest of multipath."""

import sys

import click

from multipath import __version__
from multipath.cli.agent.group import agent
from multipath.errors import MultipathError


def main() -> None:
    """Run the command line; an expected error is one sentence on stderr and exit code 1."""
    command = click.version_option(__version__, prog_name="multipath-agent")(agent)
    command.context_settings = {"help_option_names": ["-h", "--help"]}
    try:
        command.main(prog_name="multipath-agent")
    except MultipathError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
