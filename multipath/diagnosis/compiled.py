"""The inference as Zabbix runs it: numbers for states and verdicts, and a script. Pure.

Zabbix holds the health of a path's edges as numbers to the base 6, and turns them into a verdict
by a JavaScript preprocessing step. The script is generated: the rules are ``rules``' own tables,
around them stands only what joins them, as in ``locate``.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from multipath.diagnosis.locate import FIRST_PROXY_INDEX, MOST_LISTED, Outcome, Suspect, Verdict
from multipath.diagnosis.places import Path
from multipath.diagnosis.rules import HEALTHS, tables
from multipath.diagnosis.state import Health

EDGES_PER_WORD = 20
"""Edges that one number holds: 6 to the power of 20 is exact in a double."""

MOST_COUNTED = 10**9
"""Explanations that are counted at most: a number that a script can hold."""

CODES: Mapping[Outcome, int] = {
    Outcome.FINE: 0,
    Outcome.UNKNOWN: 1,
    Outcome.SEVERAL: 2,
    Outcome.UNDECIDED: 3,
}
"""A verdict as a number, where it names no single segment."""

FIRST_PLACE = 10
"""The number of the verdict that names the first segment of ``Path.segments``, and so on."""


def encode(healths: Sequence[Health]) -> tuple[int, ...]:
    """Return the health of edges as words of up to 20 edges each, the first edge least."""
    return tuple(
        sum(
            health * HEALTHS**place
            for place, health in enumerate(healths[first : first + EDGES_PER_WORD])
        )
        for first in range(0, len(healths), EDGES_PER_WORD)
    )


def code(path: Path, verdict: Verdict) -> int:
    """Return a verdict as a number; ``meanings`` tells what it means."""
    if verdict.outcome is Outcome.PLACE:
        return FIRST_PLACE + path.segments.index(verdict.explanations[0].segments[0])
    if verdict.outcome is Outcome.LOST and len(verdict.lost) == 1:
        return FIRST_PLACE + len(path.segments) + path.proxies.index(verdict.lost[0])
    return CODES[Outcome.SEVERAL if verdict.outcome is Outcome.LOST else verdict.outcome]


def meanings(path: Path) -> dict[int, tuple[Outcome, str]]:
    """Return what each number means: the outcome, and the segment or lost proxy that it names."""
    named = [(Outcome.PLACE, segment) for segment in path.segments]
    named += [(Outcome.LOST, proxy) for proxy in path.proxies]
    general = {number: (outcome, "") for outcome, number in CODES.items()}
    return general | dict(enumerate(named, FIRST_PLACE))


def ill(verdict: Verdict) -> tuple[Suspect, ...]:
    """Return the segments that a verdict blames; none while it is undecided."""
    decided = verdict.outcome in {Outcome.PLACE, Outcome.SEVERAL}
    return verdict.explanations[0].suspects if decided else ()


def as_data(path: Path, verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the data whose JSON the script gives."""
    return {
        "code": code(path, verdict),
        "outcome": str(verdict.outcome),
        "health": int(verdict.health),
        "count": min(verdict.count, MOST_COUNTED),
        "lost": list(verdict.lost),
        "ill": {each.segment: int(each.health) for each in ill(verdict)},
        "explanations": [
            {
                "misfits": each.misfits,
                "suspects": [[suspect.segment, int(suspect.health)] for suspect in each.suspects],
            }
            for each in verdict.explanations
        ],
    }


def script(path: Path) -> str:
    """Return the body of Zabbix's preprocessing function for a path (ECMAScript 5).

    Its ``value`` is the edges' health as the words of ``encode``, parted by commas; it returns
    the JSON of ``as_data``. A value that is no such text makes it throw.
    """
    outcomes, direct, proxy = tables()
    given = {
        "NODES": [path.source, path.target, *path.proxies],
        "OUTCOMES": outcomes,
        "DIRECT": direct,
        "PROXY": proxy,
        "PER_WORD": EDGES_PER_WORD,
        "MOST": MOST_LISTED,
        "MOST_COUNTED": MOST_COUNTED,
        "FIRST_PLACE": FIRST_PLACE,
        "FIRST_PROXY": FIRST_PROXY_INDEX,
        "CODES": {str(outcome): number for outcome, number in CODES.items()},
    }
    constants = "".join(
        f"var {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in given.items()
    )
    return (constants + _JOIN).strip()


_JOIN = r"""
var n = NODES.length - 2;
var segments = NODES.concat([NODES[0] + '>' + NODES[1]]), i;
for (i = 0; i < n; i++) segments.push(NODES[2 + i] + '>' + NODES[1]);
for (i = 0; i < n; i++) segments.push(NODES[0] + '>' + NODES[2 + i]);

function decode(text) {
  var words = text.split(','), healths = [], rest, at, left;
  for (at = 0; at < words.length; at++) {
    if (!/^\d+$/.test(words[at])) throw 'no code of edges: ' + text;
    rest = Number(words[at]);
    for (left = Math.min(PER_WORD, 2 * n + 1 - healths.length); left > 0; left--) {
      healths.push(rest % 6);
      rest = Math.floor(rest / 6);
    }
    if (rest) throw 'more edges than the path has: ' + text;
  }
  if (healths.length !== 2 * n + 1) throw 'fewer edges than the path has: ' + text;
  return healths;
}

function forgive(healths) {
  var lost = [], answers = false, at;
  for (at = 0; at <= 2 * n; at++) {
    if ((at === 0 || at > n) && healths[at] > 0 && healths[at] < 4) answers = true;
  }
  for (at = 1; answers && at <= n; at++) {
    if (healths[at] === 0 && healths[n + at] === 5) {
      lost.push(NODES[1 + at]);
      healths[n + at] = 0;
    }
  }
  return lost;
}

function side(healths) {
  var bad = healths.filter(function (health) { return health > 1; });
  return bad.length && healths.indexOf(1) < 0 ? Math.min.apply(null, bad) : 0;
}

function options(table, at, places) {
  return OUTCOMES[table.charCodeAt(at) - 48].split('|').map(function (option) {
    var blames = [], at;
    for (at = 0; at < option.length - 1; at += 2) {
      blames.push([places[option.charAt(at)], Number(option.charAt(at + 1))]);
    }
    return {misfits: Number(option.charAt(option.length - 1)), blames: blames};
  });
}

function inOrder(one, other) {
  var difference = one.misfits - other.misfits, at;
  for (at = 0; !difference && at < one.blames.length && at < other.blames.length; at++) {
    difference = one.blames[at][0] - other.blames[at][0] || one.blames[at][1] - other.blames[at][1];
  }
  return difference || one.blames.length - other.blames.length;
}

function bySegment(one, other) { return one[0] - other[0]; }

function join(partials, more) {
  var joined = [];
  partials.forEach(function (partial) {
    more.forEach(function (option) {
      joined.push({
        misfits: partial.misfits + option.misfits,
        blames: partial.blames.concat(option.blames).sort(bySegment)
      });
    });
  });
  return joined.sort(inOrder).slice(0, MOST);
}

function attempt(healths, source, target) {
  var blames = [], parts, at, result;
  if (source) blames.push([0, source]);
  if (target) blames.push([1, target]);
  parts = [options(DIRECT, healths[0] + 6 * source + 36 * target, {d: 2 + n})];
  for (at = 1; at <= n; at++) {
    parts.push(options(
      PROXY,
      healths[n + at] + 6 * healths[at] + 36 * source + 216 * target,
      {w: FIRST_PROXY + at - 1, a: 2 + 2 * n + at, b: 2 + n + at}
    ));
  }
  result = {size: blames.length, count: 1, listed: [{misfits: 0, blames: blames}]};
  parts.forEach(function (part) {
    result.size += part[0].blames.length;
    result.count *= part.length;
    result.listed = join(result.listed, part);
  });
  return result;
}

function explain(healths) {
  var source = side([healths[0]].concat(healths.slice(n + 1)));
  var target = side(healths.slice(0, n + 1));
  var best = {size: Infinity};
  (source ? [0, source] : [0]).forEach(function (s) {
    (target ? [0, target] : [0]).forEach(function (t) {
      var found = attempt(healths, s, t);
      if (found.size < best.size) {
        best = found;
      } else if (found.size === best.size) {
        best.count += found.count;
        best.listed = best.listed.concat(found.listed).sort(inOrder).slice(0, MOST);
      }
    });
  });
  return best.size ? best : {count: 0, listed: []};
}

var healths = decode(String(value)), lost = forgive(healths), found = explain(healths);
var first = found.listed[0], second = found.listed[1], outcome, code, health = 1, ill = {};
if (first) {
  first.blames.forEach(function (blame) { health = Math.max(health, blame[1]); });
  if (second && second.misfits === first.misfits) outcome = 'undecided';
  else outcome = first.blames.length === 1 ? 'place' : 'several';
} else if (lost.length) {
  outcome = 'lost';
} else {
  outcome = healths.indexOf(1) < 0 ? 'unknown' : 'fine';
  health = outcome === 'fine' ? 1 : 0;
}
if (outcome === 'place' || outcome === 'several') {
  first.blames.forEach(function (blame) { ill[segments[blame[0]]] = blame[1]; });
}
if (outcome === 'place') code = FIRST_PLACE + first.blames[0][0];
else if (outcome !== 'lost') code = CODES[outcome];
else if (lost.length > 1) code = CODES.several;
else code = FIRST_PLACE + segments.length + NODES.indexOf(lost[0]) - 2;

return JSON.stringify({
  code: code,
  outcome: outcome,
  health: health,
  count: Math.min(found.count, MOST_COUNTED),
  lost: lost,
  ill: ill,
  explanations: found.listed.map(function (each) {
    return {
      misfits: each.misfits,
      suspects: each.blames.map(function (blame) { return [segments[blame[0]], blame[1]]; })
    };
  })
});
"""
