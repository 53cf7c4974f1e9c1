"""How probable an explanation is, by what was counted. Pure.

Segments fail independently with the same small chance. An edge that no failed segment touches
loses packets at its usual ratio; one that is touched loses them at a ratio drawn from Beta(1, 4)
(mean 20 %, anything possible). The sum over all 2^(3N+3) sets is exact and takes time
proportional to N: given the source's and the target's side, proxies are independent.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from multipath.diagnosis.locate import Verdict
from multipath.diagnosis.places import Path, spokes
from multipath.diagnosis.state import Health

_FAULT_CHANCE = 0.02
_FAULTS_AT_ONCE = 0.18

USUAL_LOSS_RATIO = 0.002
"""Loss of a well edge of which nothing else is known."""

_BETA = (1.0, 4.0)
_MISFIT_LOG = math.log(0.05)
_RAISED_BY_MISTAKE, _MISSED = math.log(0.001), math.log(0.05)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The log-likelihoods of what an edge shows: if nothing touches it, and if something does."""

    log_well: float = 0.0
    log_touched: float = 0.0


NO_EVIDENCE = Evidence()
"""That of an unknown edge."""


def by_counts(lost: int, sent: int, usual_ratio: float = USUAL_LOSS_RATIO) -> Evidence:
    """Return what counted packets say.

    Args:
        lost: packets lost of those sent.
        sent: packets sent over the window.
        usual_ratio: loss of this edge when it is well, above 0 and below 1.
    """
    alpha, beta = _BETA
    return Evidence(
        lost * math.log(usual_ratio) + (sent - lost) * math.log1p(-usual_ratio),
        _log_beta(lost + alpha, sent - lost + beta) - _log_beta(alpha, beta),
    )


def by_health(health: Health) -> Evidence:
    """Return what a judged edge says, where no packets were counted or RTT is what ails it."""
    if health is Health.UNKNOWN:
        return NO_EVIDENCE
    return Evidence(_RAISED_BY_MISTAKE, 0.0) if health.bad else Evidence(0.0, _MISSED)


def fault_chance(path: Path) -> float:
    """Return the chance that a segment is ill at some moment.

    2 % with up to two proxies; above, what keeps the path as a whole as sound as with two: a
    proxy more makes no network worse.
    """
    return min(_FAULT_CHANCE, _FAULTS_AT_ONCE / len(path.segments))


def probability(path: Path, evidence: Sequence[Evidence], segments: Iterable[str]) -> float:
    """Return the chance that exactly these segments are ill.

    Args:
        path: the path.
        evidence: of each edge, in the order of their numbers.
        segments: names of segments; none for "nothing is ill".
    """
    ill = frozenset(segments)
    priors = _priors(path)
    log_joint = math.fsum(priors[segment in ill] for segment in path.segments)
    for edge, each in enumerate(evidence):
        log_joint += each.log_touched if ill & path.crossed(edge) else each.log_well
    return math.exp(log_joint - _log_total(evidence, priors))


def probabilities(path: Path, evidence: Sequence[Evidence], verdict: Verdict) -> tuple[float, ...]:
    """Return the chance of each of a verdict's explanations, in their order.

    Those that tie share their chance by how well they fit: one twentieth for each misfit.
    """
    chances = [probability(path, evidence, each.segments) for each in verdict.explanations]
    weights = [math.exp(_MISFIT_LOG * each.misfits) for each in verdict.explanations]
    total = math.fsum(weights)
    whole = math.fsum(chances)
    return tuple(whole * weight / total for weight in weights)


_Priors = tuple[float, float]
"""The logs of the chances that a segment is well, and that it is ill."""


def _priors(path: Path) -> _Priors:
    chance = fault_chance(path)
    return math.log1p(-chance), math.log(chance)


def _log_total(evidence: Sequence[Evidence], priors: _Priors) -> float:
    """Return the log of the sum over all sets of segments."""
    return _log_sum(
        priors[source]
        + priors[target]
        + _log_edge(evidence[0], priors, touched=source or target)
        + math.fsum(
            _log_proxy(pair, priors, source=source, target=target) for pair in spokes(evidence)
        )
        for source, target in product((False, True), repeat=2)
    )


def _log_proxy(
    pair: tuple[Evidence, Evidence], priors: _Priors, *, source: bool, target: bool
) -> float:
    return _log_sum(
        priors[side]
        + _log_edge(pair[0], priors, touched=source or side)
        + _log_edge(pair[1], priors, touched=target or side)
        for side in (False, True)
    )


def _log_edge(evidence: Evidence, priors: _Priors, *, touched: bool) -> float:
    """Return an edge's likelihood, its private middle ill or not, given what its sides do."""
    if touched:
        return evidence.log_touched
    return _log_sum((priors[False] + evidence.log_well, priors[True] + evidence.log_touched))


def _log_sum(logs: Iterable[float]) -> float:
    terms = tuple(logs)
    most = max(terms)
    return most + math.log(math.fsum(math.exp(term - most) for term in terms))


def _log_beta(alpha: float, beta: float) -> float:
    return math.lgamma(alpha) + math.lgamma(beta) - math.lgamma(alpha + beta)
