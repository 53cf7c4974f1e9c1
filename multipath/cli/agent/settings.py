"""The agent's settings as flags: the same for every command that takes them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

_FLAGS = (
    ("server", "HOST[:PORT]", "Zabbix server or proxy; the port is 10051. Several: a;b or a,b."),
    ("hostname", "NAME", "This host's name in Zabbix."),
    ("refresh", "TIME", "How often to ask for changes; 5s."),
    ("heartbeat", "TIME", "How often to show life to Zabbix; 60s."),
    (
        "state",
        "DIR",
        "Where values wait for the server; /var/lib/multipath-agent. 'none': in memory.",
    ),
    ("spool-size", "SIZE", "How much may wait there; 256MB."),
    ("spool-age", "TIME", "How long it may wait; 7d."),
    ("packet-log", "DIR", "Where to log each packet, in a file per edge; none."),
    ("packet-log-size", "SIZE", "How much may be there; 1000MB."),
    ("packet-log-age", "TIME", "How long it is kept; 7d."),
    ("echo", "PORT", "UDP port to answer other agents' probes on; none."),
    ("prometheus", "ADDRESS:PORT", "Where to serve figures for Prometheus; none."),
    ("tls-connect", "MODE", "unencrypted, cert or psk; unencrypted."),
    ("tls-ca-file", "FILE", "Authorities of the server's certificate, PEM."),
    ("tls-cert-file", "FILE", "The agent's certificate, PEM."),
    ("tls-key-file", "FILE", "Its key, PEM."),
    ("tls-server-cert-issuer", "NAME", "Whom the server's certificate must be by."),
    ("tls-server-cert-subject", "NAME", "Whose it must be."),
    ("tls-psk-identity", "NAME", "Name of the key that both sides know."),
    ("tls-psk-file", "FILE", "File that holds it, in hexadecimal digits."),
)
"""Name, what it takes, help; for the options of a command in this order."""

Command = Callable[..., Any]

config_option = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path, readable=False),  # what is wrong with it is told by its reader
    help="TOML file with the same names; flags win.",
)


def setting_options(command: Command) -> Command:
    """Give a command one option for each setting, see ``flags_of``."""
    for name, metavar, text in reversed(_FLAGS):
        command = click.option(f"--{name}", metavar=metavar, help=text)(command)
    return command


def flags_of(options: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what ``setting_options`` gave a command, by the settings' own names."""
    return {name: options[name.replace("-", "_")] for name, _, _ in _FLAGS}
