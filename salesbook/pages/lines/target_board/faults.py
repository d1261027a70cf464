"""What is wrong with a plan: targets out of reach or missed, locks not kept yet, people left out?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from salesbook.domain.targets.adding_up import MissedTarget
from salesbook.domain.targets.spread.locks import is_kept
from salesbook.frames import row_keys
from salesbook.messages import Fact, Message
from salesbook.names.folding import fold_name
from salesbook.pages.lines.context import COMPANY, WHOLE_COMPANY, Scope
from salesbook.pages.lines.line import ATTENTION, LATE, Line
from salesbook.pages.lines.target_board.amounts import exactly, rounded
from salesbook.pages.lines.target_board.cells import month_of_lock
from salesbook.pages.lines.target_board.clashes import clash_lines
from salesbook.pages.lines.target_board.plans import YearPlan

MOST_FAULTS: Final = 6
_NAMED: Final = 3
"""Reps without a plan who are named; more are counted."""


def faults(plan: YearPlan, scope: Scope) -> list[Line]:
    """What is wrong within a scope, clashes and sums first; the page shows the first lines."""
    clashes = list(clash_lines(plan, may_clash=_may_clash(plan))) if scope == WHOLE_COMPANY else []
    too_high = list(_out_of_reach(plan, scope))
    if not plan.has_plan:
        return [*clashes, *too_high]
    sums = [_missed_line(plan, missed) for missed in missed_of(plan, scope)]
    return [*clashes, *sums, *too_high, *_unkept_locks(plan, scope), *_left_out(plan, scope)]


def _may_clash(plan: YearPlan) -> bool:
    """Whether a year that is not over has locks or targets that its plan does not keep."""
    if plan.targets.empty or plan.months[-1] < plan.context.month:
        return False
    if not plan.has_plan:
        months = plan.context.tables["TargetMonths"]
        has_hard_months = bool(months["fixed"].fillna(False).astype(bool).any())
        return bool(plan.locks) or has_hard_months or len(plan.targets) > 1
    return bool(plan.missed) or bool(unkept_locks(plan, WHOLE_COMPANY))


def missed_of(plan: YearPlan, scope: Scope) -> list[MissedTarget]:
    """The targets within a scope that the plan does not come to, the company's first."""
    return [
        missed for missed in plan.missed if _holds(plan, scope, missed.scope_kind, missed.scope)
    ]


def _holds(plan: YearPlan, scope: Scope, kind: str, named: str) -> bool:
    """Whether the target of somebody belongs to what a page shows of a scope."""
    if scope.kind == COMPANY:
        return True
    if kind == "team":
        return fold_name(named) == fold_name(scope.key)
    return kind == "rep" and plan.team_of(named) == scope.key


def _out_of_reach(plan: YearPlan, scope: Scope) -> Iterator[Line]:
    """The targets that Checks names as out of reach: hardly a year like the past ones brings them."""
    most_of = _most_in_reach(plan)
    keys = row_keys("Targets", plan.targets)
    for target in plan.targets.sort_index().itertuples():
        kind, named = str(target.scope_kind), str(target.scope)
        most = most_of.get((kind, _key_of(kind, named)))
        if most is None or int(target.target) <= most or not _holds(plan, scope, kind, named):
            continue
        name = plan.context.rep_name(named) if kind == "rep" else named
        facts: dict[str, Fact] = {
            "target": rounded(plan, int(target.target)),
            "most": rounded(plan, most),
        }
        yield {
            "sign": ATTENTION,
            "subject": None if kind == COMPANY else name,
            "says": Message(_of_whom("page.target.out-of-reach", kind), facts),
            "metric": plan.metric,
            "target": int(target.target),
            "amount": most - int(target.target),
            "table": "Targets",
            "row_key": keys[target.Index],
        }


def _most_in_reach(plan: YearPlan) -> Mapping[tuple[str, str], int]:
    """By scope what one year in ten reaches, as Proposal says; who has too few months is not in it."""
    table = plan.context.tables["Proposal"]
    is_asked = (table["year"] == plan.number) & (table["metric"] == plan.metric)
    known = table[is_asked.fillna(False).astype(bool) & table["most"].notna()]
    rows = zip(known["scope_kind"], known["scope"], known["most"], strict=True)
    return {(str(kind), _key_of(str(kind), str(scope))): int(most) for kind, scope, most in rows}


def _of_whom(code: str, scope_kind: str) -> str:
    """The sentence names the company, which stands in no column beside it."""
    return f"{code}-company" if scope_kind == COMPANY else code


def _key_of(kind: str, scope: str) -> str:
    """A scope as it is compared: teams may be spelled in more than one way."""
    return COMPANY if kind == COMPANY else fold_name(scope)


def _missed_line(plan: YearPlan, missed: MissedTarget) -> Line:
    name = plan.context.rep_name(missed.scope) if missed.scope_kind == "rep" else missed.scope
    facts: dict[str, Fact] = {
        "target": exactly(plan, missed.target),
        "planned": exactly(plan, missed.planned),
    }
    is_company = missed.scope_kind == "company"
    return {
        "sign": LATE,
        "subject": None if is_company else name,
        "says": Message(_of_whom("page.target.missed", missed.scope_kind), facts),
        "metric": plan.metric,
        "target": missed.target,
        "amount": missed.planned - missed.target,
        "table": "Targets",
        "row_key": row_keys("Targets", plan.targets)[missed.row],
    }


def unkept_locks(plan: YearPlan, scope: Scope) -> list[Any]:
    """Locks of months to come that the plan shown does not keep: they were typed since it was made."""
    return [
        lock
        for lock in plan.locks
        if is_of_scope(plan, str(lock.rep_id), scope) and is_unkept(plan, lock)
    ]


def is_unkept(plan: YearPlan, lock: Any) -> bool:
    """Whether a lock waits for the next split.

    A month that is over stands as it was published, and what a draft keeps waits only for its
    publication.
    """
    month = month_of_lock(plan, lock)
    if month < plan.context.month:
        return False
    cell = (str(lock.rep_id), month)
    amounts = (plan.by_cell.get(cell), plan.drafted_by_cell.get(cell))
    known = [amount for amount in amounts if amount is not None]
    return not any(is_kept(lock.kind, int(lock.amount), amount) for amount in known)


def is_of_scope(plan: YearPlan, rep: str, scope: Scope) -> bool:
    """Whether a rep stands in the matrix of a scope."""
    return scope.kind == "company" or plan.team_of(rep) == scope.key


def _unkept_locks(plan: YearPlan, scope: Scope) -> Iterator[Line]:
    count = len(unkept_locks(plan, scope))
    if count:
        says = Message("page.target.unkept-locks", {"count": count})
        yield {"sign": ATTENTION, "says": says, "count": count, "table": "Locks"}


def _left_out(plan: YearPlan, scope: Scope) -> Iterator[Line]:
    left_out = [rep for rep in plan.without_plan if is_of_scope(plan, rep, scope)]
    if len(left_out) > _NAMED:
        says = Message("page.target.left-out", {"count": len(left_out)})
        yield {"sign": ATTENTION, "says": says, "count": len(left_out), "table": "Reps"}
        return
    for rep in left_out:
        yield {
            "sign": ATTENTION,
            "subject": plan.context.rep_name(rep),
            "says": Message("page.target.has-no-plan", {"year": plan.year}),
            "table": "Reps",
            "row_key": rep,
        }
