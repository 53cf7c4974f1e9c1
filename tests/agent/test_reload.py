"""SIGHUP: settings are read again, and what can be followed is."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from multipath.agent.config import Settings
from multipath.agent.connection.server import Server
from multipath.agent.reload import Reload, reload
from tests.agent.test_service import HOST, loopback_key
from tests.agent.test_status import wait_for_status

if TYPE_CHECKING:
    from tests.agent.conftest import AgentProcess, ZabbixServer

NOW = Settings(((Server("a", 10051),),), "here")


def test_what_did_not_change_is_not_followed_anew() -> None:
    assert reload(NOW, NOW) == Reload(NOW, (), ())


def test_who_the_agent_is_needs_a_restart_and_the_rest_does_not() -> None:
    wanted = replace(
        NOW,
        hostname="there",
        state=Path("/elsewhere"),
        servers=((Server("b", 1),),),
        refresh_s=9.0,
        heartbeat_s=9.0,
        spool_bytes=1,
        spool_age_s=9.0,
        tls_connect="psk",
        tls_psk_identity="here",
        tls_psk_file=Path("/key"),
    )
    result = reload(NOW, wanted)
    assert result.settings == replace(wanted, hostname="here", state=NOW.state)
    bounds = ("server", "refresh", "heartbeat", "spool-size", "spool-age")
    tls = ("tls-connect", "tls-psk-identity", "tls-psk-file")
    assert result.followed == bounds + tls
    assert result.kept == ("hostname", "state")


def test_another_list_of_several_servers_needs_a_restart() -> None:
    several = replace(NOW, servers=(*NOW.servers, (Server("b", 1),)))
    for before, after in ((NOW, several), (several, NOW)):
        assert reload(before, after) == Reload(before, (), ("server",))


def test_a_running_agent_follows_its_file_without_a_gap(
    serve_zabbix: Callable[[], ZabbixServer],
    start_configured: Callable[..., AgentProcess],
    tmp_path: Path,
) -> None:
    first, second = serve_zabbix(), serve_zabbix()
    for server in (first, second):
        server.configure(HOST, (1, loopback_key(), "1s"))
    file, status = tmp_path / "agent.toml", tmp_path / f"{HOST}.status"

    def configure(server: str, hostname: str, *more: str) -> None:
        lines = (f'server = "{server}"', f'hostname = "{hostname}"', f'state = "{tmp_path}"')
        file.write_text("\n".join((*lines, 'refresh = "1s"', *more)))

    configure(first.address, HOST)
    agent = start_configured(file)
    first.wait_for(lambda: first.of(1))
    configure(second.address, "other", 'heartbeat = "2s"')
    agent.process.send_signal(signal.SIGHUP)
    second.wait_for(lambda: len(second.of(1)) >= 2)
    file.write_text("server = ")
    agent.process.send_signal(signal.SIGHUP)
    wait_for_status(status, lambda facts: any("cannot reload" in line for line in facts["log"]))
    seen = len(second.of(1))
    second.wait_for(lambda: len(second.of(1)) > seen)
    assert agent.finish() == 0
    assert "info reloaded, changed: server, heartbeat" in agent.log
    assert "warning a restart is needed to change: hostname" in agent.log
    assert f"cannot reload, the settings stay as they were: {file} is no TOML" in agent.log
    assert agent.log.count("added t here>there") == 1
    numbers = [value["id"] for value in first.of(1) + second.of(1)]
    assert numbers == list(range(1, len(numbers) + 1))
