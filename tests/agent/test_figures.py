"""Each figure that Zabbix is to have of an edge is one that the agent really tells."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath import names
from multipath.kinds import Kind
from multipath.render.desired import desired
from multipath.topology.loader import load
from tests.agent.conftest import AgentProcess, TcpServer

if TYPE_CHECKING:
    from tests.agent.conftest import ZabbixServer

MINIMAL = Path(__file__).parents[2] / "topologies" / "minimal.yaml"
HOST = "multipath.office"
OF_ALL_KINDS = 16
MANNER = {"packets": "4", "timeout": "500ms"}
OWN = {
    "icmp": set(),
    "tcp": set(),
    "udp": {"forward_loss_percent", "backward_loss_percent"},
    "http": {"failed", "status"} | {f"phases_s.{name}" for name in ("resolve", "connect")}
    | {f"phases_s.{name}" for name in ("first_byte", "total")},
}  # fmt: skip
OWN["https"] = OWN["http"] | {"phases_s.tls"}


def paths(kind: str, folder: Path) -> set[str]:
    """Return what the dependent items of an edge of this kind take from its measurement."""
    file = folder / f"{kind}.yaml"
    port = ", port: 443" if kind == "tcp" else ""
    file.write_text(f"{MINIMAL.read_text()}probe: {{type: {kind}{port}}}\n")
    (topology,) = load([file])
    return {
        each.fields["preprocessing"][0]["parameters"][0].removeprefix("$.")
        for ref, each in desired([topology]).items()
        if ref.kind is Kind.ITEM
        if each.fields["type"] == "DEPENDENT"
        if each.fields["master_item"].startswith(names.KEY_PROBE)
    }


@pytest.mark.parametrize("kind", OWN)
def test_an_edge_has_items_for_what_its_kind_of_probe_tells(kind: str, tmp_path: Path) -> None:
    asked = paths(kind, tmp_path)
    assert asked >= OWN[kind]
    assert len(asked - OWN[kind]) == OF_ALL_KINDS


@pytest.fixture
def web() -> Iterator[int]:
    """Yield the port of a web server."""

    def answer(connection: socket.socket) -> None:
        while b"\r\n\r\n" not in connection.recv(65536):
            pass
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    server = TcpServer(answer)
    yield server.port
    server.close()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def flat(measurement: dict[str, object], above: str = "") -> dict[str, object]:
    """Return the figures by path: ``rtt_s.p50``."""
    found = {f"{above}{name}": value for name, value in measurement.items()}
    for name, value in measurement.items():
        if isinstance(value, dict):
            found |= flat(value, f"{name}.")
    return found


def test_the_agent_tells_all_that_the_items_take(
    zabbix: ZabbixServer, web: int, tmp_path: Path
) -> None:
    echo, silent = free_port(), free_port()
    edges = {
        "udp": ("udp", str(echo)),
        "http": ("http", str(web)),
        "refused": ("udp", str(silent)),
    }
    keys = [
        names.probe_key(
            "t", "here", name, kind, "127.0.0.1", packets="4", timeout="500ms", port=port
        )
        for name, (kind, port) in edges.items()
    ]
    zabbix.configure(HOST, *((place, key, "1s") for place, key in enumerate(keys)))
    settings = tmp_path / "agent.toml"
    settings.write_text(
        f'server = "{zabbix.address}"\nhostname = "{HOST}"\nrefresh = "1s"\nstate = "none"\n'
        f'echo = "{echo}"\n'
    )
    agent = AgentProcess.configured(settings)
    zabbix.wait_for(lambda: all(len(zabbix.of(place)) >= 2 for place in range(len(keys))))
    assert agent.finish() == 0
    told = {
        name: flat(json.loads(zabbix.of(place)[-1]["value"])) for place, name in enumerate(edges)
    }
    assert told["refused"]["unreachable"] == 4
    of_refusals = {"unreachable_why": "port unreachable", "unreachable_by": "127.0.0.1"}
    assert told["refused"].items() >= of_refusals.items()
    for kind in ("udp", "http"):
        assert paths(kind, tmp_path) - set(told[kind]) == set(of_refusals)
