"""What a topology file says, as checked values.

Attribute names carry units; the YAML's own keys (their aliases) do not: ``cycle: 10s`` is
``probe.cycle_s == 10.0``. What one value alone can tell is checked here, what takes several
(``timeout`` and ``cycle``, a proxy and its node) in ``timing`` and ``references``.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from multipath.topology.address import ADDRESS_PATTERN, check_address
from multipath.topology.naming import (
    DESCRIPTION_PATTERN,
    NAME_PATTERN,
    NODE_PATTERN,
    ZABBIX_PROXY_PATTERN,
    check_description,
    check_name,
    check_node_name,
    check_zabbix_proxy,
)
from multipath.topology.packet import (
    PATH_PATTERN,
    SOURCE_PATTERN,
    DscpName,
    check_path,
    check_source,
    parse_dscp,
)
from multipath.topology.units import (
    DURATION_PATTERN,
    PERCENT_PATTERN,
    format_duration,
    parse_duration,
    parse_percent,
)
from multipath.topology.wording import Refusal


def _pattern(pattern: str, *examples: str) -> object:
    """Return what the JSON schema says of a text, for editors; the checks are Python's."""
    return Field(json_schema_extra={"pattern": f"^(?:{pattern})$", "examples": list(examples)})


def _whole_seconds(low_s: int, high_s: int) -> AfterValidator:
    """Refuse what Zabbix cannot take as an interval."""

    def check(value_s: float) -> float:
        if value_s.is_integer() and low_s <= value_s <= high_s:
            return value_s
        low, high = format_duration(low_s), format_duration(high_s)
        near = format_duration(min(max(round(value_s), low_s), high_s))
        raise Refusal(
            f"{format_duration(value_s)} is not a whole number of seconds from {low} to {high}",
            f"write {near}",
        )

    return AfterValidator(check)


def _above_zero(value_s: float) -> float:
    if value_s > 0:
        return value_s
    raise Refusal("a duration of 0", "write one above 0s")


Duration = Annotated[
    float,
    BeforeValidator(parse_duration, json_schema_input_type=str),
    AfterValidator(_above_zero),
    _pattern(DURATION_PATTERN, "10s", "500ms", "5m"),
]
Percent = Annotated[
    float,
    BeforeValidator(parse_percent, json_schema_input_type=str),
    _pattern(PERCENT_PATTERN, "5%"),
]
Slo = Annotated[
    float,
    BeforeValidator(parse_percent, json_schema_input_type=str),
    _pattern(PERCENT_PATTERN, "99.9%"),
]
Dscp = Annotated[
    int,
    BeforeValidator(
        parse_dscp, json_schema_input_type=Annotated[int, Field(ge=0, le=63)] | DscpName
    ),
]
Name = Annotated[str, AfterValidator(check_name), _pattern(NAME_PATTERN, "sh-la")]
NodeKey = Annotated[str, AfterValidator(check_node_name), _pattern(NODE_PATTERN, "proxy1")]
NodeName = Annotated[str, _pattern(NODE_PATTERN, "proxy1")]
EdgeName = Annotated[str, _pattern(f"{NAME_PATTERN}>{NAME_PATTERN}", "zabbix-sh>la")]
"""Nodes and edges where they are named, not defined: ``references`` tells if they exist."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)

    def overlaid(self, own: Self) -> Self:
        """Return this with what another one sets itself."""
        return self.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})


class Node(_Model):
    """A place with an address."""

    address: Annotated[
        str,
        AfterValidator(check_address),
        _pattern(ADDRESS_PATTERN, "203.0.113.10", "2001:db8::10", "la.example.com"),
    ] = Field(description="IPv4 or IPv6 address, or a DNS name that the vantages resolve")
    zabbix_proxy: (
        Annotated[str, AfterValidator(check_zabbix_proxy), _pattern(ZABBIX_PROXY_PATTERN, "proxy1")]
        | None
    ) = Field(
        default=None,
        description="name in Zabbix of the Zabbix proxy that monitors this node; "
        "leave it out where the agent reports to the Zabbix server itself",
    )
    agent: Literal["multipath", "none"] = Field(
        default="multipath",
        description="who measures from here: multipath's agent, "
        "or with none Zabbix itself by its own ICMP checks (fewer figures)",
    )


class Probe(_Model):
    """How an edge is measured."""

    type: Literal["icmp", "udp", "tcp", "http", "https"] = Field(
        default="icmp",
        description="kind of packet: an echo request, one to the agent at the far end, "
        "a TCP handshake, a web request",
    )
    packets: int = Field(
        default=20, ge=1, le=1000, strict=True, description="packets per cycle, spread over it"
    )
    cycle_s: Annotated[Duration, _whole_seconds(1, 3600)] = Field(
        default=30.0, alias="cycle", description="length of a cycle, whole seconds from 1s to 1h"
    )
    timeout_s: Duration = Field(
        default=2.0,
        alias="timeout",
        description="a reply after this long counts as late; no longer than the cycle",
    )
    size: int = Field(
        default=56,
        ge=16,
        le=65000,
        strict=True,
        description="payload bytes of a packet; icmp and udp only",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        strict=True,
        description="port of the far end; tcp needs it, the others have 10862 (udp), 80 and 443",
    )
    confirm_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        strict=True,
        description="TCP port of the far end that is tried beside pings: while it answers, if only "
        "by a refusal, and no ping does, pings are filtered and the edge is not down; icmp only",
    )
    path: Annotated[str, AfterValidator(check_path), _pattern(PATH_PATTERN, "/health")] = Field(
        default="/", description="what http and https ask for"
    )
    dscp: Dscp = Field(
        default=0, description="class of service: 0 to 63, or its name, such as EF or AF41"
    )
    df: bool = Field(
        default=False,
        strict=True,
        description="never fragment packets, on the sending host neither; icmp and udp only",
    )
    source: (
        Annotated[str, AfterValidator(check_source), _pattern(SOURCE_PATTERN, "192.0.2.10", "eth0")]
        | None
    ) = Field(
        default=None,
        description="IP address or network interface of the sending host that packets leave from",
    )


class Thresholds(_Model):
    """When an edge is ill. Operators tune these in Zabbix as user macros."""

    loss_percent: Percent = Field(
        default=5.0, alias="loss", description="packet loss over the window that raises an alarm"
    )
    rtt_s: Duration = Field(
        default=0.3,
        alias="rtt",
        description="median RTT over the window that raises an alarm; no longer than the timeout",
    )
    baseline_percent: Percent = Field(
        default=30.0,
        alias="baseline",
        description="rise of the median RTT over its own baseline that raises an alarm",
    )
    jitter_s: Duration = Field(
        default=0.05,
        alias="jitter",
        description="jitter over the window that raises an alarm; no longer than the timeout",
    )
    window_s: Annotated[Duration, _whole_seconds(3, 86400)] = Field(
        default=180.0,
        alias="window",
        description="time over which all these are judged; at least three cycles",
    )
    silent_s: Annotated[Duration, _whole_seconds(2, 86400)] = Field(
        default=120.0,
        alias="silent",
        description="without data for this long an edge is unknown; at least two cycles",
    )


class EdgeSettings(_Model):
    """What one edge does differently; keys left out are those of the topology."""

    probe: Probe = Field(
        default=Probe(), description="how this edge is measured: any keys of `probe`"
    )
    thresholds: Thresholds = Field(
        default=Thresholds(), description="when this edge is ill: any keys of `thresholds`"
    )


class Topology(_Model):
    """A source, a target, the proxies between them, and how to probe."""

    name: Name = Field(description="short name, part of everything made in Zabbix")
    description: Annotated[
        str,
        AfterValidator(check_description),
        _pattern(DESCRIPTION_PATTERN, "Shanghai office to Los Angeles"),
    ] = Field(default="", description="one line for people")
    source: NodeName = Field(description="node that the users are at")
    target: NodeName = Field(description="node that they want to reach")
    proxies: tuple[NodeName, ...] = Field(
        default=(),
        description="nodes that probe from elsewhere",
        json_schema_extra={"uniqueItems": True},
    )
    nodes: dict[NodeKey, Node] = Field(
        description="every place named above",
        json_schema_extra={"additionalProperties": False},
    )
    language: Literal["en", "zh"] = Field(
        default="en", description="language of the names that people read in Zabbix"
    )
    slo: Slo | None = Field(
        default=None,
        description="share of a month that the target shall be reachable; "
        "makes an SLA in Zabbix, none if left out",
    )
    probe: Probe = Field(default=Probe(), description="how all edges are measured")
    thresholds: Thresholds = Field(default=Thresholds(), description="when an edge is ill")
    edges: dict[EdgeName, EdgeSettings] = Field(
        default={},
        description="what single edges do differently, by name: from>to",
        json_schema_extra={"additionalProperties": False},
    )
