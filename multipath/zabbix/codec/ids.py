"""Which object has which id, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from multipath.errors import PlanError
from multipath.objects import SPECS, Kind, Object, Ref


@dataclass(slots=True)
class Ids:
    """The ids of what was read and created, and what reading others needs of it.

    Args:
        wanted: objects that will be compared with those read: what is the same is held once,
            as there may be hundreds of thousands.
    """

    wanted: Mapping[Ref, Object] = field(default_factory=dict)
    by_ref: dict[Ref, str] = field(default_factory=dict)
    by_id: dict[Kind, dict[str, Ref]] = field(default_factory=lambda: {kind: {} for kind in Kind})
    host_owners: dict[str, frozenset[str]] = field(default_factory=dict)
    item_keys: dict[str, str] = field(default_factory=dict)

    def add(self, ref: Ref, number: str) -> None:
        """Remember an object's id."""
        if ref in self.wanted:
            ref = self.wanted[ref].ref
        self.by_ref[ref] = number
        self.by_id[ref.kind][number] = ref

    def add_item_key(self, number: str, key: str) -> None:
        """Remember the key of an item that was added already, where it is not its identity."""
        if self.by_id[Kind.ITEM][number].key[1] != key:
            self.item_keys[number] = key

    def item_path(self, number: str) -> str:
        """Return an item as expressions name it: ``/host/key``; one not read by its id."""
        ref = self.by_id[Kind.ITEM].get(number)
        return f"/{ref.key[0]}/{self.item_keys.get(number, ref.key[1])}" if ref else f"/#{number}"

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
        ref = self.by_id[kind].get(number)
        size = len(SPECS[kind].identity) if kind in SPECS else 1
        return ref.key if ref else (f"#{number}",) * size
