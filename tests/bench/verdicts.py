"""How soon a fault is told in Zabbix, and how soon it is over: in cycles, on real labs.

Faults of every kind at every sort of place are made at random moments of a cycle, in several labs
at once. Times are those that Zabbix itself wrote: of the verdict's history and of events. Writes
the table of docs/diagnosis.md.
"""

import json
import random
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from queue import Empty, Queue
from statistics import median

from multipath import names
from multipath.zabbix.client import Client
from tests.bench.diagnosis import DOCUMENT, put
from tests.conftest import Lab, run_multipath, start_lab, stop_lab
from tests.system.steps import EXAMPLE
from tests.system.truth import FINE, KINDS, FastPath, said_of

LABS = 3
CYCLE_S = 10
PLACES = ("zabbix-sh", "la", "proxy1", "zabbix-sh>la", "proxy2>la", "zabbix-sh>proxy2")
TITLES = {
    "down": "down",
    "lost": "a proxy cut off",
    "lossy": "30 % loss",
    "light": "5 % loss",
    "slow": "+60 ms",
}
PATIENCE_S = 900.0
CHAR, OPEN = 1, 1


@dataclass(frozen=True)
class Times:
    """Seconds from a fault to its verdict and problem, and from its end to theirs.

    None: there was no such thing.
    """

    title: str
    named_s: float | None
    raised_s: float | None
    fine_s: float | None
    ended_s: float | None
    problems: int
    wrong_s: float


def measured(lab: Lab, path: FastPath, place: str, kind: str) -> Times:
    """Make a fault and heal it; return when Zabbix told what."""
    wait(path.is_well)
    time.sleep(random.uniform(0, CYCLE_S))
    said = said_of(place, kind)
    is_lost = said.endswith("is lost")
    where = said.partition(":")[0]
    begun_s = time.time()
    lab.fault(place, *KINDS[kind])
    wait(lambda: path.told() == said and (is_lost or bool(path.problems())))
    time.sleep(2 * CYCLE_S)
    lab.heal()
    healed_s = time.time()
    wait(path.is_quiet)
    time.sleep(CYCLE_S)  # some verdicts come back for a moment
    wait(path.is_quiet)
    told = [(at_s, text) for at_s, text in history(path.client) if at_s > begun_s]
    named_s = next((at_s for at_s, text in told if text.startswith(where)), None)
    fine_s = [at_s for at_s, text in told if at_s > healed_s and text == FINE]
    ill = [(at_s, text) for at_s, text in told if at_s < healed_s]
    ends = [at_s for at_s, _ in ill[1:]] + [healed_s]
    wrong_s = sum(
        end_s - at_s
        for (at_s, text), end_s in zip(ill, ends, strict=True)
        if text != FINE and not text.startswith((where, "undecided"))
    )
    raised, ended = events(path.client, begun_s)
    return Times(
        TITLES["lost" if is_lost else kind],
        since(named_s, begun_s),
        since(min(raised, default=None), begun_s),
        since(fine_s[-1] if fine_s else None, healed_s),
        since(max(ended, default=None), healed_s),
        len(raised),
        wrong_s,
    )


def since(at_s: float | None, begin_s: float) -> float | None:
    return None if at_s is None else at_s - begin_s


def wait(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end_s:
            raise TimeoutError("Zabbix did not say it")
        time.sleep(1.0)


def history(client: Client) -> list[tuple[float, str]]:
    """Return what was told, with Unix times, oldest first."""
    key = names.verdict_key("copy", "told")
    (item,) = client.get("item", output=["itemid"], filter={"key_": key})
    rows = client.get("history", itemids=[item["itemid"]], history=CHAR, sortfield="clock")
    return sorted((int(row["clock"]) + int(row["ns"]) / 1e9, row["value"]) for row in rows)


def events(client: Client, begun_s: float) -> tuple[list[float], list[float]]:
    """Return the Unix times at which verdicts' problems were raised and ended since then."""
    tags = [{"tag": names.TAG_SCOPE, "value": names.SCOPE_VERDICT, "operator": "1"}]
    found = client.get(
        "event",
        output=["clock", "ns", "value"],
        source=0,
        time_from=int(begun_s),
        tags=tags,
    )
    times: dict[bool, list[float]] = {True: [], False: []}
    for each in found:
        times[int(each["value"]) == OPEN].append(int(each["clock"]) + int(each["ns"]) / 1e9)
    return times[True], times[False]


@contextmanager
def watched(name: str) -> Iterator[tuple[Lab, FastPath]]:
    """Bring up a lab with a path whose cycles are those of the example."""
    try:
        lab = start_lab(name)
        with tempfile.TemporaryDirectory() as folder, Client(lab.profile) as client:
            file = Path(folder, "copy.yaml")
            file.write_text(EXAMPLE.read_text().replace("name: sh-la", "name: copy"))
            for words in (
                ("deploy", str(file), "--profile", lab.profile_name, "--yes"),
                ("lab", "agents", str(file), "--name", lab.name),
                ("status", str(file), "--profile", lab.profile_name, "--wait", "120s"),
            ):
                done = run_multipath(*words)
                if done.returncode:
                    raise RuntimeError(done.stderr)
            yield lab, FastPath(client, file)
    finally:
        stop_lab(name)


def work(number: int, tasks: "Queue[tuple[str, str]]", found: list[Times]) -> None:
    """Measure what is left to measure, in a lab of this thread's own."""
    with watched(f"bench-{number}") as (lab, path):
        while True:
            try:
                place, kind = tasks.get_nowait()
            except Empty:
                return
            times = measured(lab, path, place, kind)
            with LOCK:
                found.append(times)
                print(json.dumps({"place": place, "kind": kind, **vars(times)}), flush=True)


LOCK = threading.Lock()


def table(found: Sequence[Times]) -> str:
    """Return the table, a row for each kind of fault: medians, and the worst."""
    rows = defaultdict(list)
    for times in found:
        rows[times.title].append(times)
    lines = [
        "| fault | faults | place named | problem raised | verdict fine again | problem ended"
        " | problems | another place shown |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for title in TITLES.values():
        if group := rows[title]:
            columns = (
                shown([each.named_s for each in group]),
                shown([each.raised_s for each in group]),
                shown([each.fine_s for each in group]),
                shown([each.ended_s for each in group]),
                f"{sum(each.problems for each in group) / len(group):.2g}",
                shown([each.wrong_s for each in group]),
            )
            lines.append(f"| {title} | {len(group)} | {' | '.join(columns)} |")
    return "\n".join(lines)


def shown(times_s: Sequence[float | None]) -> str:
    """Return the median and the worst, in cycles."""
    cycles = [each / CYCLE_S for each in times_s if each is not None]
    return f"{median(cycles):.1f} ({max(cycles):.1f})" if cycles else "–"


def main(rounds: int) -> None:
    """Measure in several labs, print the table, and write it into the document."""
    tasks: Queue[tuple[str, str]] = Queue()
    for _ in range(rounds):
        faults = list(product(PLACES, KINDS))
        random.shuffle(faults)
        for fault in faults:
            tasks.put(fault)
    found: list[Times] = []
    with ThreadPoolExecutor(LABS) as pool:
        for done in [pool.submit(work, number, tasks, found) for number in range(LABS)]:
            done.result()
    print(table(found))
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(put(text, "times", table(found)), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
