import json
from pathlib import Path

import yaml
from click.testing import CliRunner

from multipath.cli.deploying.render import render

FOLDER = Path(__file__).parents[2] / "topologies"
SH_LA = str(FOLDER / "sh-la.yaml")


def rendered(*words: str) -> str:
    done = CliRunner().invoke(render, list(words), catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stderr == ""
    return done.stdout


def test_it_prints_all_sections_without_a_zabbix() -> None:
    printed = yaml.safe_load(rendered(SH_LA))
    assert {"host_groups", "hosts", "items", "triggers", "graphs", "dashboards"} <= printed.keys()
    assert [host["host"] for host in printed["hosts"]] == [
        "multipath.path.sh-la",
        "multipath.proxy1",
        "multipath.proxy2",
        "multipath.target.la.203.0.113.10",
        "multipath.zabbix-sh",
    ]


def test_only_the_kinds_asked_for() -> None:
    printed = yaml.safe_load(rendered(SH_LA, "--kind", "hosts", "--kind", "graphs"))
    assert list(printed) == ["hosts", "graphs"]


def test_json_says_the_same() -> None:
    assert json.loads(rendered(SH_LA, "--json")) == yaml.safe_load(rendered(SH_LA))


def test_a_broken_topology_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: x\n", encoding="utf-8")
    assert CliRunner().invoke(render, [str(broken)]).exit_code == 1
