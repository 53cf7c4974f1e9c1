"""Reads the last measurement of each edge."""

import time
from collections.abc import Mapping, Sequence

from multipath import names
from multipath.diagnosis.state import Reading
from multipath.topology.edges import Edge
from multipath.zabbix.client import Client

_METRICS = ("loss", "rtt.p50")


def latest(client: Client, edges: Sequence[Edge]) -> Mapping[Edge, Reading | None]:
    """Return each edge's last measurement; None where Zabbix has none yet.

    Raises:
        ZabbixError: the call failed.
    """
    keys = {(edge, metric): _key(edge, metric) for edge in edges for metric in _METRICS}
    rows = client.get(
        "item",
        output=["key_", "lastvalue", "lastclock"],
        filter={"key_": sorted(keys.values())},
        selectHosts=["host"],
    )
    last = {
        (row["hosts"][0]["host"], row["key_"]): (float(row["lastvalue"]), int(row["lastclock"]))
        for row in rows
        if row["lastclock"] != "0"
    }
    now = time.time()
    return {
        edge: _reading(
            last.get((_host(edge), keys[edge, "loss"])),
            last.get((_host(edge), keys[edge, "rtt.p50"])),
            now,
        )
        for edge in edges
    }


def _reading(
    loss: tuple[float, int] | None, rtt: tuple[float, int] | None, now: float
) -> Reading | None:
    """Join what two items last said; an RTT of an older cycle is none of this one."""
    if loss is None:
        return None
    loss_percent, clock = loss
    rtt_s = rtt[0] if rtt is not None and rtt[1] == clock else None
    return Reading(max(0.0, now - clock), loss_percent, rtt_s)


def _host(edge: Edge) -> str:
    return names.vantage_host(edge.from_name)


def _key(edge: Edge, metric: str) -> str:
    return names.metric_key(edge.topology, edge.from_name, edge.to_name, metric)
