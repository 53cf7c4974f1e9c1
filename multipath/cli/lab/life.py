"""``multipath lab up``, ``status``, ``exec`` and ``down``: the lab itself."""

import json
import time

import click

from multipath.cli.lab.faults import known, name_option, print_faults
from multipath.lab import lab as labs
from multipath.lab.nodes import NODES
from multipath.lab.releases import DEFAULT_VERSION, RELEASES, release
from multipath.lab.template import purge


@click.command()
@click.option(
    "--zabbix",
    "version",
    type=click.Choice(list(RELEASES)),
    default=DEFAULT_VERSION,
    show_default=True,
    help="The Zabbix version.",
)
@name_option
def up(version: str, name: str) -> None:
    """Bring the lab up, and print where its Zabbix is.

    Everything comes from Debian's packages, unpacked into a folder: nothing is installed, and
    nothing that this machine runs is touched.

    \b
    Example:
      multipath lab up --zabbix 6.0 --name old
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    started_s = time.monotonic()

    def progress(what: str) -> None:
        click.echo(f"[{time.monotonic() - started_s:5.1f} s] {what}", err=True)

    zabbix = labs.up(name, release(version), progress).zabbix
    click.echo(f"lab {name} is up: Zabbix {zabbix['version']}")
    click.echo(f"  URL      {zabbix['url']}")
    click.echo(f"  login    {zabbix['user']} / {zabbix['password']}")
    click.echo(f"  profile  {labs.profile_name(name)}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@name_option
def status(as_json: bool, name: str) -> None:
    """Tell how the lab is: where its Zabbix is, its hosts, the RTTs to expect, the faults.

    \b
    Example:
      multipath lab status --json
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    now = labs.status(name)
    if as_json:
        click.echo(json.dumps(now.to_json(), indent=2, ensure_ascii=False))
        return
    click.echo(f"lab {name} is {now.state}")
    if now.state == "up":
        click.echo(f"Zabbix {now.zabbix['version']} at {now.zabbix['url']}")
        for node in NODES.values():
            click.echo(f"  {node.name:<10} {node.address}")
        for pair, rtt_s in now.wan["rtt_s"].items():
            click.echo(f"  {pair:<18} {rtt_s * 1000:6.1f} ms")
        print_faults(now.wan["faults"])


@click.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@name_option
def execute(node: str, command: tuple[str, ...], name: str) -> None:
    """Run a command on a host of the lab, in the current folder, with this environment.

    \b
    Example:
      multipath lab exec zabbix-sh -- fping -c 3 203.0.113.10
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    labs.execute(name, known("node", node, NODES), command)


@click.command()
@click.option("--purge", "also_cache", is_flag=True, help="Also remove the downloaded packages.")
@name_option
def down(also_cache: bool, name: str) -> None:
    """Take the lab down, and leave nothing of it.

    \b
    Example:
      multipath lab down
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    click.echo(f"lab {name} is down" if labs.down(name) else f"lab {name} was not up")
    if also_cache:
        purge()
        click.echo("the downloaded packages are removed")
