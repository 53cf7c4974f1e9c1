"""The rights that multipath's commands need in Zabbix, and no more. Pure.

One place: what ``access`` makes, what it prints, and what the tests hold against the calls that
the commands really make.
"""

from collections.abc import Mapping
from typing import Any

from multipath import names
from multipath.plan.changes import Action
from multipath.zabbix.codec import CODECS

USER_TYPE = "2"
"""Admin: the least that may write hosts. Creating host groups takes a super admin."""

FRONTEND_DISABLED = "3"
READ_WRITE = "3"

UI_ELEMENTS = {"monitoring.dashboard": "Dashboards"}
"""Zabbix demands at least one, although the user cannot sign in to the frontend."""

ACTIONS = {
    "edit_dashboards": "Create and edit dashboards",
    "edit_maps": "Create and edit maps",
    "manage_sla": "Manage SLA",
}
"""By the API's name, as the frontend calls them."""

_ALSO_READ = frozenset(
    {"event.get", "history.get", "image.get", "proxy.get", "trend.get", "user.get", "usergroup.get"}
)
_LEFT_TO_SUPER_ADMINS = frozenset(
    {"hostgroup.create", "hostgroup.update", "hostgroup.delete"},
)


def api_methods() -> tuple[str, ...]:
    """Return every API method that a token for multipath may call, sorted."""
    handled = {f"{kind}.{verb}" for kind in CODECS for verb in ("get", *Action)}
    return tuple(sorted((handled | _ALSO_READ) - _LEFT_TO_SUPER_ADMINS))


def role_rules(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules of the role.

    Args:
        known: the rules of the role as Zabbix gives them. What they list and we do not need is
            switched off: the elements and actions that there are differ between versions.
    """
    return {
        "ui": _switches(UI_ELEMENTS, known.get("ui", ())),
        "ui.default_access": "0",
        "actions": _switches(ACTIONS, known.get("actions", ())),
        "actions.default_access": "0",
        "modules.default_access": "0",
        "services.read.mode": "1",
        "services.write.mode": "0",
        "services.write.tag": {"tag": names.TAG_TOPOLOGY, "value": ""},
        "api.access": "1",
        "api.mode": "1",
        "api": list(api_methods()),
    }


def _switches(on: Mapping[str, str], known: Any) -> list[dict[str, str]]:
    names_known = {entry["name"] for entry in known}
    return [
        {"name": name, "status": str(int(name in on))} for name in sorted(names_known | on.keys())
    ]


def says(there: Any, wanted: Any) -> bool:
    """Tell whether what Zabbix has says all that is wanted; lists are sets."""
    if isinstance(wanted, Mapping):
        return all(name in there and says(there[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(there) == len(wanted) and all(
            any(says(have, want) for have in there) for want in wanted
        )
    return bool(there == wanted)
