"""Which object has which id, in both directions."""

from dataclasses import dataclass, field

from multipath.errors import PlanError
from multipath.objects import SPECS, Kind, Ref


@dataclass(slots=True)
class Ids:
    """The ids of what was read and created, and what reading others needs of it."""

    by_ref: dict[Ref, str] = field(default_factory=dict)
    by_id: dict[tuple[Kind, str], Ref] = field(default_factory=dict)
    host_owners: dict[str, frozenset[str]] = field(default_factory=dict)
    item_keys: dict[str, str] = field(default_factory=dict)

    def add(self, ref: Ref, number: str) -> None:
        """Remember an object's id."""
        self.by_ref[ref] = number
        self.by_id[ref.kind, number] = ref

    def id_of(self, kind: Kind, *key: str) -> str:
        """Return an object's id by its name.

        Raises:
            PlanError: Zabbix has no such object.
        """
        ref = Ref(kind, key)
        if ref not in self.by_ref:
            raise PlanError(f"Zabbix has no {ref}, and nothing in the plan makes it")
        return self.by_ref[ref]

    def key_of(self, kind: Kind, number: str) -> tuple[str, ...]:
        """Return an object's name by its id; one that was not read is called by its id."""
        ref = self.by_id.get((kind, number))
        size = len(SPECS[kind].identity) if kind in SPECS else 1
        return ref.key if ref else (f"#{number}",) * size
