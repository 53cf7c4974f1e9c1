"""How Zabbix versions differ, as far as multipath meets it: the one place that knows.

The rest of multipath speaks the words of Zabbix 7.0. A ``Dialect`` turns what is sent into the
words of another one and what is read back again, and fits what is asked for to what it can have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from multipath.objects import State
from multipath.zabbix.versions import dashboards, preprocessing

Release = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What is particular to Zabbix from one release on, until that of the next dialect.

    Args:
        since: the release, its major and minor number.
        names: by kind of object, what 7.0's fields and parameters are called here; None for
            one that there is not.
        added: by kind, and by its field that is a list, what 7.0 does not say of each entry.
        fitted: turns desired objects into what can be had here.
        checks_want_interfaces: whether an item that Zabbix checks by itself needs an interface
            of its host.
    """

    since: Release
    names: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    added: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    fitted: Callable[[State], State] = dict
    checks_want_interfaces: bool = False

    def sent(self, kind: str, params: Any) -> Any:
        """Return the parameters of a call in this version's words."""
        if isinstance(params, str):
            return params
        if not isinstance(params, Mapping):
            return [self.sent(kind, each) for each in params]
        names = self.names.get(kind, {})
        result = _renamed(params, names)
        for part in {"filter", "search"} & params.keys():
            result[part] = _renamed(params[part], names)
        if isinstance(fields := params.get("output"), list | tuple):
            result["output"] = list(_renamed(dict.fromkeys(fields), names))
        for part, words in self.added.get(kind, {}).items():
            if part in result:
                result[part] = [{**each, **words} for each in result[part]]
        return result

    def received(self, kind: str, rows: Any) -> Any:
        """Return the rows of a get call in 7.0's words; what there is not here stays out."""
        names = {theirs: ours for ours, theirs in self.names.get(kind, {}).items() if theirs}
        if not names or not isinstance(rows, list):
            return rows
        return [_renamed(row, names) for row in rows]


def _renamed(fields: Mapping[str, Any], names: Mapping[str, str | None]) -> dict[str, Any]:
    pairs = ((names.get(name, name), value) for name, value in fields.items())
    return {name: value for name, value in pairs if name is not None}


DIALECTS = (
    Dialect(
        since=(6, 0),
        checks_want_interfaces=True,
        names={
            "proxy": {"name": "host"},
            "host": {
                "proxyid": "proxy_hostid",
                "monitored_by": None,
                "selectHostGroups": "selectGroups",
                "hostgroups": "groups",
            },
            "usergroup": {
                "hostgroup_rights": "rights",
                "selectHostGroupRights": "selectRights",
            },
        },
        fitted=lambda state: dashboards.before_7(preprocessing.before_7(state)),
    ),
    Dialect(since=(7, 0)),
    # A link turns its colour by triggers.
    Dialect(since=(7, 4), added={"map": {"links": {"indicator_type": "1"}}}),
)
"""Oldest first."""

TESTED: tuple[Release, ...] = ((6, 0), (7, 0))
"""The releases that multipath's tests run on. Others are spoken with as Zabbix's documentation
tells: 6.2 and 6.4 still take 6.0's words, 7.2 changes nothing that multipath uses.
"""


def dialect_of(release: Release) -> Dialect | None:
    """Return how a release of Zabbix is spoken with; None for one that is too old."""
    known = [dialect for dialect in DIALECTS if dialect.since <= release]
    return known[-1] if known else None


def dotted(release: Release) -> str:
    """Return a release as people write it: ``7.0``."""
    return ".".join(map(str, release))
