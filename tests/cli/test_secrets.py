"""No password and no token is shown, logged, or seen in the process list, whatever fails."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from multipath.cli import main as command_line
from multipath.cli.main import COMMANDS, cli
from tests.conftest import run_multipath
from tests.zabbix.fake import Answer, Request, refusal, result, serving

PASSWORD, TOKEN = "sentinel-pass-4711", "sentinel-token-0815"
EXAMPLE = str(Path(__file__).parents[2] / "topologies" / "sh-la.yaml")
MORE = {
    "deploy": ["--yes"],
    "destroy": ["--yes"],
    "access": ["--apply", "--show-token"],
    "report": ["-o", "report.html"],
}


def _connecting() -> list[str]:
    """Return every command that takes a connection."""
    found = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        if command and any("--token-file" in option.opts for option in command.params):
            found.append(name)
    return found


CONNECTING = _connecting()


def after_login(answer: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Return a Zabbix that lets anyone in, and then answers so."""
    known = {"apiinfo.version": "7.0.9", "user.login": "session", "user.logout": True}

    def whole(request: Request) -> Answer:
        if request.method == "user.get" and request.params == {"output": ["userid"], "limit": 1}:
            return result([{"userid": "1"}])
        if request.method in known:
            return result(known[request.method])
        return answer(request)

    return whole


def repeating(_request: Request) -> Answer:
    """Answer with the secret of the environment, as a server might that tells what it got."""
    mine = os.environ.get("ZABBIX_TOKEN") or os.environ["ZABBIX_PASSWORD"]
    return refusal(f"what is {mine}?")


def at_login(answer: Answer) -> Callable[[Request], Answer]:
    """Return a Zabbix that answers a login, or the first call with a token, so."""
    return lambda request: result("7.0.9") if request.method == "apiinfo.version" else answer


FAILURES: dict[str, Callable[[Request], Answer]] = {
    "web server in trouble": lambda _: (500, b"<html>"),
    "no Zabbix": lambda _: (200, b"<html>welcome</html>"),
    "nothing said": lambda _: (200, b""),
    "redirect": lambda _: (301, b""),
    "login refused": at_login(refusal("Incorrect user name or password")),
    "token expired": at_login(refusal("API token expired.")),
    "secret repeated": after_login(repeating),
    "rights missing": after_login(lambda _: refusal('No permissions to call "it".', -32500)),
    "session ended": after_login(lambda _: refusal("Session terminated, re-login, please.")),
    "broken JSON": after_login(lambda _: (200, b'{"jsonrpc": "2.0", "resu')),
    "no rows": after_login(lambda _: result(None)),
    "no result": after_login(lambda _: (200, b'{"jsonrpc": "2.0", "id": 1}')),
}


def _words(command: str) -> list[str]:
    return [command, EXAMPLE, *MORE.get(command, [])]


@pytest.fixture(params=["token", "password"])
def secret(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Give the environment a login of either kind."""
    monkeypatch.chdir(tmp_path)
    kind = str(request.param)
    for name in ("ZABBIX_TOKEN", "ZABBIX_USER", "ZABBIX_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    if kind == "token":
        monkeypatch.setenv("ZABBIX_TOKEN", TOKEN)
    else:
        monkeypatch.setenv("ZABBIX_USER", "Admin")
        monkeypatch.setenv("ZABBIX_PASSWORD", PASSWORD)
    return kind


def _ends_with_a_sentence(
    words: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setattr(sys, "argv", ["multipath", *words])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 1


def _check(said: str) -> None:
    assert PASSWORD not in said
    assert TOKEN not in said


@pytest.mark.parametrize("command", CONNECTING)
@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_fails_is_one_sentence_without_a_secret(
    command: str,
    failure: str,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(FAILURES[failure]) as url:
        monkeypatch.setenv("ZABBIX_URL", url)
        _ends_with_a_sentence(_words(command), monkeypatch, caplog)
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1].startswith("error: ")
    _check(shown.out + shown.err + caplog.text)
    assert not Path("report.html").exists()


@pytest.mark.parametrize("command", CONNECTING)
def test_a_port_where_nothing_listens_is_one_sentence_without_a_secret(
    command: str,
    secret: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ZABBIX_URL", "http://127.0.0.1:1")
    _ends_with_a_sentence(_words(command), monkeypatch, caplog)
    shown = capsys.readouterr()
    assert "nothing listens there" in shown.err
    _check(shown.out + shown.err + caplog.text)


@pytest.mark.parametrize("command", CONNECTING)
@pytest.mark.parametrize("origin", ["environment", "file", "profile"])
def test_no_secret_is_in_the_process_list(
    command: str, origin: str, secret: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Looked at while the command waits for an answer, of all that runs on this machine."""
    seen: list[bytes] = []

    def look(_request: Request) -> Answer:
        seen.extend(_command_lines())
        return refusal("enough")

    with serving(after_login(look)) as url:
        options = _from(origin, secret, url, monkeypatch, tmp_path)
        done = run_multipath(*_words(command), *options)
    assert done.returncode == 1
    _check(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr
    assert any(command.encode() in line and b"multipath" in line for line in seen)
    _check(b"\n".join(seen).decode(errors="replace"))


def _from(
    origin: str, secret: str, url: str, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> list[str]:
    """Return the options of a login that lies in the environment, in files, or in a profile."""
    monkeypatch.setenv("ZABBIX_URL", url)
    if origin == "environment":
        return []
    for name in ("ZABBIX_TOKEN", "ZABBIX_USER", "ZABBIX_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    value = TOKEN if secret == "token" else PASSWORD
    if origin == "file":
        (folder / "secret").write_text(f"{value}\n", encoding="utf-8")
        who = [] if secret == "token" else ["--user", "Admin"]
        return [*who, f"--{secret}-file", "secret"]
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    (folder / "multipath").mkdir()
    who = [] if secret == "token" else ['user = "Admin"']
    lines = ["[profile.it]", f'url = "{url}"', *who, f'{secret} = "{value}"', ""]
    (folder / "multipath" / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return ["--profile", "it"]


def _command_lines() -> list[bytes]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(process.read_bytes())
        except OSError:  # it has ended
            continue
    return found


def test_the_commands_that_connect_are_all_here() -> None:
    assert {"deploy", "destroy", "status", "access", "export", "report"} <= set(CONNECTING)
