"""The hosts of a lab and the network namespaces that they live in. Pure."""

import re
from dataclasses import dataclass

from multipath.errors import LabError


@dataclass(frozen=True, slots=True)
class LabNode:
    """One host of a lab; ``proxy`` is the Zabbix proxy that runs on it, if any."""

    name: str
    address: str
    proxy: str | None = None


SERVER = LabNode("zabbix-sh", "192.0.2.10")
"""The source: the Zabbix server and its frontend run here."""

PROXIES = (
    LabNode("proxy1", "198.51.100.10", proxy="proxy1"),
    LabNode("proxy2", "198.51.100.20", proxy="proxy2"),
)
TARGET = LabNode("la", "203.0.113.10")
NODES = {node.name: node for node in (SERVER, *PROXIES, TARGET)}

INFRA = "infra"
"""The namespace without a network, for what is no host: the database and the WAN."""

DEFAULT_LAB = "default"
_LAB_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])?")


def check_lab_name(name: str) -> str:
    """Return the name if a lab may be called so.

    Raises:
        LabError: it has other characters, or is too long for a folder and a namespace.
    """
    if not _LAB_NAME.fullmatch(name):
        raise LabError(
            f"a lab cannot be named {name!r}: use up to 24 of a-z, 0-9 and -, no - at the ends"
        )
    return name


def namespace(lab: str, node: str) -> str:
    """Return the network namespace of a node: ``multipath-default-la``."""
    return f"multipath-{lab}-{node}"


def namespaces(lab: str) -> dict[str, str]:
    """Return every network namespace of a lab by node, the infrastructure's last."""
    return {node: namespace(lab, node) for node in (*NODES, INFRA)}
