"""Does on another host what a command does here: by the system's ssh, with this very agent.

One connection: the agent's file goes in by standard input, runs from a temporary folder, and what
it says comes back. ssh asks for what it needs itself; no password passes through here.
"""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from multipath.errors import AgentError

_DEADLINE_S = 600.0
_OPTIONS = ("-T", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15")
_SSH_FAILED = 255

_SCRIPT = """\
python=
for each in python3 python3.15 python3.14 python3.13 python3.12 python3.11; do
  if command -v $each >/dev/null && $each -c 'import sys; sys.exit(sys.version_info < (3, 11))'
  then python=$each; break; fi
done
if [ -z "$python" ]; then
  echo 'error: that host has no Python 3.11 or newer: install python3 there' >&2; exit 1
fi
sudo=
if [ "$(id -u)" != 0 ]; then
  sudo='sudo -n'
  if ! $sudo true; then
    echo 'error: root is needed there: give --ssh root@HOST, or let sudo ask no password' >&2
    exit 1
  fi
fi
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$folder/multipath-agent.pyz" || exit 1
$sudo $python -I "$folder/multipath-agent.pyz" {words} </dev/null
"""


def ssh_command(target: str, config: Path | None, words: Sequence[str]) -> list[str]:
    """Return the ssh command that runs ``multipath agent WORDS`` as root on another host. Pure.

    Args:
        target: as ssh takes it: USER@HOST, or ssh://USER@HOST:PORT.
        config: a configuration file for ssh instead of the user's own.
        words: the sub-command and its arguments.

    Raises:
        AgentError: the target would be an option of ssh.
    """
    if not target or target.startswith("-"):
        raise AgentError(f"{target!r} is no host for ssh; write USER@HOST or ssh://USER@HOST:PORT")
    own = ("-F", str(config)) if config else ()
    script = _SCRIPT.replace("{words}", shlex.join(words))
    return ["ssh", *own, *_OPTIONS, target, f"sh -c {shlex.quote(script)}"]


def run_there(target: str, config: Path | None, words: Sequence[str], archive: bytes) -> int:
    """Run ``multipath agent WORDS`` on another host, whose words appear here; return its exit code.

    Raises:
        AgentError: there is no ssh, it cannot connect, or it takes too long.
    """
    command = ssh_command(target, config, words)
    try:
        done = subprocess.run(command, input=archive, timeout=_DEADLINE_S, check=False)
    except FileNotFoundError as error:
        raise AgentError("there is no command ssh on this host: install openssh-client") from error
    except subprocess.TimeoutExpired as error:
        raise AgentError(f"{target} did not end within {_DEADLINE_S:g} s") from error
    if done.returncode == _SSH_FAILED:
        raise AgentError(f"ssh did not get through to {target}: what it said stands above")
    return done.returncode
