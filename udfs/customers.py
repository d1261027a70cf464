"""What is a customer worth, when is the next touch due, and how satisfied are customers?"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pandas as pd

from salesbook import labels
from salesbook.arrays import Floats, Ints, Objects
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.customers.alive import Parameters, Purchases, fit, p_alive
from salesbook.domain.customers.feedback import nps
from salesbook.domain.customers.rfm import rfm_codes
from salesbook.domain.customers.segments import SEGMENT_OF_CODE
from salesbook.domain.customers.tiers import stand_values
from salesbook.domain.customers.touch import next_touch
from salesbook.labels import Language
from salesbook.money import minor_units
from salesbook.policy import Policy
from salesbook.tables.settings import Rules
from udfs.answers import numeric, single, worded
from udfs.cells import (
    CellRange,
    date_of,
    day_numbers,
    day_of,
    each_once,
    errors_of,
    in_shape_of,
    known,
    numbers,
    refuse_errors,
    same_length,
    single_day,
    texts,
    together,
)
from udfs.errors import VALUE_ERROR, SheetError
from udfs.tables import columns, needed_numbers, needed_texts, work_calendar
from udfs.team import MONEY_DECIMALS

_ABC = (("A", 0.8), ("B", 0.95), ("C", 1.0))
_CUTS = ("rfm_recency_cuts", "rfm_frequency_cuts", "rfm_money_cuts")
_PARAMETERS: Final = ("r", "alpha", "a", "b")
"""Of BG/NBD, in the order in which they are typed."""
_SAFE_SUM: Final = 2.0**62
_LATEST_DUE: Final = 2_900_000
"""A day so late that no work day after it may still be one that Excel knows."""


def abc(values: CellRange) -> Objects:
    """Sort values into A, B and C by the share of all value that larger ones have.

    Under 80 % is A, under 95 % B, the rest C. Equal values share a letter; 0 and below is C, a
    blank has no answer.

    Source: 50, 30, 10, 6, 4 → A, A, B, B, C.
    """
    return _tiers(values, [name for name, _ in _ABC], [share for _, share in _ABC])


def tier(values: CellRange, rules: CellRange) -> Objects:
    """Sort values into tiers of your own, as SALES_ABC does.

    Args: rules are the TierRules table: tier, up_to_share; shares rise to 1.
    """
    table = columns(rules, "TierRules", ("tier", "up_to_share"), 2)
    typed = zip(needed_numbers(table["up_to_share"]), needed_texts(table["tier"]), strict=True)
    by_share = sorted(typed)
    if not by_share:
        raise SheetError

    shares = [share for share, _ in by_share]
    are_different = len(set(shares)) == len(shares)
    if not are_different or shares[0] < 0 or shares[-1] != 1:
        raise SheetError
    return _tiers(values, [name for _, name in by_share], shares)


def _tiers(values: CellRange, names: list[str], shares: list[float]) -> Objects:
    column = numbers(values)
    refuse_errors(column.errors)
    amounts = column.values.ravel()
    minor, lost = minor_units(amounts, MONEY_DECIMALS)
    is_missing = np.isnan(amounts)
    if (lost & ~is_missing).any() or _overflows(minor):
        raise SheetError

    standings = stand_values(minor, shares)
    tiers = np.array(names, dtype=object)[standings.tiers]
    tiers[is_missing] = None
    return worded(in_shape_of(values, tiers.tolist()))


def _overflows(minor: Ints) -> bool:
    """Whether the sum of all sizes might not fit into whole numbers; floats tell near enough."""
    return float(np.abs(minor.astype(np.float64)).sum()) >= _SAFE_SUM


def rfm(
    customers: CellRange,
    dates: CellRange,
    amounts: CellRange,
    as_of: CellRange,
    cuts: CellRange | None = None,
) -> Objects:
    """Give every order its customer's code of recency, frequency and money, 5 best.

    Args:
        customers, dates, amounts: one cell per order; an order after `as_of`, or with a blank among
            the three, counts for nothing and has no answer.
        cuts: left out: fifths of the customers. Else three rows of four numbers: months since the
            last order up to which the score is 5, 4, 3, 2; orders from which on; money above which.

    Source: in July 2008 a last order in May 2008, 12 orders and 6,000 make 422.
    """
    same_length(customers, dates, amounts)
    today = single_day(as_of)
    date_column = day_numbers(dates)
    money_column = numbers(amounts)
    refuse_errors(errors_of(customers), date_column.errors, money_column.errors)

    day = date_column.values.ravel()
    minor, lost = minor_units(money_column.values.ravel(), MONEY_DECIMALS)
    orders = pd.DataFrame({"customer": texts(customers), "day": day, "money": minor})
    has_customer = orders["customer"].notna()
    counts = has_customer & (day <= day_of(today)) & ~lost

    by_customer = orders[counts].groupby("customer")
    histories = by_customer.agg(
        last=("day", "max"), frequency=("day", "size"), monetary=("money", "sum")
    )
    histories["last_on"] = pd.to_datetime(histories["last"], unit="D", origin="1899-12-30")
    codes = rfm_codes(histories, _rfm_policy(cuts), today)

    of_order = orders["customer"].map(codes.to_dict()).where(counts)
    answers = [None if pd.isna(code) else str(code) for code in of_order.tolist()]
    return worded(in_shape_of(customers, answers))


def _rfm_policy(cuts: CellRange | None) -> Policy:
    """Settings with the cuts: those of recency rise, the others fall."""
    if cuts is None:
        return Policy()
    cuts = cuts.filled
    if cuts.shape != (len(_CUTS), 4):
        raise SheetError

    rules: dict[str, str] = {"currency": "USD", "rfm_rule": "fixed"}
    for index, key in enumerate(_CUTS):
        row = needed_numbers(CellRange(1, 4, cuts.row(index)))
        falls = key != "rfm_recency_cuts"
        if row != sorted(row, reverse=falls):
            raise SheetError
        rules[key] = ",".join(f"{number:f}" for number in row)
    return Policy(rules=Rules.model_validate(rules))


def segment(rfm: CellRange, language: CellRange | None = None) -> Objects:
    """Name the segment of each code of recency, frequency and money, as CustomerTiers does.

    Args:
        rfm: three digits from 1 to 5, as SALES_RFM gives them, text or number; a blank has no
            answer, anything else that is no code is #VALUE!.
        language: of the names, as a code or by its name in either language; English if left out.

    Source: R's rfm package; 555 → Champions, 412 → New customers.
    """
    wanted = _language_of(language)
    errors = errors_of(rfm).ravel()
    answers: list[str | None] = []
    for place, code in enumerate(texts(rfm)):
        name = SEGMENT_OF_CODE.get(code) if code else None
        if code and name is None and not errors[place]:
            errors[place] = VALUE_ERROR
        answers.append(labels.choice("CustomerTiers.segment", name, wanted) if name else None)
    return worded(in_shape_of(rfm, answers), errors.reshape(rfm.shape))


def _language_of(typed: CellRange | None) -> Language:
    """The language that somebody names; English where nobody does."""
    if typed is None:
        return "en"
    name = texts(typed)[0]
    known = labels.code_of_choice("Policy.language", name or "", labels.LANGUAGES)
    for language in labels.LANGUAGES:
        if known == language and typed.size == 1:
            return language
    raise SheetError


def alive(
    frequency: CellRange,
    recency: CellRange,
    age: CellRange,
    parameters: CellRange | None = None,
) -> Objects:
    """Give the chance that each customer will ever buy again.

    #N/A where it cannot be told: of who bought once; of all where fewer than ten have bought again, or
    where their purchases do not show that anybody stops.

    Args:
        frequency: purchases after the first, one cell per customer.
        recency: time from the first purchase to the last, in any unit.
        age: time from the first purchase to now, in the same unit.
        parameters: r, alpha, a and b of BG/NBD as papers and packages give them; left out: fitted to
            these customers.

    Source: Fader, Hardie and Lee (2005); 2, 30.43 and 38.86 weeks with 0.243, 4.414, 0.793 and 2.426
        → 0.7266.
    """
    (repeats, last, since_first), errors = together(
        numbers(frequency), numbers(recency), numbers(age)
    )
    shape = repeats.shape
    is_known = ~(np.isnan(repeats) | np.isnan(last) | np.isnan(since_first)) & (errors == 0)
    is_whole = repeats == np.floor(repeats)
    is_in_time = (last >= 0) & (last <= since_first)
    makes_no_sense = is_known & ~(is_whole & (repeats >= 0) & is_in_time)
    errors = np.where(makes_no_sense, VALUE_ERROR, errors)
    counts = is_known & ~makes_no_sense

    chances = np.full(shape, np.nan)
    if counts.any():
        gaps = np.zeros(int(counts.sum()))
        purchases = Purchases(repeats[counts], last[counts], since_first[counts], gaps)
        model = _buying_model(purchases, parameters)
        if model is not None:
            chances[counts] = p_alive(purchases, model)
    return numeric(chances, errors)


def _buying_model(purchases: Purchases, typed: CellRange | None) -> Parameters | None:
    """The model that somebody typed, or the one of these customers; None where there is none."""
    if typed is None:
        # The gaps are not known, so nobody can be found to buy evenly.
        model = fit(purchases, Rules().few, most_regular=1)
        return None if isinstance(model, str) else model

    values = needed_numbers(typed)
    if len(values) != len(_PARAMETERS) or min(values) <= 0:
        raise SheetError
    r, alpha, a, b = values
    return Parameters(r, alpha, a, b - 1, first_may_be_last=False)


def next_touch_on(last: CellRange, days: CellRange, holidays: CellRange | None = None) -> Objects:
    """Give the day of the next touch: so many days after the last one, moved on to a work day."""
    calendar = work_calendar(holidays)
    (last_day, every_days), errors = together(day_numbers(last), numbers(days))
    due = last_day + np.ceil(every_days)
    makes_no_sense = (every_days < 0) | (due > _LATEST_DUE)
    errors = np.where((errors == 0) & makes_no_sense, VALUE_ERROR, errors)

    def moved_on(day: float) -> float:
        workday = next_touch(date_of(day), 0, calendar)
        return day_of(workday)

    answers = np.full(due.shape, np.nan)
    has_answer = (errors == 0) & ~np.isnan(due)
    answers[has_answer] = each_once(due[has_answer], moved_on)
    return numeric(answers, errors)


def promoters(scores: CellRange) -> Objects:
    """Give the net promoter score: per cent of answers 9 and 10 minus per cent 0 to 6.

    Blanks do not count.

    Source: Reichheld (2003); 10, 9, 9, 8, 7, 7, 6, 3, 10, 0 → +10.
    """
    answers = known(scores)
    if ((answers < 0) | (answers > 10)).any():
        raise SheetError
    score = nps(answers.tolist())
    return single(math.nan if score is None else score)


def workdays(from_day: CellRange, to_day: CellRange, holidays: CellRange | None = None) -> Objects:
    """Count the work days from one day to another, both included; 0 where the second is earlier."""
    calendar = work_calendar(holidays)
    (start, end), errors = together(day_numbers(from_day), day_numbers(to_day))
    is_known = ~(np.isnan(start) | np.isnan(end))
    has_answer = (errors == 0) & is_known
    answers = np.full(start.shape, np.nan)
    if has_answer.any():
        counts = _workdays_between(start[has_answer], end[has_answer], calendar)
        answers[has_answer] = counts
    return numeric(answers, errors)


def _workdays_between(start: Floats, end: Floats, calendar: WorkCalendar) -> Floats:
    """Work days of many spans, as the difference of two counts from one day far back.

    Counting each different day once is much faster than counting every span.
    """
    day_before = start - 1
    first = min(start.min(), end.min())
    base = date_of(first)
    distinct = np.unique(np.concatenate([day_before, end]))
    counts = [0] * len(distinct)
    for index, day in enumerate(distinct):
        # The day before the first one is not there to be counted.
        if day >= first:
            counts[index] = calendar.count(base, date_of(day))

    counted = np.array(counts, dtype=np.float64)
    up_to_end = counted[np.searchsorted(distinct, end)]
    before_start = counted[np.searchsorted(distinct, day_before)]
    return np.maximum(up_to_end - before_start, 0.0)
