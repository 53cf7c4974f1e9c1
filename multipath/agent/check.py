"""A dry run: can the agent do here what it is to do? Nothing is delivered, nothing is kept."""

import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from multipath.agent.config import Settings
from multipath.agent.connection import protocol
from multipath.agent.connection.exchange import exchange
from multipath.agent.connection.server import Server
from multipath.agent.connection.tls import Security
from multipath.agent.engines.all import Engines
from multipath.agent.items.task import Item, Probe, Statement, plan_task
from multipath.agent.probing.prober import Prober
from multipath.agent.sockets.resolve import PATIENCE_S, Resolver
from multipath.agent.sockets.watch import Watch
from multipath.errors import AgentError

_DEADLINE_S = 10.0
_SPREAD_S = 1.0
_SLACK_S = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried, and what came of it."""

    what: str
    is_well: bool
    says: str


def check(settings: Settings) -> Iterator[Finding]:
    """Yield what is found, in the order in which one thing needs the other.

    Sockets, state folder, server, host, then one packet to every edge, all edges at once.
    """
    yield _check_state(settings.state)
    with closing(Watch()) as watch, closing(Resolver()) as resolver:
        engines = None
        try:
            engines = Engines(watch)
        except AgentError as error:
            yield Finding("sockets", False, str(error))
        else:
            yield Finding("sockets", True, engines.describe())
        items: dict[str, Item] = {}
        security = Security(settings.tls)
        for server in (server for cluster in settings.servers for server in cluster):
            for finding, listed in _ask(server, settings.hostname, resolver, security):
                items |= {item.key: item for item in listed}
                yield finding
        if engines is not None:
            yield from _try_edges(engines, watch, resolver, items.values())
            engines.close()


def _check_state(folder: Path | None) -> Finding:
    """Return whether values can be kept; whoever asks is the one who is to run the agent."""
    if folder is None:
        return Finding("state", True, "none: values wait in memory only")
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding("state", False, f"{there} is no folder that this user may write to")
    return Finding("state", True, str(folder) + ("" if there == folder else ", made at the start"))


def _ask(
    server: Server,
    hostname: str,
    resolver: Resolver,
    security: Security,
    may_redirect: bool = True,
) -> Iterator[tuple[Finding, tuple[Item, ...]]]:
    """Ask a server what to measure."""
    what = f"server {server}"
    started_s = time.monotonic()
    request = protocol.checks_request(hostname, secrets.token_hex(16), 0)
    try:
        reply = exchange(server, resolver, security, request, _DEADLINE_S)
        redirect = protocol.read_redirect(reply)
        if redirect and redirect.server and may_redirect:
            yield Finding(what, True, f"sends us to {redirect.server} of its proxy group"), ()
            yield from _ask(redirect.server, hostname, resolver, security, may_redirect=False)
            return
        checks = protocol.read_checks(reply, 0)
    except AgentError as error:
        yield Finding(what, False, str(error)), ()
        return
    took_ms = 1000 * (time.monotonic() - started_s)
    yield Finding(what, True, f"answers, after {took_ms:.0f} ms"), ()
    if checks.unknown_host:
        says = f"not known ({checks.unknown_host}): is the topology deployed, is the name right?"
        yield Finding(f"host {hostname}", False, says), ()
        return
    items = checks.items or ()
    edges = sum(isinstance(plan_task(item), Probe) for item in items)
    yield Finding(f"host {hostname}", True, f"known, with {edges} edges"), items


def _try_edges(
    engines: Engines, watch: Watch, resolver: Resolver, items: Iterable[Item]
) -> Iterator[Finding]:
    # Two servers may use one id for two items.
    tasks = [plan_task(replace(item, itemid=place)) for place, item in enumerate(items)]
    for task in tasks:
        if isinstance(task, Statement) and task.unsupported:
            yield Finding(f"item {task.key}", False, task.value)
    probes = [task for task in tasks if isinstance(task, Probe)]
    values = _probe_once(engines, watch, resolver, probes)
    for probe in sorted(probes, key=lambda each: each.spec.edge):
        measurement = values.get(probe.itemid, {})
        yield Finding(str(probe.spec.edge), *_judge(measurement, probe.spec.timeout_s))


def _judge(measurement: dict[str, Any], timeout_s: float) -> tuple[bool, str]:
    """Return whether a measurement of one packet is well, and what it says. Pure."""
    address = measurement.get("address", "")
    if measurement.get("received"):
        return True, f"{address} answers after {1000 * measurement['rtt_s']['min']:.2f} ms"
    if "error" in measurement:
        return False, str(measurement["error"])
    if "unreachable_why" in measurement:
        by, why = measurement["unreachable_by"], measurement["unreachable_why"]
        return False, f"{address} does not answer: {why}, says {by}"
    return False, f"{address} does not answer within {timeout_s:g} s"


def _probe_once(
    engines: Engines, watch: Watch, resolver: Resolver, probes: list[Probe]
) -> dict[int, dict[str, Any]]:
    """Return the measurements of one packet each, by item id, as far as there are any in time."""
    values: dict[int, dict[str, Any]] = {}

    def note(itemid: int, text: str, _unsupported: bool) -> None:
        values.setdefault(itemid, json.loads(text))

    prober = Prober(engines.by_kind, resolver, note, health=str)
    single = [
        replace(
            each,
            spec=replace(each.spec, packets=1),
            cycle_s=each.spec.timeout_s + _SPREAD_S,
        )
        for each in probes
    ]
    prober.configure(single, time.monotonic_ns())
    longest_s = max((each.cycle_s + 2 * each.spec.timeout_s for each in single), default=0.0)
    end_s = time.monotonic() + longest_s + PATIENCE_S + _SLACK_S
    while len(values) < len(probes) and time.monotonic() < end_s:
        prober.tick(time.monotonic_ns())
        watch.sleep(0.02)
    return values
