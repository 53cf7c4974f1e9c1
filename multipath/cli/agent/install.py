"""``multipath agent install``, ``upgrade`` and ``uninstall``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multipath.agent.host.unit import (
    ARCHIVE,
    CONFIG,
    LOGS,
    SERVICE,
    STATE,
    start_without_systemd,
    unit,
)
from multipath.cli.agent.remote import leave_for, ssh_options, words_of
from multipath.cli.agent.settings import flags_of, setting_options
from multipath.errors import AgentError

if TYPE_CHECKING:
    from multipath.agent.host.setup import Present, Step

_dry_run = click.option("--dry-run", is_flag=True, help="Only show what would be done.")


@click.command()
@setting_options
@ssh_options
@_dry_run
def install(
    target: str | None, ssh_config: Path | None, dry_run: bool, **options: str | None
) -> None:
    """Install the agent as a service of this host, or of another one, and start it.

    It gets a user of its own, one right (CAP_NET_RAW), its file in /usr/local/lib/multipath, and
    its settings in /etc/multipath/agent.toml, which are kept if they are there already. Done
    again it changes nothing.

    \b
    Examples:
      multipath agent install --server 127.0.0.1 --hostname multipath.proxy1
      multipath agent install --ssh root@192.0.2.7 --server 127.0.0.1 --hostname multipath.p1
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    flags = flags_of(options)
    if target:
        leave_for(target, ssh_config, ["install", *words_of(flags), *_dry(dry_run)])
    _install(flags, dry_run)


@click.command()
@ssh_options
@_dry_run
def upgrade(target: str | None, ssh_config: Path | None, dry_run: bool) -> None:
    """Bring this version of the agent to where it is installed; settings and values stay.

    \b
    Example:
      multipath agent upgrade --ssh root@192.0.2.7
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    if target:
        leave_for(target, ssh_config, ["upgrade", *_dry(dry_run)])
    if not Path(ARCHIVE).exists():
        raise AgentError("the agent is not installed on this host: use multipath agent install")
    _install({}, dry_run)


@click.command()
@ssh_options
@_dry_run
@click.option("--purge", is_flag=True, help="Also its settings, values and user.")
def uninstall(target: str | None, ssh_config: Path | None, dry_run: bool, purge: bool) -> None:
    """Stop the agent and take it away; its settings and undelivered values stay.

    \b
    Examples:
      multipath agent uninstall
      multipath agent uninstall --ssh root@192.0.2.7 --purge
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    from multipath.agent.host.host import look  # noqa: PLC0415 - --help stays quick
    from multipath.agent.host.setup import plan_uninstall  # noqa: PLC0415 - the same

    if target:
        words = ["uninstall", *_dry(dry_run), *(["--purge"] if purge else [])]
        leave_for(target, ssh_config, words)
    now = look()
    _perform(plan_uninstall(now, purge), dry_run)
    left = [path for path in (CONFIG, STATE, LOGS) if not purge and Path(path).exists()]
    if left:
        click.echo(f"kept: {', '.join(left)} (--purge takes them too)")


def _install(flags: dict[str, str | None], dry_run: bool) -> None:
    from multipath.agent.host.archive import archive  # noqa: PLC0415 - --help stays quick
    from multipath.agent.host.host import find_python, look, settle  # noqa: PLC0415 - the same
    from multipath.agent.host.setup import plan_install  # noqa: PLC0415 - the same

    now = look()
    python = find_python()
    _perform(plan_install(now, archive(), unit(python), settle(flags, now)), dry_run)
    if not dry_run:
        _say_how_it_runs(now, python)


def _say_how_it_runs(now: "Present", python: str) -> None:
    from multipath.agent.host.host import check_runs  # noqa: PLC0415 - --help stays quick

    if now.has_systemd:
        check_runs()
        click.echo(f"{SERVICE} runs; `multipath agent status` shows how it is")
    else:
        click.echo("this host has no systemd, so nothing starts the agent. This does, as root:")
        click.echo(f"  {start_without_systemd(python)}")


def _perform(steps: Sequence["Step"], dry_run: bool) -> None:
    from multipath.agent.host.host import carry_out, check_root  # noqa: PLC0415 - --help stays quick

    if not steps:
        click.echo("nothing to do")
    elif dry_run:
        click.echo("nothing is changed; without --dry-run it would:")
        for step in steps:
            click.echo(f"  {step}")
    else:
        check_root()
        for step in steps:
            click.echo(step)
            carry_out(step)


def _dry(dry_run: bool) -> list[str]:
    return ["--dry-run"] if dry_run else []
