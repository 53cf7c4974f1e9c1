"""``multipath ping``: a constant ping with the agent's way of sending."""

import contextlib
import json
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from multipath.agent.cycle.account import Measurement
from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.items.key import DSCPS, SIZE_BYTES, TIMEOUT_MAX_S, ProbeSpec
from multipath.agent.pinger import Pinger
from multipath.agent.sockets.resolve import Resolver
from multipath.cli.options.params import DURATION
from multipath.cli.probing.edge_target import Place, place_of, target_arguments

INTERVAL_MIN_S = 0.01


def _bounded(lowest_s: float, highest_s: float) -> object:
    def check(_: click.Context, __: click.Parameter, value_s: float | None) -> float | None:
        if value_s is not None and not lowest_s <= value_s <= highest_s:
            raise click.BadParameter(f"not from {lowest_s:g} s to {highest_s:g} s")
        return value_s

    return check


@click.command()
@target_arguments
@click.option("--count", "-c", type=click.IntRange(min=1), help="Packets to send; else no end.")
@click.option(
    "--interval",
    "-i",
    "interval_s",
    type=DURATION,
    default="1s",
    show_default=True,
    callback=_bounded(INTERVAL_MIN_S, 3600.0),
    help="Time from packet to packet.",
)
@click.option(
    "--size",
    "-s",
    type=click.IntRange(SIZE_BYTES.start, SIZE_BYTES.stop - 1),
    help="Payload bytes; the edge's own, else 56.",
)
@click.option(
    "--timeout",
    "-W",
    "timeout_s",
    type=DURATION,
    callback=_bounded(0.001, TIMEOUT_MAX_S),
    help="After this a packet is lost; the edge's own, else 2s.",
)
@click.option(
    "--dscp", type=click.IntRange(DSCPS.start, DSCPS.stop - 1), default=0, help="Class of service."
)
@click.option("--df", is_flag=True, help="Never fragment.")
@click.option("--source", default="", metavar="ADDRESS|INTERFACE", help="Where to send from.")
@click.option("--quiet", "-q", is_flag=True, help="Only the summary.")
@click.pass_context
def ping(
    context: click.Context,
    /,
    target: str,
    files: tuple[Path, ...],
    count: int | None,
    interval_s: float,
    quiet: bool,
    **given: Any,
) -> None:
    """Ping without end, a line for each packet, until Ctrl-C; then the figures of all.

    The packets leave from this host, stamped by the kernel, as the agent's do. Of an edge, its
    far end is pinged, with the size and timeout that the topology gives.

    \b
    Examples:
      multipath ping 203.0.113.10 --interval 200ms
      multipath ping --topology topologies/sh-la.yaml 'zabbix-sh>la' --count 20
      multipath ping 203.0.113.10 >> constant-ping.log
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    place = place_of(target, files)
    spec = _spec(place, given)
    with (
        contextlib.closing(IcmpEngine()) as engine,
        contextlib.closing(Resolver()) as resolver,
    ):
        pinger = Pinger(engine, resolver, spec, interval_s, count)
        address = pinger.resolve()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: pinger.stop())
        if not quiet:
            click.echo(f"ping {_named(place, address)}: {spec.size} bytes every {interval_s:g} s")
        pinger.run(_ignore if quiet else click.echo)
        summary = pinger.summary()
    click.echo(_told(_named(place, summary.address), summary))
    if not summary.received:
        context.exit(1)


def _spec(place: Place, given: Mapping[str, Any]) -> ProbeSpec:
    """Return what is asked for: what is given wins over what the place says."""
    asked: dict[str, Any] = {"size": place.size, "timeout_s": place.timeout_s}
    asked |= {name: value for name, value in given.items() if value is not None}
    plain = ProbeSpec("ping", "here", "there", "icmp", place.address)
    return replace(plain, **{name: value for name, value in asked.items() if value is not None})


def _named(place: Place, address: str) -> str:
    return address if place.name == address else f"{place.name} at {address}"


def _ignore(_: str) -> None:
    pass


def _told(name: str, measured: Measurement) -> str:
    """Return the summary as text; what does not exist has no line."""
    figures = json.loads(measured.to_json())
    loss = f", {figures['loss_percent']:g} % lost" if "loss_percent" in figures else ""
    lines = [
        f"--- {name}: {measured.sent} sent, {measured.received} received{loss}",
        f"late {measured.late}, duplicate {measured.duplicate}, reordered {measured.reordered}, "
        f"corrupt {measured.corrupt}, unreachable {measured.unreachable}, "
        f"not sent {measured.not_sent}, longest loss {measured.loss_run}",
    ]
    if measured.unreachable:
        lines.append(f"{measured.unreachable_by} says: {measured.unreachable_why}")
    if measured.error:
        lines.append(f"not sent: {measured.error}")
    if "rtt_s" in figures:
        values = " ".join(f"{each} {1000 * at_s:.3f}" for each, at_s in figures["rtt_s"].items())
        lines.append(f"rtt ms: {values}")
    if "jitter_s" in figures:
        lines.append(f"jitter {1000 * figures['jitter_s']:.3f} ms, MOS {figures['mos']:g}")
    if measured.ttl:
        lines.append(f"TTL {measured.ttl}, changed {measured.ttl_changes} times")
    return "\n".join(lines)
