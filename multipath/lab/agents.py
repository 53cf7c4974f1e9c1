"""The probe agents of a lab: one on each of its hosts that a topology measures from."""

import sys
from collections.abc import Iterable
from pathlib import Path

from multipath.errors import LabError
from multipath.lab import netns
from multipath.lab.lab import not_up, status
from multipath.lab.nodes import NODES, namespace, namespaces
from multipath.lab.paths import State
from multipath.lab.tools import python_environment
from multipath.names import vantage_host
from multipath.topology.model import Topology

_SERVER = "127.0.0.1"
"""Every vantage of the lab has the server or a proxy on itself."""


def vantages(topologies: Iterable[Topology]) -> tuple[str, ...]:
    """Return the hosts of the lab whose agents the topologies measure with, each once.

    Raises:
        LabError: a node is no host of the lab, or has another address there.
    """
    found: dict[str, None] = {}
    for topology in topologies:
        for name, node in topology.nodes.items():
            if name not in NODES or str(node.address) != NODES[name].address:
                raise LabError(
                    f"topology {topology.name}: the lab has no host {name} at {node.address}; it "
                    f"has {', '.join(f'{lab.name} at {lab.address}' for lab in NODES.values())}"
                )
        probing = (topology.source, *topology.proxies)
        found |= dict.fromkeys(name for name in probing if topology.nodes[name].agent != "none")
    return tuple(found)


def start(lab: str, nodes: Iterable[str]) -> tuple[str, ...]:
    """Start an agent on each of the hosts that has none; return where one was started.

    Raises:
        LabError: we are not root, or the lab is not up.
    """
    if status(lab).state != "up":
        raise not_up(lab)
    running = {_hostname(pid) for pid in netns.processes(namespaces(lab).values())}
    started = tuple(node for node in nodes if vantage_host(node) not in running)
    for node in started:
        command = [sys.executable, "-m", "multipath", "agent", "run", "--server", _SERVER]
        netns.spawn(
            namespace(lab, node),
            [*command, "--hostname", vantage_host(node), "--state", str(State.of(lab).agents)],
            log=State.of(lab).log(f"agent-{node}"),
            environment=python_environment(),
        )
    return started


def _hostname(pid: int) -> str:
    """Return the host name that a process reports as, empty if it is no agent or has ended."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    is_agent = "agent" in words and "--hostname" in words
    return words[words.index("--hostname") + 1] if is_agent else ""
