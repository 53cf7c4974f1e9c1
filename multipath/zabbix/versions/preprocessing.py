"""Preprocessing of items as Zabbix before 7.0 has it. Pure."""

from typing import Any

from multipath.objects import Kind, Object, State

_CHECK = "CHECK_NOT_SUPPORTED"


def before_7(state: State) -> State:
    """Return the objects; there, what cannot be calculated is one case, whatever the error."""
    return {
        ref: _item(each)
        if ref.kind is Kind.ITEM and any(map(_is_check, each.fields["preprocessing"]))
        else each
        for ref, each in state.items()
    }


def _item(each: Object) -> Object:
    steps = [
        {**step, "parameters": [""]} if _is_check(step) else step
        for step in each.fields["preprocessing"]
    ]
    return Object(each.ref, {**each.fields, "preprocessing": steps}, each.owners)


def _is_check(step: dict[str, Any]) -> bool:
    return bool(step["type"] == _CHECK)
