"""The command ``multipath``: finds the sub-command and turns errors into a sentence."""

import sys

import click

from multipath import __version__
from multipath.cli.options.lazy import LazyGroup
from multipath.errors import MultipathError

COMMANDS = {
    "validate": "multipath.cli.topology.validate:validate",
    "edges": "multipath.cli.topology.edges:edges",
    "schema": "multipath.cli.topology.schema:schema",
    "plan": "multipath.cli.deploying.plan:plan",
    "render": "multipath.cli.deploying.render:render",
    "deploy": "multipath.cli.deploying.deploy:deploy",
    "destroy": "multipath.cli.deploying.destroy:destroy",
    "status": "multipath.cli.asking.status:status",
    "diagnose": "multipath.cli.asking.diagnose:diagnose",
    "watch": "multipath.cli.asking.watch:watch",
    "routes": "multipath.cli.asking.routes:routes",
    "outages": "multipath.cli.asking.outages:outages",
    "export": "multipath.cli.asking.export:export",
    "report": "multipath.cli.asking.report:report",
    "access": "multipath.cli.deploying.access:access",
    "ping": "multipath.cli.probing.ping:ping",
    "trace": "multipath.cli.probing.trace:trace",
    "agent": "multipath.cli.agent.group:agent",
    "lab": "multipath.cli.lab.group:lab",
}
"""Each sub-command and where it lives, in the order of a user's work."""


@click.group(
    cls=LazyGroup, places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="multipath")
def cli() -> None:
    """Watch the way between two places from several sides at once, inside Zabbix."""


def main() -> None:
    """Run the command line; an expected error is one sentence on stderr and exit code 1."""
    try:
        cli.main(prog_name="multipath")
    except MultipathError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
