"""Reads what Zabbix held of a path's verdict: the health of its edges over time."""

from collections.abc import Sequence

from multipath import names
from multipath.diagnosis.timeline import Sample, decode
from multipath.errors import ZabbixError
from multipath.report.cycle import HOUR_S
from multipath.topology.edges import edges
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.pages import reaching
from multipath.zabbix.series import Item, Progress, find, values

_STATES, _CODE = "states", "code"
_LEAST_CODE = 1
"""What is not fine: ``compiled.CODES``."""


class NoVerdictError(ZabbixError):
    """Zabbix holds no verdict of a topology, or one of other edges."""


def notable_hours(client: Client, topology: Topology, since_s: float, until_s: float) -> list[int]:
    """Return the hours in which something may have been ill or unknown, and those after them.

    Raises:
        ZabbixError: a call failed.
        NoVerdictError: the topology has no verdict in Zabbix.
    """
    item = _item(client, topology, _CODE)
    return reaching(client, [item.number], _LEAST_CODE, since_s, until_s)


def samples(
    client: Client,
    topology: Topology,
    within: Sequence[int],
    progress: Progress = lambda _: None,
    since_s: float = 0.0,
) -> list[Sample]:
    """Return the health of a topology's edges over some hours, from a time on, oldest first.

    Raises:
        ZabbixError: a call failed.
        NoVerdictError: the topology has no verdict in Zabbix, or it is of other edges.
    """
    item = _item(client, topology, _STATES)
    all_edges = edges(topology)
    per_hour = 2 * HOUR_S / min(edge.probe.cycle_s for edge in all_edges)
    try:
        return [
            Sample(value.at_s, decode(value.text, len(all_edges)))
            for value in values(client, {_STATES: item}, within, per_hour, progress, since_s)
        ]
    except ValueError as error:
        raise NoVerdictError(
            f"the verdicts of {topology.name} in Zabbix are not of this topology: {error}; "
            "ask for a time since it was deployed like this"
        ) from error


def _item(client: Client, topology: Topology, part: str) -> Item:
    key = names.path_host(topology.name), names.verdict_key(topology.name, part)
    found = find(client, {part: key})
    if part not in found:
        raise NoVerdictError(f"Zabbix has no verdict of {topology.name}: deploy it (again)")
    return found[part]
