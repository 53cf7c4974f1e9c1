"""Item keys: what the agent is told to measure. Pure.

``multipath.probe[sh-la,zabbix-sh,la,icmp,203.0.113.10,packets=20,size=56,timeout=2s]``: five
parameters by place (topology, from, to, kind, address), then options by name.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from multipath import names
from multipath.agent.items.duration import parse_duration_s
from multipath.agent.items.nearest import did_you_mean
from multipath.errors import AgentError

PACKETS = range(1, 1001)
SIZE_BYTES = range(16, 65001)
TIMEOUT_MAX_S = 60.0

DSCPS = range(64)
PORTS = range(1, 65536)
DEFAULT_PORTS = {"udp": 10862, "http": 80, "https": 443}
UDP_SIZE_MIN_BYTES = 24
PATH_MAX = 512

_COMMON = ("packets", "timeout", "dscp", "source")
_KINDS: Mapping[str, tuple[str, ...]] = {
    "icmp": (*_COMMON, "size", "df"),
    "udp": (*_COMMON, "size", "df", "port"),
    "tcp": (*_COMMON, "port"),
    "http": (*_COMMON, "port", "path"),
    "https": (*_COMMON, "port", "path"),
}
"""The options of each kind of probe."""
_PLACES = ("topology", "from", "to", "kind", "address")
_KEY = re.compile(r"([0-9A-Za-z_.-]+)(?:\[(.*)\])?", re.DOTALL)
_PARAMETER = re.compile(r' *(?:"((?:[^"\\]|\\.)*)" *|([^,"\[\]]*))(,|$)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Marks:
    """What the packets of an edge have of their own; edges of equal marks may share sockets.

    Args:
        dscp: class of service (RFC 2474), 0 to 63.
        df: never fragmented, on this host neither.
        source: IP address, or network interface, that the packets leave from; empty: any.
        one_flow: all look alike to routers that share load out (ICMP), and each has its own
            number of hops.
    """

    dscp: int = 0
    df: bool = False
    source: str = ""
    one_flow: bool = False


PLAIN = Marks()


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """How one edge is measured.

    Args:
        address: IP address or DNS name of the far end.
        packets: packets, connections or requests per cycle.
        size: payload bytes of a packet.
        timeout_s: a reply after this long counts as late, and as lost.
        dscp, df, source, one_flow: see ``Marks``.
        port: of the far end; icmp has none.
        path: what http asks for.
    """

    topology: str
    from_node: str
    to_node: str
    kind: str
    address: str
    packets: int = 20
    size: int = 56
    timeout_s: float = 2.0
    dscp: int = 0
    df: bool = False
    source: str = ""
    port: int = 0
    path: str = "/"
    one_flow: bool = False

    @property
    def marks(self) -> Marks:
        """What the packets have of their own."""
        return Marks(self.dscp, self.df, self.source, self.one_flow)

    @property
    def edge(self) -> str:
        """The edge as logs name it: ``sh-la zabbix-sh>la``."""
        return f"{self.topology} {names.edge_name(self.from_node, self.to_node)}"


def parse_probe(key: str) -> ProbeSpec:
    """Return what the key of a master item, or that of a probe beside it, asks for.

    Raises:
        AgentError: not a key of ours, a parameter is missing, or an option is unknown or bad.
    """
    name, parameters = split_key(key)
    if name not in {names.KEY_PROBE, names.KEY_CONFIRM}:
        raise AgentError(f"unknown key {name}" + did_you_mean(name, _KNOWN_KEYS))
    places, options = parameters[: len(_PLACES)], parameters[len(_PLACES) :]
    for place, value in zip(_PLACES, places + [""] * len(_PLACES), strict=False):
        if not value:
            raise AgentError(f"the parameter {place} is missing; write {_EXAMPLE}")
    if places[3] not in _KINDS:
        raise AgentError(f"unknown kind of probe {places[3]!r}" + did_you_mean(places[3], _KINDS))
    values = _parse_options(options, _KINDS[places[3]])
    spec = ProbeSpec(*places, **values)  # type: ignore[arg-type] # by _OPTIONS
    if spec.kind in DEFAULT_PORTS and not spec.port:
        spec = replace(spec, port=DEFAULT_PORTS[spec.kind])
    if spec.kind == "tcp" and not spec.port:
        raise AgentError("a tcp probe needs a port; write port=443")
    if spec.kind == "udp" and spec.size < UDP_SIZE_MIN_BYTES:
        raise AgentError(f"a udp probe has a size of {UDP_SIZE_MIN_BYTES} at the least")
    if len(spec.address) > ADDRESS_MAX:
        raise AgentError("the address is longer than any DNS name")
    return spec


def split_key(key: str) -> tuple[str, list[str]]:
    """Return an item key's name and parameters, unquoted.

    Raises:
        AgentError: the brackets or quotes do not match.
    """
    if len(key) > _KEY_MAX:
        raise AgentError(f"the key is longer than {_KEY_MAX} characters")
    match = _KEY.fullmatch(key)
    if match is None:
        raise AgentError(f"{key[:80]!r} is no item key")
    return match[1], [] if match[2] is None else _split_parameters(match[2])


def _split_parameters(text: str) -> list[str]:
    parameters = []
    position = 0
    while True:
        match = _PARAMETER.match(text, position)
        if match is None:
            raise AgentError(
                f"cannot read the parameters from {text[position : position + 40]!r} on"
            )
        quoted, plain, end = match.groups()
        parameters.append(plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        if not end:
            return parameters
        position = match.end()


def _parse_options(options: list[str], known: Sequence[str]) -> dict[str, int | float | str]:
    values: dict[str, int | float | str] = {}
    for option in options:
        name, equals, text = option.partition("=")
        if name not in known:
            raise AgentError(f"unknown option {name!r}" + did_you_mean(name, known))
        if not equals:
            raise AgentError(f"the option {name} has no value; write {name}=…")
        attribute, parse = _OPTIONS[name]
        if attribute in values:
            raise AgentError(f"the option {name} is given twice")
        try:
            values[attribute] = parse(text)
        except AgentError as error:
            raise AgentError(f"{name}={text[:40]}: {error}") from None
    return values


def _whole_number(allowed: range) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) not in allowed:
            raise AgentError(f"not a whole number from {allowed.start} to {allowed.stop - 1}")
        return int(text)

    return parse


def _timeout_s(text: str) -> float:
    timeout_s = parse_duration_s(text)
    if not 0 < timeout_s <= TIMEOUT_MAX_S:
        raise AgentError(f"not more than 0 s and at most {TIMEOUT_MAX_S:g} s")
    return timeout_s


def _source(text: str) -> str:
    if not re.fullmatch(_SOURCE, text):
        raise AgentError("neither an IP address nor a network interface")
    return text


def _path(text: str) -> str:
    if len(text) > PATH_MAX or not re.fullmatch(_PATH, text):
        raise AgentError("not a path that begins with / and has no other signs than a URL's")
    return text


_PATH = r"/[0-9A-Za-z._~!$&'()*+,;=:@%/?-]*"
_SOURCE = r"[0-9A-Za-z_.:%@-]{1,64}"
_OPTIONS: dict[str, tuple[str, Callable[[str], int | float | str]]] = {
    "packets": ("packets", _whole_number(PACKETS)),
    "size": ("size", _whole_number(SIZE_BYTES)),
    "timeout": ("timeout_s", _timeout_s),
    "dscp": ("dscp", _whole_number(DSCPS)),
    "df": ("df", lambda text: bool(_whole_number(range(2))(text))),
    "source": ("source", _source),
    "port": ("port", _whole_number(PORTS)),
    "path": ("path", _path),
}
_KNOWN_KEYS = (
    names.KEY_PROBE,
    names.KEY_CONFIRM,
    names.KEY_TRACE,
    names.KEY_AGENT_PING,
    names.KEY_AGENT_VERSION,
    names.KEY_AGENT_HEALTH,
)
_KEY_MAX = 2048
ADDRESS_MAX = 255
_EXAMPLE = names.probe_key("TOPOLOGY", "FROM", "TO", "icmp", "ADDRESS", packets="20")
