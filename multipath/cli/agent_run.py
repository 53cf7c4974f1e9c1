"""``multipath agent run``: measure until stopped."""

import logging
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from multipath.cli.agent_settings import config_option, flags_of, setting_options


class _OneLine(logging.Formatter):
    """A line per event, in UTC; what a server says cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        when = datetime.fromtimestamp(record.created, UTC)
        text = f"{when:%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower()} {record.getMessage()}"
        return "".join(c if c.isprintable() else " " for c in text)


@click.command()
@setting_options
@config_option
def run(file: Path | None, **options: str | None) -> None:
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

    settings = load_settings(flags_of(options), file)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    service = Agent(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    service.run()
