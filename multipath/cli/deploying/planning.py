"""Topologies, or a saved plan, and a connection → a plan: the same for all that change Zabbix."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from multipath.cli.deploying.comparison import compare
from multipath.errors import PlanError
from multipath.objects import Kind, Ref
from multipath.plan import document
from multipath.plan.changes import Plan
from multipath.plan.diff import diff, new_on
from multipath.topology.model import Topology
from multipath.zabbix.client import Client
from multipath.zabbix.codec import Ids
from multipath.zabbix.reader import read, read_named
from multipath.zabbix.versions import TESTED, dotted

adopt_option = click.option(
    "--adopt", is_flag=True, help="Take over objects of our names that multipath did not make."
)
templates_option = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    help="Folder of templates that win over multipath's own, one by one.",
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what it was made from: of which topologies and hosts, and what was read.

    Args:
        plan: the changes.
        scope: names of the topologies.
        hosts: their hosts.
        ids: of all that was read.
        seen: digests of all that was read, if the plan is to be saved.
    """

    plan: Plan
    scope: frozenset[str]
    hosts: tuple[Ref, ...]
    ids: Ids
    seen: dict[str, str] = field(default_factory=dict)

    def to_document(self, url: str) -> str:
        """Return the plan as it is saved."""
        saved = document.SavedPlan(url, self.scope, self.hosts, self.seen, self.plan)
        return json.dumps(document.to_json(saved), ensure_ascii=False, indent=1)


def make_plan(
    client: Client,
    topologies: Sequence[Topology],
    templates: Path | None = None,
    *,
    adopt: bool,
    save: bool = False,
) -> Planned:
    """Compare what topologies ask for with what Zabbix has.

    Raises:
        TemplateError: a template is broken.
        PlanError: a Zabbix proxy is missing, or something foreign is in the way.
        ZabbixError: a call failed.
    """
    if client.release not in TESTED:
        click.echo(f"Note: multipath is not tested with Zabbix {dotted(client.release)}", err=True)
    found = compare(client, topologies, templates, digest=save)
    _check_proxies(topologies, found.ids)
    scope = frozenset(topology.name for topology in topologies)
    plan = diff(found.wanted, found.existing, scope, adopt=adopt)
    there = {ref.key[0] for ref in found.ids.by_id[Kind.HOST].values()}
    if named := read_named(client, new_on(plan, there), found.ids):
        plan = diff(found.wanted, {**named, **found.existing}, scope, adopt=adopt)
        if save:
            found.seen.update(document.digests(named))
    return Planned(plan, scope, tuple(found.hosts), found.ids, found.seen)


def make_destruction(client: Client, topologies: Sequence[Topology]) -> Planned:
    """Plan to take away all that belongs to topologies.

    Raises:
        ZabbixError: a call failed.
    """
    scope = frozenset(topology.name for topology in topologies)
    existing, ids = read(client, (), scope)
    hosts = tuple(ref for ref in existing if ref.kind is Kind.HOST)
    return Planned(diff({}, existing, scope), scope, hosts, ids)


def read_plan(client: Client, files: Sequence[Path]) -> Planned | None:
    """Return the saved plan in the only file, or None if the files are topologies.

    Raises:
        PlanError: it is damaged, for another Zabbix, or Zabbix has changed since.
        ZabbixError: a call failed.
    """
    text = _plan_text(files)
    if text is None:
        return None
    saved = document.from_json(json.loads(text))
    if saved.url != client.url:
        raise PlanError(f"{files[0]} is a plan for {saved.url}, not for {client.url}")
    existing, ids = read(client, saved.hosts, saved.scope)
    before = [change.before for change in saved.plan.changes if change.before]
    adopted = [each for each in before if each.ref not in existing]
    saved.check_unchanged({**read_named(client, adopted, ids), **existing})
    return Planned(saved.plan, saved.scope, saved.hosts, ids)


def _plan_text(files: Sequence[Path]) -> str | None:
    try:
        texts = [file.read_text(encoding="utf-8") for file in files]
    except (OSError, UnicodeDecodeError):
        return None  # the loader of topologies says what is wrong
    if not any(map(document.is_plan, texts)):
        return None
    if len(texts) > 1:
        raise PlanError("a saved plan is applied alone: give just one file")
    return texts[0]


def _check_proxies(topologies: Sequence[Topology], ids: Ids) -> None:
    """Refuse a topology that names a Zabbix proxy which is not there."""
    known = sorted(ref.key[0] for ref in ids.by_ref if ref.kind is Kind.PROXY)
    for topology in topologies:
        for name, node in topology.nodes.items():
            proxy = node.zabbix_proxy
            if proxy and Ref(Kind.PROXY, (proxy,)) not in ids.by_ref:
                there = f"it has {', '.join(known)}" if known else "it has none"
                raise PlanError(
                    f"{topology.name}: node {name}: Zabbix has no proxy {proxy!r}; {there}"
                )
