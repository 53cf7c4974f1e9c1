"""What Zabbix makes of traces: their words, and which of them bear witness of a fault. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multipath import names
from multipath.topology.edges import Edge

_PARTED = ',"|",'


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands for the traces of a path's ill edges in Zabbix.

    Args:
        params: the expression of the health and the latest trace of every traced edge.
        script: what turns that into the traces of the ill ones, in words.
    """

    params: str
    script: str


def is_traced(edge: Edge) -> bool:
    """Tell whether an agent traces an edge's way."""
    return edge.from_node.agent != "none"


def evidence(edges: Sequence[Edge], w: Mapping[str, str]) -> Evidence | None:
    """Return what stands for the traces of a path with these edges; None where no agent traces."""
    traced = [edge for edge in edges if is_traced(edge)]
    if not traced:
        return None
    parts = [
        f'last({_item(edge, names.METRIC_STATE)})," ",last({_item(edge, names.METRIC_WAY)})'
        for edge in traced
    ]
    labels = [edge.label for edge in traced]
    return Evidence(
        params=f"concat({_PARTED.join(parts)})",
        script=_script(_TELL_ILL, LABELS=labels, FINE=w["verdict_fine"], NONE=w["trace_none"]),
    )


def way_script(w: Mapping[str, str]) -> str:
    """Return what turns the JSON of a trace into words (ECMAScript 5)."""
    says = {
        name: w[f"trace_{name}"]
        for name in ("unsent", "silent", "reached", "lossy", "refused", "beyond", "changed")
    }
    return _script(_TELL_WAY, W=says)


def way_changed_script(w: Mapping[str, str]) -> str:
    """Return what turns the JSON of a trace into words on a change, which it must tell of."""
    return _script(_TELL_CHANGE, SAYS=w["trace_changed"])


def _item(edge: Edge, metric: str) -> str:
    return names.metric_path(edge.topology, edge.from_name, edge.to_name, metric)


def _script(body: str, **given: object) -> str:
    constants = "".join(
        f"var {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in given.items()
    )
    return (constants + body).strip()


_FILL = r"""
function fill(text, given) {
  return text.replace(/\{(\w+)\}/g, function (_, key) { return given[key]; });
}

function change(trace) {
  return {
    hop: trace.changed_at,
    now: trace.hops[trace.changed_at - 1].address,
    was: trace.changed_from
  };
}
"""

_TELL_WAY = (
    _FILL
    + r"""
var trace = JSON.parse(value), hops = trace.hops, last = hops[hops.length - 1], told = [], first;

function say(name, given) {
  told.push(fill(W[name], given));
}

if (trace.error) {
  say('unsent', trace);
} else if (!last) {
  say('silent', trace);
} else {
  first = hops[trace.suspect - 1];
  if (first && first.address && !first.why) {
    say('lossy', {hop: first.hop, address: first.address, percent: Math.round(last.loss_percent)});
  }
  if (last.why) say('refused', last);
  else if (!trace.reached) say('beyond', last);
  if (!told.length) say('reached', {hops: hops.length, ms: (1000 * last.rtt_s.p50).toFixed(1)});
}
if (trace.changed) say('changed', change(trace));
return ((trace.at ? trace.at.slice(11) + ' ' : '') + told.join('; '))
  .replace(/\|/g, '/').slice(0, 255);
"""
)

_TELL_CHANGE = (
    _FILL
    + """
return fill(SAYS, change(JSON.parse(value))).slice(0, 255);
"""
)

_TELL_ILL = """
var told = [];
value.split('|').forEach(function (each, at) {
  if (Number(each.charAt(0)) > 1) told.push(LABELS[at] + ': ' + each.slice(2));
});
return value === '-' ? NONE : told.length ? told.join(' | ') : FINE;
"""
