"""The agent's settings from flags and a file."""

from pathlib import Path

import pytest

from multipath.agent.config import Settings, load_settings
from multipath.agent.connection.server import Server
from multipath.errors import ConfigError


def test_flags_alone_suffice() -> None:
    settings = load_settings({"server": "192.0.2.1", "hostname": "multipath.a"}, None)
    assert settings == Settings(((Server("192.0.2.1", 10051),),), "multipath.a", 5.0, 60.0)


def test_what_waits_has_a_file_for_each_host_name_and_each_of_several_servers(
    tmp_path: Path,
) -> None:
    def files(server: str) -> list[str]:
        settings = load_settings({"server": server, "hostname": "h", "state": str(tmp_path)}, None)
        paths = [settings.spool(cluster) for cluster in settings.servers]
        return [path.name for path in paths if path and path.parent == tmp_path]

    assert files("a;b") == ["h.spool"]
    assert files("a;b,[::1]:99") == ["h@a:10051.spool", "h@[::1]:99.spool"]


def test_flags_win_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text('server = "192.0.2.1"\nhostname = "a"\nrefresh = "10s"\nheartbeat = "2m"\n')
    settings = load_settings({"hostname": "b", "refresh": None}, file)
    assert settings == Settings(((Server("192.0.2.1", 10051),),), "b", 10.0, 120.0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('sever = "a"', "unknown setting 'sever' (did you mean server?)"),
        ('colour = "a"', "(known: echo, heartbeat, hostname, packet-log"),
        ('echo = "0"', "echo: '0' is no port; write a number from 1 to 65535, or none"),
        ('tls-connect = "yes"', "'yes' is none of unencrypted, cert, psk"),
        ('tls-psk-identity = ""', "it is no identity of 1 to 128 bytes"),
        ("server = 5", 'server is no text; write server = "…"'),
        ('server = "a:b"', "server: 'a:b' is no server"),
        ('hostname = "a/b"', "'a/b' is no host name that Zabbix takes"),
        ('refresh = "0s"', "0s is not from 1s to 1h"),
        ('refresh = "soon"', "'soon' is no duration"),
        ("server", "is no TOML"),
        ('hostname = "a"', "no server; give --server"),
        ('server = "a"', "no hostname; give --hostname"),
    ],
)
def test_a_bad_file_says_what_is_wrong(tmp_path: Path, content: str, reason: str) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(content)
    with pytest.raises(ConfigError) as caught:
        load_settings({}, file)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('tls-connect = "cert"', "tls-connect is cert, but tls-ca-file is missing"),
        ('tls-connect = "psk"\ntls-psk-identity = "a"', "is psk, but tls-psk-file is missing"),
        ('tls-ca-file = "a"', "tls-ca-file is of no use: tls-connect is unencrypted"),
        (
            'tls-connect = "psk"\ntls-psk-identity = "a"\ntls-psk-file = "b"\n'
            'tls-server-cert-issuer = "c"',
            "tls-server-cert-issuer is of no use: tls-connect is psk",
        ),
    ],
)
def test_settings_of_tls_must_suffice_and_all_be_used(
    tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(f'server = "a"\nhostname = "b"\n{content}\n')
    with pytest.raises(ConfigError, match=reason):
        load_settings({}, file)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load_settings({}, tmp_path / "none.toml")
