"""Shows a plan: what is created, updated (old → new, field by field) and deleted."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from multipath.cli.printing.terminal import console
from multipath.objects import Kind
from multipath.plan.changes import Action, Change, Plan

_SIGN = {Action.CREATE: ("+", "green"), Action.UPDATE: ("~", "yellow"), Action.DELETE: ("-", "red")}
_FEW = 8
"""Differences of one object that are shown unless all are asked for."""

Group = tuple[Action, Kind, str]

_MANY = frozenset({Kind.ITEM, Kind.TRIGGER, Kind.MACRO, Kind.VALUE_MAP})
"""Kinds of which a host has many: they are counted by host unless all are asked for."""


def show(plan: Plan, *, verbose: bool) -> None:
    """Print a plan, its changes in order, and their number."""
    out = console()
    for line in _lines(plan, verbose=verbose):
        out.print(line, soft_wrap=True)
    for kept in plan.kept:
        words = f"= kept: {kept.ref} {kept.field} is {kept.theirs}, not {kept.ours}: set in Zabbix"
        out.print(Text(words, style="dim"), soft_wrap=True)
    if not plan:
        out.print("Nothing to change.")
        return
    counts = plan.counts()
    along = plan.lost - counts[Action.DELETE]
    out.print(
        ", ".join(f"{counts[action]} to {action}" for action in Action)
        + (f" ({along} more go along with their hosts)" if along else "")
    )


def _lines(plan: Plan, *, verbose: bool) -> Iterator[Text]:
    many = Counter(_group(change) for change in plan.changes)
    shown: set[Group] = set()
    for change in plan.changes:
        sign, style = _SIGN[change.action]
        group = _group(change)
        if verbose or change.action is Action.UPDATE or change.ref.kind not in _MANY:
            yield Text(f"{sign} {change.ref}", style=style)
            if change.action is Action.UPDATE:
                yield from _differences(change, len(change.differences()) if verbose else _FEW)
        elif group not in shown:
            shown.add(group)
            plural = "s" if many[group] > 1 else ""
            yield Text(
                f"{sign} {many[group]} {change.ref.kind}{plural} on {change.ref.key[0]}",
                style=style,
            )


def _differences(change: Change, most: int) -> Iterator[Text]:
    differences = change.differences()
    for path, (old, new) in list(differences.items())[:most]:
        yield Text(f"    {path}: {_short(old)} → {_short(new)}")
    if len(differences) > most:
        yield Text(f"    and {len(differences) - most} more (--verbose shows them)")


def _group(change: Change) -> Group:
    """Return what to count a change under: its action, kind and host."""
    return change.action, change.ref.kind, change.ref.key[0]


def _short(value: Any) -> str:
    """Return a value in few words: ``(none)``, a text, or its parts."""
    if value is None:
        return "(none)"
    if isinstance(value, list):
        return f"[{', '.join(map(_short, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_short(each)}' for name, each in value.items())}}}"
    return str(value) or '""'
