"""Which route to take, as Zabbix holds it: formulas and a script. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multipath import names
from multipath.diagnosis import compiled_detours
from multipath.topology.edges import Edge, Route

_LEAST_WINDOW_S, _CYCLES = 60, 3


@dataclass(frozen=True, slots=True)
class RouteAdvice:
    """What stands for the advice on a topology's routes.

    Args:
        window_s: over so many seconds routes are compared, and so often.
        costs: the expression of each route's cost, by its name.
        words: the expression of what the script takes.
        script: what turns that into the advice.
        first: the advice before there is any.
        unknown_cost: the cost of a route that is not known.
    """

    window_s: int
    costs: Mapping[str, str]
    words: str
    script: str
    first: str = compiled_detours.FIRST_ADVICE
    unknown_cost: str = compiled_detours.UNKNOWN_COST


def route_advice(topology: str, routes: Sequence[Route]) -> RouteAdvice:
    """Return what stands for the advice on these routes."""
    cycle_s = max(edge.probe.cycle_s for route in routes for edge in route.edges)
    window_s = max(_LEAST_WINDOW_S, round(_CYCLES * cycle_s))
    window = f"{window_s}s"
    host = names.path_host(topology)
    advice = names.route_key(topology, names.BEST_ROUTE, "advice")
    words = [f"last(/{host}/{advice})"]
    for route in routes:
        cost = names.route_key(topology, route.name, "cost")
        losses = [_item(edge, "loss") for edge in route.edges]
        words += [f"last(/{host}/{cost})", compiled_detours.dead(losses, window)]
    return RouteAdvice(
        window_s=window_s,
        costs={
            route.name: compiled_detours.cost(
                [f"avg({_item(edge, 'rtt.p50')},{window})" for edge in route.edges],
                [f"avg({_item(edge, 'loss')},{window})" for edge in route.edges],
            )
            for route in routes
        },
        words=_joined(words),
        script=compiled_detours.script(),
    )


def _item(edge: Edge, metric: str) -> str:
    return names.metric_path(edge.topology, edge.from_name, edge.to_name, metric)


def _joined(words: Sequence[str]) -> str:
    """Return the expression of words with blanks between them."""
    between = '," ",'
    return f"concat({between.join(words)})"
