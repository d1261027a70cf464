"""Does the plan add up, and will it be reached? One or two sentences, and the figures of the tiles."""

from __future__ import annotations

from typing import Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import first_day, last_day, year_of_month
from salesbook.messages import Fact, Message
from salesbook.pages.lines.context import Scope
from salesbook.pages.lines.line import ATTENTION, BEHIND, GOOD, LATE, Line
from salesbook.pages.lines.periods import period_figures, wording_of
from salesbook.pages.lines.target_board.amounts import exactly, rounded
from salesbook.pages.lines.target_board.faults import is_of_scope, missed_of
from salesbook.pages.lines.target_board.plans import Figures, YearPlan
from salesbook.pages.lines.without_target import typed_target

_TARGETS: Final = "Targets"


def figures_of(plan: YearPlan, scope: Scope) -> Figures:
    """The figures of the company or a team."""
    return plan.of_company if scope.kind == "company" else plan.of_team(scope.key)


def answer(plan: YearPlan, scope: Scope) -> list[Line]:
    """Whether the plan adds up; then how the year goes, or went."""
    first = _state_of_plan(plan, scope)
    if not plan.has_plan or plan.is_first_draft:
        return [first]
    outlook = _outlook(plan, scope)
    return [first] if outlook is None else [first, outlook]


def _state_of_plan(plan: YearPlan, scope: Scope) -> Line:
    year: dict[str, Fact] = {"year": plan.year, "metric": f"Targets.metric={plan.metric}"}
    if not plan.has_plan:
        typed = typed_target(plan.targets, scope)
        if typed is None:
            later = _later_year(plan)
            if later is not None:
                says = Message("page.target.planned-later", {**year, "later": later})
                return {"sign": ATTENTION, "says": says, "table": _TARGETS}
            return {"says": Message("page.target.nothing", year), "table": _TARGETS}
        amount: dict[str, Fact] = {**year, "amount": rounded(plan, typed)}
        return {"sign": ATTENTION, "says": Message("page.target.not-split", amount)}

    reps = [rep for rep in plan.planned_reps if is_of_scope(plan, rep, scope)]
    carried = rounded(plan, figures_of(plan, scope).target or 0)
    sums: dict[str, Fact] = {**year, "count": len(reps), "amount": carried}
    if plan.is_first_draft:
        return {"sign": ATTENTION, "says": Message("page.target.first-draft", sums)}
    missed = missed_of(plan, scope)
    if not missed:
        # Who asks whether a plan adds up wants to see the sum to the coin.
        whole = {**sums, "amount": exactly(plan, figures_of(plan, scope).target or 0)}
        more = _carried(plan, scope)
        left = sum(not plan.context.is_at_work(rep) for rep in reps)
        if left:
            # Who left keeps the targets of his months; the Team board counts who is here.
            whole |= {"count": len(reps) - left, "left": left}
            return {"sign": GOOD, "says": Message("page.target.adds-up-left", whole, more)}
        return {"sign": GOOD, "says": Message("page.target.adds-up", whole, more)}
    first = missed[0]
    off: dict[str, Fact] = {
        "target": exactly(plan, first.target),
        "planned": exactly(plan, first.planned),
    }
    return {"sign": LATE, "says": Message("page.target.off", off), "table": _TARGETS}


def _carried(plan: YearPlan, scope: Scope) -> tuple[Message, ...]:
    """Why the months come to another sum than the year: what they carry for those gone."""
    figures = figures_of(plan, scope)
    if not figures.carried or figures.months_sum is None:
        return ()
    facts: dict[str, Fact] = {
        "amount": exactly(plan, abs(figures.carried)),
        "sum": exactly(plan, figures.months_sum),
    }
    side = "more" if figures.carried > 0 else "less"
    return (Message(f"page.target.months-carry-{side}", facts),)


def _later_year(plan: YearPlan) -> str | None:
    """The next fiscal year that has a plan of the same measure; None where there is none."""
    planned = plan.context.tables["TargetPlan"]
    periods = planned.loc[planned["metric"] == plan.metric, "period"].unique()
    years = {year_of_month(str(period), plan.context.first_month) for period in periods}
    return min((year for year in years if year > plan.year), default=None)


def _outlook(plan: YearPlan, scope: Scope) -> Line | None:
    """How the year will end, or ended, against its plan; None where nothing can be said of it."""
    context = plan.context
    first, last = (day(plan.year, context.first_month) for day in (first_day, last_day))
    if first > context.as_of:
        return {"says": Message("page.target.begins", {"day": first})}

    figures = figures_of(plan, scope)
    target, sold = figures.target, figures.sold_sum or 0
    if not target:
        return None
    if not plan.is_counted:
        return {"sign": ATTENTION, "says": Message("page.target.not-counted")}
    if last < context.as_of:
        return _against_target(plan, "ended", sold - target, GOOD if sold >= target else BEHIND)

    expected = _expected(plan, scope)
    landing = expected.get("middle")
    if landing is not None:
        above = int(landing) - target
        kind = _how_sure(expected["chance_rate"], is_above=above >= 0)
        return _against_target(plan, kind, above, expected["sign"])
    if not figures.due or figures.due <= 0 or not context.has_begun:
        return None
    facts: dict[str, Fact] = {"amount": rounded(plan, sold), "rate": sold / figures.due}
    return {"says": Message("page.target.so-far", facts)}


_SURENESS: Final = {"sure": "sure-to-end", "likely": "will-end"}


def _how_sure(chance: float | None, *, is_above: bool) -> str:
    """How the end of the year is said, by the chance of the side on which it should end."""
    if chance is None:
        return "should-end"
    wording = wording_of(chance if is_above else 1 - chance)
    return _SURENESS.get(wording.kind, "should-end")


def _against_target(plan: YearPlan, kind: str, above: int, sign: object) -> Line:
    side = "above" if above >= 0 else "below"
    amount = rounded(plan, abs(above))
    return {"sign": sign, "says": Message(f"page.target.{kind}-{side}", {"amount": amount})}


def _expected(plan: YearPlan, scope: Scope) -> Line:
    """Landing and chance of the running year's revenue; empty for what is not forecast."""
    if plan.metric != "revenue":
        return {}
    return period_figures(plan.context).line(scope, plan.year)


def year_line(plan: YearPlan, scope: Scope) -> Line:
    """What the tiles show of the year, and which plan it is."""
    context = plan.context
    figures = figures_of(plan, scope)
    expected = _expected(plan, scope)
    target = figures.target if plan.has_plan else typed_target(plan.targets, scope)
    sold, due = figures.sold_sum, figures.due
    has_pace = sold is not None and due is not None and due > 0
    reps = [rep for rep in plan.planned_reps if is_of_scope(plan, rep, scope)]
    missed = missed_of(plan, scope) if plan.has_plan else []
    return {
        "sign": _sign_of_sums(plan, bool(missed)),
        "metric": plan.metric,
        "count": len(reps),
        "count_up": len({plan.team_of(rep) for rep in reps}),
        "target": target,
        "amount": missed[0].planned - missed[0].target if missed else None,
        "sold": sold,
        "due": due,
        "rate": (sold or 0) / (due or 1) if has_pace else None,
        "expected": _to_go(plan, target, sold),
        "low": expected.get("low"),
        "middle": expected.get("middle"),
        "high": expected.get("high"),
        "chance_rate": expected.get("chance_rate"),
        "number": plan.version,
        "word": "draft" if plan.is_first_draft else "published" if plan.has_plan else None,
        "on": plan.published_on,
        "since_on": pd.Timestamp(first_day(plan.year, context.first_month)),
        "days": None if plan.running_place is None else plan.running_place + 1,
        "says": _version(plan),
    }


def _to_go(plan: YearPlan, target: int | None, sold: int | None) -> int | None:
    """What is still to be sold; None where nobody has counted what was."""
    if target is None or (plan.months_begun and not plan.is_counted):
        return None
    return max(target - (sold or 0), 0)


def _sign_of_sums(plan: YearPlan, is_off: bool) -> str | None:
    if not plan.has_plan:
        return None
    if plan.is_first_draft:
        return ATTENTION
    return LATE if is_off else GOOD


def _version(plan: YearPlan) -> Message:
    """Which plan is shown, and since when it holds."""
    if not plan.has_plan:
        return Message("page.target.version-none")
    if plan.published_on is None:
        return Message("page.target.version-draft", {"version": plan.version})
    facts: dict[str, Fact] = {"version": plan.version, "day": plan.published_on.date()}
    return Message("page.target.version", facts)


def draft_line(plan: YearPlan, scope: Scope) -> Line | None:
    """In how much a draft differs from what is published; None where it does not, or is the first."""
    cells = plan.changes
    is_in_scope = [is_of_scope(plan, str(rep), scope) for rep in cells["rep_id"]]
    cells = cells[is_in_scope]
    if cells.empty or plan.is_first_draft:
        return None
    change = int(cells["after"].sum() - cells["before"].fillna(0).sum())
    facts: dict[str, Fact] = {
        "cells": len(cells),
        "reps": int(cells["rep_id"].nunique()),
        "change": exactly(plan, change),
    }
    return {
        "sign": ATTENTION,
        "says": Message("page.target.draft-differs", facts),
        "metric": plan.metric,
        "count": len(cells),
        "count_up": facts["reps"],
        "amount": change,
        "table": "PlanChanges",
    }
