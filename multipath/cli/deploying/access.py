"""``multipath access``: the user that deploys with no more rights than deploying needs."""

from collections.abc import Sequence
from pathlib import Path

import click

from multipath.cli.deploying.access_view import by_hand
from multipath.cli.options.connection import Connect, optional_connection
from multipath.errors import ConfigError
from multipath.topology.loader import load
from multipath.topology.model import Topology
from multipath.zabbix.access import grant, has_token, make_token, revoke
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile, find_profile, write_profile


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@optional_connection
@click.option("--apply", "task", flag_value="apply", help="Make it in Zabbix, as a super admin.")
@click.option("--revoke", "task", flag_value="revoke", help="Take all of it away again.")
@click.option("--save-profile", metavar="NAME", help="Write the token to a profile of this name.")
@click.option("--show-token", is_flag=True, help="Print the token, the last line of the output.")
@click.option("--new-token", is_flag=True, help="Make a new token; the old one ends to hold.")
def access(
    files: tuple[Path, ...],
    connect: Connect,
    task: str | None,
    save_profile: str | None,
    show_token: bool,
    new_token: bool,
) -> None:
    """Print what a user needs in Zabbix to deploy, or make that user.

    Without --apply nothing is asked or changed: it prints the role, user group, user and token
    that an admin can make by hand. With --apply a super admin's connection makes them; what is
    so already is left alone. A token can be seen only when it is made, so say where it goes.

    \b
    Example:
      multipath access topologies/sh-la.yaml
      multipath access topologies/sh-la.yaml --profile admin --apply --save-profile work
      multipath deploy topologies/sh-la.yaml --profile work
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    topologies = load(files)
    if task is None:
        nodes = [node for topology in topologies for node in topology.nodes.values()]
        click.echo(by_hand({node.zabbix_proxy for node in nodes if node.zabbix_proxy}))
        return
    zabbix = connect()
    with Client(zabbix, writable=True) as client:
        if task == "revoke":
            revoke(client, click.echo)
            return
        wanted = new_token or not has_token(client)
        if wanted:
            _check_destination(zabbix, save_profile, show_token=show_token)
        _apply(client, topologies, wanted, save_profile, show_token=show_token)


def _apply(
    client: Client,
    topologies: Sequence[Topology],
    wanted: bool,
    save_profile: str | None,
    *,
    show_token: bool,
) -> None:
    user = grant(client, [topology.name for topology in topologies], click.echo)
    if not wanted:
        click.echo("unchanged token multipath (--new-token makes another)")
        return
    token = make_token(client, user)
    click.echo("made a new token multipath")
    if save_profile:
        write_profile(save_profile, Profile(client.url, token=token))
        click.echo(f"wrote it to profile {save_profile}")
    if show_token:
        click.echo(token)


def _check_destination(zabbix: Profile, save_profile: str | None, *, show_token: bool) -> None:
    """Refuse to make a token that nobody would ever see, or that would replace a login."""
    if not (save_profile or show_token):
        raise ConfigError(
            "where shall the token go? It can be seen only once: "
            "give --save-profile NAME, or --show-token to print it"
        )
    there = find_profile(save_profile) if save_profile else None
    if there and (there.token in {None, zabbix.token} or there.url != zabbix.url):
        raise ConfigError(
            f"profile {save_profile} is another login already: choose another --save-profile"
        )
