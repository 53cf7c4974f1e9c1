"""What ``plan`` prints, against a Zabbix that can only be read."""

import json
from pathlib import Path

import pytest

from multipath.render.desired import desired
from multipath.topology.loader import load
from tests.conftest import run_multipath
from tests.zabbix.fake import serving
from tests.zabbix.recorded import Recorded

TOPOLOGIES = Path(__file__).parents[2] / "topologies"


def planned(monkeypatch: pytest.MonkeyPatch, example: str, *options: str) -> str:
    """Return what is printed where all is as asked."""
    file = TOPOLOGIES / f"{example}.yaml"
    monkeypatch.setenv("ZABBIX_TOKEN", "0" * 64)
    with serving(Recorded(desired(load([file]))).answer) as url:
        monkeypatch.setenv("ZABBIX_URL", url)
        done = run_multipath("plan", str(file), "--exit-code", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("example", "line"),
    [
        (
            "minimal",
            "minimal: cannot be told apart: office's side or shop's side or between office and "
            "shop (two proxies would tell).",
        ),
        ("sh-la", "sh-la: every place that may be ill can be told from every other."),
    ],
)
def test_what_cannot_be_told_apart_is_said(
    monkeypatch: pytest.MonkeyPatch, example: str, line: str
) -> None:
    assert planned(monkeypatch, example) == f"{line}\nNothing to change.\n"


def test_json_is_json_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert json.loads(planned(monkeypatch, "minimal", "--json"))["changes"] == []
