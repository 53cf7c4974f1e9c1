"""A verdict as one English sentence. Pure."""

from collections.abc import Iterable, Sequence

from multipath import names
from multipath.diagnosis.circumstances import Cause, Circumstance
from multipath.diagnosis.locate import Explanation, Outcome, Verdict
from multipath.diagnosis.places import Path, Place
from multipath.diagnosis.state import Health

_MOST_SPELT = 4
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}

_SEES = {  # what one vantage sees of a node, what several see, and what edges do
    Health.DOWN: ("gets no answer from", "get no answer from", "down"),
    Health.LOSSY: ("loses packets to", "lose packets to", "losing packets"),
    Health.SLOW: ("is slower than usual to", "are slower than usual to", "slower than usual"),
    Health.JITTERY: ("has unsteady times to", "have unsteady times to", "unsteady"),
}

_CAUSES = {
    Cause.AGENT_DEAD: "the agent on {where} is silent, all else there is well: is it running?",
    Cause.HOST_DEAD: "{where} answers nothing and reports nothing: its host is dead, or cut off",
    Cause.ZABBIX_PROXY_AWAY: "the Zabbix server does not hear of Zabbix proxy {where}: "
    "what it stands for is unknown until it is back",
    Cause.COLLECTOR_UNREACHABLE: "no vantage is heard: Zabbix itself cannot be reached; "
    "what they measure waits with them",
    Cause.ICMP_FILTERED: "{where} answers TCP but no ICMP: ICMP is filtered, the way is open",
    Cause.CLOCK_STEPPED: "the clock of {where} jumped: the times of its values are wrong, "
    "the durations that it measures are not",
}
_LATE = "{where} delivers what waited with it while Zabbix was out of its reach"


def circumstance(found: Circumstance) -> str:
    """Return what is the matter besides the network."""
    late = found.cause is Cause.COLLECTOR_UNREACHABLE and found.where
    return (_LATE if late else _CAUSES[found.cause]).format(where=found.where)


def place(path: Path, segment: str) -> str:
    """Return a segment as people say it."""
    if path.place(segment) is Place.MIDDLE:
        return "between " + " and ".join(path.ends[path.edges.index(segment)])
    return f"{segment}'s side"


def reason(path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
    """Return why the verdict is what it is."""
    match verdict.outcome:
        case Outcome.PLACE:
            text = _one_place(path, healths, verdict)
        case Outcome.SEVERAL:
            text = _several(path, healths, verdict)
        case Outcome.UNDECIDED:
            text = _undecided(path, verdict)
        case Outcome.FINE:
            text = "nothing is ill"
        case Outcome.UNKNOWN:
            return "no edge has fresh data"
        case Outcome.LOST:
            text = ""
    unknown = _circled(each for each, health in enumerate(healths) if not health)
    parts = (text, _lost(path, verdict), f"{unknown} unknown" if unknown else "")
    return "; ".join(part for part in parts if part)


def _one_place(path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
    (suspect,) = verdict.explanations[0].suspects
    segment, crossing = suspect.segment, path.crossing(suspect.segment)
    one, many, state = _SEES[suspect.health]
    bad = [edge for edge in crossing if healths[edge].bad]
    match path.place(segment):
        case Place.TARGET:
            vantages = [path.ends[edge][0] for edge in bad]
            who = _vantages(vantages, of=len(path.proxies) + 1)
            text = f"{who} {one if len(bad) == 1 else many} {segment}"
        case Place.SOURCE:
            text = f"{segment} {one} {_nodes([path.ends[edge][1] for edge in bad], 'places')}"
        case Place.PROXY | Place.MIDDLE:
            text = f"{_circled(bad)} {'is' if len(bad) == 1 else 'are'} {state}"
    return f"{place(path, segment)}: {text}, and nothing else is ill"


def _several(path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
    best = verdict.explanations[0]
    told = [f"{place(path, each.segment)} ({_SEES[each.health][2]})" for each in best.suspects]
    number = _NUMBERS.get(len(told), str(len(told)))
    bad = _circled(each for each, health in enumerate(healths) if health.bad)
    return f"{number} places at once: {_list(told, 'and')}; no single one explains {bad}"


def _undecided(path: Path, verdict: Verdict) -> str:
    leading = verdict.leading
    told = [_all_of(path, each) for each in leading[:_MOST_SPELT]]
    if len(leading) > _MOST_SPELT:
        told = [*told[:-1], "another place"]
    return f"{_list(told, 'or')}: the edges cannot tell which"


def _all_of(path: Path, explanation: Explanation) -> str:
    told = [place(path, each) for each in explanation.segments[:_MOST_SPELT]]
    more = len(explanation.segments) - len(told)
    return " plus ".join((*told, *([f"{more} more"] if more else [])))


def _lost(path: Path, verdict: Verdict) -> str:
    if not verdict.lost:
        return ""
    who = _nodes(verdict.lost, "proxies")
    are, they, hosts, agents = (
        ("is", "it", "its host is", "its agent is")
        if len(verdict.lost) == 1
        else ("are", "them", "their hosts are", "their agents are")
    )
    return (
        f"{who} {are} lost: {path.source} gets no answer from {they} and {agents} silent, "
        f"so {hosts} dead, or the way there is"
    )


def _vantages(nodes: Sequence[str], of: int) -> str:
    if len(nodes) < of or of == 1:
        return _nodes(nodes, "vantages")
    return {2: "both vantages"}.get(of, f"all {_NUMBERS.get(of, str(of))} vantages")


def _nodes(nodes: Sequence[str], what: str) -> str:
    return _list(nodes, "and") if len(nodes) <= _MOST_SPELT else f"{len(nodes)} {what}"


def _list(words: Sequence[str], last: str) -> str:
    *most, final = words
    return f"{', '.join(most)} {last} {final}" if most else final


def _circled(edges: Iterable[int]) -> str:
    listed = list(edges)
    if len(listed) > 2 * _MOST_SPELT:
        return f"{len(listed)} edges"
    return "".join(names.circled(edge + 1) for edge in listed)
