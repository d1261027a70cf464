"""What may the target be, what does nothing bring yet, and who carries too much? A few lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import months_of_year
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import ATTENTION, GOOD, LATE, Line, whole
from salesbook.pages.lines.target_board.amounts import rounded
from salesbook.pages.lines.target_board.answers import figures_of
from salesbook.pages.lines.target_board.faults import is_of_scope
from salesbook.pages.lines.target_board.plans import YearPlan
from salesbook.pages.lines.without_target import typed_target

MOST_LINES: Final = 4
_NAMED: Final = 3
"""Overloaded reps who are named; more are counted."""


def proposal_lines(plan: YearPlan, scope: Scope) -> list[Line]:
    """The proposal beside the plan, its gap, and who is overloaded; none for years that are over."""
    row = _proposed(plan, scope)
    if row is None:
        return []
    common = {"metric": plan.metric, "table": "Proposal"}
    if pd.isna(row["target"]):
        # Before there is anything to plan by, the page says the first step alone.
        return [{**common, "says": row["because"]}] if plan.context.has_begun else []
    lines = [_beside_plan(plan, scope, row), *_gap(plan, row)]
    told = [{**common, **line} for line in lines]
    loads = [{"metric": plan.metric, **line} for line in _loads(plan, scope)]
    following = [{**common, **line} for line in _next_year(plan, scope)]
    return [*told, *loads, *following]


def _next_year(plan: YearPlan, scope: Scope) -> Iterator[Line]:
    """What is proposed for the year after, which may have no plan to stand beside yet."""
    row = _proposed(plan, scope, years_on=1)
    if row is None or pd.isna(row["in_reach_rate"]):
        return
    facts: dict[str, Fact] = {
        "year": str(row["year"]),
        "target": rounded(plan, int(row["target"])),
        "floor": rounded(plan, int(row["floor"])),
        "stretch": rounded(plan, int(row["stretch"])),
        "rate": float(row["in_reach_rate"]),
    }
    yield {"says": Message("page.target.proposed-next", facts), "target": int(row["target"])}


def _proposed(plan: YearPlan, scope: Scope, years_on: int = 0) -> dict[str, Any] | None:
    """The row of Proposal about the plan's year, or one so many years on, its metric, and the scope."""
    table = plan.context.tables["Proposal"]
    is_asked = (
        (table["year"] == int(plan.year.removeprefix("FY")) + years_on)
        & (table["metric"] == plan.metric)
        & (table["scope_kind"] == scope.kind)
        & (table["scope"] == scope.key)
    )
    rows = table[is_asked.fillna(False).astype(bool)].to_dict("records")
    return {str(name): value for name, value in rows[0].items()} if rows else None


def _beside_plan(plan: YearPlan, scope: Scope, row: dict[str, Any]) -> Line:
    proposed = int(row["target"])
    facts: dict[str, Fact] = {"target": rounded(plan, proposed)}
    code = "page.target.proposed"
    if pd.isna(row["floor"]):
        code += "-alone"
    else:
        facts |= {
            "floor": rounded(plan, int(row["floor"])),
            "stretch": rounded(plan, int(row["stretch"])),
        }
        if pd.isna(row["in_reach_rate"]):
            code += "-running"
        else:
            facts["rate"] = float(row["in_reach_rate"])
    has_figure = plan.has_plan and not plan.is_first_draft
    planned = figures_of(plan, scope).target if has_figure else typed_target(plan.targets, scope)
    first: Line = {"says": Message(code, facts), "target": proposed, "amount": planned}
    if planned is None:
        return first
    difference: dict[str, Fact] = {"amount": _apart(plan, planned, proposed)}
    side = "same" if planned == proposed else "above" if planned > proposed else "below"
    what = "plan" if has_figure else "planned"
    beside = Message(f"page.target.{what}-{side}", difference)
    return {
        **first,
        "sign": _sign(planned, proposed, whole(row["stretch"])),
        "says": Message(code, facts, more=(beside,)),
    }


def _sign(planned: int, proposed: int, stretch: int | None) -> str:
    """Good up to what is proposed; late beyond what one year in five reaches."""
    if stretch is not None and planned > stretch:
        return LATE
    return ATTENTION if planned > proposed else GOOD


def _gap(plan: YearPlan, row: dict[str, Any]) -> Iterator[Line]:
    """Bottom-up against top-down, where there is a year before."""
    gap = whole(row["gap"])
    if gap is None:
        return
    facts: dict[str, Fact] = {
        "bottom_up": rounded(plan, int(row["bottom_up"])),
        "top_down": rounded(plan, int(row["top_down"])),
        "amount": _apart(plan, int(row["bottom_up"]), int(row["top_down"])),
    }
    side = "short" if gap < 0 else "enough"
    sign = ATTENTION if gap < 0 else GOOD
    yield {"sign": sign, "says": Message(f"page.target.gap-{side}", facts), "amount": gap}


def _loads(plan: YearPlan, scope: Scope) -> Iterator[Line]:
    """Who is overloaded, and what evens it; nothing where quotas cannot be compared."""
    table = plan.context.tables["QuotaCheck"]
    is_asked = (table["year"] == int(plan.year.removeprefix("FY"))) & (
        table["metric"] == plan.metric
    )
    rows = table[is_asked.fillna(False).astype(bool)]
    if rows.empty:
        return
    is_here = [is_of_scope(plan, str(rep), scope) for rep in rows["rep_id"]]
    rows = rows[is_here]
    compared = rows[rows["change_to_even"].notna()]
    if compared.empty:
        return

    heavy = compared[compared["overloaded"].fillna(False).astype(bool)]
    common: dict[str, Any] = {"table": "QuotaCheck", "count": len(heavy)}
    if heavy.empty:
        yield {**common, "sign": GOOD, "says": Message("page.target.loads-even")}
        return
    by_load = heavy.sort_values(["quota_rate", "rep_id"], ascending=[False, True])
    facts: dict[str, Fact]
    names = tuple(str(plan.context.rep_name(rep)) for rep in by_load["rep_id"].iloc[:_NAMED])
    moved = -int(heavy["change_to_even"].sum())
    if moved <= 0:
        # QuotaCheck advises no change: then the page names none, and says why.
        has_month_left = plan.context.month < _last_month(plan)
        kind = "small" if has_month_left else "late"
        facts = {"count": len(heavy), "names": names}
        says = Message(f"page.target.overloaded-{kind}", facts)
        yield {**common, "sign": ATTENTION, "says": says}
        return
    facts = {
        "count": len(heavy),
        "names": names,
        "amount": rounded(plan, moved),
    }
    yield {**common, "sign": ATTENTION, "says": Message("page.target.overloaded", facts)}


def _last_month(plan: YearPlan) -> str:
    """The last month of the plan's year."""
    year = int(plan.year.removeprefix("FY"))
    return months_of_year(year, plan.context.first_month)[-1]


def _apart(plan: YearPlan, one: int, other: int) -> Decimal:
    """How far two amounts are apart as they are said: the reader subtracts what he reads."""
    said = abs(rounded(plan, one) - rounded(plan, other))
    # Amounts that read the same may still differ by a little.
    return said or rounded(plan, abs(one - other))
