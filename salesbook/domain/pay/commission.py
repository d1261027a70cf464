"""What commission is due, line by line, month by month, rep by rep?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    fiscal_year_of,
    month_of,
    months_of_year,
    next_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pay.closed_periods import Past, RepPast, changes, past_of, spiff_changes
from salesbook.domain.pay.draw import draw_line
from salesbook.domain.pay.lines import Line, Tally, lines_of, row_of, spiff_line, true_up
from salesbook.domain.pay.sold import BETWEEN, Bases, bases_of, spiffs_of
from salesbook.domain.pay.terms import TermsBook
from salesbook.domain.sales.credit import Credits
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_from_rows, frame_of, sorted_by_key
from salesbook.messages import Finding
from salesbook.money import currency_decimals


def commission(
    task: Task, credits: Credits, plan: pd.DataFrame, staff: Staff
) -> tuple[pd.DataFrame, list[Finding]]:
    """Reckon every rep's statements up to the month of `as_of`.

    A month pays what the brackets give for the sales of its commission period to date, less what
    the period has paid already. Plan and brackets are those in force on the month's last day; a
    change of plan does not reckon earlier months anew. The quota is the published plan of the whole
    commission period. A closed month's lines stay as they were written; what changed in its orders
    since, and what a changed quota makes of it, is settled in the first open month after it. A plan
    with a draw pays at least that each month; the advance comes back from later months that earn
    more.

    Args:
        plan: what `plan_in_force` gives.

    Returns: Commission, by key, and findings about reps who sold and cannot be paid.
    """
    rules, as_of = task.policy.rules, task.as_of
    past = past_of(task.tables["Periods"], task.tables["Commission"], rules.fiscal_year_start)
    bases = bases_of(credits, task.tables["Payments"], task.policy, as_of=pd.Timestamp(as_of))
    spiffs = spiffs_of(credits, task.policy)
    months = _months({month for _, month in bases} | set(past.frozen), month_of(as_of))
    reps = tuple(sorted(task.tables["Reps"]["rep_id"]))
    book = TermsBook(task.policy, plan, staff, months, reps)
    decimals = currency_decimals(rules.currency)
    rows: list[dict[str, Any]] = []
    for rep in reps:
        rows += _Statements(rep, book, past, bases, spiffs, decimals).rows()
    year = months_of_year(fiscal_year_of(as_of, rules.fiscal_year_start), rules.fiscal_year_start)
    findings = book.findings(sorted(key for key in bases if key[1] in year))
    return _with_frozen(past.rows, rows), findings


def _months(seen: set[str], last: str) -> tuple[str, ...]:
    """All months from the first seen to the last."""
    month = min(seen, default=last)
    months = []
    while month <= last:
        months.append(month)
        month = next_month(month)
    return tuple(months)


def _with_frozen(frozen: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Closed months' lines as they stand, and the new ones."""
    new = frame_from_rows("Commission", rows)
    if frozen.empty:
        return sorted_by_key("Commission", new)
    old = frame_of("Commission", dict(frozen[list(new.columns)].items()))
    return sorted_by_key("Commission", pd.concat([old, new], ignore_index=True) if rows else old)


@dataclass
class _Statements:
    """One rep's statements, written month after month."""

    rep: str
    book: TermsBook
    past: Past
    bases: Bases
    spiffs: Bases
    decimals: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By commission period."""
    pending: list[str] = field(default_factory=list)
    """Frozen months whose changes wait for the next open one."""
    owed: int = 0
    """Advanced on the draw and not yet taken back, minor units."""

    @property
    def own(self) -> RepPast | None:
        """The rep's lines of closed months."""
        return self.past.reps.get(self.rep)

    def rows(self) -> list[dict[str, Any]]:
        """All new lines, numbered within their month."""
        rows: list[dict[str, Any]] = []
        for month in self.book.months:
            if month in self.past.frozen:
                self._take_over(month)
            else:
                lines = self._month(month)
                rows += [
                    row_of(line, month, self.rep, at) for at, line in enumerate(lines, start=1)
                ]
        return rows

    def _tally(self, month: str) -> Tally:
        return self.tallies.setdefault(self.book.period_of(month), Tally())

    def _take_over(self, month: str) -> None:
        """Count what a frozen month has paid, each line for the period that it was earned in."""
        terms = self.book.terms(self.rep, month)
        if terms is not None:
            self._tally(month).turn_to(terms)
        for line in self.own.booked.get(month, ()) if self.own else ():
            tally = self._tally(line.earned)
            tally.sales += line.base
            tally.paid += line.amount
        self.owed += self.own.advanced.get(month, 0) if self.own else 0
        self.pending.append(month)

    def _month(self, month: str) -> list[Line]:
        is_open = month not in self.past.closed
        lines = self._settled() if is_open else []
        terms = self.book.terms(self.rep, month)
        if terms is not None:
            tally = self._tally(month)
            tally.turn_to(terms)
            if is_open:
                lines += true_up(terms, tally, decimals=self.decimals)
            own = self.bases.get((self.rep, month), {})
            lines += lines_of(own, terms, tally, decimals=self.decimals)
        plan = self.book.plan_names.get((self.rep, month))
        if plan is not None:
            for key, amount in sorted(self.spiffs.get((self.rep, month), {}).items()):
                rule, _, order = key.partition(BETWEEN)
                lines.append(spiff_line(order, rule, amount, plan=plan))
        return [*lines, *self._draw(month, lines, plan)]

    def _draw(self, month: str, lines: list[Line], plan: str | None) -> Iterator[Line]:
        """What the month advances, or takes back, on top of what its other lines pay."""
        name = plan or (lines[-1].plan if lines else None)
        if name is None:
            return
        gross, draw = sum(line.amount for line in lines), self.book.draw(self.rep, month)
        line = draw_line(gross, draw, self.owed, plan=name, decimals=self.decimals)
        if line is not None:
            self.owed += line.amount
            yield line

    def _settled(self) -> list[Line]:
        """Corrections of the frozen months before, once."""
        lines: list[Line] = []
        for month in self.pending:
            terms = self.book.terms(self.rep, month)
            changed = changes(self.own, self.rep, month, self.bases)
            if terms is not None and changed:
                tally = self._tally(month)
                tally.turn_to(terms)
                lines += lines_of(changed, terms, tally, decimals=self.decimals, adjusts=month)
        frozen = [month for month in self.book.months if month in self.past.frozen]
        if self.pending and self.pending[-1] == frozen[-1]:
            plans = (
                self.book.plan_names.get((self.rep, month)) for month in reversed(self.pending)
            )
            plan = next((name for name in plans if name), None)
            for key, amount in (
                spiff_changes(self.past, self.rep, self.spiffs).items() if plan else ()
            ):
                rule, _, order = key.partition(BETWEEN)
                lines.append(spiff_line(order, rule, amount, plan=str(plan), changed=True))
        self.pending = []
        return lines
