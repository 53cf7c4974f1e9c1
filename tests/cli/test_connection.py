"""Which Zabbix, and as whom: every wrong way to say it is one sentence."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from multipath.cli.options.connection import connection_options
from multipath.errors import ConfigError
from multipath.zabbix.profile import Profile

URL = "https://zabbix.example.com"


def resolved(*words: str, **environment: str) -> Profile:
    """Return the profile that a command with these options and this environment gets."""
    got: list[Profile] = []

    @click.command()
    @connection_options
    def command(zabbix: Profile) -> None:
        got.append(zabbix)

    cleared: dict[str, str | None] = dict.fromkeys(
        ("ZABBIX_URL", "ZABBIX_TOKEN", "ZABBIX_USER", "ZABBIX_PASSWORD")
    )
    runner = CliRunner(env={**cleared, **environment})
    done = runner.invoke(command, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return got[0]


@pytest.fixture
def config_home(tmp_path: Path) -> str:
    folder = tmp_path / "multipath"
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'[profile.work]\nurl = "{URL}"\ntoken = "from the profile"\n', encoding="utf-8"
    )
    return str(tmp_path)


def test_the_environment_is_enough() -> None:
    assert resolved(ZABBIX_URL=URL, ZABBIX_TOKEN="t") == Profile(URL, token="t")
    assert resolved(ZABBIX_URL=URL, ZABBIX_USER="u", ZABBIX_PASSWORD="p") == Profile(
        URL, user="u", password="p"
    )


def test_a_profile_goes_before_the_environment(config_home: str) -> None:
    profile = resolved("--profile", "work", XDG_CONFIG_HOME=config_home, ZABBIX_URL="http://other")
    assert profile == Profile(URL, token="from the profile")


def test_options_go_before_the_profile(config_home: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n", encoding="utf-8")
    words = ("--profile", "work", "--url", "http://other")
    home = {"XDG_CONFIG_HOME": config_home}
    assert resolved(*words, "--token-file", str(secret), **home) == Profile(
        "http://other", token="from the file"
    )
    assert resolved(*words, "--user", "u", "--password-file", str(secret), **home) == Profile(
        "http://other", user="u", password="from the file"
    )


@pytest.mark.parametrize(
    ("words", "environment", "message"),
    [
        ((), {}, "which Zabbix"),
        ((), {"ZABBIX_URL": "zabbix.example.com", "ZABBIX_TOKEN": "t"}, "no URL of a Zabbix"),
        ((), {"ZABBIX_URL": URL}, "as whom at https://zabbix.example.com"),
        ((), {"ZABBIX_URL": URL, "ZABBIX_USER": "u"}, "as whom"),
        (("--profile", "home"), {}, "no profile 'home'; it has: work"),
    ],
)
def test_what_is_missing_is_named(
    config_home: str, words: tuple[str, ...], environment: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        resolved(*words, XDG_CONFIG_HOME=config_home, **environment)


def test_an_unreadable_secret_is_refused_without_its_contents(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"sentinel \xff")
    with pytest.raises(ConfigError) as caught:
        resolved("--token-file", str(secret), ZABBIX_URL=URL)
    assert str(caught.value) == f"cannot read the secret in {secret}: UnicodeDecodeError"


def test_a_url_with_a_password_in_it_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigError, match="the URL holds a user or password") as caught:
        resolved(ZABBIX_URL="https://me:sentinel@zabbix.example.com", ZABBIX_TOKEN="t")
    assert "sentinel" not in str(caught.value)
