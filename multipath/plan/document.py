"""A plan ↔ JSON: what ``plan`` saves is what ``deploy`` applies. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from multipath.errors import PlanError
from multipath.objects import Kind, Object, Ref, State
from multipath.plan.changes import Change, Kept, Plan

FORMAT = 1
_MARK = "multipath_plan"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan, and what it was made from.

    Args:
        url: the Zabbix that it is for.
        scope: names of the topologies.
        hosts: their hosts.
        seen: a digest of every object that Zabbix had of theirs, by name.
        plan: the changes.
    """

    url: str
    scope: frozenset[str]
    hosts: tuple[Ref, ...]
    seen: dict[str, str]
    plan: Plan

    def check_unchanged(self, existing: State) -> None:
        """Refuse to go on if Zabbix has changed.

        Raises:
            PlanError: it has; names the objects.
        """
        now = digests(existing)
        changed = sorted(
            name for name in now.keys() | self.seen.keys() if now.get(name) != self.seen.get(name)
        )
        if changed:
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""  # noqa: PLR2004 - a few
            raise PlanError(
                f"Zabbix has changed since the plan was made: {', '.join(changed[:3])}{more}; "
                "make a new plan"
            )


def digests(state: State) -> dict[str, str]:
    """Return a digest of each object, by its name."""
    return {
        str(ref): hashlib.sha256(
            json.dumps([each.fields, sorted(each.owners)], sort_keys=True).encode()
        ).hexdigest()[:16]
        for ref, each in state.items()
    }


def is_plan(text: str) -> bool:
    """Tell whether a file's text is a saved plan, and no topology."""
    return text.startswith("{") and f'"{_MARK}"' in text.partition(":")[0]


def to_json(saved: SavedPlan) -> dict[str, Any]:
    """Return a plan as JSON; ``from_json`` gives it back."""
    return {
        _MARK: FORMAT,
        "url": saved.url,
        "topologies": sorted(saved.scope),
        "hosts": [host.key[0] for host in saved.hosts],
        "counts": {str(action): number for action, number in saved.plan.counts().items()},
        "changes": [_change_to_json(change) for change in saved.plan.changes],
        "kept": [
            {
                **_ref_to_json(each.ref),
                "field": each.field,
                "theirs": each.theirs,
                "ours": each.ours,
            }
            for each in saved.plan.kept
        ],
        "lost": saved.plan.lost,
        "seen": saved.seen,
    }


def from_json(data: Any) -> SavedPlan:
    """Return the plan in a JSON document.

    Raises:
        PlanError: it is no plan, or one of another version of multipath.
    """
    if data.get(_MARK) != FORMAT:
        raise PlanError("the plan was made by another version of multipath; make a new one")
    try:
        return SavedPlan(
            url=data["url"],
            scope=frozenset(data["topologies"]),
            hosts=tuple(Ref(Kind.HOST, (host,)) for host in data["hosts"]),
            seen=data["seen"],
            plan=Plan(
                tuple(_change_from_json(each) for each in data["changes"]),
                tuple(_kept_from_json(data["kept"])),
                data["lost"],
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PlanError(f"the plan is damaged ({error!r}); make a new one") from error


def _change_to_json(change: Change) -> dict[str, Any]:
    return {
        **_ref_to_json(change.ref),
        "action": str(change.action),
        "level": change.level,
        "before": _object_to_json(change.before),
        "after": _object_to_json(change.after),
        "differences": {
            path: {"before": old, "after": new}
            for path, (old, new) in change.differences().items()
            if change.before and change.after
        },
    }


def _change_from_json(data: dict[str, Any]) -> Change:
    return Change(
        _ref_from_json(data),
        _object_from_json(data["before"]),
        _object_from_json(data["after"]),
        data["level"],
    )


def _object_to_json(each: Object | None) -> dict[str, Any] | None:
    if each is None:
        return None
    return {**_ref_to_json(each.ref), "fields": each.fields, "owners": sorted(each.owners)}


def _object_from_json(data: dict[str, Any] | None) -> Object | None:
    if data is None:
        return None
    return Object(_ref_from_json(data), data["fields"], frozenset(data["owners"]))


def _ref_to_json(ref: Ref) -> dict[str, Any]:
    return {"kind": str(ref.kind), "name": list(ref.key)}


def _ref_from_json(data: dict[str, Any]) -> Ref:
    return Ref(Kind(data["kind"]), tuple(data["name"]))


def _kept_from_json(entries: Iterable[dict[str, Any]]) -> Iterable[Kept]:
    return (
        Kept(_ref_from_json(each), each["field"], each["theirs"], each["ours"]) for each in entries
    )
