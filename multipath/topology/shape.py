"""Is every key known, there, and of a right value? Pydantic finds out; this says it our way."""

import re
from collections.abc import Callable

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from multipath.errors import Problem
from multipath.topology.document import Document, Loc
from multipath.topology.model import EdgeSettings, Node, Probe, Thresholds, Topology
from multipath.topology.wording import Refusal, described, nearest, quoted


def topology_of(document: Document) -> tuple[Topology | None, list[Problem]]:
    """Return the topology that a document's data make, or what is wrong with them."""
    if not isinstance(document.data, dict):
        what = f"the file is {described(document.data)}, not a mapping of keys"
        return None, [document.at_value((), what, 'begin with "name: …"')]
    try:
        return Topology.model_validate(document.data, by_alias=True, by_name=False), []
    except ValidationError as error:
        found = error.errors(include_url=False)
    mistyped = [_meant(details["loc"]) for details in found if details["type"] == "extra_forbidden"]
    told = (item for item in found if item["type"] != "missing" or item["loc"] not in mistyped)
    return None, [_problem(document, details) for details in told]


def way(loc: Loc) -> str:
    """Return the way to a value as people write it: ``nodes.la.address``."""
    return ".".join(step for step in loc if isinstance(step, str))


def known_keys(model: type[BaseModel]) -> dict[str, str]:
    """Return the YAML keys of a model, each with its description."""
    return {
        field.alias or name: field.description or "" for name, field in model.model_fields.items()
    }


def _problem(document: Document, details: ErrorDetails) -> Problem:
    loc, kind = tuple(details["loc"]), details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(document, loc)
    if kind == "missing":
        return _missing_key(document, loc)
    at = document.at_value
    if loc[-1] == "[key]":
        loc, at = loc[:-1], document.at_key
    if details["input"] is None:
        what, instead = "no value", _value_or_nothing(loc)
    elif isinstance(refusal := details.get("ctx", {}).get("error"), Refusal):
        what, instead = refusal.what, refusal.instead
    else:
        what, instead = _WRONG[kind](document, loc, details)
    return at(loc, f"{way(loc)}: {what}", instead)


def _meant(loc: Loc) -> Loc | None:
    """Return the way to the known key that an unknown one looks like, if any."""
    *above, key = loc
    meant = nearest(str(key), known_keys(_model(tuple(above))))
    return (*above, meant) if meant else None


def _unknown_key(document: Document, loc: Loc) -> Problem:
    *above, key = loc
    place = f"{way(tuple(above))}: " if above else ""
    meant = _meant(loc)
    instead = f"write {meant[-1]}" if meant else _home(str(key), tuple(above))
    return document.at_key(loc, f"{place}unknown key {quoted(str(key))}", instead)


def _home(key: str, above: Loc) -> str:
    """Return where a key belongs that is not known here, or what is known here."""
    for section, model in (("probe", Probe), ("thresholds", Thresholds), ("a node", Node)):
        if key in known_keys(model):
            return f"it belongs under {section}"
    return f"the keys here are {', '.join(known_keys(_model(above)))}"


def _missing_key(document: Document, loc: Loc) -> Problem:
    *above, key = loc
    above_loc = tuple(above)
    says = known_keys(_model(above_loc))[str(key)]
    place = f"{way(above_loc)}: " if above else ""
    return document.at_key(above_loc, f"{place}no {key}", f'add "{key}: …" ({says})')


def _model(loc: Loc) -> type[BaseModel]:
    """Return the model that stands there."""
    match loc:
        case ("probe",) | ("edges", _, "probe"):
            return Probe
        case ("thresholds",) | ("edges", _, "thresholds"):
            return Thresholds
        case ("nodes", _):
            return Node
        case ("edges", _):
            return EdgeSettings
        case _:
            return Topology


def _value_or_nothing(loc: Loc) -> str:
    fields = _model(loc[:-1]).model_fields
    optional = any(
        not field.is_required()
        for name, field in fields.items()
        if (field.alias or name) == loc[-1]
    )
    return "give it one, or leave the key out" if optional else "give it one"


_Wrong = Callable[[Document, Loc, ErrorDetails], tuple[str, str]]


def _not_text(document: Document, loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    written = document.written(loc)
    instead = f"write it in quotes: {quoted(written)}" if written else "write a text"
    return f"{described(details['input'])}, not a text", instead


def _not_whole(document: Document, loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    written = document.written(loc)
    meant = re.fullmatch(r"([0-9]{1,9})(\.0+)?", written)
    instead = f"write {meant[1]}" if meant else f"write a whole number {_range(loc)}"
    return f"{described(details['input'])}, not a whole number", instead


def _not_truth(_document: Document, _loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    return f"{described(details['input'])}, neither true nor false", "write true or false"


def _out_of_range(_document: Document, loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    return f"{details['input']} is out of range", f"write a whole number {_range(loc)}"


def _not_mapping(_document: Document, loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    keys = ", ".join(f"{key}: …" for key in known_keys(_model(loc)))
    inside: dict[Loc, str] = {
        ("nodes",): "NAME: {address: …}",
        ("edges",): "FROM>TO: {thresholds: …}",
    }
    return f"{described(details['input'])}, not a mapping", f"write {inside.get(loc, keys)}"


def _not_list(_document: Document, _loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    value = details["input"]
    return f"{described(value)}, not a list", f"write [{value if isinstance(value, str) else ''}]"


def _not_a_choice(_document: Document, _loc: Loc, details: ErrorDetails) -> tuple[str, str]:
    choices = details["ctx"]["expected"].replace("'", "")
    return f"{described(details['input'])} is not known", f"write {choices}"


_WRONG: dict[str, _Wrong] = {
    "string_type": _not_text,
    "int_type": _not_whole,
    "bool_type": _not_truth,
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "dict_type": _not_mapping,
    "model_type": _not_mapping,
    "tuple_type": _not_list,
    "literal_error": _not_a_choice,
}
"""Every pydantic error type that this model can raise, beside our own."""


def _range(loc: Loc) -> str:
    bounds = _model(loc[:-1]).model_fields[str(loc[-1])].metadata
    low = next(bound.ge for bound in bounds if isinstance(bound, Ge))
    high = next(bound.le for bound in bounds if isinstance(bound, Le))
    return f"from {low} to {high}"
