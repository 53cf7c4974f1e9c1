"""The constant-ping log on disk."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath import names
from multipath.agent.cycle.fates import time_of_day
from multipath.agent.items.key import ProbeSpec
from multipath.agent.reporting.log_files import LogFiles
from multipath.agent.reporting.packet_log import LINES_MAX, PacketLog
from tests.agent.conftest import AgentProcess

if TYPE_CHECKING:
    from tests.agent.conftest import Network, ZabbixServer

EDGE = ("t", "a", "b")
SPEC = ProbeSpec(*EDGE, kind="icmp", address="192.0.2.1")
KB = 1024
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def sizes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def line(at_s: float, text: str = "x") -> bytes:
    return f"{time_of_day(round(at_s * 1e9))} {text}\n".encode()


@pytest.fixture
def small_disk(root: None, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_files_are_rotated_by_size_and_bounded_together(tmp_path: Path) -> None:
    files = LogFiles(tmp_path, 1024 * KB, 86400.0)
    now_s = time.time()
    for number in range(4000):
        edge = ("t", "a", f"b{number % 3}")
        files.append(edge, line(now_s + number, "x" * 1000))
        assert sizes(tmp_path) <= 1024 * KB * 17 / 16 + 2 * KB
    parts = list(tmp_path.glob("t,a,b1.*.packets.log"))
    assert len(parts) > 2
    assert all(path.stat().st_size <= 65 * KB for path in tmp_path.iterdir())
    assert {path.name for path in tmp_path.iterdir()} >= {f"t,a,b{to}.packets.log" for to in "012"}
    assert line(now_s + 3999, "x" * 1000) in (tmp_path / "t,a,b0.packets.log").read_bytes()


def test_files_are_rotated_by_age_and_old_ones_deleted(tmp_path: Path) -> None:
    now_s = time.time()
    for name, age_s in (("t,a,gone", 71.0), ("t,a,b", 11.0), ("t,a,c", 9.0)):
        path = tmp_path / f"{name}.packets.log"
        path.write_bytes(line(now_s - age_s))
        os.utime(path, (now_s - age_s, now_s - age_s))
    foreign = tmp_path / "other.log"
    foreign.write_text("not ours")
    os.utime(foreign, (0, 0))
    files = LogFiles(tmp_path, 1024 * KB, 70.0)
    files.append(EDGE, line(now_s))
    files.append(("t", "a", "c"), line(now_s))
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == 4
    assert re.fullmatch(r"t,a,b\.\d{8}T\d{9}Z\.packets\.log", kept[1])
    assert [kept[0], kept[2], kept[3]] == ["other.log", "t,a,b.packets.log", "t,a,c.packets.log"]
    assert len((tmp_path / "t,a,c.packets.log").read_bytes().splitlines()) == 2


def test_names_from_the_server_cannot_leave_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    files = LogFiles(folder, 1024 * KB, 86400.0)
    files.append(("../../t", "/etc/a", ".."), line(time.time()))
    (written,) = folder.iterdir()
    assert written.parent == folder
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_on_a_full_disk_no_line_is_half_written(small_disk: Path) -> None:
    files = LogFiles(small_disk, 1024 * KB, 86400.0)
    big = line(time.time(), "x" * 1500)
    room = 64 * KB // len(big)
    for _ in range(room):
        files.append(EDGE, big)
    with pytest.raises(OSError, match="No space left"):
        files.append(EDGE, big)
    content = (small_disk / "t,a,b.packets.log").read_bytes()
    assert content == big * room


def test_a_full_disk_is_said_once_and_writing_goes_on_when_there_is_room(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 60 * KB)
    log = PacketLog(small_disk, 1024 * KB, 86400.0)
    log.start()

    def write_until(text: str) -> None:
        end = time.monotonic() + 20
        while text not in caplog.text:
            assert time.monotonic() < end, caplog.text
            log.write(SPEC, line(time.time(), "x" * 1500).decode().strip())
            time.sleep(0.01)

    write_until("cannot write packets to")
    filler.unlink()
    write_until("lines of")
    log.stop()
    assert caplog.text.count("No space left on device; trying again") == 1
    assert caplog.text.count("can write packets to") == 1


def test_a_writer_that_is_stuck_keeps_nobody_waiting(tmp_path: Path) -> None:
    log = PacketLog(tmp_path, 1024 * KB, 86400.0)  # not started: as if the disk hung
    for _ in range(LINES_MAX + 500):
        log.write(SPEC, "x")
    log.start()
    log.stop()
    written = (tmp_path / "t,a,b.packets.log").read_text().splitlines()
    assert written.count("x") <= LINES_MAX


def test_the_agent_logs_each_packet_when_its_fate_is_known(
    network: Network, serve_zabbix: Callable[[], ZabbixServer], tmp_path: Path
) -> None:
    refuse = {"type": 3, "code": 1, "by": "10.99.0.77"}
    packets = {"1": {"lose": True}, "2": {"refuse": refuse}, "3": {"delay_s": 1.2}}
    network.respond({"10.99.0.2": {"delay_s": 0.05, "packets": packets}})
    with network.inside():
        zabbix = serve_zabbix()
    to_b, to_c = (
        names.probe_key("t", "a", to, "icmp", address, packets="5", timeout="1s")
        for to, address in (("b", "10.99.0.2"), ("c", "192.0.2.1"))
    )
    zabbix.configure("h", (1, to_b, "5s"), (2, to_c, "1s"))
    settings, folder = tmp_path / "agent.toml", tmp_path / "packets"
    settings.write_text(
        f'server = "{zabbix.address}"\nhostname = "h"\nstate = "none"\nrefresh = "1s"\n'
        f'packet-log = "{folder}"\n'
    )
    agent = AgentProcess.configured(settings, "ip", "netns", "exec", network.name)
    try:
        file = folder / "t,a,b.packets.log"
        zabbix.wait_for(file.exists)
        assert not zabbix.of(1)  # lines do not wait for the end of a cycle
        zabbix.wait_for(lambda: zabbix.of(1) and zabbix.of(2))
    finally:
        agent.finish()
    to = r"10\.99\.0\.2"
    expected = [
        rf"{STAMP} {to} seq=0 ttl=64 rtt=\d+\.\d\d\d ms",
        rf"{STAMP} {to} seq=1 lost",
        rf"{STAMP} {to} seq=2 unreachable: host unreachable, says 10\.99\.0\.77",
        rf"{STAMP} {to} seq=3 lost",
        rf"{STAMP} {to} seq=3 late ttl=64 rtt=\d+\.\d\d\d ms",
        rf"{STAMP} {to} seq=4 ttl=64 rtt=\d+\.\d\d\d ms",
    ]
    lines = sorted(file.read_text().splitlines()[: len(expected)], key=lambda text: text[:24])
    for text, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(pattern, text), text
    measured = json.loads(zabbix.of(1)[0]["value"])
    assert (measured["received"], measured["late"], measured["unreachable"]) == (2, 1, 1)
    rtt_s = float(lines[0].split("rtt=")[1].split()[0]) / 1000
    assert any(abs(rtt_s - each) < 2e-6 for each in measured["rtt_s"].values())
    not_sent = (folder / "t,a,c.packets.log").read_text().splitlines()[0]
    why = r"not sent: Network is unreachable \(ENETUNREACH\)"
    assert re.fullmatch(rf"{STAMP} 192\.0\.2\.1 seq=0 {why}", not_sent)
