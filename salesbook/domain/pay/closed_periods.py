"""What did closed months pay, and which later changes to their orders are still to settle?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import months_in
from salesbook.domain.pay.draw import DRAW
from salesbook.domain.pay.lines import ADJUSTMENT
from salesbook.domain.pay.sold import BETWEEN, SPIFF, Bases


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
    """By rule and order (see BETWEEN): what has been paid."""
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
    closed: set[str] = set()
    for period in periods["period"]:
        try:
            closed.update(months_in(str(period), start_month))
        except ValueError:
            continue
    frozen = frozenset(closed if len(commission) else ())
    rows = commission[commission["period"].isin(frozen)]
    reps: dict[str, RepPast] = {}
    ordered = rows.sort_values(["period", "rep_id", "line"])
    for row in ordered[["period", "rep_id", "order_id", "base", "amount", "rule"]].to_dict(
        "records"
    ):
        _enter(reps.setdefault(str(row["rep_id"]), RepPast()), row)
    return Past(frozenset(closed), frozen, rows, reps)


def _enter(past: RepPast, row: Mapping[Hashable, Any]) -> None:
    order = None if pd.isna(row["order_id"]) else str(row["order_id"])
    rule, base, amount = str(row["rule"]), int(row["base"]), int(row["amount"])
    if rule.startswith(SPIFF):
        key = f"{rule}{BETWEEN}{order}"
        past.spiffs[key] = past.spiffs.get(key, 0) + amount
        return
    period = str(row["period"])
    if rule == DRAW:
        past.advanced[period] = past.advanced.get(period, 0) + amount
        return
    earned = rule.removeprefix(ADJUSTMENT) if rule.startswith(ADJUSTMENT) else period
    past.booked.setdefault(period, []).append(Booked(earned, base, amount))
    if order is not None:
        counted = past.bases.setdefault(earned, {})
        counted[order] = counted.get(order, 0) + base


def changes(past: RepPast | None, rep: str, month: str, bases: Bases) -> dict[str, int]:
    """By how much each order of a frozen month counts for more, or less, than its lines say."""
    counted = past.bases.get(month, {}) if past else {}
    now = bases.get((rep, month), {})
    differences = {
        order: now.get(order, 0) - counted.get(order, 0) for order in sorted({*now, *counted})
    }
    return {order: difference for order, difference in differences.items() if difference}


def spiff_changes(past: Past, rep: str, due: Bases) -> dict[str, int]:
    """By how much each spiff of the frozen months pays more, or less, than has been paid."""
    own = past.reps.get(rep)
    paid = own.spiffs if own else {}
    now: dict[str, int] = {}
    for month in past.frozen:
        for key, amount in due.get((rep, month), {}).items():
            now[key] = now.get(key, 0) + amount
    differences = {key: now.get(key, 0) - paid.get(key, 0) for key in sorted({*now, *paid})}
    return {key: difference for key, difference in differences.items() if difference}
