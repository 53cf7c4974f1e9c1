"""What topologies ask for beside what Zabbix has of it: part by part, so that memory is bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from multipath.objects import Kind, Object, Ref, State
from multipath.plan.document import digests
from multipath.render.desired import desired, merged
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.codec import Ids
from multipath.zabbix.reader import read, read_named

PART = 50
"""Topologies at once. Of more than these, what is as asked is forgotten after each part."""


@dataclass(slots=True)
class Comparison:
    """What differs, or what may still turn out to.

    Args:
        wanted: what the topologies ask for.
        existing: what Zabbix has of theirs, and what else bears such a name.
        hosts: all the hosts that are asked for.
        ids: of all that was read.
        seen: a digest of each existing object, if asked for.
    """

    wanted: dict[Ref, Object] = field(default_factory=dict)
    existing: dict[Ref, Object] = field(default_factory=dict)
    hosts: dict[Ref, None] = field(default_factory=dict)
    ids: Ids = field(default_factory=Ids)
    seen: dict[str, str] = field(default_factory=dict)
    _settled: set[Ref] = field(default_factory=set)

    def add(self, client: Client, asked: State, there: State) -> None:
        """Add what one part asks for and what is there of it.

        A settled object that another part shares is unsettled. One that this part does not ask
        for, but that was read along with its host, stays as it is.
        """
        again = [each for ref, each in asked.items() if ref in self._settled]
        unread = [each for each in again if each.ref not in there]
        there = {**read_named(client, unread, self.ids), **there}
        for ref, each in asked.items():
            before = there.get(ref) if ref in self._settled else self.wanted.get(ref)
            self.wanted[ref] = merged(before, each) if before else each
        self._settled.difference_update(asked)
        self.existing.update((ref, each) for ref, each in there.items() if ref not in self._settled)

    def settle(self, asked: State) -> None:
        """Forget those objects of a part that are as they should be."""
        for ref in asked:
            if self.wanted[ref] == self.existing.get(ref):
                del self.wanted[ref], self.existing[ref]
                self._settled.add(ref)


def compare(
    client: Client, topologies: Sequence[Topology], templates: Path | None, *, digest: bool
) -> Comparison:
    """Return what topologies ask for and what Zabbix has, as far as a plan is made of it.

    Raises:
        TemplateError: a template is broken, or two topologies ask for different things in
            what they share.
        ZabbixError: a call failed.
    """
    result = Comparison()
    for first in range(0, len(topologies), PART):
        part = topologies[first : first + PART]
        asked = _compare_part(client, part, templates, result, digest=digest)
        if len(topologies) > PART:
            result.settle(asked)
        result.ids.wanted = {}
        del asked  # or it would live on while the next is made
    return result


def _compare_part(
    client: Client,
    part: Sequence[Topology],
    templates: Path | None,
    result: Comparison,
    *,
    digest: bool,
) -> State:
    """Add a part to the result; return what it asks for."""
    asked = client.dialect.fitted(desired(part, templates))
    hosts = [ref for ref in asked if ref.kind is Kind.HOST]
    scope = frozenset(topology.name for topology in part)
    there, _ = read(client, hosts, scope, asked, result.ids)
    result.hosts.update(dict.fromkeys(hosts))
    if digest:
        result.seen.update(digests(there))
    result.add(client, asked, there)
    return asked
