"""``multipath edges``: what a topology probes, as a table, JSON, or a drawing."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from multipath.cli.printing import verdicts_view
from multipath.topology.diagram import dot, mermaid
from multipath.topology.edges import Edge
from multipath.topology.edges import edges as edges_of
from multipath.topology.loader import load
from multipath.topology.model import Node, Topology
from multipath.topology.units import format_duration, format_percent


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "dot", "mermaid"]),
    default="table",
    show_default=True,
    help="How to show them; dot is for Graphviz.",
)
@click.option(
    "--verdicts",
    is_flag=True,
    help="Show what each pattern of ill edges says, and what cannot be told apart.",
)
def edges(files: tuple[Path, ...], form: str, verdicts: bool) -> None:
    """Show the edges that topologies probe, numbered ① to ⑤ for two proxies.

    With N proxies there are 2N+1: direct first, then each proxy to the target, then the
    source to each proxy.

    \b
        multipath edges topologies/sh-la.yaml
        multipath edges topologies/sh-la.yaml --format dot | dot -Tsvg > sh-la.svg
        multipath edges topologies/sh-la.yaml --verdicts
    """  # noqa: D301 - click keeps the lines after a real backspace
    if verdicts and form != "table":
        raise click.UsageError("--verdicts is a table: leave --format out")
    (_show_verdicts if verdicts else _SHOWN[form])(load(files))


def _show_tables(topologies: Sequence[Topology]) -> None:
    console = Console()
    for topology in topologies:
        console.print(_table(topology))


def _show_verdicts(topologies: Sequence[Topology]) -> None:
    console = Console()
    for topology in topologies:
        console.print(verdicts_view.verdicts(topology))


def _table(topology: Topology) -> Table:
    title = f"{topology.name}: {topology.description}" if topology.description else topology.name
    table = Table(title=Text(title), title_justify="left")
    table.add_column("edge", overflow="fold")
    table.add_column("role", no_wrap=True)
    table.add_column("probe", overflow="fold")
    table.add_column("loss", justify="right", no_wrap=True)
    table.add_column("rtt", justify="right", no_wrap=True)
    for edge in edges_of(topology):
        table.add_row(
            edge.label,
            edge.role,
            f"{edge.probe.type} {edge.probe.packets}/{format_duration(edge.probe.cycle_s)}",
            f"> {format_percent(edge.thresholds.loss_percent)}",
            f"> {format_duration(edge.thresholds.rtt_s)}",
        )
    return table


def _show_json(topologies: Sequence[Topology]) -> None:
    listed = [
        {
            "name": topology.name,
            "description": topology.description,
            "edges": [_edge(edge) for edge in edges_of(topology)],
        }
        for topology in topologies
    ]
    click.echo(json.dumps({"topologies": listed}, indent=2, ensure_ascii=False))


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "number": edge.number,
        "name": edge.name,
        "label": edge.label,
        "role": edge.role,
        "from": _node(edge.from_name, edge.from_node),
        "to": _node(edge.to_name, edge.to_node),
        "probe": edge.probe.model_dump(by_alias=False),
        "thresholds": edge.thresholds.model_dump(by_alias=False),
    }


def _node(name: str, node: Node) -> dict[str, Any]:
    return {"name": name, **node.model_dump(by_alias=False)}


_SHOWN: dict[str, Callable[[Sequence[Topology]], None]] = {
    "table": _show_tables,
    "json": _show_json,
    "dot": lambda topologies: click.echo(dot(topologies), nl=False),
    "mermaid": lambda topologies: click.echo(mermaid(topologies), nl=False),
}
