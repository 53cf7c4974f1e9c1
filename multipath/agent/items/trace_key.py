"""The key of an edge's trace: ``multipath.trace[sh-la,zabbix-sh,la,203.0.113.10]``. Pure."""

from dataclasses import dataclass

from multipath import names
from multipath.agent.items.key import ADDRESS_MAX, split_key
from multipath.errors import AgentError

_PLACES = ("topology", "from", "to", "address")
_EXAMPLE = names.trace_key("TOPOLOGY", "FROM", "TO", "ADDRESS")


@dataclass(frozen=True, slots=True)
class TraceSpec:
    """The edge whose way is traced, and the address of its far end."""

    topology: str
    from_node: str
    to_node: str
    address: str

    @property
    def edge(self) -> str:
        """The edge as logs name it: ``sh-la zabbix-sh>la``."""
        return f"{self.topology} {names.edge_name(self.from_node, self.to_node)}"


def parse_trace(key: str) -> TraceSpec:
    """Return what the key of a trace asks for.

    Raises:
        AgentError: a parameter is missing, or there is one too many.
    """
    _, parameters = split_key(key)
    if len(parameters) != len(_PLACES) or not all(parameters):
        raise AgentError(f"a trace has {', '.join(_PLACES)}; write {_EXAMPLE}")
    if len(parameters[-1]) > ADDRESS_MAX:
        raise AgentError("the address is longer than any DNS name")
    return TraceSpec(*parameters)
