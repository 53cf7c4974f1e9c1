"""How ssh is called, and what its script says on a host that does not suit."""

import shlex
import subprocess
from pathlib import Path

import pytest

from multipath.agent.host.remote import ssh_command
from multipath.errors import AgentError


def script_of(command: list[str]) -> str:
    shell, flag, script = shlex.split(command[-1])
    assert (shell, flag) == ("sh", "-c")
    return script


def test_words_arrive_as_they_are() -> None:
    words = ["install", '--hostname=it\'s a "host" $HOME;']
    command = ssh_command("root@a", Path("/x y"), words)
    assert command[:3] == ["ssh", "-F", "/x y"]
    assert command[-2] == "root@a"
    last = script_of(command).splitlines()[-1]
    assert shlex.split(last)[4:6] == words


@pytest.mark.parametrize("target", ["", "-oProxyCommand=id"])
def test_an_option_is_no_host(target: str) -> None:
    with pytest.raises(AgentError, match="is no host for ssh; write USER@HOST"):
        ssh_command(target, None, ["status"])


def test_a_host_without_python_is_told(tmp_path: Path) -> None:
    script = script_of(ssh_command("a", None, ["status"]))
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == ("error: that host has no Python 3.11 or newer: install python3 there\n")
