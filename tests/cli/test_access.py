"""What an admin is told to make by hand."""

from pathlib import Path

from click.testing import CliRunner

from multipath import names
from multipath.cli.deploying.access import access
from multipath.objects import SPECS
from multipath.zabbix import rights
from multipath.zabbix.codec import CODECS

FOLDER = Path(__file__).parents[2] / "topologies"


def printed(*files: str) -> str:
    done = CliRunner().invoke(access, [str(FOLDER / file) for file in files])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_it_names_all_that_is_needed_and_asks_no_zabbix() -> None:
    text = printed("sh-la.yaml")
    for heading in ("Host group", "Role", "User group", "User", "Token"):
        assert f". {heading}: " in text
    for method in rights.api_methods():
        assert f" {method}\n" in text
    for action in rights.ACTIONS.values():
        assert action in text
    assert names.HOST_GROUP in text


def test_it_names_the_zabbix_proxies_that_must_be_there() -> None:
    assert "before a deploy: proxy1, proxy2" in printed("three-proxies.yaml", "sh-la.yaml")
    assert "proxies must" not in printed("minimal.yaml")


def test_every_kind_that_deploy_writes_may_be_written_but_host_groups() -> None:
    allowed = set(rights.api_methods())
    assert set(CODECS) <= set(SPECS)
    for kind in CODECS:
        may = {verb for verb in ("create", "update", "delete") if f"{kind}.{verb}" in allowed}
        assert may == (set() if kind == "hostgroup" else {"create", "update", "delete"})
        assert f"{kind}.get" in allowed


def test_no_method_reaches_beyond_what_multipath_makes() -> None:
    for method in rights.api_methods():
        kind, _, verb = method.partition(".")
        assert verb == "get" or kind in CODECS
        assert kind not in {"role", "token", "script", "configuration", "task"}
