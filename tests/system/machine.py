"""A throwaway Debian host for tests: a copy-on-write view of a root, with a systemd of its own.

The root is an overlay whose changes live in memory; processes, mounts, host name and cgroups are
its own. It lives in a network namespace that is there already, and may reboot. When it is closed,
or the tests are killed, nothing of it is left but an empty cgroup.
"""

import os
import re
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from multipath.lab import aptsources
from multipath.lab.packages import machine_sources
from multipath.lab.tools import CODENAME

BOOT_S, COMMAND_S, DEBIAN_S = 120, 120, 600

_BUILD = r"""
set -eu
mount -t tmpfs -o mode=755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root" "$folder/cgroup"
mount -t overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" \
  overlay "$folder/root"
cd "$folder/root"
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
for each in null zero full random urandom tty; do
  touch dev/$each
  mount --bind /dev/$each dev/$each
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s pts/ptmx dev/ptmx
if [ "$base" = / ]; then  # what this machine starts at boot is not what that one does
  rm -rf etc/systemd/system etc/rc?.d usr/sbin/policy-rc.d
  mkdir -p etc/systemd/system
  for each in 0 1 2 3 4 5 6 S; do mkdir etc/rc$each.d; done
fi
rm -rf root/.ssh
mkdir -m 700 root/.ssh
: >etc/fstab
: >etc/machine-id
cp --remove-destination -L /etc/resolv.conf etc/resolv.conf
if [ -n "$packages" ]; then
  mount -t proc proc proc
  mount -t tmpfs tmpfs run
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  chroot . apt-get update -qq
  chroot . apt-get install -y -qq --no-install-recommends $packages
  umount proc run
fi
mount -t cgroup2 none "$folder/cgroup"
mkdir -p "$folder/cgroup/$name"
echo $$ >"$folder/cgroup/$name/cgroup.procs"
for boot in 1 2 3; do
  ended=0
  setpriv --pdeathsig KILL -- nsenter --net="/run/netns/$network" \
    unshare --mount --pid --uts --ipc --cgroup --fork --kill-child sh -euc "$enter" || ended=$?
  [ $ended = 129 ] || exit $ended  # 129: it rebooted
done
"""

_ENTER = r"""
for each in run tmp; do mount -t tmpfs -o mode=1755 tmpfs $each; done
chmod 1777 tmp
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 none sys/fs/cgroup
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mkdir old
pivot_root . old
umount -l old
rmdir old
exec env -i container=other PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set=-sys_module,-sys_time,-sys_rawio -- $init
"""

_FORGET_CGROUP = r"""
mount -t cgroup2 none "$folder"
[ ! -d "$folder/$name" ] || find "$folder/$name" -depth -type d -exec rmdir {} +
"""

_EXCLUDED = ("doc", "man", "locale")

SYSTEMD = "/lib/systemd/systemd --system"
NO_SYSTEMD = "sleep 3600"


def build_debian(suite: str, packages: Sequence[str], root: Path) -> Path:
    """Make the root of another Debian release, from the archives that this machine uses."""
    listed = aptsources.for_lab(machine_sources(), CODENAME, suite).split("\n\n")
    (archive,) = (each for each in listed if suite in each)
    options = ["force-unsafe-io", *(f"path-exclude=/usr/share/{each}/*" for each in _EXCLUDED)]
    done = subprocess.run(
        [
            *("mmdebstrap", "--quiet", "--variant=essential", f"--include={','.join(packages)}"),
            *(f"--dpkgopt={option}" for option in options),
            *(suite, str(root), "-"),
        ],
        input=re.sub(r"^Suites: .*$", f"Suites: {suite}", archive, flags=re.MULTILINE).encode(),
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        timeout=DEBIAN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")
    return root


class Machine:
    """A host that is up.

    Args:
        folder: an empty folder to build it in.
        network: the network namespace that it lives in.
        packages: Debian packages to install on it first.
        init: its first process.
        base: the root that it begins with, which stays as it is.
    """

    def __init__(
        self,
        folder: Path,
        network: str,
        packages: Sequence[str] = (),
        init: str = SYSTEMD,
        base: Path = Path("/"),
    ) -> None:
        self._environment = {
            **os.environ,
            "folder": str(folder),
            "name": f"multipath-test-{os.getpid()}-{folder.name}",
            "network": network,
            "packages": " ".join(packages),
            "base": str(base),
            "init": init,
            "enter": _ENTER,
        }
        self._log = folder.with_name(f"{folder.name}.log")
        self._init = init
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *("setpriv", "--pdeathsig", "KILL", "--", "unshare", "--mount"),
                    "sh",
                    "-c",
                    _BUILD,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
            )
        self._boot()

    def exec(self, *argv: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[str]":
        """Run a command on it, whatever its exit code."""
        done = subprocess.run(
            ["nsenter", "--target", str(self._first()), "--all", "--wdns=/", "--", *argv],
            input=stdin,
            capture_output=True,
            timeout=COMMAND_S,
            check=False,
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        )
        said = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(argv, done.returncode, *said)

    def run(self, *argv: str, stdin: bytes = b"") -> str:
        """Run a command on it, which must end well; return its output."""
        done = self.exec(*argv, stdin=stdin)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def write(self, path: str, content: bytes) -> None:
        """Write a file on it, and the folder it is in."""
        self.run("install", "-D", "/dev/stdin", path, stdin=content)

    def reboot(self) -> None:
        """Let it reboot, and return when it is up again."""
        before = self._first()
        self.run("systemctl", "reboot", "--no-block")
        end = time.monotonic() + BOOT_S
        while self._first() == before:
            assert time.monotonic() < end, "it does not go down"
            time.sleep(0.1)
        self._boot()

    def close(self) -> None:
        """End it; nothing is left."""
        self._process.kill()
        self._process.wait(COMMAND_S)
        end = time.monotonic() + COMMAND_S
        while not self._forget_cgroup():
            assert time.monotonic() < end, "its processes do not end"
            time.sleep(0.1)

    def _boot(self) -> None:
        end = time.monotonic() + BOOT_S
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > end:
                said = self._log.read_text(errors="replace")
                self.close()
                raise AssertionError(f"the machine does not come up: {said}")
            time.sleep(0.1)

    def _is_up(self) -> bool:
        if not self._first():
            return False
        if self._init != SYSTEMD:
            return True
        return self.exec("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def _forget_cgroup(self) -> bool:
        command = ["unshare", "--mount", "sh", "-euc", _FORGET_CGROUP]
        done = subprocess.run(command, env=self._environment, capture_output=True, check=False)
        return done.returncode == 0

    def _first(self) -> int:
        """Return its first process when that is what it is to be, else 0."""
        try:
            (keeper,) = _children(self._process.pid)
            (first,) = _children(keeper)
            program = Path(f"/proc/{first}/cmdline").read_text().split("\0")[0]
        except (FileNotFoundError, ValueError):  # not yet
            return 0
        return first if program == self._init.split()[0] else 0


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
