"""The agent installed on a host of its own, by ssh from another, under a real systemd."""

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import __version__
from multipath.agent.host.archive import archive, pack
from multipath.agent.host.unit import ARCHIVE, CONFIG, LOGS, SERVICE, STATE, UNIT, USER
from multipath.lab.nodes import namespace
from tests.conftest import Lab
from tests.system.machine import NO_SYSTEMD, Machine, build_debian
from tests.system.steps import EXAMPLE, copy_of, eventually, multipath, refused, status

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]  # a lab and a Debian are built first

HOSTNAME = "multipath.proxy1"
SETTINGS = ("--server", "127.0.0.1", "--hostname", HOSTNAME)
PACKAGES = ("openssh-server", "systemd", "systemd-sysv", "dbus", "passwd", "procps", "python3")
OURS = (ARCHIVE, CONFIG, UNIT, STATE, LOGS)


class Operator:
    """Someone on another host of the lab, who may log in to the machine as root by a key."""

    def __init__(self, lab: Lab, machine: Machine, folder: Path) -> None:
        self._lab = lab
        self._config = folder / "ssh.config"
        key, known = folder / "key", folder / "known_hosts"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        machine.write("/root/.ssh/authorized_keys", key.with_suffix(".pub").read_bytes())
        host_key = machine.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub")
        known.write_text(f"{lab.nodes['proxy1']} {host_key}")
        self._config.write_text(
            f"IdentityFile {key}\nIdentitiesOnly yes\nUserKnownHostsFile {known}\n"
            "StrictHostKeyChecking yes\nBatchMode yes\n"
        )

    def agent(self, command: str, *words: str, program: tuple[str, ...] = ()) -> str:
        """Run an agent's command on the machine, which must end well; return what it says."""
        done = self.attempt(command, *words, program=program)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(
        self, command: str, *words: str, program: tuple[str, ...] = ()
    ) -> "subprocess.CompletedProcess[str]":
        start = program or (sys.executable, "-m", "multipath", "agent")
        target = ("--ssh", f"root@{self._lab.nodes['proxy1']}", "--ssh-config", str(self._config))
        return self._lab.exec("zabbix-sh", *start, command, *target, *words)


@pytest.fixture(scope="module", params=["debian12", "debian13"])
def machine(
    bare: Lab, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Machine]:
    """Return a host in the place of the lab's proxy1, with an ssh server.

    Debian 12, as this machine, has systemd 252 and Python 3.11; Debian 13 has 257 and 3.13.
    """
    folder, network = tmp_path_factory.mktemp("machine"), namespace(bare.name, "proxy1")
    if request.param == "debian12":
        made = Machine(folder, network, PACKAGES)
    else:
        base = build_debian("trixie", PACKAGES, tmp_path_factory.mktemp("trixie") / "root")
        made = Machine(folder, network, base=base)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def operator(bare: Lab, machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    return Operator(bare, machine, tmp_path_factory.mktemp("operator"))


@pytest.fixture
def installed(machine: Machine, operator: Operator) -> Iterator[Machine]:
    operator.agent("install", *SETTINGS)
    yield machine
    operator.agent("uninstall", "--purge")


def main_pid(machine: Machine) -> int:
    return int(machine.run("systemctl", "show", "-P", "MainPID", SERVICE))


def is_active(machine: Machine) -> bool:
    return machine.exec("systemctl", "is-active", SERVICE).stdout.strip() == "active"


def journal(machine: Machine) -> str:
    return machine.run("journalctl", "-q", "--no-pager", "-o", "cat", "-u", SERVICE)


def present(machine: Machine) -> list[str]:
    return [path for path in OURS if machine.exec("test", "-e", path).returncode == 0]


def wait_for_restart(machine: Machine, former: int) -> None:
    eventually(
        "it runs again",
        lambda: main_pid(machine) not in (0, former) and is_active(machine),
    )


def test_a_new_user_installs_it_over_ssh_and_its_edge_is_in_zabbix(
    bare: Lab, machine: Machine, operator: Operator, tmp_path: Path
) -> None:
    topology = copy_of(EXAMPLE, tmp_path)
    multipath("deploy", topology, "--profile", bare.profile_name, "--yes")
    try:
        would = operator.agent("install", *SETTINGS, "--dry-run")
        assert f"write {ARCHIVE}" in would
        assert f"start {SERVICE}" in would
        assert present(machine) == []
        operator.agent("install", *SETTINGS)
        assert present(machine) == list(OURS)
        eventually(
            "proxy1's edge has a value",
            lambda: status(bare, topology)[2]["loss_percent"] == 0,
        )
        assert "nothing to do" in operator.agent("install", *SETTINGS)
        checked = operator.agent("check")
        assert f"ok    host {HOSTNAME}: known, with 1 edges\n" in checked
        assert f"ok    copy proxy1>la: {bare.nodes['la']} answers after " in checked
        told = operator.agent("status")
        assert f"installed  version {__version__} in {ARCHIVE}\n" in told
        assert "service    active (running), enabled at boot, restarted 0 times" in told
        assert f"agent      {HOSTNAME} runs for " in told
        assert "\nedges      1\n" in told
        assert "info added copy proxy1>la" in told
        assert machine.run("sh", "-c", "find ${TMPDIR:-/tmp} -name '*.pyz'") == ""
    finally:
        operator.agent("uninstall", "--purge")
        multipath("destroy", topology, "--profile", bare.profile_name, "--yes")
    assert present(machine) == []
    assert machine.exec("getent", "passwd", USER).returncode != 0
    assert "nothing to do" in operator.agent("uninstall", "--purge")


def test_it_has_its_own_user_and_one_right_and_is_hardened(installed: Machine) -> None:
    facts = installed.run("cat", f"/proc/{main_pid(installed)}/status")
    uid = installed.run("id", "-u", USER).strip()
    assert re.search(rf"^Uid:\t{uid}\t{uid}\t{uid}\t{uid}$", facts, re.MULTILINE)
    for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
        assert f"Cap{kind}:\t0000000000002000\n" in facts  # CAP_NET_RAW, bit 13
    assert "NoNewPrivs:\t1\n" in facts
    assert " ipv4=raw ipv6=raw" in journal(installed)
    installed.run("systemd-analyze", "verify", UNIT)
    for how in ((SERVICE,), ("--offline=true", UNIT)):
        installed.run("systemd-analyze", "security", "--no-pager", "--threshold=20", *how)
    assert installed.run("stat", "-c", "%a %U %G", CONFIG) == f"640 root {USER}\n"
    assert installed.run("stat", "-c", "%a %U %G", STATE) == f"700 {USER} {USER}\n"


@pytest.mark.parametrize("signal", ["TERM", "KILL", "SEGV"])
def test_it_comes_back_after_a_kill(installed: Machine, signal: str) -> None:
    former = main_pid(installed)
    installed.run("kill", f"-{signal}", str(former))
    wait_for_restart(installed, former)


def test_it_comes_back_when_its_measuring_loop_hangs(installed: Machine) -> None:
    drop_in = f"{UNIT}.d/quick.conf"
    installed.write(drop_in, b"[Service]\nWatchdogSec=2\n")
    installed.run("systemctl", "daemon-reload")
    installed.run("systemctl", "restart", SERVICE)
    former = main_pid(installed)
    installed.run("kill", "-STOP", str(former))
    wait_for_restart(installed, former)
    installed.run("rm", "-r", f"{UNIT}.d")
    installed.run("systemctl", "daemon-reload")
    assert "Watchdog timeout" in journal(installed)


def test_it_stays_down_after_a_stop_and_starts_at_boot(
    installed: Machine, operator: Operator
) -> None:
    installed.run("systemctl", "stop", SERVICE)
    assert journal(installed).splitlines()[-1].startswith(f"Stopped {SERVICE}")
    assert installed.run("systemctl", "show", "-P", "Result", SERVICE) == "success\n"
    installed.run("sleep", "5")  # more than RestartSec
    assert not is_active(installed)
    told = operator.attempt("status")
    assert told.returncode == 1
    assert f"agent      {HOSTNAME} ended " in told.stdout
    installed.reboot()
    eventually("it runs after the boot", lambda: is_active(installed))


def test_a_reload_goes_on_in_the_same_process(installed: Machine) -> None:
    former = main_pid(installed)
    installed.run("sh", "-c", f"echo 'refresh = \"2s\"' >>{CONFIG}")
    installed.run("systemctl", "reload", SERVICE)
    assert main_pid(installed) == former
    eventually("it has reloaded", lambda: "reloaded, changed: refresh" in journal(installed))


def test_an_upgrade_keeps_the_settings_and_restarts(
    installed: Machine, operator: Operator, tmp_path: Path
) -> None:
    installed.run("sh", "-c", f"echo '# mine' >>{CONFIG}")
    settings = installed.run("cat", CONFIG)
    newer = tmp_path / "newer.pyz"
    newer.write_bytes(of_version("9.9.9"))
    program = ("python3", str(newer))
    assert f"replace {ARCHIVE}" in operator.agent("upgrade", "--dry-run", program=program)
    former = main_pid(installed)
    operator.agent("upgrade", program=program)
    assert main_pid(installed) != former
    assert installed.run("cat", CONFIG) == settings
    assert "started version=9.9.9" in journal(installed)
    assert "nothing to do" in operator.agent("upgrade", program=program)


def of_version(version: str) -> bytes:
    """Return the agent's archive as a later version of it."""
    packed = zipfile.ZipFile(io.BytesIO(archive()))
    entries = {name: packed.read(name) for name in packed.namelist()}
    entries["multipath/__init__.py"] = f'__version__ = "{version}"\n'.encode()
    return pack(iter(entries.items()))


def test_what_is_refused_is_said(machine: Machine, operator: Operator) -> None:
    def said(*words: str) -> str:
        done = operator.attempt(*words)
        assert done.returncode == 1
        return done.stderr

    assert "not installed on this host" in said("upgrade")
    assert "no server; give --server" in said("install", "--hostname", HOSTNAME)
    assert "'a b c:1' is no server" in said("install", "--server", "a b c:1", "--hostname", "x")
    assert present(machine) == []
    operator.agent("install", *SETTINGS)
    try:
        told = said("install", "--server", "192.0.2.1", "--hostname", HOSTNAME)
        assert f"{CONFIG} on this host says otherwise than --server" in told
        machine.run("chmod", "600", CONFIG)
        machine.run("chown", "root", CONFIG)
        machine.run("systemctl", "stop", SERVICE)
        told = said("install", *SETTINGS)
        assert f"error: cannot start {SERVICE}: " in told
        assert f"error: cannot read {CONFIG}: Permission denied" in told
        assert f"error: {SERVICE} does not run; it last said:" in said("install", *SETTINGS)
        machine.run("sh", "-c", f"echo nonsense >>{CONFIG}")
        machine.run("systemctl", "stop", SERVICE)
        told = said("upgrade")
    finally:
        operator.agent("uninstall", "--purge")
    assert "is no TOML" in told


def test_a_host_that_is_not_there_is_said() -> None:
    told = refused(
        "agent", "uninstall", "--ssh", "ssh://root@127.0.0.1:1", "--ssh-config", os.devnull
    )
    assert "onnection refused" in told
    assert "error: ssh did not get through to ssh://root@127.0.0.1:1: what it said stands" in told


def test_without_systemd_it_says_what_it_did_and_how_to_run_it(bare: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    plain = Machine(folder, namespace(bare.name, "proxy1"), init=NO_SYSTEMD)
    try:
        plain.write("/root/multipath-agent.pyz", archive())
        install = ("python3", "-I", "-S", "/root/multipath-agent.pyz")
        said = plain.run(*install, "install", *SETTINGS)
        assert "this host has no systemd" in said
        assert present(plain) == [ARCHIVE, CONFIG, STATE]
        command = said.splitlines()[-1].strip()
        plain.run("sh", "-c", f"setsid {command} >/run/log 2>&1 &")
        eventually("it runs", lambda: "info started" in plain.run("cat", "/run/log"))
        plain.run("pgrep", "-u", USER, "-f", "multipath-agent.pyz")
        plain.run("pkill", "-u", USER)
        eventually("it ended", lambda: "info stopped" in plain.run("cat", "/run/log"))
        plain.run(*install, "uninstall", "--purge")
        assert present(plain) == []
    finally:
        plain.close()
