"""Values wait on disk, in order, until they are acknowledged, whatever happens to the disk."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath.agent.delivery.spool import MEMORY_VALUES, Spool
from multipath.agent.items.value import Value
from multipath.errors import AgentError

MB = 1_000_000


def value(text: str, clock_s: int | None = None) -> Value:
    return Value(1, text, int(time.time()) if clock_s is None else clock_s, 0)


def fill(spool: Spool, *texts: str) -> None:
    for text in texts:
        spool.put(value(text))
    spool.store()


def texts(spool: Spool, limit: int = 100) -> list[str]:
    batch = spool.peek(limit)
    return [each.text for _, each in batch.values] if batch else []


def drained(spool: Spool) -> list[tuple[str, int, str]]:
    """Everything, batch after batch, as session, number and text."""
    taken = []
    while batch := spool.peek(3):
        taken += [(batch.session, number, each.text) for number, each in batch.values]
        spool.acknowledge(batch)
    return taken


OpenSpool = Callable[..., Spool]


@pytest.fixture
def open_spool(tmp_path: Path) -> Iterator[OpenSpool]:
    opened = []

    def start(
        path: Path | None = tmp_path / "x.spool", max_bytes: int = MB, max_age_s: float = 1e6
    ) -> Spool:
        spool = Spool(path, max_bytes, max_age_s)
        spool.start()
        opened.append(spool)
        return spool

    yield start
    for spool in opened:
        if spool.is_alive():
            spool.stop()


@pytest.mark.parametrize("is_on_disk", [True, False])
def test_values_stay_until_acknowledged_and_keep_their_numbers(
    open_spool: OpenSpool, tmp_path: Path, is_on_disk: bool
) -> None:
    spool = open_spool(tmp_path / "x.spool" if is_on_disk else None)
    fill(spool, "a", "b", "c")
    first = spool.peek(2)
    assert first == spool.peek(2)
    assert first is not None
    assert [(number, each.text) for number, each in first.values] == [(1, "a"), (2, "b")]
    spool.acknowledge(first)
    fill(spool, "d")
    assert [entry[1:] for entry in drained(spool)] == [(3, "c"), (4, "d")]
    spool.store()
    assert spool.state().depth == 0


def test_what_waits_is_found_after_a_restart_under_its_own_session_and_before_what_is_new(
    open_spool: OpenSpool,
) -> None:
    first = open_spool()
    fill(first, "a", "b", "c", "d", "e")
    batch = first.peek(2)
    assert batch is not None
    first.acknowledge(batch)
    first.stop()
    second = open_spool()
    assert second.session != first.session
    fill(second, "f")
    assert drained(second) == [
        (first.session, 3, "c"),
        (first.session, 4, "d"),
        (first.session, 5, "e"),
        (second.session, 1, "f"),
    ]


def test_a_value_comes_back_from_disk_as_it_was(open_spool: OpenSpool) -> None:
    put = Value(1 << 40, '{"köy":"①"}', 1_800_000_000, 999_999_999, unsupported=True)
    first = open_spool()
    first.put(put)
    first.stop()
    batch = open_spool().peek(1)
    assert batch is not None
    assert batch.values == [(1, put)]


def test_the_configuration_is_found_after_a_restart(open_spool: OpenSpool) -> None:
    first = open_spool()
    assert first.configuration == ""
    first.keep("[1]")
    first.stop()
    assert open_spool().configuration == "[1]"


def test_killed_without_mercy_it_has_all_that_was_stored(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from multipath.agent.delivery.spool import Spool
from multipath.agent.items.value import Value
spool = Spool(Path(sys.argv[1]), 10**6, 10**6)
for number in range(500):
    spool.put(Value(1, str(number), 2_000_000_000, number))
    if number % 7 == 0:
        spool.store()
spool.store()
spool.acknowledge(spool.peek(100))
spool.store()
spool.put(Value(1, "not stored", 2_000_000_000, 0))
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "x.spool")], check=False)
    assert done.returncode == -9
    entries = drained(open_spool())
    assert [text for _, _, text in entries] == [str(number) for number in range(100, 500)]
    assert [number for _, number, _ in entries] == list(range(101, 501))


def test_where_there_is_too_much_the_oldest_is_dropped_and_counted_for_ever(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    spool = open_spool(max_bytes=MB)
    for number in range(4000):
        spool.put(value(f"{number:0500}"))
    spool.store()
    state = spool.state()
    assert state.dropped > 0
    assert state.depth == 4000 - state.dropped
    assert texts(spool, 1) == [f"{state.dropped:0500}"]
    spool.stop()
    assert open_spool().state() == state
    assert (tmp_path / "x.spool").stat().st_size < 8 * MB


def test_what_is_too_old_is_dropped_and_counted(open_spool: OpenSpool) -> None:
    spool = open_spool(max_age_s=3600)
    now_s = int(time.time())
    for age_s in (7200, 3700, 3500, 0):
        spool.put(value(str(age_s), now_s - age_s))
    spool.store()
    assert texts(spool) == ["3500", "0"]
    assert spool.state() == (type(spool.state()))(2, now_s - 3500, 2)


def test_two_processes_never_use_one_file(open_spool: OpenSpool, tmp_path: Path) -> None:
    open_spool()
    with pytest.raises(AgentError, match=r"another agent uses .*x\.spool; stop it, or"):
        Spool(tmp_path / "x.spool", MB, 1e6)


@pytest.fixture
def small_disk(root: None, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def occupy(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4096))
            except OSError:
                return filler


def test_on_a_full_disk_values_stay_in_memory_and_nothing_is_lost_or_doubled(
    open_spool: OpenSpool, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = open_spool(small_disk / "x.spool")
    fill(spool, "a", "b")
    filler = occupy(small_disk)
    wanted = [f"{number:02000}" for number in range(200)]
    fill(spool, *wanted)
    assert "database or disk is full; keeping them in memory" in caplog.text
    assert spool.state().depth == 202
    batch = spool.peek(100)  # what the disk has comes first; it cannot be removed there
    assert batch is not None
    assert [each.text for _, each in batch.values] == ["a", "b"]
    spool.acknowledge(batch)
    spool.store()
    batch = spool.peek(50)
    assert batch is not None
    spool.acknowledge(batch)
    spool.store()
    filler.unlink()
    caplog.set_level("INFO")
    spool.store()
    assert "can store values in" in caplog.text
    assert [entry[1:] for entry in drained(spool)] == [
        (number + 3, wanted[number]) for number in range(50, 200)
    ]
    spool.stop()
    assert drained(open_spool(small_disk / "x.spool")) == []


def test_a_disk_that_is_full_at_the_start_does_not_keep_the_spool_from_working(
    open_spool: OpenSpool, small_disk: Path
) -> None:
    first = open_spool(small_disk / "x.spool")
    fill(first, "a")
    first.stop()
    filler = occupy(small_disk)
    second = open_spool(small_disk / "x.spool")
    fill(second, "b")
    assert [text for _, _, text in drained(second)] == ["a", "b"]
    filler.unlink()
    second.store()
    second.stop()
    assert drained(open_spool(small_disk / "x.spool")) == []


def test_a_folder_that_cannot_be_written_leaves_values_in_memory(
    open_spool: OpenSpool, caplog: pytest.LogCaptureFixture
) -> None:
    spool = open_spool(Path("/proc/none/x.spool"))
    fill(spool, "a", "b")
    assert texts(spool) == ["a", "b"]
    assert caplog.text.count("cannot store values in /proc/none/x.spool") == 1


def test_memory_is_bounded_where_the_disk_fails(open_spool: OpenSpool) -> None:
    spool = open_spool(Path("/proc/none/x.spool"))
    for number in range(MEMORY_VALUES + 5):
        spool.put(value(str(number)))
    assert texts(spool, 1) == ["5"]
    assert (spool.state().depth, spool.state().dropped) == (MEMORY_VALUES, 5)


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"this is no database" * 1000,
        lambda content: content[: len(content) // 2],
        lambda content: content[:100] + bytes(len(content) - 100),
        lambda content: content[:60] + b"\0\0\0\7" + content[64:],
    ],
    ids=["garbage", "cut", "emptied", "of another version"],
)
def test_a_broken_file_is_moved_aside_and_a_new_one_begun(
    open_spool: OpenSpool,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[bytes], bytes],
) -> None:
    first = open_spool()
    fill(first, *(f"{number:0300}" for number in range(200)))
    first.stop()
    file = tmp_path / "x.spool"
    broken = damage(file.read_bytes())
    file.write_bytes(broken)
    second = open_spool()
    assert f"moved to {file}.broken, a new one begun" in caplog.text
    assert (tmp_path / "x.spool.broken").read_bytes() == broken
    fill(second, "new")
    assert texts(second) == ["new"]


def test_a_file_that_breaks_while_it_is_used_costs_only_what_was_in_it(
    open_spool: OpenSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = open_spool(max_bytes=100 * MB)
    spool.keep("[1]")
    fill(spool, *(f"{number:0500}" for number in range(20_000)))
    file = tmp_path / "x.spool"
    file.write_bytes(os.urandom(file.stat().st_size))
    for text in ("new 1", "new 2"):
        spool.put(value(text))
        while (batch := spool.peek(1000)) and batch.values[0][1].text != text:
            spool.acknowledge(batch)
            spool.store()
    assert "a new one begun" in caplog.text
    fill(spool, "new 3")
    assert "new 3" in texts(spool)
    spool.stop()
    assert open_spool().configuration == "[1]"


def test_any_damage_to_the_file_is_survived(tmp_path: Path) -> None:
    good = tmp_path / "good.spool"
    spool = Spool(good, MB, 1e9)
    spool.start()
    fill(spool, *(f"{number:0200}" for number in range(50)))
    spool.keep("[]")
    spool.stop()
    content = good.read_bytes()
    chance = random.Random(1)  # noqa: S311 - the same damages every time
    for attempt in range(150):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 10, 1000))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        file = tmp_path / "x.spool"
        file.write_bytes(damaged)
        hurt = Spool(file, MB, 1e9)
        hurt.start()
        fill(hurt, "new")
        if "new" not in [text for _, _, text in drained(hurt)]:  # it went with the broken file
            fill(hurt, "newer")
            assert texts(hurt) == ["newer"], attempt
        hurt.stop()


def test_a_file_with_values_of_a_wrong_type_is_broken(
    open_spool: OpenSpool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = open_spool()
    fill(first, "a")
    first.stop()
    database = sqlite3.connect(tmp_path / "x.spool")
    database.execute("UPDATE value SET clock_s = 'noon'")
    database.commit()
    database.close()
    second = open_spool()
    fill(second, "b")
    assert texts(second) == ["b"]
    assert "a value is of a wrong type" in caplog.text
