"""``multipath agent status``: how the agent of this host, or of another one, is."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from multipath.agent.host.unit import ARCHIVE, CONFIG, STATE
from multipath.cli.agent.remote import leave_for, ssh_options
from multipath.errors import AgentError

if TYPE_CHECKING:
    from multipath.agent.reporting.status import Status

_SILENT_S = 60
_LINES = 5
_UNITS = (("d", 86400), ("h", 3600), ("min", 60))


@click.command()
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    help=f"Its state folder; else that of {CONFIG}, else {STATE}.",
)
@ssh_options
def status(target: str | None, ssh_config: Path | None, state: Path | None) -> None:
    """Tell how the agent is: does it run, since when, what waits, what it last said.

    The exit code is 1 when it does not run, or has said nothing for a minute.

    \b
    Examples:
      multipath agent status
      multipath agent status --ssh root@192.0.2.7
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    from multipath.agent.host.host import installed_version, look, service_facts  # noqa: PLC0415 - --help stays quick
    from multipath.agent.reporting.status import read_status  # noqa: PLC0415 - the same

    if target:
        leave_for(target, ssh_config, ["status", *([f"--state={state}"] if state else [])])
    now_s = time.time()
    version = installed_version()
    click.echo(f"installed  {f'version {version} in {ARCHIVE}' if version else 'not as a service'}")
    if version and look().has_systemd:
        click.echo(f"service    {service_facts()}")
    found = [read_status(path) for path in _status_files(state)]
    told = [each for each in found if each]
    for each in told:
        for line in tell(each, now_s):
            click.echo(line)
    if not told:
        click.echo("agent      never ran here, or keeps its state elsewhere (--state)")
    if not told or not all(is_well(each, now_s) for each in told):
        sys.exit(1)


def is_well(agent: "Status", now_s: float) -> bool:
    """Return whether an agent lives and has said something lately. Pure."""
    return agent.lives and now_s - agent.facts["said_s"] <= _SILENT_S


def tell(agent: "Status", now_s: float) -> list[str]:
    """Return lines that say how an agent is. Pure."""
    facts, spool = agent.facts, agent.facts["spool"]
    said_s = now_s - facts["said_s"]
    if not agent.lives and facts["ended_s"]:
        state = f"ended {_span(now_s - facts['ended_s'])} ago"
    elif not agent.lives:
        state = f"died without a word, {_span(said_s)} after it last spoke"
    else:
        state = f"runs for {_span(now_s - facts['started_s'])}"
        if said_s > _SILENT_S:
            state += f", but has said nothing for {_span(said_s)}"
    waits = f"{spool['depth']} values"
    if spool["oldest_clock_s"] is not None:
        waits += f", the oldest for {_span(now_s - spool['oldest_clock_s'])}"
    dropped = f"; {spool['dropped']} dropped so far" if spool["dropped"] else ""
    trouble = f"; not on disk: {spool['error']}" if spool["error"] else ""
    started = datetime.fromtimestamp(facts["started_s"], UTC)
    return [
        f"agent      {facts['hostname']} {state}, since {started:%Y-%m-%dT%H:%M:%SZ}, "
        f"version {facts['version']}, process {facts['pid']}",
        f"server     {facts['server']}",
        f"edges      {facts['edges']}",
        f"waiting    {waits}{dropped}{trouble}",
        "it last said:",
        *(f"  {line}" for line in facts["log"][-_LINES:]),
    ]


def _status_files(state: Path | None) -> list[Path]:
    """Return the files to look into.

    Raises:
        AgentError: the folder cannot be read.
    """
    from multipath.agent.config import load_settings  # noqa: PLC0415 - --help stays quick

    if state is None and Path(CONFIG).exists():
        file = load_settings({}, Path(CONFIG)).status
        return [file] if file else []
    folder = state or Path(STATE)
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".status")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AgentError(f"cannot read {folder}: {error.strerror}; are you root?") from error


def _span(seconds: float) -> str:
    """Return a time span in its largest unit: ``3 min``."""
    for unit, length_s in _UNITS:
        if seconds >= length_s:
            return f"{seconds / length_s:.0f} {unit}"
    return f"{max(0, seconds):.0f} s"
