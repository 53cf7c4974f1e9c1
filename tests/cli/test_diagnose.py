"""What ``diagnose`` refuses before it asks any Zabbix."""

import pytest
from click.testing import CliRunner

from multipath.cli.asking.diagnose import diagnose
from tests.report.makers import EXAMPLE


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--until", "1h"], "--until goes with --since"),
        (["--at", "1h", "--since", "2h"], "give --at for a moment, or --since"),
        (["--since", "1h", "--until", "2h"], "--since is not before --until"),
        (["--at", "noon"], "is no time; write how long ago it was"),
    ],
)
def test_times_that_make_no_sense_are_refused(
    options: list[str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZABBIX_TOKEN", "t")
    result = CliRunner().invoke(diagnose, [str(EXAMPLE), "--url", "http://127.0.0.1:9", *options])
    assert result.exit_code == 2, result.output
    assert says in result.output
