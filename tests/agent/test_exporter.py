"""Figures for Prometheus, and what else may come to an open port."""

from __future__ import annotations

import re
import socket
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath import names
from multipath.agent.config import load_settings
from multipath.agent.items.key import ProbeSpec
from multipath.agent.reporting.exposition import exposition
from multipath.errors import ConfigError
from tests.agent.test_service import HOST, loopback_key

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, ZabbixServer

SPEC = ProbeSpec("t", "a", 'b"\\c', "icmp", "192.0.2.1")
SAMPLE = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? -?[0-9.e+-]+')


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_figures_in_prometheus_words() -> None:
    health = {"uptime_s": 5, "spool": {"depth": 3, "error": ""}, "cpu_percent": 0.5}
    measurement = {"sent": 2, "received": 0, "loss_percent": 100.0, "rtt_s": {"p50": 0.1}}
    text = exposition("1.2.3", health, [(SPEC, measurement, 1_800_000_000)])
    lines = text.splitlines()
    edge = 'topology="t",from="a",to="b\\"\\\\c",kind="icmp"'
    assert 'multipath_agent_info{version="1.2.3"} 1' in lines
    assert "multipath_agent_spool_values 3" in lines
    assert f"multipath_edge_loss_percent{{{edge}}} 100.0" in lines
    assert f'multipath_edge_rtt_seconds{{{edge},stat="p50"}} 0.1' in lines
    assert f"multipath_edge_measured_timestamp_seconds{{{edge}}} 1800000000" in lines
    assert not [line for line in lines if line.startswith("multipath_edge_jitter_seconds{")]


def test_an_agent_serves_its_figures_and_bad_clients_do_not_disturb(
    zabbix: ZabbixServer, start_configured: Callable[..., AgentProcess], tmp_path: Path
) -> None:
    port = free_port()
    file = tmp_path / "agent.toml"
    file.write_text(
        f'server = "{zabbix.address}"\nhostname = "{HOST}"\nstate = "none"\n'
        f'prometheus = "127.0.0.1:{port}"\n'
    )
    zabbix.configure(HOST, (1, loopback_key(), "1s"), (2, names.KEY_AGENT_PING, "1s"))
    agent = start_configured(file)
    zabbix.wait_for(lambda: zabbix.of(1))

    def answer(request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            data = b""
            while chunk := connection.recv(65536):
                data += chunk
        return data

    assert answer(b"GET /metrics HTTP/1.1").startswith(b"HTTP/1.1 400")
    assert answer(b"").startswith(b"HTTP/1.1 400")
    assert answer(b"\x16\x03\x01\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert answer(b"POST /metrics HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 405")
    assert answer(b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 404")
    with pytest.raises(OSError, match=r"reset|pipe"):
        answer(b"A" * 10_000_000)
    silent = socket.create_connection(("127.0.0.1", port), 10)
    with silent, urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as reply:
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = reply.read().decode()
    seen = len(zabbix.of(1))
    zabbix.wait_for(lambda: len(zabbix.of(1)) > seen)
    assert agent.finish() == 0
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    edge = 'topology="t",from="here",to="there",kind="icmp"'
    assert f"multipath_edge_loss_percent{{{edge}}} 0.0" in samples
    assert [line for line in samples if line.startswith("multipath_agent_resident_bytes ")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("localhost:9469", "localhost:9469 has no IP address"),
        ("127.0.0.1", "127.0.0.1 has no port of its own"),
        (":9469", "is no server"),
    ],
)
def test_where_figures_cannot_be_served(text: str, reason: str) -> None:
    flags: dict[str, str | None] = {"server": "a", "hostname": "b", "prometheus": text}
    with pytest.raises(ConfigError, match=f"--prometheus: .*{reason}"):
        load_settings(flags, None)


def test_a_port_that_is_taken_is_said(
    zabbix: ZabbixServer, start_configured: Callable[..., AgentProcess], tmp_path: Path
) -> None:
    file = tmp_path / "agent.toml"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = f"127.0.0.1:{listener.getsockname()[1]}"
        file.write_text(
            f'server = "{zabbix.address}"\nhostname = "{HOST}"\nstate = "none"\n'
            f'prometheus = "{taken}"\n'
        )
        agent = start_configured(file)
        assert agent.process.wait(20) == 1
    agent.finish()
    assert f"cannot serve Prometheus at {taken}: Address already in use" in agent.log
