"""Do the quotas of a plan add up to the targets that they should, or has Targets changed since?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from salesbook.domain.arithmetic.calendar import fiscal_year_of_month
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class MissedTarget:
    """A target that fixes a sum, and what the plan's quotas come to instead."""

    row: int
    """The row of Targets, its label in the frame."""
    year: int
    metric: str
    scope_kind: str
    scope: str
    """As typed in Targets."""
    target: int
    planned: int


def missed_targets(
    targets: pd.DataFrame,
    plan: pd.DataFrame,
    start_month: int,
    looked_at: Collection[tuple[int, str]] | None = None,
) -> Iterator[MissedTarget]:
    """Name the targets that the plan's quotas do not add up to, by year, metric and scope.

    Looked at are the company's target, and those of teams and reps that bind; where the company has
    none, all of teams. Whom the plan does not hold at all is another matter, and left out.

    Args:
        targets: Targets as `targets_as_they_count` gives them.
        plan: rows of TargetPlan with the amounts that shall add up.
        looked_at: years and metrics; None for all.
    """
    year_of_row = plan["period"].map(lambda period: fiscal_year_of_month(period, start_month))
    quota = plan["amount"] - plan["carried"].fillna(0)
    folded_names = plan.assign(
        company="company",
        team=plan["team"].fillna("").map(fold_name),
        rep=plan["rep_id"].map(fold_name),
    )

    order = ["year", "metric", "scope_kind", "scope"]
    for target in targets.sort_values(order).itertuples():
        year, metric, kind = int(target.year), str(target.metric), str(target.scope_kind)
        is_looked_at = looked_at is None or (year, metric) in looked_at
        if not is_looked_at or not _is_fixed(target, targets):
            continue
        scope = kind if kind == "company" else fold_name(str(target.scope))
        is_in_scope = folded_names[kind] == scope
        of_target = quota[(year_of_row == year) & (plan["metric"] == metric) & is_in_scope]
        planned = int(of_target.sum())
        if of_target.empty or planned == target.target:
            continue
        yield MissedTarget(
            row=int(target.Index),
            year=year,
            metric=metric,
            scope_kind=kind,
            scope=str(target.scope),
            target=int(target.target),
            planned=planned,
        )


def _is_fixed(target: Any, targets: pd.DataFrame) -> bool:
    """Whether a row of Targets fixes a sum: the company's does, and where there is none, all do."""
    if target.scope_kind == "company":
        return True
    is_bound = target.binding is not pd.NA and bool(target.binding)
    same = targets[(targets["year"] == target.year) & (targets["metric"] == target.metric)]
    has_company_target = (same["scope_kind"] == "company").any()
    # A rep's target below a team's is a weight, with or without one of the company.
    is_only_target = not has_company_target and target.scope_kind == "team"
    return bool(is_bound or is_only_target)
