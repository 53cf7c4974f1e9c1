"""``multipath trace``: the way to a place, hop by hop, as the agent sees it."""

import contextlib
from pathlib import Path

import click
from rich.table import Table

from multipath.agent.engines.icmp import IcmpEngine
from multipath.agent.probing.trace import Hop, Trace
from multipath.agent.probing.trace_run import trace as trace_way
from multipath.agent.sockets.resolve import Resolver
from multipath.cli.printing.terminal import console
from multipath.cli.probing.edge_target import place_of, target_arguments
from multipath.errors import AgentError

_PATIENCE_S = 5.0


@click.command()
@target_arguments
@click.option("--json", "as_json", is_flag=True, help="As the agent delivers it to Zabbix.")
def trace(target: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Trace the way to an address, or to an edge's far end, from this host.

    All packets are of one flow, so routers that share load out send them the same way. A router
    that answers less than it forwards is no fault: what counts is loss that goes on to the end.

    \b
    Examples:
      multipath trace 203.0.113.10
      multipath trace --topology topologies/sh-la.yaml 'zabbix-sh>la'
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    place = place_of(target, files)
    with (
        contextlib.closing(IcmpEngine()) as engine,
        contextlib.closing(Resolver()) as resolver,
    ):
        answer = resolver.lookup(place.address, _PATIENCE_S)
        if answer.endpoint is None:
            raise AgentError(answer.error)
        found = trace_way(engine, answer.endpoint)
    if as_json:
        click.echo(found.to_json())
        return
    console().print(_table(found))
    click.echo(_verdict(found))


def _table(found: Trace) -> Table:
    table = Table(box=None)
    for name in ("hop", "loss", "min ms", "p50 ms", "max ms"):
        table.add_column(name, justify="right")
    table.add_column("address", overflow="fold")
    for hop in found.hops:
        table.add_row(str(hop.number), f"{hop.loss_percent:.0f} %", *_times(hop), _who(hop))
    return table


def _times(hop: Hop) -> tuple[str, ...]:
    quantiles_s = hop.quantiles_s()
    return tuple(f"{each_s * 1000:.3f}" for each_s in quantiles_s.values()) or ("", "", "")


def _who(hop: Hop) -> str:
    return f"{hop.address or '*'}{f' says {hop.why}' if hop.why else ''}"


def _verdict(found: Trace) -> str:
    if found.error:
        return f"not sent: {found.error}"
    if not found.hops:
        return f"nobody answered on the way to {found.address}"
    end = f"{found.address} {'was reached' if found.reached else 'did not answer'}"
    return f"{end}; from hop {found.suspect} on all lose packets" if found.suspect else end
