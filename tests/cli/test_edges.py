import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from multipath.cli.topology.edges import edges
from multipath.errors import InputError
from multipath.topology.diagram import dot, mermaid
from multipath.topology.loader import load

FOLDER = Path(__file__).parents[2] / "topologies"
DEMO = FOLDER / "sh-la.yaml"
ALL = [str(file) for file in sorted(FOLDER.glob("*.yaml"))]


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(edges, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_table_shows_the_five_edges_of_the_demo() -> None:
    lines = shown(str(DEMO)).splitlines()
    assert lines[0].strip() == "sh-la: Shanghai office to Los Angeles"
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "→" in line]
    assert cells == [
        ["① zabbix-sh→la", "direct", "icmp 20/10s", "> 5%", "> 250ms"],
        ["② proxy1→la", "proxy-target", "icmp 20/10s", "> 5%", "> 220ms"],
        ["③ proxy2→la", "proxy-target", "icmp 20/10s", "> 5%", "> 160ms"],
        ["④ zabbix-sh→proxy1", "source-proxy", "icmp 20/10s", "> 5%", "> 60ms"],
        ["⑤ zabbix-sh→proxy2", "source-proxy", "icmp 20/10s", "> 5%", "> 80ms"],
    ]


def test_the_table_fits_80_columns_whatever_the_names(tmp_path: Path) -> None:
    source, target = "s" * 64, "t" * 64
    file = tmp_path / "long.yaml"
    file.write_text(
        f"name: long\ndescription: 'a [bold]long[/] story'\nsource: {source}\ntarget: {target}\n"
        f"nodes:\n  {source}: {{address: 192.0.2.1}}\n  {target}: {{address: 192.0.2.2}}\n",
        encoding="utf-8",
    )
    text = shown(str(file))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("s") >= 64
    assert "[bold]" in text


def test_json_has_every_edge_with_numbers_in_named_units() -> None:
    (topology,) = json.loads(shown(str(DEMO), "--format", "json"))["topologies"]
    assert (topology["name"], len(topology["edges"])) == ("sh-la", 5)
    assert topology["edges"][1] == {
        "number": 2,
        "name": "proxy1>la",
        "label": "② proxy1→la",
        "role": "proxy-target",
        "from": {
            "name": "proxy1",
            "address": "198.51.100.10",
            "zabbix_proxy": "proxy1",
            "agent": "multipath",
        },
        "to": {
            "name": "la",
            "address": "203.0.113.10",
            "zabbix_proxy": None,
            "agent": "multipath",
        },
        "probe": {
            "type": "icmp",
            "packets": 20,
            "cycle_s": 10.0,
            "timeout_s": 2.0,
            "size": 56,
            "port": None,
            "confirm_port": None,
            "path": "/",
            "dscp": 0,
            "df": False,
            "source": None,
        },
        "thresholds": {
            "loss_percent": 5.0,
            "rtt_s": 0.22,
            "baseline_percent": 30.0,
            "jitter_s": 0.05,
            "window_s": 60.0,
            "silent_s": 60.0,
        },
    }


def test_several_files_are_shown_one_after_the_other() -> None:
    listed = json.loads(shown(*ALL, "--format", "json"))["topologies"]
    assert [len(topology["edges"]) for topology in listed] == [1, 3, 3, 5, 7]
    assert shown(*ALL).count("┏") == 5


def test_the_drawings_are_printed_as_they_are() -> None:
    topologies = load([Path(file) for file in ALL])
    assert shown(*ALL, "--format", "dot") == dot(topologies)
    assert shown(*ALL, "--format", "mermaid") == mermaid(topologies)


def test_verdicts_show_the_pattern_of_every_place() -> None:
    lines = shown(str(DEMO), "--verdicts").splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if "│" in line]
    assert cells[:5] == [
        ["①④⑤", "zabbix-sh's side"],
        ["①②③", "la's side"],
        ["②④", "proxy1's side"],
        ["③⑤", "proxy2's side"],
        ["①", "between zabbix-sh and la"],
    ]
    assert len(cells) == 9
    assert "9 of 9 single faults" in shown(str(DEMO), "--verdicts")


def test_verdicts_say_what_too_few_proxies_cost() -> None:
    text = " ".join(shown(str(FOLDER / "minimal.yaml"), "--verdicts").split())
    assert "office's side or shop's side or between office and shop" in text
    assert "0 of 3 single faults" in text
    assert "With two proxies it would be: 9 of 9 single faults" in text


def test_verdicts_are_a_table_only() -> None:
    result = CliRunner().invoke(edges, [str(DEMO), "--verdicts", "--format", "json"])
    assert result.exit_code == 2


def test_a_bad_file_is_an_expected_error() -> None:
    with pytest.raises(InputError, match="there is no such file"):
        shown("missing.yaml")
