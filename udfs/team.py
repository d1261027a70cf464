"""How does a rep score, what grade is that, and what does the pay scheme pay?"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Objects
from salesbook.domain.pay.brackets import (
    PayBracket,
    PayScheme,
    bracket_problems,
    pays,
    sales_at,
)
from salesbook.domain.team.appraisal import grade_of, metric_scores, weighted_mean
from salesbook.money import exact, minor_units, to_floats, to_minor
from salesbook.tables.settings import Grade
from udfs.answers import numeric, worded
from udfs.cells import (
    CellRange,
    Codes,
    Column,
    each_once,
    known,
    numbers,
    refuse_errors,
    together,
)
from udfs.errors import VALUE_ERROR, SheetError
from udfs.tables import choices, columns, needed_numbers, needed_texts

MONEY_DECIMALS: Final = 2
"""Money in a sheet counts in hundredths."""
_INT64_LIMIT: Final = 2**63
_MOST_ATTAINED: Final = 1e6
"""Of the quota: more is a slip of the fingers."""


def score(values: CellRange, goals: CellRange, weights: CellRange, better: CellRange) -> Objects:
    """Score reps on weighted metrics: 100 × value / goal, or goal / value, each from 0 to 120.

    Args:
        values: a row per rep, a column per metric; or one rep's metrics in a column. A blank is
            missing, and its weight is shared out among the others.
        goals: one per metric; a blank one is the median of the values.
        weights: one per metric, 0 or more.
        better: higher or lower, one per metric or one for all.

    Returns: a score per rep; #N/A where every metric is missing.

    Source: weights 30/70, scores 5 and 3 → 3.6.
    """
    metrics = weights.size
    is_one_rep_in_a_column = values.columns != metrics and values.size == metrics
    if is_one_rep_in_a_column:
        values = CellRange(1, metrics, values.cells)
    if values.columns != metrics or goals.size != metrics or better.size not in (1, metrics):
        raise SheetError

    column = numbers(values)
    goal = _goals(numbers(goals), column.values)
    weight = np.array(needed_numbers(weights))
    if (weight < 0).any() or not weight.any():
        raise SheetError
    ways = choices(better, "Metrics.better", ("higher", "lower"), metrics)
    if len(ways) == 1:
        ways = ways * metrics

    by_metric = zip(column.values.T, goal, ways, strict=True)
    scores = np.array([metric_scores(value, aim, way) for value, aim, way in by_metric])
    by_rep = weighted_mean(scores, weight).reshape(-1, 1)
    return numeric(by_rep, _first_by_row(column))


def _goals(goals: Column, values: Floats) -> Floats:
    """The goals, and where one is missing the median of the metric's values."""
    refuse_errors(goals.errors)
    typed = goals.values.ravel()
    medians = pd.DataFrame(values).median().to_numpy(dtype=np.float64)
    return np.where(np.isnan(typed), medians, typed)


def _first_by_row(column: Column) -> Codes:
    """Each row's first error."""
    is_error = column.errors != 0
    first = np.argmax(is_error, axis=1)
    rows = np.arange(len(first))
    codes: Codes = column.errors[rows, first].reshape(-1, 1)
    return codes


def grade(score: CellRange, grades: CellRange) -> Objects:
    """Give the highest grade whose score is reached; #N/A below all of them.

    Args: grades are the Grades table: grade, from_score.
    """
    table = columns(grades, "Grades", ("grade", "from_score"), 2)
    names = needed_texts(table["grade"])
    starts = needed_numbers(table["from_score"])
    if any(start < 0 for start in starts):
        raise SheetError
    steps = [Grade(grade=name, from_score=start) for name, start in zip(names, starts, strict=True)]

    def grade_reached(value: float) -> str | None:
        return grade_of(value, steps)

    column = numbers(score)
    answers = each_once(column.values, grade_reached, dtype=object)
    return worded(answers.reshape(score.shape), column.errors)


def commission(sales: CellRange, quota: CellRange, brackets: CellRange) -> Objects:
    """Pay commission on the sales of a period to date, to the cent.

    Args:
        sales: may be negative: refunds take back at the first bracket's rate.
        quota: blank, 0 or below is none, for which the answer is #N/A: `score` pays nothing
            without a quota either.
        brackets: of one plan, from the Brackets table: from_rate, pay_rate, kind (marginal if
            blank), cap.

    Raises: SheetError for brackets that do not start at 0, do not rise, or let the pay fall
        anywhere; SALES_CHECK(brackets, "brackets") says which.

    Source: comish.online, tiered commission; quota 375,000, sales 500,000 → 33,125.
    """
    scheme = scheme_of(brackets)
    if bracket_problems(scheme):
        raise SheetError

    (sold, wanted), errors = together(numbers(sales), numbers(quota))
    sales_minor, sales_lost = minor_units(sold, MONEY_DECIMALS)
    quota_minor, quota_lost = minor_units(np.nan_to_num(wanted), MONEY_DECIMALS)
    pay_of_each = pays(scheme, sales_minor.ravel().tolist(), quota_minor.ravel().tolist())
    without_quota = np.array([amount is None for amount in pay_of_each], dtype=bool)
    due = [amount or 0 for amount in pay_of_each]
    if any(abs(amount) >= _INT64_LIMIT for amount in due):
        raise SheetError

    due_minor = np.array(due, dtype=np.int64).reshape(sold.shape)
    money = to_floats(due_minor, MONEY_DECIMALS)
    is_missing = np.isnan(sold) | without_quota.reshape(sold.shape)
    money[is_missing] = np.nan

    sales_too_large = sales_lost & ~is_missing
    is_too_large = sales_too_large | quota_lost
    errors = np.where((errors == 0) & is_too_large, VALUE_ERROR, errors)
    return numeric(money, errors)


def pay_curve(rates: CellRange, quota: CellRange, brackets: CellRange) -> Objects:
    """Pay where a part of the quota is reached, as the table PayCurve draws a plan.

    Args:
        rates: parts of the quota, 0 or more; 0.5 is half of it. What is paid for is the least that
            reaches it, in whole cents.
        quota: one for all, or one each; blank, 0 or below has no answer.
        brackets: as `commission` takes them.

    Raises: SheetError for brackets that nobody can be paid by.

    Source: excelforum 861932: quota 33,000, at half of it 5 % become 10 % on all: 1,650.
    """
    scheme = scheme_of(brackets)
    if bracket_problems(scheme):
        raise SheetError

    (attained, wanted), errors = together(numbers(rates), numbers(quota))
    quota_minor, quota_lost = minor_units(np.nan_to_num(wanted), MONEY_DECIMALS)
    is_missing = np.isnan(attained) | (quota_minor <= 0)
    is_wrong = (attained < 0) | quota_lost | (attained > _MOST_ATTAINED)
    errors = np.where((errors == 0) & is_wrong, VALUE_ERROR, errors)

    is_asked = (errors == 0) & ~is_missing
    quotas = quota_minor[is_asked].tolist()
    sales = [
        sales_at(exact(rate), amount)
        for rate, amount in zip(attained[is_asked].tolist(), quotas, strict=True)
    ]
    due = [amount or 0 for amount in pays(scheme, sales, quotas)]
    if any(abs(amount) >= _INT64_LIMIT for amount in due):
        raise SheetError

    money = np.full(attained.shape, np.nan)
    money[is_asked] = to_floats(np.array(due, dtype=np.int64), MONEY_DECIMALS)
    return numeric(money, errors)


def scheme_of(brackets: CellRange) -> PayScheme:
    """The pay scheme of a table of brackets, usable or not. Raises: SheetError where unreadable."""
    table = columns(brackets, "Brackets", ("from_rate", "pay_rate", "kind", "cap"), 2)
    starts = needed_numbers(table["from_rate"])
    rates = needed_numbers(table["pay_rate"])
    kinds = choices(table.get("kind"), "Brackets.kind", ("marginal", "whole"), len(starts))

    steps = []
    for start, rate, kind in zip(starts, rates, kinds, strict=True):
        steps.append(PayBracket(start, rate, "whole" if kind == "whole" else "marginal"))
    cap = _cap(table["cap"]) if "cap" in table else None
    return PayScheme(tuple(steps), cap)


def _cap(cells: CellRange) -> int | None:
    """The last cap that is typed, as it belongs on the last bracket; None without one."""
    caps = known(cells)
    return to_minor(float(caps[-1]), MONEY_DECIMALS) if caps.size else None
