"""The verb `close`: a month is paid and stays as it is, or is opened again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from salesbook.domain.arithmetic.calendar import last_day, next_month
from salesbook.domain.outcome import PAY_AMOUNTS, ClosedMonth, Outcome, Patch, RepPay, Task
from salesbook.domain.pay.closing import NEVER, Closing, closing_of
from salesbook.domain.pay.commission import Pay
from salesbook.domain.pay.month_errors import errors_of_months
from salesbook.domain.pay.settling import pay_to_date
from salesbook.domain.sales.credit import credits_of_run
from salesbook.domain.targets.in_force import no_published_plan, plan_in_force
from salesbook.domain.team.staff import names_of_reps, staff_of_run
from salesbook.errors import MonthHasErrors, SettingsError, UsageError
from salesbook.frames import empty_frame, frame_from_rows
from salesbook.messages import Fact, Message
from salesbook.money import to_decimal

_MOST_ALONG: Final = 6
"""So many months that close along are told one by one."""


def run(task: Task) -> Outcome:
    """Close a month, or open the newest closed one again.

    A month is closed on what it is worth on its last day: everything that is dated later, a refund
    or a payment, belongs to the months after it. All months before it close with it, and are
    named. Those after it are reckoned as `score` does, up to the day of the run.

    Args:
        task: `period` or `reopen` is the month; `as_of` the day on which it is closed, at the
            earliest its last one.

    Returns: Commission, Statements, Awards, and the row of Periods.

    Raises: UsageError where the month is not over, is closed already, or is not closed.
        SettingsError where a month in between would be passed over.
        MonthHasErrors for errors in what it is paid by.
    """
    now = _closing(task, task.tables["Periods"])
    if bool(task.period) is bool(task.reopen):
        raise UsageError("close-what", where="--period")
    if task.reopen:
        patch = _reopening(task, task.reopen, now)
    else:
        month = str(task.period)
        _refuse_period(task, month, now)
        _refuse_errors(task, month, now)
        patch = _closing_patch(task, month)

    after = _closing(task, _patched(task.tables["Periods"], patch))
    if task.period:
        # A later month that somebody typed closes at the next score, as its own decision. The line
        # stood where it stood: the new row closes nothing before the month has been scored.
        before = {due for due in now.due if due < task.period}
        due = (*sorted(before), task.period)
        after = replace(after, closed_to=now.closed_to, due=due)
    credits = credits_of_run(task)
    staff = staff_of_run(task)
    target_plan = plan_in_force(task.tables["TargetPlan"])
    pay = pay_to_date(task, after, credits, target_plan, staff)
    closed_along = _closed_along(task, now, pay)
    if closed_along:
        patch = _with_rows(patch, task, closed_along)
    return Outcome(
        {"Commission": pay.lines, "Statements": pay.statements, "Awards": pay.awards},
        (*no_published_plan(task), *after.findings, *credits.findings, *pay.findings),
        patches={"Periods": patch},
        closed=_closed_month(task, pay),
        answer=_paid_along(closed_along, task.policy.decimals),
    )


def _closed_along(task: Task, now: Closing, pay: Pay) -> dict[str, int]:
    """By month that closes only because a later one does: what it pays in all, in minor units."""
    if not task.period:
        return {}
    statements = pay.statements
    is_along = (statements["period"] > now.closed_to) & (statements["period"] < task.period)
    paid = statements[is_along].groupby("period")["paid"].sum()
    typed = now.typed_months(now.closed_to, task.period)
    return {str(month): int(paid[month]) for month in sorted(paid.index) if month not in typed}


def _paid_along(paid: Mapping[str, int], decimals: int) -> list[Message]:
    """Name the months that close along: what they pay somebody has to transfer, too.

    Of many the oldest are told in one sentence, and those that pay nothing in one.
    """
    paying = [month for month, amount in paid.items() if amount]
    oldest, single = paying[:-_MOST_ALONG], paying[-_MOST_ALONG:]
    messages = []
    if oldest:
        params: dict[str, Fact] = {
            "first": oldest[0],
            "last": oldest[-1],
            "paid": to_decimal(sum(paid[month] for month in oldest), decimals),
        }
        messages.append(Message("close.along-oldest", params))
    for month in single:
        about: dict[str, Fact] = {"month": month, "paid": to_decimal(paid[month], decimals)}
        messages.append(Message("close.along", about))
    unpaid = [month for month, amount in paid.items() if not amount]
    if unpaid:
        stretches: dict[str, Fact] = {"count": len(unpaid), "months": _stretches(unpaid)}
        messages.append(Message("close.along-unpaid", stretches))
    return messages


def _stretches(months: Sequence[str]) -> tuple[str, ...]:
    """Months in order, those that follow each other as one stretch: `2024-12 – 2025-12`, `2026-10`."""
    stretches: list[tuple[str, str]] = []
    for month in months:
        if stretches and next_month(stretches[-1][1]) == month:
            stretches[-1] = (stretches[-1][0], month)
        else:
            stretches.append((month, month))
    return tuple(first if first == last else f"{first} – {last}" for first, last in stretches)


def _with_rows(patch: Patch, task: Task, months: Iterable[str]) -> Patch:
    """The patch with a row of Periods for each of these months, so that each says that it is closed."""
    rows = [{"period": month, **_closed_now(task)} for month in months]
    new_rows = frame_from_rows("Periods", [*rows, *patch.new_rows.to_dict("records")])
    return replace(patch, new_rows=new_rows)


def _closing(task: Task, periods: pd.DataFrame) -> Closing:
    return closing_of(
        {**task.records, "Periods": periods},
        start_month=task.policy.rules.fiscal_year_start,
        as_of=task.as_of,
    )


def _refuse_period(task: Task, month: str, now: Closing) -> None:
    """Refuse a month that is closed, is not over, or comes after one that was reopened."""
    if month <= now.closed_to:
        raise UsageError("month-closed", where="--period", found=month, newest=now.closed_to)

    day = last_day(month, task.policy.rules.fiscal_year_start)
    if day > task.as_of:
        raise UsageError("month-not-over", where="--period", found=month, expected=day)

    if now.open_again is not None and now.open_again < month:
        raise SettingsError(
            "earlier-month-open", where="--period", found=month, expected=now.open_again
        )


def _refuse_errors(task: Task, month: str, now: Closing) -> None:
    """Refuse a month whose orders or payments have errors: they may count for less than they are.

    Raises: MonthHasErrors about the first of them, with their number.
    """
    months = {*now.typed_months(now.closed_to, month), month}
    errors = errors_of_months(task, months)
    if errors:
        raise MonthHasErrors(
            about=errors[0], errors=len(errors), month=month, found=errors[0].found or None
        )


def _closing_patch(task: Task, month: str) -> Patch:
    """The row of Periods says when the month was closed and by whom, and no longer that it is open.

    What somebody has typed there stays, unless it is of before the month was reopened.
    """
    done = _closed_now(task)
    row = _row_of(task, month)
    if row is None:
        return Patch(frame_from_rows("Periods", [{"period": month, **done}]))

    typed = task.tables["Periods"].loc[row]
    if pd.isna(typed["reopened_on"]):
        done = {name: value for name, value in done.items() if pd.isna(typed[name])}
    else:
        done["reopened_on"] = None
    return Patch(empty_frame("Periods"), {row: done})


def _closed_now(task: Task) -> dict[str, Any]:
    """What the row of a month says that this run closes."""
    return {"closed_on": pd.Timestamp(task.as_of), "closed_by": task.user or None}


def _reopening(task: Task, month: str, now: Closing) -> Patch:
    """The row of Periods says since when the month is open again, and why.

    Raises: UsageError where the month is not closed, or no reason is given.
        SettingsError where a later one is closed, by whose lines its changes were settled.
    """
    reason = (task.reason or "").strip()
    if not reason:
        raise UsageError("reopen-needs-reason", where="--reason")
    if now.closed_to == NEVER or month > now.closed_to:
        raise UsageError(
            "month-not-closed", where="--reopen", found=month, newest=now.closed_to or None
        )
    if month < now.closed_to:
        raise SettingsError(
            "later-months-closed",
            where="--reopen",
            found=month,
            later=_listed(next_month(month), now.closed_to),
            newest=now.closed_to,
        )

    again: dict[str, Any] = {"reopened_on": pd.Timestamp(task.as_of), "reason": reason}
    row = _row_of(task, month)
    if row is None:
        new_row = frame_from_rows("Periods", [{"period": month, **again}])
        return Patch(new_row, needs=tuple(again))

    earlier = task.tables["Periods"].loc[row, "reason"]
    if pd.notna(earlier) and earlier != reason:
        # Each time it was opened had its reason, and none of them is lost.
        again["reason"] = f"{earlier}; {reason}"
    return Patch(empty_frame("Periods"), {row: again}, needs=tuple(again))


def _listed(first: str, last: str) -> tuple[str, ...]:
    """The months from one to another."""
    months = [first]
    while months[-1] < last:
        months.append(next_month(months[-1]))
    return tuple(months)


def _row_of(task: Task, month: str) -> int | None:
    """The month's own row of Periods, if it has one."""
    periods = task.tables["Periods"]
    rows = periods.index[periods["period"] == month]
    return int(rows[0]) if len(rows) else None


def _patched(frame: pd.DataFrame, patch: Patch) -> pd.DataFrame:
    """Periods as it will stand."""
    rows = frame.to_dict("index")
    for row, values in patch.cells.items():
        rows[row] = {**rows[row], **values}
    return frame_from_rows("Periods", [*rows.values(), *patch.new_rows.to_dict("records")])


def _closed_month(task: Task, pay: Pay) -> ClosedMonth:
    """What everybody gets for the month."""
    month = str(task.period or task.reopen)
    decimals = task.policy.decimals
    names = names_of_reps(task.tables["Reps"])
    of_month = pay.statements[pay.statements["period"] == month]

    reps = []
    for row in of_month.to_dict("records"):
        amounts = {name: to_decimal(int(row[name]), decimals) for name in PAY_AMOUNTS}
        rep = str(row["rep_id"])
        reps.append(RepPay(rep, names.get(rep, rep), **amounts))
    return ClosedMonth(month, bool(task.reopen), tuple(reps))
