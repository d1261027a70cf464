"""Which months are closed for good, and which close now?

Closing is a line through time: the newest closed month closes all months before it. What it has paid
stands in Commission and Statements from then on, and only a reopening moves the line back, one month
after the other from the newest. So a late change of an order has one place where it is settled, the
first month after the line, and cannot be settled there and in a month that was opened before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from salesbook.domain.arithmetic.calendar import last_day
from salesbook.domain.targets.standing import PeriodRow, rows_by_month
from salesbook.frames import Tables
from salesbook.messages import Fact, Finding

NEVER = ""
"""Stands for the month before all others: nothing is closed."""


@dataclass(frozen=True)
class Closing:
    """Where the line stands, and how far it moves in this run."""

    closed_to: str
    """The newest month whose statements stand as they were written; `NEVER` where none do."""
    due: tuple[str, ...]
    """Months up to which it moves now, in order: each is scored as of its last day first."""
    open_again: str | None = None
    """The oldest month that was reopened; none after it closes before it does."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """By month that a row of Periods closes, the period of that row."""
    findings: tuple[Finding, ...] = ()

    def typed_months(self, after: str, last: str) -> set[str]:
        """The months that rows close, from one to another, the first left out."""
        return {month for month in self.typed if after < month <= last}


def closing_of(tables: Tables, *, start_month: int, as_of: dt.date) -> Closing:
    """Say which months are closed, and which rows of Periods close theirs now.

    - A month is closed once its statements say so, and stays closed though its row of Periods goes.
    - A row with `reopened_on` opens its months, as long as no later one is closed.
    - A row whose month has no closed statement yet closes it now, if the month is over and none
      before it was reopened.
    - A workbook of before there were Statements closed its months by Periods alone.

    Args:
        tables: Periods, of which what is no period closes nothing, as `validate` says; Commission
            and Statements as the last run left them.
        start_month: in which the fiscal year starts.
        as_of: the day of the run.
    """
    statements = tables["Statements"]
    row_of_month = rows_by_month(tables["Periods"], start_month)
    reopened = {month for month, row in row_of_month.items() if row.is_reopened}
    typed = {month: row.period for month, row in row_of_month.items() if not row.is_reopened}

    if statements.empty and not tables["Commission"].empty:
        standing = set(typed)
    else:
        is_closed = statements["closed"].fillna(False).astype(bool)
        standing = set(statements.loc[is_closed, "period"])
    closed_to = _newest_left(standing, reopened)
    findings = list(_reopened_too_early(row_of_month, closed_to))

    open_again = min((month for month in reopened if month > closed_to), default=None)

    due: set[str] = set()
    rows = {row.index: row for row in row_of_month.values()}
    for _, row in sorted(rows.items()):
        newest = max((month for month in row.months if row_of_month[month] is row), default=NEVER)
        if row.is_reopened or newest <= closed_to:
            continue
        day = last_day(newest, start_month)
        if day > as_of:
            findings.append(_about(row, "period-not-over", day=day))
        elif open_again is not None and open_again < newest:
            findings.append(_about(row, "period-after-reopened", month=open_again))
        else:
            due.add(newest)

    if closed_to != NEVER and closed_to not in typed and not due:
        findings.append(_without_row(closed_to))
    return Closing(closed_to, tuple(sorted(due)), open_again, typed, tuple(findings))


def _newest_left(standing: set[str], reopened: set[str]) -> str:
    """The newest closed month once the reopened ones at the end of the line are open.

    One before a month that stays closed does not open: its changes were settled in that.
    """
    closed = sorted(standing)
    while closed and closed[-1] in reopened:
        closed.pop()
    return closed[-1] if closed else NEVER


def _reopened_too_early(row_of_month: Mapping[str, PeriodRow], closed_to: str) -> Iterator[Finding]:
    """Rows that would open a month before one that stays closed."""
    told = set()
    for month, row in sorted(row_of_month.items()):
        if row.is_reopened and month <= closed_to and row.index not in told:
            told.add(row.index)
            yield _about(row, "reopened-before-closed", field="reopened_on", month=closed_to)


def _about(row: PeriodRow, code: str, *, field: str = "period", **facts: Fact) -> Finding:
    return Finding(
        code,
        "warning",
        "Periods",
        row=row.index,
        field=field,
        row_key=row.period,
        found=row.period,
        params=facts,
    )


def _without_row(month: str) -> Finding:
    facts: dict[str, Fact] = {"month": month}
    return Finding("closed-without-row", "warning", "Periods", field="period", params=facts)
