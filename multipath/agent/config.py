"""The agent's settings, from flags and a TOML file with the same names; flags win."""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from multipath.agent.connection.server import (
    DEFAULT_PORT,
    Cluster,
    Server,
    parse_clusters,
    parse_server,
)
from multipath.agent.connection.tls import CERT, IDENTITY_MAX_BYTES, MODES, PSK, UNENCRYPTED, Tls
from multipath.agent.items.duration import parse_duration_s
from multipath.agent.items.key import PORTS
from multipath.agent.items.nearest import did_you_mean
from multipath.errors import AgentError, ConfigError

_HOSTNAME = re.compile(r"[0-9A-Za-z_. -]{1,128}")
_PERIOD_MAX_S = 3600.0
_DAY_S = 86400.0
_SPOOL_AGE_MAX_S = 365 * _DAY_S
_MB = 1_000_000
_SIZE = re.compile(r"([1-9][0-9]{0,5})MB")
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the agent needs to know itself; the rest comes from Zabbix.

    Args:
        servers: the Zabbix servers or proxies that monitor this host; each gets every value.
        hostname: the host's name in Zabbix.
        refresh_s: how often to ask for changes of the items.
        heartbeat_s: how often to show that the agent is alive.
        state: folder for the values that wait and for what was last measured; None for memory.
        spool_bytes: how much the values that wait may take up there.
        spool_age_s: how long they may wait.
        packet_log: folder for a line per packet, in a file per edge; None for none.
        packet_log_bytes: how much these files may take up.
        packet_log_age_s: how long they are kept.
        echo: UDP port on which other agents' probes are answered; None: they are not.
        prometheus: where to serve figures for Prometheus; None for nowhere.
        tls_connect: and those after it: see ``Tls``.
    """

    servers: tuple[Cluster, ...]
    hostname: str
    refresh_s: float = 5.0
    heartbeat_s: float = 60.0
    state: Path | None = Path("/var/lib/multipath-agent")
    spool_bytes: int = 256 * _MB
    spool_age_s: float = 7 * _DAY_S
    packet_log: Path | None = None
    packet_log_bytes: int = 1000 * _MB
    packet_log_age_s: float = 7 * _DAY_S
    echo: int | None = None
    prometheus: Server | None = None
    tls_connect: str = UNENCRYPTED
    tls_ca_file: Path | None = None
    tls_cert_file: Path | None = None
    tls_key_file: Path | None = None
    tls_server_cert_issuer: str = ""
    tls_server_cert_subject: str = ""
    tls_psk_identity: str = ""
    tls_psk_file: Path | None = None

    @property
    def tls(self) -> Tls:
        """How connections are secured."""
        return Tls(**{field.name: getattr(self, f"tls_{field.name}") for field in fields(Tls)})

    def spool(self, cluster: Cluster) -> Path | None:
        """Return the file of the values that wait for these servers; None for memory.

        There is one for each host name, and where there are several clusters for each of them.
        """
        whose = self.hostname if len(self.servers) == 1 else f"{self.hostname}@{cluster[0]}"
        return self.state and self.state / f"{whose}.spool"

    @property
    def status(self) -> Path | None:
        """The file of what the agent last said of itself, beside the spool."""
        return self.state and self.state / f"{self.hostname}.status"


def load_settings(flags: Mapping[str, str | None], file: Path | None) -> Settings:
    """Return the settings.

    Args:
        flags: by setting name; None where a flag was not given.
        file: TOML file with the same names, or None.

    Raises:
        ConfigError: the file cannot be read, a name is unknown, a value is bad or missing.
    """
    values = _read_file(file) if file else {}
    values |= {name: (text, f"--{name}") for name, text in flags.items() if text is not None}
    parsed: dict[str, object] = {}
    for name, (attribute, parse) in _SETTINGS.items():
        if name in values:
            value, place = values[name]
            try:
                parsed[attribute] = parse(value)
            except AgentError as error:
                raise ConfigError(f"{place}: {error}") from None
    for name in ("server", "hostname"):
        if _SETTINGS[name][0] not in parsed:
            raise ConfigError(f'no {name}; give --{name} or write {name} = "…" in the file')
    _check_tls(parsed)
    return Settings(**parsed)  # type: ignore[arg-type] # each by its parser in _SETTINGS


def _read_file(file: Path) -> dict[str, tuple[str, str]]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is no TOML: {error}") from error
    values = {}
    for name, value in content.items():
        if name not in _SETTINGS:
            raise ConfigError(f"{file}: unknown setting {name!r}{did_you_mean(name, _SETTINGS)}")
        if not isinstance(value, str):
            raise ConfigError(f'{file}: {name} is no text; write {name} = "…"')
        values[name] = (value, f"{file}: {name}")
    return values


def _check_tls(parsed: Mapping[str, object]) -> None:
    """Hold the settings of TLS against each other: what is given must be used, and suffice.

    Raises:
        ConfigError: they do not fit.
    """
    connect = str(parsed.get("tls_connect", UNENCRYPTED))
    needed = _TLS_NEEDED[connect]
    for attribute in needed:
        if attribute not in parsed:
            raise ConfigError(
                f"tls-connect is {connect}, but {SETTING_NAMES[attribute]} is missing"
            )
    known = {*needed, *(_TLS_IDENTITY if connect == CERT else ()), "tls_connect"}
    for attribute in parsed:
        if attribute.startswith("tls_") and attribute not in known:
            raise ConfigError(f"{SETTING_NAMES[attribute]} is of no use: tls-connect is {connect}")


def _parse_mode(text: str) -> str:
    if text not in MODES:
        raise AgentError(f"{text[:40]!r} is none of {', '.join(MODES)}")
    return text


def _parse_identity(text: str) -> str:
    if not 0 < len(text.encode()) <= IDENTITY_MAX_BYTES or not text.isprintable():
        raise AgentError(f"it is no identity of 1 to {IDENTITY_MAX_BYTES} bytes")
    return text


def _parse_hostname(text: str) -> str:
    if not _HOSTNAME.fullmatch(text):
        raise AgentError(f"{text[:80]!r} is no host name that Zabbix takes")
    return text


def _parse_period_s(text: str) -> float:
    period_s = parse_duration_s(text)
    if not 1 <= period_s <= _PERIOD_MAX_S:
        raise AgentError(f"{text} is not from 1s to 1h")
    return period_s


def _parse_folder(text: str) -> Path | None:
    return None if text == _NONE else Path(text)


def _parse_prometheus(text: str) -> Server | None:
    if text == _NONE:
        return None
    server = parse_server(text)
    try:
        ipaddress.ip_address(server.host)
    except ValueError:
        raise AgentError(f"{text} has no IP address; write 127.0.0.1:9469") from None
    if server.port == DEFAULT_PORT:
        raise AgentError(f"{text} has no port of its own; write 127.0.0.1:9469")
    return server


def _parse_size_bytes(text: str) -> int:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise AgentError(f"{text[:40]!r} is no size; write 256MB")
    return int(match[1]) * _MB


def _parse_age_s(text: str) -> float:
    age_s = parse_duration_s(text)
    if not 1 <= age_s <= _SPOOL_AGE_MAX_S:
        raise AgentError(f"{text} is not from 1s to 365d")
    return age_s


def _parse_port(text: str) -> int | None:
    if text == _NONE:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) not in PORTS:
        raise AgentError(f"{text[:40]!r} is no port; write a number from 1 to 65535, or none")
    return int(text)


_SETTINGS: dict[str, tuple[str, Callable[[str], object]]] = {
    "server": ("servers", parse_clusters),
    "hostname": ("hostname", _parse_hostname),
    "refresh": ("refresh_s", _parse_period_s),
    "heartbeat": ("heartbeat_s", _parse_period_s),
    "state": ("state", _parse_folder),
    "spool-size": ("spool_bytes", _parse_size_bytes),
    "spool-age": ("spool_age_s", _parse_age_s),
    "packet-log": ("packet_log", _parse_folder),
    "packet-log-size": ("packet_log_bytes", _parse_size_bytes),
    "packet-log-age": ("packet_log_age_s", _parse_age_s),
    "echo": ("echo", _parse_port),
    "prometheus": ("prometheus", _parse_prometheus),
    "tls-connect": ("tls_connect", _parse_mode),
    "tls-ca-file": ("tls_ca_file", Path),
    "tls-cert-file": ("tls_cert_file", Path),
    "tls-key-file": ("tls_key_file", Path),
    "tls-server-cert-issuer": ("tls_server_cert_issuer", str),
    "tls-server-cert-subject": ("tls_server_cert_subject", str),
    "tls-psk-identity": ("tls_psk_identity", _parse_identity),
    "tls-psk-file": ("tls_psk_file", Path),
}
_TLS_NEEDED = {
    UNENCRYPTED: (),
    CERT: ("tls_ca_file", "tls_cert_file", "tls_key_file"),
    PSK: ("tls_psk_identity", "tls_psk_file"),
}
_TLS_IDENTITY = ("tls_server_cert_issuer", "tls_server_cert_subject")

SETTING_NAMES = {attribute: name for name, (attribute, _) in _SETTINGS.items()}
"""Attributes of ``Settings`` → the settings' own names."""
