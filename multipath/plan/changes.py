"""A plan: what must change in Zabbix, as a value that can be sorted, counted and shown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from multipath.objects import Fields, Kind, Object, Ref, State


class Action(StrEnum):
    """What is done to an object."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One object's change.

    Args:
        ref: the object, as it is called afterwards.
        before: what it is; None when it is created.
        after: what it shall be; None when it is deleted.
        level: 0, or one more than the highest level of what it needs of its own kind (a dependent
            item its master, a trigger those it depends on): those must be there first.
    """

    ref: Ref
    before: Object | None
    after: Object | None
    level: int = 0

    @property
    def action(self) -> Action:
        """Return what is done."""
        if self.before is None:
            return Action.CREATE
        return Action.DELETE if self.after is None else Action.UPDATE

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Return each value that changes, before and after, by its path: ``tags.0.value``.

        A value that is missing on one side is None there.
        """
        before = self.before.fields if self.before else {}
        after = self.after.fields if self.after else {}
        return dict(_differences(before, after, ""))


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, tuple[Any, Any]]]:
    if isinstance(old, list) and isinstance(new, list):
        old, new = _by_label(old), _by_label(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}".strip("."))
    elif old != new:
        yield path, (old, new)


def _by_label(entries: list[Any]) -> Mapping[Any, Any]:
    """Return a list's entries by their names where each has its own, else by their places."""
    labels = [entry.get("name") if isinstance(entry, Mapping) else None for entry in entries]
    if None in labels or len(set(labels)) < len(labels):
        return dict(enumerate(entries))
    return dict(zip(labels, entries, strict=True))


@dataclass(frozen=True, slots=True)
class Kept:
    """A field that an operator set in Zabbix to another value than the topology's."""

    ref: Ref
    field: str
    theirs: str
    ours: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, in the order in which they are applied.

    Args:
        changes: creations and updates by kind as objects need each other, then deletions in the
            opposite order.
        kept: what operators set in Zabbix, which stays as it is.
        lost: how many objects are gone afterwards, those counted in that go with their host.
    """

    changes: tuple[Change, ...]
    kept: tuple[Kept, ...] = ()
    lost: int = 0

    def __bool__(self) -> bool:
        return bool(self.changes)

    def counts(self) -> Counter[Action]:
        """Return how many objects are created, updated, deleted."""
        return Counter(change.action for change in self.changes)

    def unfinished(self, state: State) -> list[Ref]:
        """Return the objects that are not as the plan wanted them, by the state afterwards."""
        return [
            change.ref
            for change in self.changes
            if _fields(change.after) != _fields(state.get(change.ref))
        ]

    def batches(self) -> Iterator[tuple[Action, Kind, Sequence[Change]]]:
        """Yield the changes in runs that one API call can carry."""
        runs = groupby(self.changes, lambda change: (change.action, change.ref.kind, change.level))
        for (action, kind, _), changes in runs:
            yield action, kind, tuple(changes)


def _fields(each: Object | None) -> Fields | None:
    return each.fields if each else None
