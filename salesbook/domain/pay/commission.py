"""What commission is due, line by line, month by month, rep by rep?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    fiscal_year_of,
    month_of,
    months_of_year,
    next_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pay.awards import AWARD, AwardsDue, awards_due
from salesbook.domain.pay.closed_periods import (
    Booked,
    Past,
    Record,
    RepPast,
    past_of,
    refuse_moved_cut_over,
    spiff_changes,
)
from salesbook.domain.pay.closing import NEVER
from salesbook.domain.pay.corrections import corrections_of, paid_to_nobody
from salesbook.domain.pay.draw import DRAW, draw_line
from salesbook.domain.pay.lines import (
    Line,
    lines_of,
    month_earned,
    row_of,
    spiff_line,
    true_up,
)
from salesbook.domain.pay.overrides import (
    OVERRIDE,
    OverrideKey,
    PaidOverride,
    Teams,
    changed_override,
    override_as_paid,
    override_findings,
    override_lines,
    team_sales,
)
from salesbook.domain.pay.rates import Rates
from salesbook.domain.pay.sold import Extras, Sales, sales_of, spiff_and_order, spiffs_of
from salesbook.domain.pay.stretches import CommissionPeriod
from salesbook.domain.pay.terms import TermsBook, YearToDate, families_paid_by, months_to_date
from salesbook.domain.pay.unclear import sales_of_nobody, unclear_bases
from salesbook.domain.pay.winners import Contest
from salesbook.domain.sales.credit import Credits
from salesbook.domain.team.staff import Staff
from salesbook.frames import empty_frame, frame_from_rows, frame_of, sorted_by_key
from salesbook.messages import Fact, Finding
from salesbook.money import three_digits
from salesbook.policy import Policy

_NO_PAST: Final = RepPast()


@dataclass(frozen=True)
class Pay:
    """What everybody is paid, line by line and month by month."""

    lines: pd.DataFrame
    """Commission, by key."""
    statements: pd.DataFrame
    """Statements, by key."""
    awards: pd.DataFrame
    """Awards, by key."""
    due: Due
    """What it was paid for."""
    findings: tuple[Finding, ...] = ()
    """About reps who sold and cannot be paid."""


class Due(NamedTuple):
    """Everything that somebody may be paid for."""

    sales: Sales
    spiffs: Extras
    teams: Teams
    awards: AwardsDue

    def sold_in(self, months: Collection[str]) -> Due:
        """The same of some months alone, without awards: these no bracket gives."""
        return Due(
            {key: items for key, items in self.sales.items() if key[1] in months},
            {key: items for key, items in self.spiffs.items() if key[1] in months},
            Teams({key: items for key, items in self.teams.sales.items() if key[1] in months}),
            AwardsDue(),
        )


def commission(
    task: Task, credits: Credits, target_plan: pd.DataFrame, staff: Staff, record: Record
) -> Pay:
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
        record: the closed months.

    Raises: SettingsError where closed months were paid by what no longer counts as sold.
    """
    policy, as_of = task.policy, task.as_of
    start_month = policy.rules.fiscal_year_start
    sales = sales_of(credits, task.tables["Payments"], policy, as_of=pd.Timestamp(as_of))
    families = families_paid_by(policy)
    past = past_of(record, sales, until=month_of(as_of), families=families)
    refuse_moved_cut_over(credits, past, task.tables["Deals"], task.tables["Orders"])

    months_sold = {month for _, month in sales}
    months = _months(months_sold | past.months, month_of(as_of))
    reps = tuple(sorted(task.tables["Reps"]["rep_id"]))
    year_to_date = _year_to_date(past, sales, policy)
    closed_by = past.schemes
    book = TermsBook(policy, target_plan, staff, months, reps, year_to_date, closed_by)
    pays_overrides = any(row.override_rate for row in policy.brackets) or past.paid_overrides
    teams = team_sales(sales, credits.lines, staff) if pays_overrides else Teams({})
    contest = Contest(task, credits.lines, target_plan, staff)
    awards = awards_due(contest, as_of=as_of, closed_to=record.closed_to)
    due = Due(sales, spiffs_of(credits, policy), teams, awards)
    lines, statements = _write_statements(book, past, due)

    year = months_of_year(fiscal_year_of(as_of, start_month), start_month)
    sold_this_year = sorted((rep, month) for rep, month in sales if month in year)
    about_pay = [
        *_deals_on_other_basis(credits, policy),
        *book.findings(sold_this_year),
        *sales_of_nobody(sales, sold_this_year, reps, policy.decimals),
        *paid_to_nobody(past, reps, sales, policy.decimals),
        *unclear_bases(credits.lines, book, sold_this_year),
        *override_findings(teams, book, year, last_month=month_of(as_of)),
        *awards.findings(book.scheme_names),
    ]
    return Pay(
        _with_record("Commission", record.lines, lines),
        _with_record("Statements", record.statements, statements),
        _with_record("Awards", record.awards, awards.rows(book.scheme_names)),
        due,
        tuple(about_pay),
    )


def as_if(  # noqa: PLR0913 - each is a part of the supposition
    policy: Policy,
    due: Due,
    months: Sequence[str],
    target_plan: pd.DataFrame,
    staff: Staff,
    reps: Sequence[str],
) -> tuple[TermsBook, pd.DataFrame]:
    """Reckon what months gone would have paid by other brackets, or to reps on other plans.

    The same rules pay as in `commission`, but nothing is on record: each month is reckoned as an
    open one, and no advance is owed from before.

    Args:
        policy: the rules, and the brackets to pay by.
        due: what was sold; its families are those of the settings in force.
        months: in order, with all of each commission period.
        target_plan: what `plan_in_force` gives.
        staff: who is to be on which pay scheme.
        reps: for whom, by key.

    Returns: what the reps are paid by, and their rows of Statements.
    """
    nothing = Record(NEVER, *(empty_frame(name) for name in ("Commission", "Statements", "Awards")))
    families = families_paid_by(policy)
    past = past_of(nothing, due.sales, until=months[-1], families=families)
    year_to_date = _year_to_date(past, due.sales, policy)
    book = TermsBook(policy, target_plan, staff, tuple(months), tuple(reps), year_to_date)
    _, statements = _write_statements(book, past, due.sold_in(months))
    return book, frame_from_rows("Statements", statements)


def _write_statements(
    book: TermsBook, past: Past, due: Due
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The new rows of Commission and of Statements, rep by rep."""
    lines: list[dict[str, Any]] = []
    statements: list[dict[str, Any]] = []
    for rep in book.reps:
        of_rep = _Statements(rep, book, past, due, book.policy.decimals)
        of_rep.write()
        lines += of_rep.lines
        statements += of_rep.statements
    return lines, statements


def _year_to_date(past: Past, sales: Sales, policy: Policy) -> YearToDate:
    """What of a rep's fiscal year is sold up to a month, which gates are read on.

    A closed month keeps the gate that it was closed with: there the statements say what was sold.
    """
    start_month = policy.rules.fiscal_year_start

    def sold(rep: str, month: str, rates: Rates) -> int:
        months = months_to_date(month, start_month)
        if past.is_closed(month):
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
    facts: dict[str, Fact] = {"amount": three_digits(amount, policy.decimals)}
    return [Finding("basis-without-orders", "warning", "Orders", params=facts)]


def _months(seen: set[str], last: str) -> tuple[str, ...]:
    """All months from the first seen to the last."""
    month = min(seen, default=last)
    months = []
    while month <= last:
        months.append(month)
        month = next_month(month)
    return tuple(months)


def _with_record(table: str, record: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Closed months' rows as they stand, and the new ones."""
    new = frame_from_rows(table, rows)
    if record.empty:
        return sorted_by_key(table, new)

    old = frame_of(table, dict(record[list(new.columns)].items()))
    if not rows:
        return sorted_by_key(table, old)
    return sorted_by_key(table, pd.concat([old, new], ignore_index=True))


@dataclass
class _Statements:
    """One rep's statements, written month after month."""

    rep: str
    book: TermsBook
    past: Past
    due: Due
    decimals: int
    lines: list[dict[str, Any]] = field(default_factory=list)
    """Rows of Commission, numbered within their month."""
    statements: list[dict[str, Any]] = field(default_factory=list)
    """Rows of Statements that are not on record."""
    periods: dict[str, CommissionPeriod] = field(default_factory=dict)
    sold_to_date: dict[str, int] = field(default_factory=dict)
    """By commission period: revenue, minor units."""
    sold_unpaid: dict[str, int] = field(default_factory=dict)
    """By closed month: revenue that its statement counts though no line of it was paid, minor units."""
    pending: list[str] = field(default_factory=list)
    """Closed months whose changes wait for the first open one."""
    owed: int = 0
    """Advanced on the draw and not yet taken back, minor units."""

    @property
    def rep_past(self) -> RepPast:
        """The rep's lines of closed months."""
        return self.past.reps.get(self.rep, _NO_PAST)

    def write(self) -> None:
        """Write all that is not on record."""
        for month in self.book.months:
            if self.past.is_closed(month):
                self._take_over(month)
                continue
            lines = self._lines_of_month(month)
            for number, line in enumerate(lines, start=1):
                self.lines.append(row_of(line, month, self.rep, number))
            self._write_statement(month, lines)

    def _period(self, month: str) -> CommissionPeriod:
        """The commission period that the month belongs to, as far as it has gone."""
        return self.periods.setdefault(self.book.period_of(month), CommissionPeriod())

    def _take_over(self, month: str) -> None:
        """Count what a closed month has paid, each line for the period that it was earned in."""
        self._turn_to_closed(month)
        booked = self.rep_past.booked.get(month, ())
        for line in booked:
            # A correction belongs to the brackets of the month that it corrects.
            stretch = self._period(line.earned).of_month[line.earned]
            stretch.paid += line.amount
            for family, counted in line.counted.items():
                stretch.count(family, counted)
            self._count_line(line.earned, line.revenue)
        self.owed += self.rep_past.advanced.get(month, 0)
        self.pending.append(month)

        on_record = self.past.sold.get((self.rep, month))
        if not booked:
            # Who could not be paid has sold all the same, and only the statement says how much.
            self._count_sold(month, on_record or 0)
            self.sold_unpaid[month] = max(on_record or 0, 0)
        if on_record is None:
            self._write_closed(month, booked)

    def _turn_to_closed(self, month: str) -> None:
        """Go on to a closed month, by the pay scheme that paid it."""
        period = self._period(month)
        terms = self.book.terms(self.rep, month)
        paid_by = self.rep_past.paid_by.get(month)
        if paid_by is not None and not self.book.is_as_closed(self.rep, month):
            # What Team says today is not what the month was paid by.
            terms = None
        if terms is not None:
            stretch = period.turn_to(month, (terms.scheme_name, terms.since), terms)
            stretch.brackets = terms.rates.size
            stretch.quota = self.past.quotas.get((self.rep, month))
        elif paid_by is not None:
            period.turn_to(month, (paid_by, ""), None)

    def _count_sold(self, month: str, revenue: int) -> None:
        period = self.book.period_of(month)
        self.sold_to_date[period] = self.sold_to_date.get(period, 0) + revenue

    def _count_line(self, earned: str, revenue: int) -> int:
        """Count what a line was paid for, less what a statement has counted without one.

        A month that was closed before there was a quota counts what was sold, and pays it later.

        Returns: what is counted only now.
        """
        counted = min(self.sold_unpaid.get(earned, 0), max(revenue, 0))
        if counted:
            self.sold_unpaid[earned] -= counted
        self._count_sold(earned, revenue - counted)
        return revenue - counted

    def _write_closed(self, month: str, booked: Sequence[Booked]) -> None:
        """Write the statement of a month that was closed before there were statements."""
        has_lines = month in self.rep_past.schemes
        if has_lines or self.book.is_employed(self.rep, month):
            self._add_statement(
                month,
                scheme=self.rep_past.schemes.get(month),
                sold=sum(line.revenue for line in booked),
                earned=self.rep_past.gross.get(month, 0),
                award=self.rep_past.awards.get(month, 0),
                drawn=self.rep_past.advanced.get(month, 0),
                closed=True,
            )

    def _write_statement(self, month: str, lines: Sequence[Line]) -> None:
        """Add up an open month, for whoever was on the team, sold something or is paid."""
        sold = 0
        if self.book.terms(self.rep, month) is None:
            # Who cannot be paid has no line for what was sold, only for what is settled.
            items = self.due.sales.get((self.rep, month), {})
            sold = sum(counted.revenue for counted in items.values())
            self._count_sold(month, sold)

        # What a manager's reps sold is not his own.
        own = [line for line in lines if not line.rule.startswith(OVERRIDE)]
        for line in own:
            sold += self._count_line(month_earned(line.rule, month), _revenue_of(line))

        if lines or sold or self.book.is_employed(self.rep, month):
            drawn = sum(line.amount for line in lines if line.rule == DRAW)
            award = sum(line.amount for line in lines if line.rule.startswith(AWARD))
            self._add_statement(
                month,
                scheme=self.book.scheme_names.get((self.rep, month)),
                sold=sold,
                earned=sum(line.amount for line in lines) - drawn - award,
                award=award,
                drawn=drawn,
                closed=False,
            )

    def _add_statement(  # noqa: PLR0913 - each is a column of the row
        self,
        month: str,
        *,
        scheme: str | None,
        sold: int,
        earned: int,
        award: int,
        drawn: int,
        closed: bool,
    ) -> None:
        """Add a row of Statements."""
        quota, rate = self._attainment(month)
        self.statements.append(
            {
                "period": month,
                "rep_id": self.rep,
                "plan": scheme,
                "sold": sold,
                "quota": quota,
                "attainment_rate": rate,
                "earned": earned,
                "award": award,
                "drawn": drawn,
                "paid": earned + award + drawn,
                "debt": self.owed,
                "closed": closed,
            }
        )

    def _attainment(self, month: str) -> tuple[int | None, float | None]:
        """The period's quota in money, and how much of what the plan counts is reached of it."""
        terms = self.book.terms(self.rep, month)
        period = self.book.period_of(month)
        if terms is not None and terms.rates.counts_pieces:
            # A quota of pieces is no money: only the part that is reached can be shown.
            return None, terms.rates.position(self._period(month).progress) / terms.quota

        quota = self.book.quotas.get((self.rep, period, False), 0)
        if quota <= 0:
            return None, None
        return quota, self.sold_to_date.get(period, 0) / quota

    def _lines_of_month(self, month: str) -> list[Line]:
        """The month's lines: what closed months left to settle, orders, spiffs, draw."""
        lines = self._settle_closed_months()

        terms = self.book.terms(self.rep, month)
        if terms is not None:
            version = (terms.scheme_name, terms.since)
            stretch = self._period(month).turn_to(month, version, terms)
            lines += true_up(terms, stretch, decimals=self.decimals)
            stretch.quota = terms.quota
            sales = self.due.sales.get((self.rep, month), {})
            lines += lines_of(sales, terms, stretch, decimals=self.decimals)

        # Spiffs need a pay scheme, but neither brackets nor a quota.
        scheme = self.book.scheme_names.get((self.rep, month))
        if scheme is not None:
            lines += override_lines(self.rep, month, self.due.teams, self.book).values()
            due = self.due.spiffs.get((self.rep, month), {})
            for key, amount in sorted(due.items()):
                rule, order = spiff_and_order(key)
                lines.append(spiff_line(order, rule, amount, scheme=scheme))
            # An award is for a period, not for a scheme's sales: paid beside a draw, on top of it.
            given = self.due.awards.paid_with.get((self.rep, month), ())
            lines += [award.line(scheme) for award in given]

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

        gross = sum(line.amount for line in lines if not line.rule.startswith(AWARD))
        draw = self.book.draw(self.rep, month)
        line = draw_line(gross, draw, self.owed, scheme=scheme, decimals=self.decimals)
        if line is not None:
            self.owed += line.amount
        return line

    def _settle_closed_months(self) -> list[Line]:
        """Corrections of the closed months, once: in the first open one."""
        if not self.pending:
            return []
        lines = corrections_of(
            self.rep,
            self.pending,
            self.rep_past,
            self.periods,
            self.book,
            self.due.sales,
            decimals=self.decimals,
        )
        lines += self._changed_spiffs()
        lines += self._changed_overrides()
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

    def _changed_overrides(self) -> list[Line]:
        """Corrections of what closed months paid a manager, where his reps' orders have changed.

        All closed months together: an order whose day was corrected from one to another of them
        is paid once, and nothing is to settle.
        """
        now: dict[OverrideKey, list[Line]] = {}
        for month in self.pending:
            of_month = override_lines(self.rep, month, self.due.teams, self.book)
            for key, line in of_month.items():
                rep = key[0].removeprefix(OVERRIDE)
                if self.past.may_pay_override(rep, key[1], month):
                    now.setdefault(key, []).append(line)

        paid = self.rep_past.overrides
        with_brackets = {(rule, order) for rule, order, _ in now}
        revenue_now = _sums((key, _revenue_of(line)) for key in now for line in now[key])
        revenue_paid = _sums((key, paid[key].revenue) for key in paid)
        lines = []
        for key in sorted({*now, *paid}):
            paid_for_it = paid.get(key, PaidOverride())
            if key[:2] in with_brackets:
                if revenue_now.get(key[:2]) == revenue_paid.get(key[:2]):
                    # At most its products have another family, which closed months do not take.
                    continue
                changed = changed_override(key, now.get(key, []), paid_for_it, self.book)
            else:
                left = self._left_for_override(*key[:2])
                changed = override_as_paid(key, left, paid_for_it, self.book)
            if changed is not None:
                lines.append(changed)
        return lines

    def _left_for_override(self, rule: str, order: str) -> Fraction:
        """The part of a rep's order, paid to his manager, that still counts in closed months."""
        rep = rule.removeprefix(OVERRIDE)
        left = 0
        for month in self.pending:
            items = self.due.teams.sales.get((self.rep, month), {})
            for (seller, sold, _), counted in items.items():
                if (seller, sold) == (rep, order):
                    left += counted.revenue
        of_order = [
            paid.revenue
            for key, paid in self.rep_past.overrides.items()
            if key[:2] == (rule, order)
        ]
        revenue = sum(of_order)
        if not revenue:
            # All of it went back already.
            return Fraction(1)
        return min(max(Fraction(left, revenue), Fraction(0)), Fraction(1))


def _sums(revenues: Iterable[tuple[OverrideKey, int]]) -> dict[tuple[str, str], int]:
    """Revenue by rule and order, of all product families, minor units."""
    sums: dict[tuple[str, str], int] = {}
    for (rule, order, _), revenue in revenues:
        sums[rule, order] = sums.get((rule, order), 0) + revenue
    return sums


def _revenue_of(line: Line) -> int:
    """What a line says was sold, minor units; its base may be net of cost."""
    return line.base if line.sold is None else line.sold
