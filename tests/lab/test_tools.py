import os
from pathlib import Path

import pytest

from multipath.errors import LabError
from multipath.lab.tools import check_machine, run, wait_for


def test_all_that_a_machine_lacks_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LabError) as caught:
        check_machine()
    said = str(caught.value)
    for word in ("root", "apt-get", "ip (Debian package iproute2)", "nsenter", "works without it"):
        assert word in said


def test_a_failed_command_tells_its_last_lines() -> None:
    with pytest.raises(LabError) as caught:
        run("sh", "-c", "seq 100; echo why >&2; exit 3")
    lines = str(caught.value).splitlines()
    assert lines[0] == "sh failed with exit code 3:"
    assert lines[-1] == "  why"
    assert len(lines) == 9


def test_a_process_that_ends_while_it_is_waited_for_tells_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("first\nno such table\n", encoding="utf-8")
    pid = os.posix_spawnp("true", ["true"], os.environ)
    with pytest.raises(LabError, match=r"the server ended at once:\n  first\n  no such table"):
        wait_for("the server", lambda: False, patience_s=30.0, log=log, pid=pid)


def test_patience_ends(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"the server is not ready after 0\.1 s"):
        wait_for("the server", lambda: False, patience_s=0.1, log=tmp_path / "none")
