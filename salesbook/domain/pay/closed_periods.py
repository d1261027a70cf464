"""What did closed months pay, and which later changes to their orders are still to settle?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.domain.pay.awards import AWARD, awards_on_record
from salesbook.domain.pay.closing import NEVER
from salesbook.domain.pay.draw import DRAW
from salesbook.domain.pay.lines import month_earned
from salesbook.domain.pay.overrides import OVERRIDE, OverrideKey, PaidOverride
from salesbook.domain.pay.rates import NOTHING, REST, Counted, Rates
from salesbook.domain.pay.sold import SPIFF, Extras, Item, Sales, spiff_key
from salesbook.domain.sales.credit import PIECE, Credits
from salesbook.errors import SettingsError
from salesbook.money import round_half_away
from salesbook.names.folding import fold_name


class Booked(NamedTuple):
    """A line of a closed month: the month it was earned in, what it counts for, what it paid."""

    earned: str
    order: str | None
    counted: Mapping[str, Counted]
    """By product family."""
    pieces_known: bool
    """Whether the line says how many pieces it counts."""
    amount: int
    """Minor units."""
    revenue: int = 0
    """Minor units; 0 for a line that is about no order."""
    base: int = 0
    """What its rate was paid on, minor units: the revenue, or what is left of it after cost."""
    is_net: bool = False
    """Whether the base is net of cost."""
    family: str | None = None
    """As the line writes it."""
    scheme: str = ""
    """The pay scheme that paid it."""


@dataclass
class RepPast:
    """One rep's lines of closed months."""

    earned: dict[str, list[Booked]] = field(default_factory=dict)
    """By month earned: the lines about orders, corrections included."""
    booked: dict[str, list[Booked]] = field(default_factory=dict)
    """By month of the statement."""
    spiffs: dict[str, int] = field(default_factory=dict)
    """By spiff and order, as `spiff_key` joins them: what has been paid."""
    overrides: dict[OverrideKey, PaidOverride] = field(default_factory=dict)
    advanced: dict[str, int] = field(default_factory=dict)
    """By month of the statement: what it advanced on the draw, negative where some came back."""
    gross: dict[str, int] = field(default_factory=dict)
    """By month of the statement: what its other lines pay, awards left out."""
    awards: dict[str, int] = field(default_factory=dict)
    """By month of the statement: what it pays for awards."""
    schemes: dict[str, str] = field(default_factory=dict)
    """By month of the statement: the pay scheme of its last line."""
    paid_by: dict[str, str] = field(default_factory=dict)
    """By month earned: the pay scheme that paid it."""
    first_paid: dict[tuple[str, str], str] = field(default_factory=dict)
    """By month earned and order: the month of the statement that first has a line of it."""


@dataclass(frozen=True)
class Record:
    """What stands in the workbook of closed months, and no run writes anew."""

    closed_to: str
    """The newest closed month; all before it are closed with it."""
    lines: pd.DataFrame
    """Their rows of Commission."""
    statements: pd.DataFrame
    """Their rows of Statements; a workbook of before there was that table has none."""
    awards: pd.DataFrame
    """Rows of Awards of periods whose last month is closed."""

    @classmethod
    def up_to(
        cls,
        month: str,
        lines: pd.DataFrame,
        statements: pd.DataFrame,
        awards: pd.DataFrame,
        *,
        start_month: int,
    ) -> Record:
        """The record of the months up to one, out of all lines, statements and awards."""
        of_statements = statements[statements["period"] <= month]
        return cls(
            month,
            lines[lines["period"] <= month],
            of_statements.assign(closed=True),
            awards_on_record(awards, month, start_month),
        )


@dataclass(frozen=True)
class Past:
    """Closed months: up to which there are, and what their statements say."""

    record: Record
    until: str
    """The month of the run. What later months paid stays, and is nothing to reckon with yet."""
    reps: Mapping[str, RepPast]
    sold: Mapping[tuple[str, str], int]
    """By rep and month: what the statement on record says was sold."""
    quotas: Mapping[tuple[str, str], int]
    """By rep and month: the quota in money that the statement on record was paid by."""
    schemes: Mapping[tuple[str, str], str]
    """By rep and closed month: the pay scheme that it was paid by, as lines and statements say."""
    overrides_from: str | None = None
    """The first closed month that paid a manager for his reps; None where none did."""

    def is_closed(self, month: str) -> bool:
        """Whether a month's lines stay as they were written."""
        return month <= self.record.closed_to

    @property
    def paid_overrides(self) -> bool:
        """Whether closed months paid any manager for his reps."""
        return self.overrides_from is not None

    @property
    def months(self) -> set[str]:
        """Months that hold a line or were corrected, and the newest closed one in any case."""
        lines = self.record.lines
        months = set(lines["period"])
        # All that was paid for a month may stand in corrections of later ones.
        earned_and_written = zip(lines["rule"], lines["period"], strict=True)
        months |= {month_earned(rule, period) for rule, period in earned_and_written}
        if self.record.closed_to != NEVER:
            months.add(self.record.closed_to)
        return months

    def may_pay_override(self, rep: str, order: str, month: str) -> bool:
        """Whether an override that the brackets of a closed month have is owed for an order in it.

        It is for what came to the rep's statements when overrides were being paid, and for what
        is new: a late order. What closed months paid the rep for without a word of his manager was
        closed before there was that override; typed today, it would pay all the closed years.
        """
        first = self.overrides_from
        if first is not None and month >= first:
            return True
        rep_past = self.reps.get(rep, RepPast())
        paid_in = rep_past.first_paid.get((month, order))
        if paid_in is not None:
            return first is not None and paid_in >= first

        # Of who had no plan, or no quota, no line says which orders there were.
        sold_by_lines = sum(line.revenue for line in rep_past.booked.get(month, ()))
        sold = self.sold.get((rep, month), sold_by_lines)
        had_plan = (rep, month) in self.schemes or bool(rep_past.schemes)
        return had_plan and sold == sold_by_lines

    @property
    def lines(self) -> pd.DataFrame:
        """The lines of closed months up to that of the run."""
        return self.record.lines[self.record.lines["period"] <= self.until]

    def sold_of_year(self, rep: str, months: Sequence[str], rates: Rates) -> int:
        """What the statements of some months counted for, of what was earned in these months."""
        rep_past = self.reps.get(rep)
        if rep_past is None:
            return 0
        lines = [line for month in months for line in rep_past.booked.get(month, ())]
        return sum(rates.position(line.counted) for line in lines if line.earned in months)


def past_of(
    record: Record, sales: Sales, *, until: str, families: Callable[[str, str], Set[str]]
) -> Past:
    """Read what closed months counted and paid, rep by rep.

    Args:
        record: the closed months, with those after the run's own where that looks back.
        sales: what orders count for today, which says of a line what its plan did not ask for: the
            product families in it, its pieces, what is left after cost.
        until: the month of the run.
        families: the folded product families that a pay scheme has brackets for in a month.
    """
    lines = record.lines[record.lines["period"] <= until]
    in_order = lines.sort_values(["period", "rep_id", "line"])
    fields = ["period", "rep_id", "order_id", "base", "amount", "rule"]
    fields += ["plan", "family", "sold", "quantity"]

    reps: dict[str, RepPast] = {}
    for row in in_order[fields].to_dict("records"):
        rep = str(row["rep_id"])
        _enter(reps.setdefault(rep, RepPast()), row, sales, families)

    statements = record.statements
    keys = zip(statements["rep_id"], statements["period"], strict=True)
    sold = dict(zip(keys, statements["sold"].astype("int64").tolist(), strict=True))
    quotas: dict[tuple[str, str], int] = {}
    schemes: dict[tuple[str, str], str] = {}
    for statement in statements[["rep_id", "period", "quota", "plan"]].to_dict("records"):
        rep_and_month = (str(statement["rep_id"]), str(statement["period"]))
        if pd.notna(statement["quota"]):
            quotas[rep_and_month] = int(statement["quota"])
        if pd.notna(statement["plan"]):
            schemes[rep_and_month] = str(statement["plan"])
    for rep, rep_past in reps.items():
        for month, scheme in rep_past.paid_by.items():
            schemes[rep, month] = scheme

    overrides = in_order.loc[in_order["rule"].str.startswith(OVERRIDE), "period"]
    overrides_from = str(overrides.min()) if len(overrides) else None
    return Past(record, until, reps, sold, quotas, schemes, overrides_from)


def refuse_moved_cut_over(
    credits: Credits, past: Past, deals: pd.DataFrame, orders: pd.DataFrame
) -> None:
    """Refuse where closed months paid won deals and orders count in them now, or the other way.

    That happens where the first order is entered, or goes, months later: the sales of the closed
    months would all be taken back, and others paid in their place. Only a person can say which of
    the two is right.

    Raises: SettingsError.
    """
    lines = past.lines
    paid = lines[lines["order_id"].notna()]
    paid_by_deal = paid["order_id"].isin(deals["deal_id"]) & ~paid["order_id"].isin(
        orders["order_id"]
    )
    paid_by_order = paid["order_id"].isin(orders["order_id"])
    cut_over = "9999-12" if credits.from_orders is None else f"{credits.from_orders:%Y-%m}"
    orders_count_now = paid["period"] >= cut_over
    moved = paid[(paid_by_deal & orders_count_now) | (paid_by_order & ~orders_count_now)]
    if len(moved):
        month = str(moved["period"].min())
        # Orders go on counting from where the closed months began to be paid by them.
        months_by_order = paid.loc[paid_by_order, "period"]
        first = str(months_by_order.min()) if len(months_by_order) else _next_month_of(paid)
        raise SettingsError(
            "cut-over-moved", where="Policy orders_from", found=month, expected=first
        )


def _next_month_of(paid: pd.DataFrame) -> str:
    return next_month(str(paid["period"].max()))


def _enter(
    past: RepPast,
    row: Mapping[Hashable, Any],
    sales: Sales,
    families: Callable[[str, str], Set[str]],
) -> None:
    """Add a line of a statement, by its rule, to what is known of a rep's past."""
    rule = str(row["rule"])
    period = str(row["period"])
    order = None if pd.isna(row["order_id"]) else str(row["order_id"])
    base = int(row["base"])
    amount = int(row["amount"])
    revenue = base if pd.isna(row["sold"]) else int(row["sold"])
    past.schemes[period] = str(row["plan"])
    if rule.startswith(AWARD):
        # A prize is paid beside all that is earned, and never settled anew.
        past.awards[period] = past.awards.get(period, 0) + amount
        return
    if rule != DRAW:
        past.gross[period] = past.gross.get(period, 0) + amount

    # Spiffs, overrides and draws are paid beside the brackets and do not count as commission paid.
    if rule.startswith(SPIFF):
        key = spiff_key(rule, str(order))
        past.spiffs[key] = past.spiffs.get(key, 0) + amount
        return
    if rule.startswith(OVERRIDE):
        override = (rule, str(order), _folded_family(row))
        paid = past.overrides.get(override, PaidOverride())
        past.overrides[override] = PaidOverride(
            paid.revenue + revenue,
            paid.base + base,
            paid.amount + amount,
            str(row["plan"]),
            # A correction of before 0.3.0 may lack the family of what it corrects.
            paid.family if pd.isna(row["family"]) else str(row["family"]),
        )
        return
    if rule == DRAW:
        past.advanced[period] = past.advanced.get(period, 0) + amount
        return

    # A correction counts for the month that it corrects, not for that of its statement.
    earned = month_earned(rule, period)
    counted: Mapping[str, Counted] = {}
    if order is not None:
        sold = sales.get((str(row["rep_id"]), earned), {})
        own_rates = families(str(row["plan"]), earned)
        counted = _counted(row, order, revenue, sold, own_rates)
    line = Booked(
        earned,
        order,
        counted,
        pd.notna(row["quantity"]),
        amount,
        revenue=0 if order is None else revenue,
        base=base,
        is_net=pd.notna(row["sold"]),
        family=None if pd.isna(row["family"]) else str(row["family"]),
        scheme=str(row["plan"]),
    )
    past.paid_by.setdefault(earned, line.scheme)
    past.booked.setdefault(period, []).append(line)
    if order is not None:
        past.earned.setdefault(earned, []).append(line)
        past.first_paid.setdefault((earned, order), period)


def _counted(
    row: Mapping[Hashable, Any],
    order: str,
    revenue: int,
    sales: Mapping[Item, Counted],
    own_rates: Set[str],
) -> Mapping[str, Counted]:
    """What a line of an order counts for, by product family.

    A line says what its plan went by: revenue always, net of cost, pieces and family where the plan
    did. Where the order is today what it was, the rest is as it is today.

    Args:
        sales: what the rep's orders of the month count for today.
        own_rates: the families that the line's plan has brackets for.
    """
    family = _folded_family(row)
    today = {part: counted for (key, part), counted in sales.items() if key == order}
    if family:
        today = {part: counted for part, counted in today.items() if part == family}
    else:
        # A product of such a family would have been paid by its brackets, and the line name it.
        today = {part: counted for part, counted in today.items() if part not in own_rates}

    net = None if pd.isna(row["sold"]) else int(row["base"])
    pieces = None if pd.isna(row["quantity"]) else round_half_away(float(row["quantity"]) * PIECE)
    is_unchanged = sum(counted.revenue for counted in today.values()) == revenue
    if is_unchanged and net is None and pieces is None:
        return today

    of_today = Counted(revenue, revenue)
    if is_unchanged:
        for counted in today.values():
            of_today = of_today.plus(counted)
        of_today = of_today.less(Counted(revenue, revenue))
    return {
        family: Counted(
            revenue,
            of_today.net if net is None else net,
            of_today.pieces if pieces is None else pieces,
        )
    }


def _folded_family(row: Mapping[Hashable, Any]) -> str:
    """The product family whose brackets paid a line, folded; REST where it names none."""
    return REST if pd.isna(row["family"]) else fold_name(str(row["family"]))


def changes(past: RepPast | None, rep: str, month: str, sales: Sales) -> dict[Item, Counted]:
    """By how much each order of a closed month counts for more, or less, than its lines say.

    An order has changed where its revenue has, or its pieces in a plan that counts these. What a
    product costs, or the family it belongs to, is a setting: a closed month keeps what it was closed
    with.
    """
    lines_by_order: dict[str, list[Booked]] = {}
    for line in past.earned.get(month, ()) if past else ():
        lines_by_order.setdefault(str(line.order), []).append(line)
    now_by_order: dict[str, dict[str, Counted]] = {}
    for (order, family), counted in sales.get((rep, month), {}).items():
        now_by_order.setdefault(order, {})[family] = counted

    differences: dict[Item, Counted] = {}
    for order in sorted({*lines_by_order, *now_by_order}):
        lines = lines_by_order.get(order, [])
        now = now_by_order.get(order, {})
        booked: dict[str, Counted] = {}
        for line in lines:
            for family, counted in line.counted.items():
                booked[family] = booked.get(family, NOTHING).plus(counted)

        all_now, all_booked = _sum(now), _sum(booked)
        counts_pieces = any(line.pieces_known for line in lines)
        same_pieces = not counts_pieces or all_now.pieces == all_booked.pieces
        if lines and all_now.revenue == all_booked.revenue and same_pieces:
            continue
        for family in sorted({*now, *booked}):
            difference = now.get(family, NOTHING).less(booked.get(family, NOTHING))
            if difference != NOTHING:
                differences[order, family] = difference
    return differences


def _sum(counted_by_family: Mapping[str, Counted]) -> Counted:
    total = NOTHING
    for counted in counted_by_family.values():
        total = total.plus(counted)
    return total


def spiff_changes(past: Past, rep: str, due: Extras) -> dict[str, int]:
    """By how much each spiff of the closed months pays more, or less, than has been paid.

    All closed months together: an order whose day was corrected from one to another of them is
    paid once, and nothing is to settle.
    """
    rep_past = past.reps.get(rep)
    paid = rep_past.spiffs if rep_past else {}
    now: dict[str, int] = {}
    for (due_to, month), amounts in due.items():
        if due_to == rep and past.is_closed(month):
            for key, amount in amounts.items():
                now[key] = now.get(key, 0) + amount
    return _differences(now, paid)


def _differences(now: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """What `now` holds more than `before`, by key; nothing for what stays the same."""
    differences = {}
    for key in sorted({*now, *before}):
        difference = now.get(key, 0) - before.get(key, 0)
        if difference:
            differences[key] = difference
    return differences
