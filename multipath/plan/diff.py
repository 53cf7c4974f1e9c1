"""Desired × existing → plan. Pure."""

from collections.abc import Collection
from typing import Any

from multipath import names
from multipath.errors import PlanError
from multipath.objects import ON_HOSTS, SPECS, Kind, Object, Ref, State, canonical, ref_of
from multipath.plan.changes import Change, Kept, Plan
from multipath.plan.renames import renamed


def diff(desired: State, existing: State, scope: frozenset[str], *, adopt: bool = False) -> Plan:
    """Return what turns the existing objects into the desired ones.

    Args:
        desired: what the topologies in scope ask for; empty to take all of theirs away.
        existing: what Zabbix holds of theirs, and whatever else bears a desired name.
        scope: names of the topologies that are deployed or destroyed. What belongs to others
            as well stays, and stays theirs.
        adopt: whether what multipath did not make, but bears a desired name, becomes its own.

    Raises:
        PlanError: something that multipath did not make bears a desired name.
    """
    existing = renamed(desired, existing, scope)
    if not adopt:
        _refuse_foreign(desired, existing)
    kept = [
        kept
        for ref, each in desired.items()
        if ref in existing
        for kept in _kept(existing[ref], each)
    ]
    wanted = dict(desired) | _with_kept(desired, kept)
    for ref in wanted.keys() & existing.keys():
        wanted[ref] = _with_others(wanted[ref], existing[ref], scope)
    dropped = [ref for ref, each in existing.items() if ref not in desired and each.owners & scope]
    gone = {ref: existing[ref] for ref in dropped if not existing[ref].owners - scope}
    shared = {ref: _without(existing[ref], scope, gone) for ref in dropped if ref not in gone}
    levels: dict[Ref, int] = {}
    changes = [
        Change(ref, existing.get(ref), each, _level(ref, wanted, levels))
        for ref, each in {**wanted, **shared}.items()
        if ref not in existing or existing[ref].fields != each.fields
    ]
    changes.sort(key=_forwards)
    kept.sort(key=lambda each: (each.ref.sort_key, each.field))
    return Plan((*changes, *_deletions(gone)), tuple(kept), lost=len(gone))


def new_on(plan: Plan, hosts: Collection[str]) -> list[Object]:
    """Return the items and triggers that a plan creates on hosts which exist already.

    Something of their name may be there that reading by tags did not find.
    """
    return [
        change.after
        for change in plan.changes
        if change.before is None
        and change.after is not None
        and change.ref.kind in {Kind.ITEM, Kind.TRIGGER}
        and change.ref.key[0] in hosts
    ]


def _refuse_foreign(desired: State, existing: State) -> None:
    foreign = [
        ref
        for ref in desired
        if ref.kind is not Kind.HOST_GROUP and ref in existing and not existing[ref].owners
    ]
    if foreign:
        listed = "\n".join(f"  {ref}" for ref in foreign)
        raise PlanError(
            f"Zabbix already has what multipath did not make:\n{listed}\n"
            "Rename it there, or choose another name in the topology, or let multipath change it "
            "and own it from now on: --adopt"
        )


def _kept(there: Object, wanted: Object) -> list[Kept]:
    """Return what operators set at an object to another value than the topology's."""
    fields = set(SPECS[there.ref.kind].operators)
    if there.ref.kind is Kind.MACRO and _is_tuned(there):
        fields.add("value")
    return [
        Kept(wanted.ref, field, there.fields[field], wanted.fields[field])
        for field in sorted(fields)
        if there.fields[field] != wanted.fields[field]
    ]


def _is_tuned(macro: Object) -> bool:
    """Tell whether a macro has another value than the deploy that last wrote it noted."""
    noted = names.noted_default(macro.fields["description"])
    return bool(macro.fields["value"] != noted)


def _with_kept(desired: State, kept: Collection[Kept]) -> dict[Ref, Object]:
    """Return those desired objects of which something is kept, with it."""
    result: dict[Ref, Object] = {}
    for each in kept:
        before = result.get(each.ref, desired[each.ref])
        result[each.ref] = _replace(before, {each.field: each.theirs})
    return result


def _replace(each: Object, fields: dict[str, Any]) -> Object:
    full = canonical(each.ref.kind, {**each.fields, **fields})
    return Object(each.ref, full, each.owners)


def _with_others(each: Object, there: Object, scope: frozenset[str]) -> Object:
    """Return a desired object with what other topologies that share the existing one need of it.

    That is their tags; and a trigger's dependencies, as it does not tell whose they are.
    """
    others = there.owners - scope
    if not others or "tags" not in each.fields:
        return each
    theirs = [{"tag": names.TAG_TOPOLOGY, "value": owner} for owner in others]
    fields = {"tags": [*each.fields["tags"], *theirs]}
    if each.ref.kind is Kind.TRIGGER:
        ours = each.fields["dependencies"]
        added = [other for other in there.fields["dependencies"] if other not in ours]
        fields["dependencies"] = [*ours, *added]
    return _replace(each, fields)


def _without(each: Object, scope: frozenset[str], others_gone: State) -> Object:
    """Return an object that several topologies share as it is without those in scope."""
    gone = [{"tag": names.TAG_TOPOLOGY, "value": owner} for owner in scope]
    fields = dict(each.fields)
    if "tags" in fields:
        fields["tags"] = [tag for tag in fields["tags"] if tag not in gone]
    if each.ref.kind is Kind.TRIGGER:
        fields["dependencies"] = [
            other
            for other in fields["dependencies"]
            if ref_of(Kind.TRIGGER, other) not in others_gone
        ]
    return Object(each.ref, fields, each.owners - scope)


def _needs(each: Object) -> list[Ref]:
    """Return the objects of its own kind that an object refers to."""
    fields = each.fields
    if each.ref.kind is Kind.ITEM and fields["master_item"]:
        return [ref_of(Kind.ITEM, {"host": fields["host"], "key": fields["master_item"]})]
    if each.ref.kind is Kind.TRIGGER:
        return [ref_of(Kind.TRIGGER, other) for other in fields["dependencies"]]
    if each.ref.kind is Kind.SERVICE:
        return [ref_of(Kind.SERVICE, parent) for parent in fields["parents"]]
    return []


def _level(ref: Ref, wanted: State, levels: dict[Ref, int]) -> int:
    """Return an object's level, remembered in ``levels``; a circle ends at the level it began."""
    if ref not in levels:
        levels[ref] = 0
        each = wanted.get(ref)
        below = [_level(other, wanted, levels) for other in _needs(each)] if each else []
        levels[ref] = 1 + max(below) if below else 0
    return levels[ref]


def _forwards(change: Change) -> tuple[Any, ...]:
    place, key = change.ref.sort_key
    return place, change.level, change.action, key


def _deletions(gone: State) -> list[Change]:
    """Return the deletions, last created first; what dies with its host is not listed."""
    hosts = {ref.key[0] for ref in gone if ref.kind is Kind.HOST}
    levels: dict[Ref, int] = {}
    dying = [
        Change(ref, each, None, _level(ref, gone, levels))
        for ref, each in gone.items()
        if ref.kind not in ON_HOSTS or ref.key[0] not in hosts
    ]
    return sorted(dying, key=_forwards, reverse=True)
