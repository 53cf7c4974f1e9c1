"""``multipath agent run``: measure until stopped."""

import signal
from functools import partial
from pathlib import Path

import click

from multipath.cli.agent.settings import config_option, flags_of, setting_options


@click.command()
@setting_options
@config_option
def run(file: Path | None, **options: str | None) -> None:
    """Measure until stopped by SIGTERM or Ctrl-C; SIGHUP: read the settings again.

    What to measure comes from Zabbix, and follows changes there. Needs root, the capability
    CAP_NET_RAW, or ping sockets (net.ipv4.ping_group_range).

    \b
    Examples:
      multipath agent run --server 192.0.2.10 --hostname multipath.zabbix-sh
      multipath agent run --server [2001:db8::10]:10051 --hostname multipath.proxy1
      multipath agent run --config /etc/multipath/agent.toml
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    from multipath.agent.config import load_settings  # noqa: PLC0415 - --help stays quick
    from multipath.agent.reporting.log import log_to_stderr  # noqa: PLC0415 - the same
    from multipath.agent.service import Agent  # noqa: PLC0415 - the same

    read_settings = partial(load_settings, flags_of(options), file)
    settings = read_settings()
    log_to_stderr()
    service = Agent(settings, read_settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    signal.signal(signal.SIGHUP, lambda *_: service.reload())
    service.run()
