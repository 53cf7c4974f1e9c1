"""The limit on what a deploy may delete. Pure."""

from multipath.errors import PlanError
from multipath.plan.changes import Plan

MAX_DELETE = 150
"""Objects that a deploy deletes without an explicit word: about one proxy of one topology."""


def check_deletions(plan: Plan, limit: int | None) -> None:
    """Refuse a plan that deletes more than the limit; None is no limit.

    Raises:
        PlanError: it does.
    """
    if limit is not None and plan.lost > limit:
        raise PlanError(
            f"this would delete {plan.lost} objects with their history, more than the limit of "
            f"{limit}; if that is meant, say --max-delete {plan.lost}, or --max-delete all"
        )
