from functools import partial
from pathlib import Path

import pytest

from multipath.errors import ConfigError
from multipath.zabbix.profile import Profile, load_profile, remove_profile, write_profile

LAB = Profile(url="http://127.0.0.1:8080", user="Admin", password='p"\\ä\n')
OTHERS = """\
# mine
color = "auto"

[profile.prod]
url = "https://zabbix.example"   # ours
token = "sentinel-token"

# the old one
[profile.old]
url = "https://old.example"
user = "u"
password = "sentinel-password"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "multipath" / "config.toml"


@pytest.fixture
def others(path: Path) -> Path:
    path.parent.mkdir()
    path.write_bytes(OTHERS.encode())
    return path


def test_what_is_written_is_loaded(path: Path) -> None:
    write_profile("lab", LAB, path)
    assert load_profile("lab", path) == LAB
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_default_place_is_the_users_configuration(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(path.parent.parent))
    write_profile("lab", LAB)
    assert path.exists()
    assert load_profile("lab") == LAB
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(path.parent.parent))
    with pytest.raises(ConfigError, match=r"/\.config/multipath/config\.toml does not exist"):
        load_profile("lab")


def test_everything_else_stays_byte_for_byte(others: Path) -> None:
    write_profile("lab", LAB, others)
    assert others.read_text(encoding="utf-8").startswith(OTHERS)
    assert load_profile("prod", others) == Profile("https://zabbix.example", "sentinel-token")
    write_profile("lab", Profile("http://127.0.0.1:9", token="t"), others)
    assert load_profile("lab", others) == Profile("http://127.0.0.1:9", token="t")
    remove_profile("lab", others)
    assert others.read_bytes() == OTHERS.encode()


def test_what_was_written_behind_a_profile_stays(others: Path) -> None:
    write_profile("lab", LAB, others)
    behind = "\n# a note\n[profile.new]\nurl = 'http://x'\n"
    others.write_text(others.read_text(encoding="utf-8") + behind, encoding="utf-8")
    remove_profile("lab", others)
    assert others.read_text(encoding="utf-8") == OTHERS + behind


def test_a_file_that_becomes_empty_goes_with_its_folder(path: Path) -> None:
    write_profile("lab", LAB, path)
    remove_profile("lab", path)
    assert not path.parent.exists()
    remove_profile("lab", path)


def test_removing_what_is_not_there_changes_nothing(others: Path) -> None:
    remove_profile("lab", others)
    assert others.read_bytes() == OTHERS.encode()


@pytest.mark.parametrize(
    "text",
    [
        "[profile]\nlab = {url = 'http://x'}\n",
        "profile.lab.url = 'http://x'\n",
        "[profile.lab]\n# by hand\nurl = 'http://x'\n",
        "note = '''\n[profile.lab]\n'''\n[profile.'lab']\nurl = 'http://x'\n",
    ],
)
def test_a_profile_in_another_form_is_left_to_its_author(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    for change in (
        partial(remove_profile, path=path),
        partial(write_profile, profile=LAB, path=path),
    ):
        with pytest.raises(ConfigError, match=r"in a form to be changed by hand|no valid TOML"):
            change("lab")
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no profile 'lab'; it has: none"),
        (OTHERS, "has no profile 'lab'; it has: old, prod"),
        ("[profile.lab]\nuser = 'u'\n", "profile 'lab' .*: url is missing"),
        ("[profile.lab]\nurl = 5\n", "profile 'lab' .* is a text in quotes"),
        ("profile = {lab = 1}\n", "profile 'lab' .* is a text in quotes"),
        ("[profile.lab]\nurl = 'x'\npasword = 'p'\n", "unknown key pasword; known are url, token"),
        ("[profile.lab\n", r"config\.toml is no valid TOML \(at line 1, column 13\)"),
    ],
)
def test_a_wrong_file_is_one_sentence(path: Path, text: str, said: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_profile("lab", path)


def test_a_missing_file_is_one_sentence(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no profile 'lab'"):
        load_profile("lab", path)


def test_a_name_that_would_need_quotes_is_refused(path: Path) -> None:
    with pytest.raises(ConfigError, match="a profile cannot be named"):
        write_profile("my lab", LAB, path)


def test_no_secret_is_shown(others: Path) -> None:
    others.write_text(OTHERS + "password = sentinel-password\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_profile("prod", others)
    assert "sentinel" not in str(caught.value)
    assert "sentinel" not in repr(Profile("u", token="sentinel", user="a", password="sentinel"))
