"""The least-privileged user on a real Zabbix: made, used for everything, and taken away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from multipath import names
from multipath.cli.main import cli
from multipath.zabbix import rights
from multipath.zabbix.client import Client, Params
from multipath.zabbix.profile import config_path, load_profile
from tests.conftest import ON_BOTH_VERSIONS, Lab
from tests.system.steps import EXAMPLE, multipath, refused

pytestmark = pytest.mark.lab

LOW = "least"
WHO = ("role", "usergroup", "user", "token", "hostgroup")


@pytest.fixture(scope="module")
def granted(admin: Client, bare: Lab) -> Iterator[str]:
    """Return what making the user printed; it is taken away again, and nothing stays of it."""
    before = _counts(admin)
    yield _access(bare, "--apply", "--save-profile", LOW)
    _access(bare, "--revoke")
    assert _counts(admin) == before


def _counts(client: Client) -> dict[str, int]:
    return {kind: int(client.get(kind, countOutput=True)) for kind in WHO}


def _access(bare: Lab, *words: str) -> str:
    return multipath("access", EXAMPLE, "--profile", bare.profile_name, *words)


def test_where_the_token_goes_is_asked_before_anything_is_made(bare: Lab, admin: Client) -> None:
    before = _counts(admin)
    words = ("access", EXAMPLE, "--profile", bare.profile_name, "--apply")
    assert "where shall the token go?" in refused(*words)
    assert "another login" in refused(*words, "--save-profile", bare.profile_name)
    assert "cannot be named" in refused(*words, "--save-profile", "a b")
    assert _counts(admin) == before


def test_dashboards_follow_the_user_and_come_back(bare: Lab) -> None:
    admin = ("--profile", bare.profile_name)
    multipath("deploy", EXAMPLE, *admin, "--yes")
    said = _access(bare, "--apply", "--save-profile", LOW)
    assert "gave dashboard multipath sh-la a new owner" in said
    assert "gave map multipath sh-la a new owner" in said
    said = _access(bare, "--revoke")
    assert "gave dashboard multipath sh-la a new owner" in said
    assert "kept host group multipath" in said
    assert "Nothing to change" in multipath("deploy", EXAMPLE, *admin)
    multipath("destroy", EXAMPLE, *admin, "--yes")
    assert _access(bare, "--revoke") == ""


def test_what_someone_else_made_is_left_alone(bare: Lab, admin: Client) -> None:
    (group,) = admin.get("usergroup", filter={"name": "Guests"}, output=["usrgrpid"])
    (role,) = admin.get("role", filter={"name": "Guest role"}, output=["roleid"])
    someone = {"username": names.ACCESS, "passwd": "a Long-enough 1", **role, "usrgrps": [group]}
    (user,) = admin.call("user.create", [someone])["userids"]
    words = ("access", EXAMPLE, "--profile", bare.profile_name)
    before = _counts(admin)
    try:
        for task in (["--apply", "--show-token"], ["--revoke"]):
            assert "someone else's" in refused(*words, *task)
        renamed = {"userid": user, "username": "another"}
        admin.call("user.update", [renamed])
        admin.call("role.create", [{"name": names.ACCESS, "type": "1"}])
        (theirs,) = admin.get("role", filter={"name": names.ACCESS}, output=["roleid"])
        admin.call("user.update", [{"userid": user, **theirs}])
        assert "role multipath with other users in it" in refused(*words, "--revoke")
    finally:
        admin.call("user.delete", [user])
    assert "deleted role multipath" in _access(bare, "--revoke")
    assert _counts(admin) == {**before, "user": before["user"] - 1}


@ON_BOTH_VERSIONS
def test_the_user_deploys_asks_and_destroys(granted: str, bare: Lab, admin: Client) -> None:
    assert "created user multipath" in granted
    multipath("deploy", EXAMPLE, "--profile", LOW, "--yes")
    assert "Nothing to change" in multipath("deploy", EXAMPLE, "--profile", LOW)
    assert "unknown" in multipath("status", EXAMPLE, "--profile", LOW)
    multipath("destroy", EXAMPLE, "--profile", LOW, "--yes")
    assert admin.get("host", search={"host": names.PREFIX}, startSearch=True) == []
    (group,) = admin.get("hostgroup", filter={"name": names.HOST_GROUP}, output=["uuid"])
    assert group["uuid"] == names.HOST_GROUP_UUID


def test_the_token_is_written_for_its_owner_alone_and_not_shown(granted: str) -> None:
    token = load_profile(LOW).token
    assert token
    assert token not in granted
    assert config_path().stat().st_mode & 0o777 == 0o600


def test_a_second_run_changes_nothing_and_says_so(granted: str, bare: Lab) -> None:
    token = load_profile(LOW).token
    said = _access(bare, "--apply").splitlines()
    assert len(said) == 5
    assert all(line.startswith("unchanged ") for line in said)
    assert load_profile(LOW).token == token


def test_a_new_token_takes_the_place_of_the_old(granted: str, bare: Lab, tmp_path: Path) -> None:
    old = tmp_path / "token"
    old.write_text(load_profile(LOW).token or "", encoding="utf-8")
    shown = _access(bare, "--apply", "--new-token", "--save-profile", LOW, "--show-token")
    assert shown.splitlines()[-1] == load_profile(LOW).token
    multipath("status", EXAMPLE, "--profile", LOW)
    said = refused("status", EXAMPLE, "--url", bare.url, "--token-file", old)
    assert "refuses the token" in said


def test_rights_that_were_changed_are_mended(granted: str, bare: Lab, admin: Client) -> None:
    (role,) = admin.get("role", filter={"name": names.ACCESS}, output=["roleid"])
    rules = {"api.access": "1", "api.mode": "1", "api": ["host.*"]}
    admin.call("role.update", [{**role, "rules": rules}])
    assert "No permissions" in refused("status", EXAMPLE, "--profile", LOW)
    assert "updated role multipath" in _access(bare, "--apply")
    multipath("status", EXAMPLE, "--profile", LOW)


def test_the_role_is_no_more_than_what_is_needed(granted: str, admin: Client) -> None:
    (role,) = admin.get("role", filter={"name": names.ACCESS}, selectRules="extend")
    rules = role["rules"]
    assert role["type"] == rights.USER_TYPE
    assert rules["api"] == list(rights.api_methods())
    for section, wanted in (("ui", rights.UI_ELEMENTS), ("actions", rights.ACTIONS)):
        on = {entry["name"] for entry in rules[section] if entry["status"] == "1"}
        assert on == wanted.keys()


def test_a_user_that_is_no_super_admin_is_refused(granted: str, tmp_path: Path) -> None:
    words = ("access", EXAMPLE, "--profile", LOW, "--apply", "--show-token", "--new-token")
    assert "error: Zabbix refuses" in refused(*words)


def test_every_method_of_the_role_is_one_that_is_called(
    granted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading methods are all called by the commands; writing ones follow from the kinds."""
    called: set[str] = set()
    call = Client.call

    def noting(client: Client, method: str, params: Params) -> Any:
        called.add(method)
        return call(client, method, params)

    monkeypatch.setattr(Client, "call", noting)
    for words in (
        ("plan",),
        ("deploy", "--yes"),
        ("status",),
        ("diagnose",),
        ("diagnose", "--since", "1h"),
        ("routes",),
        ("outages",),
        ("export",),
        ("report", "-o", str(tmp_path / "report.html")),
        ("destroy", "--yes"),
    ):
        command, *options = words
        done = CliRunner().invoke(cli, [command, str(EXAMPLE), "--profile", LOW, *options])
        assert done.exit_code == 0, done.output
    called.add("user.get")  # by logging in, which is not counted
    allowed = set(rights.api_methods())
    assert called <= allowed
    assert {method for method in allowed - called if method.endswith(".get")} == set()
