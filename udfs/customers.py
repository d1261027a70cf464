"""What is a customer worth, when is the next touch due, and how satisfied are customers?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesbook.arrays import Objects
from salesbook.domain.customers.feedback import nps
from salesbook.domain.customers.rfm import rfm_codes
from salesbook.domain.customers.tiers import stand_values
from salesbook.domain.customers.touch import next_touch
from salesbook.money import minor_units
from salesbook.policy import Policy
from salesbook.tables.settings import Rules
from udfs.answers import numeric, one, worded
from udfs.cells import (
    Block,
    date_of,
    day_numbers,
    day_of,
    errors_of,
    flat,
    known,
    numbers,
    one_day,
    refuse_errors,
    same_length,
    texts,
    together,
)
from udfs.errors import VALUE_ERROR, SheetError
from udfs.tables import columns, needed_numbers, needed_texts, work_calendar
from udfs.team import MONEY_DECIMALS

_ABC = (("A", 0.8), ("B", 0.95), ("C", 1.0))
_CUTS = ("rfm_recency_cuts", "rfm_frequency_cuts", "rfm_money_cuts")


def abc(values: Block) -> Objects:
    """Sort values into A, B and C by the share of all value that larger ones have: under 80 %, 95
    %, rest.

    Equal values share a letter; 0 and below is C, a blank has no answer.

    Source: 50, 30, 10, 6, 4 → A, A, B, B, C.
    """
    return _tiers(values, [name for name, _ in _ABC], [share for _, share in _ABC])


def tier(values: Block, rules: Block) -> Objects:
    """Sort values into tiers of your own, as SALES_ABC does.

    Args: rules are the TierRules table: tier, up_to_share; shares rise to 1.
    """
    table = columns(rules, "TierRules", ("tier", "up_to_share"), 2)
    rows = sorted(
        zip(needed_numbers(table["up_to_share"]), needed_texts(table["tier"]), strict=True),
    )
    shares = [share for share, _ in rows]
    if not rows or len(set(shares)) < len(shares) or shares[0] < 0 or shares[-1] != 1:
        raise SheetError
    return _tiers(values, [name for _, name in rows], shares)


def _tiers(values: Block, names: list[str], shares: list[float]) -> Objects:
    column = numbers(values)
    refuse_errors(column.errors)
    amounts = column.values.ravel()
    minor, lost = minor_units(amounts, MONEY_DECIMALS)
    if (lost & ~np.isnan(amounts)).any() or float(
        np.abs(minor.astype(np.float64)).sum()
    ) >= 2.0**62:
        raise SheetError
    found = np.array(names, dtype=object)[stand_values(minor, shares).tiers]
    found[np.isnan(amounts)] = None
    return worded(flat(found.tolist(), values))


def rfm(
    customers: Block, dates: Block, amounts: Block, as_of: Block, cuts: Block | None = None
) -> Objects:
    """Give every order its customer's code of recency, frequency and money, 5 best.

    Args:
        customers, dates, amounts: one cell per order; an order after `as_of`, or with a blank among
        the
            three, counts for nothing and has no answer.
        cuts: left out: fifths of the customers. Else three rows of four numbers: months since the
            last order up to which the score is 5, 4, 3, 2; orders from which on; money above which.

    Source: in July 2008 a last order in May 2008, 12 orders and 6,000 make 422.
    """
    same_length(customers, dates, amounts)
    today = one_day(as_of)
    when, money = day_numbers(dates), numbers(amounts)
    refuse_errors(errors_of(customers), when.errors, money.errors)
    minor, lost = minor_units(money.values.ravel(), MONEY_DECIMALS)
    day = when.values.ravel()
    lines = pd.DataFrame({"customer": texts(customers), "day": day, "money": minor})
    counts = lines["customer"].notna() & (day <= day_of(today)) & ~lost
    grouped = lines[counts].groupby("customer")
    histories = grouped.agg(
        last=("day", "max"), frequency=("day", "size"), monetary=("money", "sum")
    )
    histories["last_on"] = pd.to_datetime(histories["last"], unit="D", origin="1899-12-30")
    codes = rfm_codes(histories, _rfm_policy(cuts), today)
    found = lines["customer"].map(codes.to_dict()).where(counts)
    answers = [None if pd.isna(code) else str(code) for code in found.tolist()]
    return worded(flat(answers, customers))


def _rfm_policy(cuts: Block | None) -> Policy:
    if cuts is None:
        return Policy()
    if (cuts.rows, cuts.columns) != (len(_CUTS), 4):
        raise SheetError
    rows = [needed_numbers(Block(1, 4, cuts.row(at))) for at in range(len(_CUTS))]
    if any(row != sorted(row, reverse=at > 0) for at, row in enumerate(rows)):
        raise SheetError
    lists = {
        key: ",".join(f"{number:f}" for number in row) for key, row in zip(_CUTS, rows, strict=True)
    }
    return Policy(rules=Rules.model_validate({"currency": "USD", "rfm_rule": "fixed", **lists}))


def next_touch_on(last: Block, days: Block, holidays: Block | None = None) -> Objects:
    """Give the day of the next touch: so many days after the last one, moved on to a work day."""
    calendar = work_calendar(holidays)
    (before, apart), errors = together(day_numbers(last), numbers(days))
    errors = np.where((errors == 0) & (apart < 0), VALUE_ERROR, errors)
    plain = before + np.ceil(apart)
    errors = np.where((errors == 0) & (plain > 2_900_000), VALUE_ERROR, errors)
    sure = (errors == 0) & ~np.isnan(plain)
    found = np.full(plain.shape, np.nan)
    distinct, place = np.unique(plain[sure], return_inverse=True)
    moved = [day_of(next_touch(date_of(day), 0, calendar)) for day in distinct]
    found[sure] = np.array(moved, dtype=np.float64)[place.ravel()] if moved else 0.0
    return numeric(found, errors)


def promoters(scores: Block) -> Objects:
    """Give the net promoter score: per cent of answers 9 and 10 minus per cent 0 to 6; blanks do
    not count.

    Source: Reichheld (2003); 10, 9, 9, 8, 7, 7, 6, 3, 10, 0 → +10.
    """
    answers = known(scores)
    if ((answers < 0) | (answers > 10)).any():
        raise SheetError
    found = nps(answers.tolist())
    return one(float("nan") if found is None else found)


def workdays(from_day: Block, to_day: Block, holidays: Block | None = None) -> Objects:
    """Count the work days from one day to another, both included; 0 where the second is earlier."""
    calendar = work_calendar(holidays)
    (start, end), errors = together(day_numbers(from_day), day_numbers(to_day))
    sure = (errors == 0) & ~np.isnan(start) & ~np.isnan(end)
    found = np.full(start.shape, np.nan)
    if sure.any():
        first = min(start[sure].min(), end[sure].min())
        base = date_of(first)
        distinct = np.unique(np.concatenate([start[sure] - 1, end[sure]]))
        until = np.array(
            [calendar.count(base, date_of(max(day, 1))) if day >= first else 0 for day in distinct]
        )
        passed = (
            until[np.searchsorted(distinct, end[sure])]
            - until[np.searchsorted(distinct, start[sure] - 1)]
        )
        found[sure] = np.maximum(passed, 0)
    return numeric(found, errors)
