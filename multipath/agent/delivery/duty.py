"""Something done again and again; what fails is tried again ever later."""

import logging
import random
import time
from collections.abc import Callable

from multipath.errors import AgentError

_BACKOFF_MAX_S = 30.0
_DOUBLINGS_MAX = 10
_log = logging.getLogger(__name__)


class Duty:
    """One action with its period; a failure is logged once, and what it was when it is over.

    Args:
        chance: gives numbers from 0 to 1, which spread the attempts of many agents.
    """

    def __init__(
        self,
        name: str,
        period_s: float,
        action: Callable[[], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._name = name
        self._period_s = period_s
        self._action = action
        self._chance = chance
        self._failures = 0
        self._error = ""
        self.due_s = 0.0

    def renew(self, period_s: float) -> None:
        """Do it at once, and from then on with another period."""
        self._period_s = period_s
        self.due_s = 0.0

    def perform(self) -> None:
        """Do it, and set the next time."""
        try:
            self._action()
        except AgentError as error:
            self._failures += 1
            if str(error) != self._error:
                self._error = str(error)
                _log.error("cannot %s: %s; trying again", self._name, error)
        else:
            if self._failures:
                _log.info("can %s again, after %d attempts", self._name, self._failures)
            self._failures = 0
            self._error = ""
        self.due_s = time.monotonic() + self.pause_s()

    def pause_s(self) -> float:
        """Return how long to wait: the period; after failures more, and not all agents the same."""
        if not self._failures:
            return self._period_s
        longest_s = min(self._period_s * 2.0 ** min(self._failures, _DOUBLINGS_MAX), _BACKOFF_MAX_S)
        return max(self._period_s, longest_s * (1 + self._chance()) / 2)
