"""A verdict as one sentence, in the language of a topology. Pure."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from multipath.diagnosis import wording_en, wording_zh
from multipath.diagnosis.circumstances import Circumstance
from multipath.diagnosis.locate import Verdict
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import Phase
from multipath.topology.model import Topology


class Wording(Protocol):
    """What each language's module has."""

    def circumstance(self, found: Circumstance) -> str:
        """Return what is the matter besides the network."""

    def place(self, path: Path, segment: str) -> str:
        """Return a segment as people say it."""

    def reason(self, path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
        """Return why the verdict is what it is."""


WORDING: Mapping[str, Wording] = {"en": wording_en, "zh": wording_zh}
"""By ``Topology.language``."""


def reason_of(phase: Phase, topology: Topology) -> str:
    """Return a phase's verdict as a sentence in the topology's language."""
    return WORDING[topology.language].reason(Path.of(topology), phase.healths, phase.verdict)
