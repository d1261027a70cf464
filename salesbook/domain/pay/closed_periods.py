"""What did closed months pay, and which later changes to their orders are still to settle?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.domain.pay.draw import DRAW
from salesbook.domain.pay.lines import ADJUSTMENT
from salesbook.domain.pay.sold import SPIFF, Bases, spiff_key
from salesbook.domain.sales.credit import Credits
from salesbook.domain.targets.standing import closed_months
from salesbook.errors import SettingsError


class Booked(NamedTuple):
    """A line of a frozen month: the month it was earned in, base and amount in minor units."""

    earned: str
    base: int
    amount: int


@dataclass
class RepPast:
    """One rep's lines of closed months."""

    bases: dict[str, dict[str, int]] = field(default_factory=dict)
    """By month earned and order: what has been counted for it, corrections included."""
    booked: dict[str, list[Booked]] = field(default_factory=dict)
    """By month of the statement."""
    spiffs: dict[str, int] = field(default_factory=dict)
    """By spiff and order, as `spiff_key` joins them: what has been paid."""
    advanced: dict[str, int] = field(default_factory=dict)
    """By month of the statement: what it advanced on the draw, negative where some came back."""


@dataclass(frozen=True)
class Past:
    """Closed months: which there are, and what their statements say."""

    closed: frozenset[str]
    frozen: frozenset[str]
    """Closed months whose statements stay as they are."""
    rows: pd.DataFrame
    """The lines of frozen months, as they stand."""
    reps: Mapping[str, RepPast]


def past_of(periods: pd.DataFrame, commission: pd.DataFrame, start_month: int) -> Past:
    """Read the closed months' statements.

    Closed months are frozen as soon as Commission holds any line; before that, no statement has
    ever been written, and theirs are reckoned like those of open months, once.

    Args:
        periods: the Periods table; a quarter or year closes all of its months, what is no period
            none.
        commission: the Commission table as the last run left it.
    """
    closed = closed_months(periods, start_month)
    has_statements = len(commission) > 0
    frozen: frozenset[str] = closed if has_statements else frozenset()
    rows = commission[commission["period"].isin(frozen)]
    in_order = rows.sort_values(["period", "rep_id", "line"])
    fields = ["period", "rep_id", "order_id", "base", "amount", "rule"]

    reps: dict[str, RepPast] = {}
    for row in in_order[fields].to_dict("records"):
        rep = str(row["rep_id"])
        _enter(reps.setdefault(rep, RepPast()), row)
    return Past(closed, frozen, rows, reps)


def refuse_moved_cut_over(
    credits: Credits, past: Past, deals: pd.DataFrame, orders: pd.DataFrame
) -> None:
    """Refuse where closed months paid won deals and orders count in them now, or the other way.

    That happens where the first order is entered, or goes, months later: the sales of the closed
    months would all be taken back, and others paid in their place. Only a person can say which of
    the two is right.

    Raises: SettingsError.
    """
    paid = past.rows[past.rows["order_id"].notna()]
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


def _enter(past: RepPast, row: Mapping[Hashable, Any]) -> None:
    """Add a line of a statement, by its rule, to what is known of a rep's past."""
    rule = str(row["rule"])
    period = str(row["period"])
    order = None if pd.isna(row["order_id"]) else str(row["order_id"])
    base = int(row["base"])
    amount = int(row["amount"])

    # Spiffs and draws are paid beside the brackets and do not count as commission paid.
    if rule.startswith(SPIFF):
        key = spiff_key(rule, str(order))
        past.spiffs[key] = past.spiffs.get(key, 0) + amount
        return
    if rule == DRAW:
        past.advanced[period] = past.advanced.get(period, 0) + amount
        return

    # A correction counts for the month that it corrects, not for that of its statement.
    is_correction = rule.startswith(ADJUSTMENT)
    earned = rule.removeprefix(ADJUSTMENT) if is_correction else period
    past.booked.setdefault(period, []).append(Booked(earned, base, amount))
    if order is not None:
        counted = past.bases.setdefault(earned, {})
        counted[order] = counted.get(order, 0) + base


def changes(past: RepPast | None, rep: str, month: str, bases: Bases) -> dict[str, int]:
    """By how much each order of a frozen month counts for more, or less, than its lines say."""
    counted = past.bases.get(month, {}) if past else {}
    now = bases.get((rep, month), {})
    return _differences(now, counted)


def spiff_changes(past: Past, rep: str, due: Bases) -> dict[str, int]:
    """By how much each spiff of the frozen months pays more, or less, than has been paid.

    All frozen months together: an order whose day was corrected from one to another of them is
    paid once, and nothing is to settle.
    """
    rep_past = past.reps.get(rep)
    paid = rep_past.spiffs if rep_past else {}
    now: dict[str, int] = {}
    for month in past.frozen:
        for key, amount in due.get((rep, month), {}).items():
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
