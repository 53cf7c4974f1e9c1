"""Shows a plan, asks, applies it with progress, and reads it back."""

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from multipath.cli.deploying import plan_view
from multipath.cli.deploying.planning import Planned
from multipath.cli.printing.terminal import console
from multipath.errors import PlanError
from multipath.objects import Kind
from multipath.plan.changes import Plan
from multipath.zabbix.client import Client
from multipath.zabbix.codec import Ids
from multipath.zabbix.reader import read
from multipath.zabbix.writer import InterruptedPlanError, apply


def carry_out(client: Client, planned: Planned, *, yes: bool, verbose: bool) -> Ids:
    """Show a plan, ask unless told ``yes``, and apply it; return the ids of what is there.

    Raises:
        click.Abort: the user said no.
        InterruptedPlanError: it was applied in part, or not read back.
        PlanError: Zabbix took it, but does not have all of it as asked.
    """
    plan = planned.plan
    plan_view.show(plan, verbose=verbose)
    if not plan:
        return planned.ids
    if not yes:
        click.confirm(f"Make these {len(plan.changes)} changes at {client.url}?", abort=True)
    _apply(client, plan, planned.ids)
    asked = {change.ref: change.after for change in plan.changes if change.after}
    try:
        existing, ids = read(client, planned.hosts, planned.scope, asked)
    except KeyboardInterrupt as error:
        raise InterruptedPlanError(
            f"interrupted after all {len(plan.changes)} changes were made, before they were read "
            "back; deploy again to see whether they are as asked"
        ) from error
    if left := plan.unfinished(existing):
        raise PlanError(
            f"Zabbix took the changes, but {len(left)} objects are not as asked, "
            f"the first is {left[0]}; deploy again to see how they differ"
        )
    click.echo(f"Done: {len(plan.changes)} change(s), read back from Zabbix.")
    return ids


def _apply(client: Client, plan: Plan, ids: Ids) -> None:
    with Progress(
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console(stderr=True),
    ) as bar:
        task = bar.add_task("", total=len(plan.changes))
        apply(
            client,
            plan,
            ids,
            lambda what, number: bar.update(task, description=what, advance=number),
        )


def dashboard_urls(client: Client, ids: Ids) -> list[str]:
    """Return where to look: the dashboards that are there."""
    return [
        f"{client.url.rstrip('/')}/zabbix.php?action=dashboard.view&dashboardid={number}"
        for number in ids.by_id[Kind.DASHBOARD]
    ]
