"""``multipath agent``: the probe agent of this host."""

import logging
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import click


class _OneLine(logging.Formatter):
    """A line per event, in UTC; what a server says cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC)
        text = f"{when:%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower()} {record.getMessage()}"
        return "".join(c if c.isprintable() else " " for c in text)


@click.group()
def agent() -> None:
    """Measure this host's edges and report them to Zabbix.

    \b
    Example:
      multipath agent run --server 127.0.0.1 --hostname multipath.zabbix-sh
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is


@agent.command()
@click.option("--server", metavar="HOST[:PORT]", help="Zabbix server or proxy; the port is 10051.")
@click.option("--hostname", metavar="NAME", help="This host's name in Zabbix.")
@click.option("--refresh", metavar="TIME", help="How often to ask for changes; 5s.")
@click.option("--heartbeat", metavar="TIME", help="How often to show life to Zabbix; 60s.")
@click.option(
    "--state",
    metavar="DIR",
    help="Where values wait for the server; /var/lib/multipath-agent. 'none': in memory.",
)
@click.option("--spool-size", metavar="SIZE", help="How much may wait there; 256MB.")
@click.option("--spool-age", metavar="TIME", help="How long it may wait; 7d.")
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="TOML file with the same names; flags win.",
)
def run(file: Path | None, **flags: str | None) -> None:
    """Measure until stopped by SIGTERM or Ctrl-C.

    What to measure comes from Zabbix, and follows changes there. Needs root, the capability
    CAP_NET_RAW, or ping sockets (net.ipv4.ping_group_range).

    \b
    Examples:
      multipath agent run --server 192.0.2.10 --hostname multipath.zabbix-sh
      multipath agent run --server [2001:db8::10]:10051 --hostname multipath.proxy1
      multipath agent run --config /etc/multipath/agent.toml
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    from multipath.agent.config import load_settings  # noqa: PLC0415 - --help stays quick
    from multipath.agent.service import Agent  # noqa: PLC0415 - the same

    settings = load_settings({name.replace("_", "-"): text for name, text in flags.items()}, file)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    service = Agent(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    service.run()
