"""What commission is due, line by line, month by month, rep by rep?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    fiscal_year_of,
    month_of,
    months_of_year,
    next_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pay.closed_periods import (
    Past,
    RepPast,
    changes,
    past_of,
    refuse_moved_cut_over,
    spiff_changes,
)
from salesbook.domain.pay.draw import draw_line
from salesbook.domain.pay.lines import Line, Tally, lines_of, row_of, spiff_line, true_up
from salesbook.domain.pay.overrides import (
    OverrideKey,
    PaidOverride,
    Teams,
    changed_override,
    override_findings,
    override_lines,
    team_sales,
)
from salesbook.domain.pay.rates import Rates
from salesbook.domain.pay.sold import Extras, Sales, sales_of, spiff_and_order, spiffs_of
from salesbook.domain.pay.terms import TermsBook, YearToDate, months_to_date
from salesbook.domain.pay.unclear import sales_of_nobody, unclear_bases
from salesbook.domain.sales.credit import Credits
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_from_rows, frame_of, sorted_by_key
from salesbook.messages import Fact, Finding
from salesbook.money import to_decimal
from salesbook.policy import Policy


def commission(
    task: Task, credits: Credits, target_plan: pd.DataFrame, staff: Staff
) -> tuple[pd.DataFrame, list[Finding]]:
    """Reckon every rep's statements up to the month of `as_of`.

    A month pays what the brackets give for the sales of its commission period to date, less what
    the period has paid already. Scheme and brackets are those in force on the month's last day; a
    change of scheme does not reckon earlier months anew. The quota is the published plan of the
    whole commission period. A closed month's lines stay as they were written; what changed in its
    orders since, and what a changed quota makes of it, is settled in the first open month after it.
    A scheme with a draw pays at least that each month; the advance comes back from later months
    that earn more.

    Args:
        task: what `score` was given.
        credits: who is credited with what was sold.
        target_plan: what `plan_in_force` gives.
        staff: who was on which pay scheme when.

    Raises: SettingsError where closed months were paid by what no longer counts as sold.

    Returns: Commission, by key, and findings about reps who sold and cannot be paid.
    """
    policy, as_of = task.policy, task.as_of
    start_month = policy.rules.fiscal_year_start
    sales = sales_of(credits, task.tables["Payments"], policy, as_of=pd.Timestamp(as_of))
    past = past_of(task.tables["Periods"], task.tables["Commission"], start_month, sales)
    refuse_moved_cut_over(credits, past, task.tables["Deals"], task.tables["Orders"])

    months_sold = {month for _, month in sales}
    months = _months(months_sold | set(past.frozen), month_of(as_of))
    reps = tuple(sorted(task.tables["Reps"]["rep_id"]))
    book = TermsBook(policy, target_plan, staff, months, reps, _year_to_date(past, sales, policy))
    pays_overrides = any(row.override_rate for row in policy.brackets)
    teams = team_sales(sales, credits.lines, staff) if pays_overrides else Teams({})
    due = _Due(sales, spiffs_of(credits, policy), teams)

    rows: list[dict[str, Any]] = []
    for rep in reps:
        statements = _Statements(rep, book, past, due, policy.decimals)
        rows += statements.rows()

    year = months_of_year(fiscal_year_of(as_of, start_month), start_month)
    sold_this_year = sorted((rep, month) for rep, month in sales if month in year)
    about_pay = [
        *_deals_on_other_basis(credits, policy),
        *book.findings(sold_this_year),
        *sales_of_nobody(sales, sold_this_year, reps, policy.decimals),
        *unclear_bases(credits.lines, book, sold_this_year),
        *override_findings(teams, book, year, last_month=month_of(as_of)),
    ]
    return _with_frozen(past.rows, rows), about_pay


def _year_to_date(past: Past, sales: Sales, policy: Policy) -> YearToDate:
    """What of a rep's fiscal year is sold up to a month, which gates are read on.

    A closed month keeps the gate that it was closed with: there the statements say what was sold.
    """
    start_month = policy.rules.fiscal_year_start

    def sold(rep: str, month: str, rates: Rates) -> int:
        months = months_to_date(month, start_month)
        if month in past.frozen:
            return past.sold_of_year(rep, months, rates)
        items = [sales.get((rep, before), {}) for before in months]
        return sum(rates.counted(counted) for part in items for counted in part.values())

    return sold


def _deals_on_other_basis(credits: Credits, policy: Policy) -> list[Finding]:
    """Say what is paid as booked though commission is earned on invoices or payments."""
    of_deals = credits.lines[credits.lines["by"] == "deal"]
    amount = int(of_deals["amount"].sum())
    if policy.rules.commission_basis == "booking" or not amount:
        return []
    facts: dict[str, Fact] = {"amount": to_decimal(amount, policy.decimals)}
    return [Finding("basis-without-orders", "warning", "Orders", params=facts)]


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
    if not rows:
        return sorted_by_key("Commission", old)
    return sorted_by_key("Commission", pd.concat([old, new], ignore_index=True))


class _Due(NamedTuple):
    """Everything that somebody may be paid for."""

    sales: Sales
    spiffs: Extras
    teams: Teams


@dataclass
class _Statements:
    """One rep's statements, written month after month."""

    rep: str
    book: TermsBook
    past: Past
    due: _Due
    decimals: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    """By commission period."""
    pending: list[str] = field(default_factory=list)
    """Frozen months whose changes wait for the next open one."""
    owed: int = 0
    """Advanced on the draw and not yet taken back, minor units."""

    @property
    def rep_past(self) -> RepPast | None:
        """The rep's lines of closed months."""
        return self.past.reps.get(self.rep)

    def rows(self) -> list[dict[str, Any]]:
        """All new lines, numbered within their month."""
        rows: list[dict[str, Any]] = []
        for month in self.book.months:
            if month in self.past.frozen:
                self._take_over(month)
                continue
            for number, line in enumerate(self._lines_of_month(month), start=1):
                rows.append(row_of(line, month, self.rep, number))
        return rows

    def _tally(self, month: str) -> Tally:
        """The commission period that the month belongs to, as far as it has gone."""
        return self.tallies.setdefault(self.book.period_of(month), Tally())

    def _take_over(self, month: str) -> None:
        """Count what a frozen month has paid, each line for the period that it was earned in."""
        terms = self.book.terms(self.rep, month)
        if terms is not None:
            tally = self._tally(month)
            tally.turn_to(terms)
            tally.brackets = terms.rates.size

        if self.rep_past is not None:
            for line in self.rep_past.booked.get(month, ()):
                tally = self._tally(line.earned)
                tally.paid += line.amount
                for family, counted in line.counted.items():
                    tally.count(family, counted)
            self.owed += self.rep_past.advanced.get(month, 0)
        self.pending.append(month)

    def _lines_of_month(self, month: str) -> list[Line]:
        """The month's statement: what earlier months left to settle, orders, spiffs, draw."""
        # A month that is closed but not yet frozen gets its first statement: nothing of earlier
        # months may be settled in it.
        is_open = month not in self.past.closed
        lines = self._settle_frozen_months() if is_open else []

        terms = self.book.terms(self.rep, month)
        if terms is not None:
            tally = self._tally(month)
            tally.turn_to(terms)
            # A gate is read anew each month; a quota is settled in open months alone.
            if is_open or tally.brackets != terms.rates.size:
                lines += true_up(terms, tally, decimals=self.decimals)
            sales = self.due.sales.get((self.rep, month), {})
            lines += lines_of(sales, terms, tally, decimals=self.decimals)

        # Spiffs need a pay scheme, but neither brackets nor a quota.
        scheme = self.book.scheme_names.get((self.rep, month))
        if scheme is not None:
            lines += override_lines(self.rep, month, self.due.teams, self.book).values()
            due = self.due.spiffs.get((self.rep, month), {})
            for key, amount in sorted(due.items()):
                rule, order = spiff_and_order(key)
                lines.append(spiff_line(order, rule, amount, scheme=scheme))

        draw = self._draw(month, lines, scheme)
        if draw is not None:
            lines.append(draw)
        return lines

    def _draw(self, month: str, lines: list[Line], scheme: str | None) -> Line | None:
        """What the month advances, or takes back, on top of what its other lines pay."""
        if scheme is None and lines:
            # Who has left the scheme still gives back from what is settled for earlier months.
            scheme = lines[-1].scheme
        if scheme is None:
            return None

        gross = sum(line.amount for line in lines)
        draw = self.book.draw(self.rep, month)
        line = draw_line(gross, draw, self.owed, scheme=scheme, decimals=self.decimals)
        if line is not None:
            self.owed += line.amount
        return line

    def _settle_frozen_months(self) -> list[Line]:
        """Corrections of the frozen months since the last open one, once."""
        lines: list[Line] = []
        for month in self.pending:
            terms = self.book.terms(self.rep, month)
            changed = changes(self.rep_past, self.rep, month, self.due.sales)
            if terms is not None and changed:
                tally = self._tally(month)
                tally.turn_to(terms)
                lines += lines_of(changed, terms, tally, decimals=self.decimals, adjusts=month)

        # Spiffs are compared over all frozen months at once, so that one which moved from one of
        # them to another is no change: only the open month after the last of them can tell.
        frozen = [month for month in self.book.months if month in self.past.frozen]
        if self.pending and self.pending[-1] == frozen[-1]:
            lines += self._changed_spiffs()
            lines += self._changed_overrides(frozen)
        self.pending = []
        return lines

    def _changed_spiffs(self) -> list[Line]:
        """Corrections of spiffs, in the name of the newest pay scheme of the pending months."""
        names = [self.book.scheme_names.get((self.rep, month)) for month in self.pending]
        known = [name for name in names if name]
        if not known:
            return []

        lines = []
        for key, amount in spiff_changes(self.past, self.rep, self.due.spiffs).items():
            rule, order = spiff_and_order(key)
            lines.append(spiff_line(order, rule, amount, scheme=known[-1], changed=True))
        return lines

    def _changed_overrides(self, frozen: list[str]) -> list[Line]:
        """Corrections of what closed months paid a manager, where his reps' orders have changed.

        All closed months together, from the first that paid anybody an override: before that there
        was none to correct.
        """
        first = self.past.overrides_from
        now: dict[OverrideKey, list[Line]] = {}
        for month in frozen:
            if first is not None and month >= first:
                of_month = override_lines(self.rep, month, self.due.teams, self.book)
                for key, line in of_month.items():
                    now.setdefault(key, []).append(line)

        paid = self.rep_past.overrides if self.rep_past else {}
        lines = []
        for key in sorted({*now, *paid}):
            changed = changed_override(
                key, now.get(key, []), paid.get(key, PaidOverride()), decimals=self.decimals
            )
            if changed is not None:
                lines.append(changed)
        return lines
