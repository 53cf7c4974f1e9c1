"""Finds what only got another name: it keeps its id and history. Pure.

A node may be renamed in the YAML while its address stays. Zabbix can rename an item, so a master
item that nobody asks for any more and a new one of the same host, topology, role and address are
the same edge, if there is just one of each; and then so are the items that depend on them.
A trigger that has lost the tag that it is known by is known by its name.
"""

from collections import defaultdict

from multipath import names
from multipath.objects import Kind, Object, Ref, State

Edge = tuple[str, str, str, str]
"""An edge on a host: host, topology, from, to."""


def renamed(desired: State, existing: State, scope: frozenset[str]) -> State:
    """Return the existing objects, each that got another name under the one it shall have."""
    gone = {
        ref: each for ref, each in existing.items() if ref not in desired and each.owners & scope
    }
    new = {ref: each for ref, each in desired.items() if ref not in existing}
    moves = _moves(gone, new)
    by_name = {
        (ref.key[0], each.fields["name"]): ref
        for ref, each in new.items()
        if ref.kind is Kind.TRIGGER
    }
    targets = {ref: _moved(ref, moves) for ref in gone} | {
        ref: by_name[ref.key]
        for ref in existing.keys() - desired.keys()
        if ref.kind is Kind.TRIGGER and ref.key in by_name
    }
    result = dict(existing)
    for ref, target in targets.items():
        if target in new:
            result[target] = result.pop(ref)
    return result


def _moves(gone: State, new: State) -> dict[Edge, Edge]:
    before, after = _edges(gone), _edges(new)
    return {
        before[place][0]: after[place][0]
        for place in before.keys() & after.keys()
        if len(before[place]) == len(after[place]) == 1
    }


def _edges(objects: State) -> dict[tuple[str, ...], list[Edge]]:
    """Return the edges among the master items, by what a new name leaves as it is."""
    result: defaultdict[tuple[str, ...], list[Edge]] = defaultdict(list)
    for ref, each in objects.items():
        probe = names.split_probe_key(each.fields["key"]) if ref.kind is Kind.ITEM else None
        if probe is not None:
            topology, from_node, to_node, _kind, address = probe
            result[ref.key[0], topology, _role(each), address].append(
                (ref.key[0], topology, from_node, to_node)
            )
    return result


def _role(item: Object) -> str:
    roles = [tag["value"] for tag in item.fields["tags"] if tag["tag"] == names.TAG_ROLE]
    return ",".join(roles)


def _moved(ref: Ref, moves: dict[Edge, Edge]) -> Ref | None:
    """Return the reference that an item of a renamed edge shall have, or None."""
    if ref.kind is not Kind.ITEM:
        return None
    host, key = ref.key
    for old, new in moves.items():
        if old[0] != host:
            continue
        for name in (names.KEY_PROBE, names.KEY_CONFIRM, names.KEY_TRACE, names.KEY_METRIC):
            prefix = f"{name}[{','.join(old[1:])}"
            rest = key.removeprefix(prefix)
            if rest != key and rest[:1] in {",", "]"}:
                return Ref(Kind.ITEM, (host, f"{name}[{','.join(new[1:])}{rest}"))
    return None
