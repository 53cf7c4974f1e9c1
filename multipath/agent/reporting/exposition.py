"""The agent's figures in Prometheus' text format, 0.0.4. Pure."""

from collections.abc import Iterable, Iterator, Mapping

from multipath.agent.items.key import ProbeSpec

Figures = Mapping[str, object]
_AGENT = (
    ("multipath_agent_uptime_seconds", "gauge", "uptime_s"),
    ("multipath_agent_spool_values", "gauge", "spool.depth"),
    ("multipath_agent_spool_oldest_seconds", "gauge", "spool.oldest_s"),
    ("multipath_agent_spool_dropped_total", "counter", "spool.dropped"),
    ("multipath_agent_send_errors_total", "counter", "send_errors"),
    ("multipath_agent_overflowed_total", "counter", "overflowed"),
    ("multipath_agent_lag_seconds", "gauge", "lag_s"),
    ("multipath_agent_clock_step_seconds", "gauge", "clock_step_s"),
    ("multipath_agent_cpu_percent", "gauge", "cpu_percent"),
    ("multipath_agent_resident_bytes", "gauge", "rss_bytes"),
)
_EDGE = (
    ("multipath_edge_loss_percent", "loss_percent"),
    ("multipath_edge_jitter_seconds", "jitter_s"),
    ("multipath_edge_mos", "mos"),
    ("multipath_edge_sent", "sent"),
    ("multipath_edge_received", "received"),
    ("multipath_edge_late", "late"),
    ("multipath_edge_duplicate", "duplicate"),
    ("multipath_edge_not_sent", "not_sent"),
)
_RTT, _CLOCK = "multipath_edge_rtt_seconds", "multipath_edge_measured_timestamp_seconds"
_RTT_STATS = ("min", "p10", "p25", "p50", "p75", "p90", "max", "mean")

Edge = tuple[ProbeSpec, Figures, int]
"""An edge, its last measurement, and when that was (Unix time in seconds)."""


def exposition(version: str, health: Figures, edges: Iterable[Edge]) -> str:
    """Return all figures; an edge's are those of its last cycle, absent where it has none."""
    lines = ["# TYPE multipath_agent_info gauge"]
    lines.append(f"multipath_agent_info{_labels(version=version)} 1")
    for name, kind, path in _AGENT:
        lines.append(f"# TYPE {name} {kind}")
        lines += _sample(name, "", _figure(health, path))
    told = [(_of_edge(spec), spec, figures, clock_s) for spec, figures, clock_s in edges]
    for name, key in _EDGE:
        lines.append(f"# TYPE {name} gauge")
        for labels, _, figures, _ in told:
            lines += _sample(name, labels, figures.get(key))
    lines.append(f"# TYPE {_RTT} gauge")
    for _, spec, figures, _ in told:
        for stat in _RTT_STATS:
            lines += _sample(_RTT, _of_edge(spec, stat=stat), _figure(figures, f"rtt_s.{stat}"))
    lines.append(f"# TYPE {_CLOCK} gauge")
    for labels, _, _, clock_s in told:
        lines += _sample(_CLOCK, labels, clock_s)
    return "\n".join(lines) + "\n"


def _of_edge(spec: ProbeSpec, **more: str) -> str:
    edge = {"topology": spec.topology, "from": spec.from_node, "to": spec.to_node}
    return _labels(**edge, kind=spec.kind, **more)


def _labels(**labels: str) -> str:
    pairs = (f'{name}="{_escape(value)}"' for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _sample(name: str, labels: str, value: object) -> Iterator[str]:
    if isinstance(value, int | float):
        yield f"{name}{labels} {value}"


def _figure(figures: Figures, path: str) -> object:
    found: object = figures
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
