"""Who leads others and so carries no target of his own, and who of them sells all the same?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_day,
    month_of,
    months_of_year,
    next_month,
)
from salesbook.domain.targets.spread.notes import Topic
from salesbook.domain.targets.spread.weights import Evidence
from salesbook.domain.team.staff import Staff
from salesbook.messages import Fact, Finding
from salesbook.names.folding import fold_name

_MONTHS: Final = 12
_WORTH_SAYING: Final = 0.05
"""Part of all sales below which the deals of leaders are an exception, and need no plan."""


def leaders_left_out(targets: pd.DataFrame, year: int, evidence: Evidence) -> list[str]:
    """Managers of a year who have no row of their own in Targets, by key.

    Who is a manager is asked of today, or of the day of the year that is nearest to it.

    Args:
        targets: rows of Targets of the year and metric.
    """
    start_month = evidence.policy.rules.fiscal_year_start
    months = months_of_year(year, start_month)
    first, last = first_day(months[0], start_month), last_day(months[-1], start_month)
    day = min(max(evidence.as_of, first), last)
    staff = Staff(evidence.tables["Reps"], evidence.tables["Assignments"])

    of_reps = targets.loc[targets["scope_kind"] == "rep", "scope"]
    has_target = {fold_name(str(rep)) for rep in of_reps}
    return sorted(rep for rep in staff.managers(day) if fold_name(rep) not in has_target)


def leaders_who_sell(targets: pd.DataFrame, topic: Topic, evidence: Evidence) -> Iterator[Finding]:
    """Name the managers whom a plan leaves out although they sell, the largest seller first.

    They have no target, and so no attainment and no commission: where they bring a part of the
    sales that counts, in the last twelve months, nobody should find that out at the end.

    Args:
        targets: rows of Targets of the year and metric.
        topic: with what people call the reps.
    """
    left_out = leaders_left_out(targets, topic.year, evidence)
    facts = evidence.facts
    since = next_month(month_of(evidence.as_of), -_MONTHS)
    is_recent = (facts["month"] > since) & (facts["month"] <= month_of(evidence.as_of))
    recent = facts[is_recent & (facts["metric"] == topic.metric)]
    sold_by_rep = recent.groupby("rep_id")["actual"].sum()

    works_on = _not_gone(evidence)
    known = {rep: int(sold_by_rep.get(rep, 0)) for rep in left_out if rep in works_on}
    sellers = {rep: sold for rep, sold in known.items() if sold > 0}
    in_all = sum(sellers.values())
    if not sellers or in_all < _WORTH_SAYING * int(sold_by_rep.sum()):
        return

    in_order = sorted(sellers, key=lambda rep: (-sellers[rep], rep))
    names = tuple(topic.names.get(rep, rep) for rep in in_order)
    facts_said: dict[str, Fact] = {"names": names, "sold": topic.amount(in_all)}
    yield topic.warning("leaders-not-planned", found=topic.found, **facts_said)


def _not_gone(evidence: Evidence) -> set[str]:
    """Reps who have not left by the day of the run."""
    reps = evidence.tables["Reps"]
    is_gone = (reps["left_on"] < pd.Timestamp(evidence.as_of)).fillna(False)
    return set(reps.loc[~is_gone, "rep_id"])
