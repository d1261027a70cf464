"""Why has somebody no target in a period, and what is to be done about it?"""

from __future__ import annotations

from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import months_in, year_of_month
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.target_months import targets_as_they_count
from salesbook.messages import Fact, Message
from salesbook.money import three_digits
from salesbook.names.folding import fold_name
from salesbook.pages.lines.context import COMPANY, PageContext, Scope

_KINDS_THAT_SUM: Final = ("company", "team", "rep")
"""What the company's target is where none was typed for it: that of its teams, else its reps."""


def why_no_target(context: PageContext, scope: Scope, period: str, otherwise: str) -> Message:
    """Say that the target is 0, that its plan is not published or made yet, or that there is none.

    Args: otherwise is the message about somebody without any target.
    """
    planned = _rows_of(context, scope, context.tables["TargetPlan"], period)
    facts: dict[str, Fact] = {"period": period}
    in_force = plan_in_force(planned)
    if len(in_force):
        # Who has a plan and no target yet came to the team, or it to its name, within the period.
        is_zero = in_force["amount"].sum() == 0
        return Message("page.answer.target-zero" if is_zero else otherwise, facts)

    year = year_of_month(months_in(period, context.first_month)[0], context.first_month)
    targets = targets_of(context, int(year.removeprefix("FY")), "revenue")
    typed = typed_target(targets, scope)
    if typed is None and planned.empty:
        return Message(otherwise, facts)
    if typed is None:
        return Message("page.answer.only-draft", {"period": year})
    amount = three_digits(typed, context.policy.decimals)
    kind = "not-split" if planned.empty else "not-published"
    return Message(f"page.answer.{kind}", {"period": year, "amount": amount})


def _rows_of(context: PageContext, scope: Scope, plan: pd.DataFrame, period: str) -> pd.DataFrame:
    """The rows of a plan for a scope's revenue in a period."""
    is_in_period = plan["period"].isin(months_in(period, context.first_month))
    rows = plan[is_in_period & (plan["metric"] == "revenue")]
    if scope.kind == COMPANY:
        return rows
    if scope.kind == "rep":
        return rows[rows["rep_id"] == scope.key]
    return rows[rows["rep_id"].map(context.team_of) == scope.key]


def targets_of(context: PageContext, year: int, metric: str) -> pd.DataFrame:
    """The rows of Targets of a fiscal year and a metric, as they count."""
    tables = context.tables
    targets = context.once(
        "targets as they count",
        lambda: targets_as_they_count(tables["Targets"], tables["TargetMonths"]),
    )
    return context.once(
        f"targets of {year} in {metric}",
        lambda: targets[(targets["year"] == year) & (targets["metric"] == metric)],
    )


def typed_target(targets: pd.DataFrame, scope: Scope) -> int | None:
    """A scope's target among these of Targets; of a company without one that of its teams, else
    its reps.
    """
    if scope.kind != COMPANY:
        of_kind = targets[targets["scope_kind"] == scope.kind]
        typed = of_kind[of_kind["scope"].map(fold_name) == fold_name(scope.key)]
        return None if typed.empty else int(typed["target"].sum())

    for kind in _KINDS_THAT_SUM:
        of_kind = targets[targets["scope_kind"] == kind]
        if len(of_kind):
            return int(of_kind["target"].sum())
    return None
