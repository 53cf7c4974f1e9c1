"""The advice of ``detours`` as Zabbix runs it: a script from one advice to the next. Pure.

Its ``value`` is the last advice and what the routes cost now, as words: ``0 2 - 0.182 0 0.154 0``.
That is the number of the route advised (0 is direct, 1 goes through the first proxy), in how many
windows another was clearly better, what the advised one saves (``-`` where it is not known); then,
for each route, its cost in seconds (negative is unknown) and whether it is dead. It returns the
next advice, the first three of those words.
"""

from collections.abc import Sequence

from multipath.diagnosis.detours import DIRECT, LOSS_COST_S, Advice, Margins, Route, gain_s

FIRST_ADVICE = "0 0 -"
UNKNOWN_COST = "-1"


def cost(medians: Sequence[str], losses: Sequence[str]) -> str:
    """Return the expression of a route's cost: of its edges' medians (s) and losses (%)."""
    passing = "*".join(f"(1-{loss}/100)" for loss in losses)
    forwarding_s = Margins().forwarding_s * (len(medians) - 1)
    return f"{'+'.join(medians)}+{forwarding_s:g}+{LOSS_COST_S:g}*(1-{passing})"


def dead(losses: Sequence[str], window: str) -> str:
    """Return the expression that is 1 when an edge of a route has lost all for a window."""
    terms = (f'(count({loss},{window})>0)*(count({loss},{window},"lt",100)=0)' for loss in losses)
    return f"({'+'.join(terms)}>0)"


def encode(proxies: Sequence[str], advice: Advice, found: Sequence[Route]) -> str:
    """Return the words that the script takes."""
    by_via = {route.via: route for route in found}
    words = [str(_number(proxies, advice)), str(advice.beaten), "-"]
    for via in (DIRECT, *proxies):
        route = by_via.get(via)
        is_dead = route is not None and route.rtt_s is None
        known = route is not None and not is_dead
        words += [repr(route.cost_s) if route and known else UNKNOWN_COST, str(int(is_dead))]
    return " ".join(words)


def told(proxies: Sequence[str], advice: Advice, found: Sequence[Route]) -> str:
    """Return the words that the script gives for an advice."""
    by_via = {route.via: route for route in found}
    direct, best = by_via.get(DIRECT), by_via.get(advice.via)
    gain = "-"
    if direct and best and direct.rtt_s is not None and best.rtt_s is not None:
        gain = f"{gain_s(direct, best):.6f}"
    return f"{_number(proxies, advice)} {advice.beaten} {gain}"


def _number(proxies: Sequence[str], advice: Advice) -> int:
    return 1 + proxies.index(advice.via) if advice.via else 0


def script() -> str:
    """Return the body of Zabbix's preprocessing function (ECMAScript 5)."""
    margins = Margins()
    given = {
        "GAIN_S": margins.gain_s,
        "GAIN_RATIO": margins.gain_ratio,
        "WINDOWS": margins.windows,
    }
    constants = "".join(f"var {name} = {value!r};\n" for name, value in given.items())
    return (constants + _ADVISE).strip()


_ADVISE = """
var words = String(value).split(' ').map(Number), costs = [], at, best = -1, current, gain, needed;
var number = words[0], beaten = 0;
for (at = 3; at + 1 < words.length; at += 2) {
  costs.push(words[at + 1] ? Infinity : words[at] < 0 ? null : words[at]);
}
for (at = 0; at < costs.length; at++) {
  if (costs[at] !== null && (best < 0 || costs[at] < costs[best])) best = at;
}
current = costs[number];
if (current === undefined || current === null) {
  beaten = words[1];
} else {
  needed = isFinite(current) ? Math.max(GAIN_S, GAIN_RATIO * current) : 0;
  gain = isFinite(current) ? current - costs[best] : isFinite(costs[best]) ? Infinity : 0;
  if (gain > needed) {
    beaten = words[1] + 1;
    if (beaten >= WINDOWS) {
      number = best;
      beaten = 0;
    }
  }
}
gain = costs[0] !== null && costs[number] !== null && costs.length > number
  && isFinite(costs[0]) && isFinite(costs[number])
  ? (costs[0] - costs[number]).toFixed(6) : '-';
return number + ' ' + beaten + ' ' + gain;
"""
