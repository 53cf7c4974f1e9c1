"""``multipath ping`` on a network whose truth is known."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from multipath.agent.items.key import ProbeSpec
from multipath.agent.pinger import Pinger
from multipath.agent.sockets.resolve import Resolver
from multipath.cli.probing.edge_target import Place, place_of
from multipath.errors import MultipathError

if TYPE_CHECKING:
    from multipath.agent.engines.icmp import IcmpEngine
    from tests.agent.conftest import Network

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
TO = r"10\.99\.0\.2"
RTT = r"ttl=64 rtt=(\d+\.\d{3}) ms"


def command(network: Network, *words: str) -> list[str]:
    return ["ip", "netns", "exec", network.name, sys.executable, "-m", "multipath", "ping", *words]


def run(network: Network, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(network, *words), capture_output=True, text=True, timeout=60, check=False
    )


def test_each_packet_has_a_line_and_the_end_has_the_figures(network: Network) -> None:
    refuse = {"type": 3, "code": 1, "by": "10.99.0.77"}
    packets = {"1": {"lose": True}, "2": {"refuse": refuse}, "3": {"copies": 2}}
    network.respond({"10.99.0.2": {"delay_s": 0.03, "packets": packets}})
    done = run(network, "10.99.0.2", "--count", "6", "--interval", "100ms", "--timeout", "2s")
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head == "ping 10.99.0.2: 56 bytes every 0.1 s"
    told = sorted(lines[:6], key=lambda line: line.split()[2])
    expected = [RTT, "lost", r"unreachable: host unreachable, says 10\.99\.0\.77", RTT, RTT, RTT]
    rtts_ms = {}
    for index, (line, fate) in enumerate(zip(told, expected, strict=True)):
        match = re.fullmatch(rf"{STAMP} {TO} seq={index} {fate}", line)
        assert match, line
        if match.groups():
            rtts_ms[index] = float(match[1])
    held_s = network.held_s("10.99.0.2")
    assert all(1000 * held_s[index] <= rtt_ms for index, rtt_ms in rtts_ms.items())
    low, high = min(rtts_ms.values()), max(rtts_ms.values())
    assert lines[6:9] == [
        "--- 10.99.0.2: 6 sent, 4 received, 33.3333 % lost",
        "late 0, duplicate 1, reordered 0, corrupt 0, unreachable 1, not sent 0, longest loss 2",
        "10.99.0.77 says: host unreachable",
    ]
    quantiles = re.fullmatch(r"rtt ms: min (\S+) p10 .* p50 \S+ .* max (\S+) mean \S+", lines[9])
    assert quantiles
    assert (float(quantiles[1]), float(quantiles[2])) == pytest.approx((low, high), abs=0.001)
    assert re.fullmatch(r"jitter \d+\.\d{3} ms, MOS \d(\.\d+)?", lines[10])
    assert lines[11:] == ["TTL 64, changed 0 times"]


def test_ctrl_c_ends_it_with_the_figures_and_lines_come_at_once(network: Network) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.01}})
    words = command(network, "10.99.0.2", "--interval", "50ms")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        first = [process.stdout.readline() for _ in range(4)]
        assert re.fullmatch(rf"{STAMP} {TO} seq=2 {RTT}", first[3].strip())
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    sent = re.search(
        r"^--- 10\.99\.0\.2: (\d+) sent, (\d+) received, 0 % lost$", rest, re.MULTILINE
    )
    assert sent
    assert sent[1] == sent[2]
    assert int(sent[1]) == 3 + len(re.findall(rf"^{STAMP}", rest, re.MULTILINE))


def test_an_edge_is_pinged_as_its_topology_says(network: Network, tmp_path: Path) -> None:
    network.respond({"10.99.0.2": {"delay_s": 0.01}})
    file = tmp_path / "t.yaml"
    file.write_text(
        "name: t\nsource: a\ntarget: b\nprobe: {size: 200}\n"
        "nodes:\n  a: {address: 192.0.2.10}\n  b: {address: 10.99.0.2}\n"
    )
    done = run(network, "a>b", "-t", str(file), "-c", "2", "-i", "10ms", "--quiet")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("--- t:a>b at 10.99.0.2: 2 sent, 2 received, 0 % lost\n")
    assert place_of("t:a>b", [file]) == Place("t:a>b", "10.99.0.2", 200, 2.0)
    with pytest.raises(MultipathError, match=r"there is no edge a>c \(known: t:a>b\)"):
        place_of("a>c", [file])
    with pytest.raises(MultipathError, match="say where it is with --topology FILE"):
        place_of("a>b", [])


def test_nobody_answers(network: Network) -> None:
    network.respond({})
    done = run(network, "10.99.0.2", "-c", "2", "-i", "10ms", "--timeout", "100ms")
    assert done.returncode == 1
    assert len(re.findall(r"seq=\d lost$", done.stdout, re.MULTILINE)) == 2
    assert "rtt ms" not in done.stdout


def test_a_long_ping_goes_on_from_flight_to_flight(
    network: Network, far_engine: IcmpEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multipath.agent.pinger.FLIGHT_PACKETS", 7)
    network.respond({"10.99.0.2": {"delay_s": 0.02, "packets": {"8": {"lose": True}}}})
    spec = ProbeSpec("t", "a", "b", "icmp", "10.99.0.2", timeout_s=2.0)
    lines: list[str] = []
    with closing(Resolver()) as resolver:
        pinger = Pinger(far_engine, resolver, spec, 0.01, 30)
        pinger.resolve()
        pinger.run(lines.append)
    numbers = sorted(int(line.split("seq=")[1].split()[0]) for line in lines)
    assert numbers == list(range(30))
    assert next(line for line in lines if line.endswith("lost")).split()[2] == "seq=8"
    measured = pinger.summary()
    assert (measured.sent, measured.received, measured.loss_run) == (30, 29, 1)
    assert len(measured.rtts_s) == 29
