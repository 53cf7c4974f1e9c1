"""``multipath agent check``: a dry run of the agent."""

import sys
from pathlib import Path

import click

from multipath.agent.host.unit import CONFIG
from multipath.cli.agent.remote import leave_for, ssh_options, words_of
from multipath.cli.agent.settings import config_option, flags_of, setting_options


@click.command()
@setting_options
@config_option
@ssh_options
def check(
    target: str | None, ssh_config: Path | None, file: Path | None, **options: str | None
) -> None:
    """Try what the agent needs, here or on another host, and change nothing.

    May it open its sockets and keep values, does the server answer, does it know this host, which
    edges are to be measured, and does one packet to each come back? Settings are those of the
    installed agent unless --config or flags say otherwise. The exit code is 1 when anything is
    not well.

    \b
    Examples:
      multipath agent check --server 192.0.2.10 --hostname multipath.zabbix-sh
      multipath agent check --ssh root@192.0.2.7
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    from multipath.agent.check import check as findings  # noqa: PLC0415 - --help stays quick
    from multipath.agent.config import load_settings  # noqa: PLC0415 - the same

    flags = flags_of(options)
    if target:
        words = ["check", *words_of(flags), *([f"--config={file}"] if file else [])]
        leave_for(target, ssh_config, words)
    if file is None and Path(CONFIG).exists():
        file = Path(CONFIG)
    is_well = True
    for finding in findings(load_settings(flags, file)):
        is_well &= finding.is_well
        mark = click.style("ok  ", fg="green") if finding.is_well else click.style("FAIL", fg="red")
        click.echo(f"{mark}  {finding.what}: {finding.says}")
    if not is_well:
        sys.exit(1)
