"""Which targets and locks, as they are typed, can no plan keep together, and what has to go?

A split that cannot be made writes nothing, so that its refusal would be seen by nobody but whoever
pressed the button. The board shows it as long as it is true.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbook.domain.targets.spread.notes import first_few
from salesbook.domain.targets.spread.weights import evidence_of
from salesbook.domain.targets.spread.year import plan_year, year_to_plan
from salesbook.errors import SalesbookError, SplitInfeasible
from salesbook.messages import Message
from salesbook.pages.lines.line import LATE, Line
from salesbook.pages.lines.target_board.plans import YearPlan


def clash_lines(plan: YearPlan, *, may_clash: bool) -> Iterator[Line]:
    """What the next split of the year would refuse: a line for each clash, and one for the way out.

    Args:
        may_clash: whether something is typed that the plan does not keep; nothing else can clash,
            and to try a split takes a while.
    """
    refusal = _refusal(plan) if may_clash else None
    if refusal is None:
        return
    for clash in refusal.params["clash_list"]:
        texts = first_few([constraint["text"] for constraint in clash], " + ")
        says = Message("page.target.clash", {"clash": texts})
        yield {"sign": LATE, "says": says, "metric": plan.metric, "table": "Locks"}

    release = [constraint["text"] for constraint in refusal.params["release_list"]]
    says = Message("page.target.release", {"release": first_few(release, ", ")})
    yield {"sign": LATE, "says": says, "metric": plan.metric, "table": "Locks"}


def _refusal(plan: YearPlan) -> SplitInfeasible | None:
    """The refusal of a trial split: of the whole year, or of what is left of a published one."""
    context = plan.context
    evidence = context.once(
        "evidence of splits",
        lambda: evidence_of(context.tables, context.policy, context.as_of, context.calendar),
    )
    of_year = context.tables["TargetPlan"]["period"].isin(plan.months)
    asked = year_to_plan(context.tables, plan.number, plan.metric, of_year=of_year)
    since = None
    if plan.has_plan and not plan.is_first_draft:
        since = max(context.month, plan.months[0])
    try:
        plan_year(asked, evidence, since=since)
    except SplitInfeasible as refusal:
        return refusal
    except SalesbookError:
        # Settings that make no sense refuse the verb; here they keep nobody from the other lists.
        return None
    return None
