"""What a Zabbix object is to multipath: one value, the same for what should be and for what is.

The words are those of Zabbix's own YAML export (``type: ZABBIX_ACTIVE``, ``priority: HIGH``), all
scalars are strings, and objects refer to each other by name, never by id. So a desired object
(rendered) and an existing one (read) can simply be compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from multipath import names
from multipath.kinds import ON_HOSTS, SPECS, Fields, Kind, Spec

__all__ = [
    "ON_HOSTS",
    "SPECS",
    "Fields",
    "Kind",
    "Object",
    "Ref",
    "Spec",
    "State",
    "by_ref",
    "canonical",
    "ref_of",
]


@dataclass(frozen=True, slots=True)
class Ref:
    """An object by kind and name: ``Ref(Kind.ITEM, ("multipath.la", "multipath.agent.ping"))``."""

    kind: Kind
    key: tuple[str, ...]

    @property
    def sort_key(self) -> tuple[int, tuple[str, ...]]:
        """Order of creation by kind, then by name."""
        return _ORDER[self.kind], self.key

    def __str__(self) -> str:
        return f"{self.kind} {' / '.join(self.key)}"


@dataclass(frozen=True, slots=True)
class Object:
    """One Zabbix object.

    Args:
        ref: its kind and name.
        fields: all the fields of its kind's spec.
        owners: names of the topologies that it belongs to; several for what vantages share.
    """

    ref: Ref
    fields: Fields
    owners: frozenset[str] = frozenset()


State = Mapping[Ref, Object]
"""Objects by reference: all that should be, or all that is."""

_ORDER = {kind: place for place, kind in enumerate(Kind)}


def ref_of(kind: Kind, fields: Fields) -> Ref:
    """Return the reference of an object with these fields.

    A probe's key changes with its settings while the item stays itself, so its identity is the
    key without them. The names of triggers and services change with the language, so they are
    known by their tags; where another refers to one, ``name`` is what it is known by.
    """
    key = tuple(fields[field] for field in SPECS[kind].identity)
    if kind is Kind.ITEM:
        key = (key[0], names.item_identity(key[1]))
    if kind is Kind.TRIGGER:
        key = (key[0], names.trigger_identity(key[1], fields.get("tags", ())))
    if kind is Kind.SERVICE:
        key = (names.service_identity(key[0], fields.get("tags", ())),)
    return Ref(kind, key)


def canonical(kind: Kind, fields: Fields) -> Fields:
    """Return the fields with every default filled in and every set in order."""
    spec = SPECS[kind]
    full = {**spec.defaults, **fields}
    if kind is Kind.HOST:
        full["name"] = full["name"] or full["host"]
    if kind is Kind.ITEM:
        full["master_item"] = names.item_identity(full["master_item"])
        full["preprocessing"] = [{**_STEP_DEFAULTS, **step} for step in full["preprocessing"]]
    if kind is Kind.DASHBOARD:
        full["pages"] = [_canonical_page(page) for page in full["pages"]]
    if kind is Kind.MAP:
        full["links"] = [
            {**link, "triggers": sorted(link["triggers"], key=repr)} for link in full["links"]
        ]
    for field in spec.unordered:
        full[field] = sorted(full[field], key=repr)
    return full


_STEP_DEFAULTS: Fields = {"error_handler": "ORIGINAL_ERROR", "error_handler_params": ""}


def _canonical_page(page: Fields) -> Fields:
    """Return a dashboard's page with widgets and their fields, which are sets, in order."""
    widgets = [
        {**widget, "fields": sorted(widget["fields"], key=_place_of_field)}
        for widget in sorted(page["widgets"], key=_place_of_widget)
    ]
    return {**page, "widgets": widgets}


def _place_of_widget(widget: Fields) -> tuple[str, ...]:
    """Order from top to bottom, then from left to right; a grid has at most three digits."""
    return tuple(str(widget.get(name, "")).zfill(3) for name in ("y", "x", "type", "name"))


def _place_of_field(field: Fields) -> tuple[str, list[str]]:
    """Order by name, then by value: before Zabbix 7.0 a name with several values is repeated."""
    value = field["value"]
    return field["name"], sorted(value.values()) if isinstance(value, Mapping) else [value]


def by_ref(objects: Iterable[Object]) -> State:
    """Return the objects by reference."""
    return {each.ref: each for each in objects}
