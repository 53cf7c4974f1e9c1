"""The one exception tree. A message is a sentence for the user and never carries a secret."""

from collections.abc import Sequence
from dataclasses import dataclass


class MultipathError(Exception):
    """The base of every error that multipath raises on purpose: shown without a traceback."""


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One thing that is wrong with an input file.

    Args:
        file: the file as the user named it.
        line: 1-based line; 0 when the problem is with the file as a whole.
        column: 1-based column; 0 likewise.
        what: what is wrong.
        instead: what to write instead; may be empty.
    """

    file: str
    line: int
    column: int
    what: str
    instead: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.what}" + (f"; {self.instead}" if self.instead else "")


class InputError(MultipathError):
    """An input file is wrong; carries every problem found, sorted by place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class ConfigError(MultipathError):
    """The connection or the agent is configured wrongly (profile, environment, flags, file)."""


class ZabbixError(MultipathError):
    """The Zabbix API could not do what was asked."""


class ZabbixUnreachableError(ZabbixError):
    """No Zabbix API answers at the given URL."""


class ZabbixLoginError(ZabbixError):
    """Zabbix refuses the user, the password, or the token."""


class ZabbixRefusedError(ZabbixError):
    """Zabbix answered a call with an error (rights, a broken object)."""


class TemplateError(MultipathError):
    """A template is broken, or what it renders is no set of Zabbix objects."""


class PlanError(MultipathError):
    """The plan cannot be made or must not be applied."""


class AgentError(MultipathError):
    """The probe agent cannot do its work (no socket, no server, bad answers)."""


class LabError(MultipathError):
    """The lab cannot be built, reached, or changed."""
