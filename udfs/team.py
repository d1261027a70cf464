"""How does a rep score, what grade is that, and what does the commission plan pay?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Objects
from salesbook.domain.pay.brackets import PayBracket, PayScheme, bracket_problems, pays
from salesbook.domain.team.appraisal import grade_of, metric_scores, weighted_mean
from salesbook.money import minor_units, to_floats, to_minor
from salesbook.tables.settings import Grade
from udfs.answers import numeric, worded
from udfs.cells import Block, Codes, Column, flat, numbers, refuse_errors, together
from udfs.errors import VALUE_ERROR, SheetError
from udfs.tables import choices, columns, needed_numbers, needed_texts

MONEY_DECIMALS = 2
"""Money in a sheet counts in hundredths."""


def score(values: Block, goals: Block, weights: Block, better: Block) -> Objects:
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
    if values.columns != metrics and values.size == metrics:
        values = Block(1, metrics, values.cells)
    if values.columns != metrics or goals.size != metrics or better.size not in (1, metrics):
        raise SheetError
    read = numbers(values)
    wanted = _goals(numbers(goals), read.values)
    share = np.array(needed_numbers(weights))
    if (share < 0).any() or not share.any():
        raise SheetError
    ways = choices(better, "Metrics.better", ("higher", "lower"), metrics)
    ways = ways * metrics if len(ways) == 1 else ways
    by_metric = zip(read.values.T, wanted, ways, strict=True)
    scores = np.array([metric_scores(value, goal, way) for value, goal, way in by_metric])
    return numeric(weighted_mean(scores, share).reshape(-1, 1), _first_by_row(read))


def _goals(goals: Column, values: Floats) -> Floats:
    refuse_errors(goals.errors)
    wanted = goals.values.ravel()
    medians = pd.DataFrame(values).median().to_numpy(dtype=np.float64)
    return np.where(np.isnan(wanted), medians, wanted)


def _first_by_row(column: Column) -> Codes:
    """Each row's first error."""
    wrong = column.errors != 0
    first = np.argmax(wrong, axis=1)
    found: Codes = column.errors[np.arange(len(first)), first].reshape(-1, 1)
    return found


def grade(score: Block, grades: Block) -> Objects:
    """Give the highest grade whose score is reached; #N/A below all of them.

    Args: grades are the Grades table: grade, from_score.
    """
    table = columns(grades, "Grades", ("grade", "from_score"), 2)
    names, starts = needed_texts(table["grade"]), needed_numbers(table["from_score"])
    if any(start < 0 for start in starts):
        raise SheetError
    steps = [Grade(grade=name, from_score=start) for name, start in zip(names, starts, strict=True)]
    column = numbers(score)
    distinct, place = np.unique(column.values, return_inverse=True)
    found = [grade_of(float(value), steps) for value in distinct]
    answers = [found[at] for at in place.ravel()]
    return worded(flat(answers, score), column.errors)


def commission(sales: Block, quota: Block, brackets: Block) -> Objects:
    """Pay commission on the sales of a period to date, to the cent.

    Args:
        sales: may be negative: refunds take back at the first bracket's rate.
        quota: blank, 0 or below is none: the first bracket's rate pays for all.
        brackets: of one plan, from the Brackets table: from_rate, pay_rate, kind (marginal if
            blank), cap.

    Raises: SheetError for brackets that do not start at 0, do not rise, or let the pay fall
        anywhere; SALES_CHECK(brackets, "brackets") says which.

    Source: comish.online, tiered commission; quota 375,000, sales 500,000 → 33,125.
    """
    plan = plan_of(brackets)
    if bracket_problems(plan):
        raise SheetError
    (sold, wanted), errors = together(numbers(sales), numbers(quota))
    sold_minor, unpaid = minor_units(sold, MONEY_DECIMALS)
    quota_minor, unclear = minor_units(np.nan_to_num(wanted), MONEY_DECIMALS)
    due = pays(plan, sold_minor.ravel().tolist(), quota_minor.ravel().tolist())
    if any(abs(one) >= 2**63 for one in due):
        raise SheetError
    money = to_floats(np.array(due, dtype=np.int64).reshape(sold.shape), MONEY_DECIMALS)
    too_large = (unpaid & ~np.isnan(sold)) | unclear
    return numeric(
        np.where(np.isnan(sold), np.nan, money),
        np.where(errors == 0, too_large * VALUE_ERROR, errors),
    )


def plan_of(brackets: Block) -> PayScheme:
    """The plan that a table of brackets describes, usable or not. Raises: SheetError where
    unreadable.
    """
    table = columns(brackets, "Brackets", ("from_rate", "pay_rate", "kind", "cap"), 2)
    starts, rates = needed_numbers(table["from_rate"]), needed_numbers(table["pay_rate"])
    kinds = choices(table.get("kind"), "Brackets.kind", ("marginal", "whole"), len(starts))
    steps = tuple(
        PayBracket(start, rate, "whole" if kind == "whole" else "marginal")
        for start, rate, kind in zip(starts, rates, kinds, strict=True)
    )
    cap = None
    if "cap" in table:
        caps = numbers(table["cap"])
        refuse_errors(caps.errors)
        known = caps.values[~np.isnan(caps.values)]
        cap = to_minor(float(known[-1]), MONEY_DECIMALS) if known.size else None
    return PayScheme(steps, cap)
