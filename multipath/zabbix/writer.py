"""Applies a plan: the one place that writes to Zabbix."""

from collections.abc import Callable, Sequence

from multipath.errors import MultipathError, ZabbixError, ZabbixRefusedError
from multipath.plan.changes import Action, Change, Plan
from multipath.zabbix.bulk import pages, weight
from multipath.zabbix.client import Client
from multipath.zabbix.codec import CODECS, Codec, Ids, Row
from multipath.zabbix.interfaces import with_interfaces

Progress = Callable[[str, int], None]
"""Told after each call: what was done ("create item"), and to how many objects."""


class InterruptedPlanError(ZabbixError):
    """A plan was applied in part, or not read back; says how far it came."""


def apply(client: Client, plan: Plan, ids: Ids, progress: Progress) -> None:
    """Make every change of the plan, in its order.

    Args:
        client: the connection.
        plan: what to change.
        ids: of all that the plan refers to; those of created objects are added.
        progress: is told of each call done.

    Raises:
        InterruptedPlanError: a call failed; what was done before it stays, and deploying once
            more goes on from there.
    """
    calls = [
        (action, changes[page])
        for action, _kind, changes in plan.batches()
        for page in pages(map(_weight, changes))
    ]
    tried = done = 0
    try:
        for tried, (action, page) in enumerate(calls, 1):
            _call(client, action, page, ids)
            done = tried
            progress(f"{action} {page[0].ref.kind}", len(page))
    except (MultipathError, KeyboardInterrupt) as error:
        raise InterruptedPlanError(_report(error, calls, done, tried)) from error


def _report(
    error: BaseException, calls: Sequence[tuple[Action, Sequence[Change]]], done: int, tried: int
) -> str:
    """Return what came of each call when so many were done, and so many tried."""
    lines = [str(error) or "interrupted"]
    words = ["done:"] * done + ["failed:"] * (tried - done) + ["not tried:"] * (len(calls) - tried)
    for word, (action, page) in zip(words, calls, strict=True):
        lines.append(f"  {word:<11}{action} {len(page)} × {page[0].ref.kind}")
    lines.append("What is done stays. Deploy again to finish.")
    return "\n".join(lines)


def _weight(change: Change) -> int:
    """Return how many values the change sends."""
    return weight(change.after.fields) if change.after else 1


def _call(client: Client, action: Action, page: Sequence[Change], ids: Ids) -> None:
    kind = page[0].ref.kind
    codec = CODECS[kind]
    method = f"{kind}.{action}"
    if action is Action.DELETE:
        client.call(method, [ids.by_ref[change.ref] for change in page])
        return
    params: Sequence[Row] = [_params(codec, change, ids) for change in page]
    if client.dialect.checks_want_interfaces and method == "item.create":
        params = with_interfaces(client, params)
    reply = client.call(method, params)
    numbers = reply[f"{codec.id_field}s"]
    if len(numbers) != len(page):
        raise ZabbixRefusedError(f"{method} of {len(page)} objects returned {len(numbers)} ids")
    for change, number in zip(page, numbers, strict=True):
        ids.add(change.ref, number)


def _params(codec: Codec, change: Change, ids: Ids) -> Row:
    """Return the parameters of one object: all of it, whether it is created or updated."""
    assert change.after is not None  # noqa: S101 - deletions were sent by their ids
    params = codec.encode(change.after, ids)
    if change.before is None:
        return params
    kept = {name: value for name, value in params.items() if name not in codec.create_only}
    return {codec.id_field: ids.by_ref[change.before.ref], **kept}
