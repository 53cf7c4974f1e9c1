"""``multipath lab``: a real Zabbix and four hosts on this machine, to try and to break."""

import json
import time
from pathlib import Path

import click

from multipath.cli.lab.faults import fault, heal, known, name_option, print_faults
from multipath.lab import agents as lab_agents
from multipath.lab import lab as labs
from multipath.lab.nodes import NODES
from multipath.lab.releases import DEFAULT_VERSION, RELEASES, release
from multipath.lab.template import purge
from multipath.topology.loader import load


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def lab() -> None:
    """Run a real Zabbix with two proxies on this machine, and a WAN to break.

    \b
    Four hosts in network namespaces, joined by an emulated WAN:
      zabbix-sh  the source, with the Zabbix server and its frontend
      proxy1     a Zabbix proxy in Hong Kong
      proxy2     a Zabbix proxy in Tokyo
      la         the target in Los Angeles

    \b
    Example:
      multipath lab up
      multipath lab fault la --loss 30%
      multipath lab heal
      multipath lab down
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is


@lab.command()
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


@lab.command()
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


@lab.command("exec", context_settings={"ignore_unknown_options": True})
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


@lab.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@name_option
def agents(files: tuple[Path, ...], name: str) -> None:
    """Start the probe agents of the topologies in FILES on the hosts of the lab.

    One on the source and on each proxy; where one runs already, it stays.

    \b
    Example:
      multipath lab agents topologies/sh-la.yaml
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    nodes = lab_agents.vantages(load(files))
    started = lab_agents.start(name, nodes)
    for node in nodes:
        click.echo(f"agent on {node}: {'started' if node in started else 'runs already'}")


@lab.command()
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


lab.add_command(fault)
lab.add_command(heal)
