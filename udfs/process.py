"""How fast do deals move, how many are won, what will they bring, and is that enough?"""

from __future__ import annotations

import numpy as np

from salesbook.arrays import Objects
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until
from salesbook.domain.pipeline.forecast.range import sum_quantiles
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.names.folding import fold_name
from udfs.answers import numeric, one, worded
from udfs.cells import (
    Block,
    Column,
    day_numbers,
    day_of,
    errors_of,
    numbers,
    one_day,
    one_number,
    refuse_errors,
    same_length,
    texts,
    together,
)
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR, SheetError
from udfs.tables import columns, needed_texts


def stage_days(entered: Block, left: Block, as_of: Block, quantile: Block | None = None) -> Objects:
    """Give the days after which half of the deals, or another share, have left a stage.

    Deals that are still there count with the days they have been there (Kaplan-Meier), so that slow
    ones are not forgotten.

    Args:
        entered: one day per deal; a blank one, or one after `as_of`, is left out.
        left: blank, or after `as_of`, where the deal is still there.
        quantile: the share that has left, above 0 and below 1; 0.5 if left out.

    Returns: one number; #N/A where so many have not left yet.

    Source: left after 2, 4, 6 days, there for 4 and 9 → median 6, 80th percentile not reached.
    """
    same_length(entered, left)
    today, share = day_of(one_day(as_of)), 0.5 if quantile is None else one_number(quantile)
    came, went = day_numbers(entered), day_numbers(left)
    refuse_errors(came.errors, went.errors)
    start, end = came.values.ravel(), went.values.ravel()
    if not 0 < share < 1 or (end < start).any():
        raise SheetError
    watched = start <= today
    gone = end[watched] <= today
    lasted = np.where(gone, end[watched], today) - start[watched]
    if not lasted.size:
        raise SheetError(NOT_AVAILABLE)
    return one(time_until(kaplan_meier(lasted, gone), share))


def stuck(stage: Block, entered: Block, limits: Block, as_of: Block) -> Objects:
    """Say TRUE where a deal has been in its stage for more days than the stage's limit.

    Args: limits are of the Stages table: stage, limit_days; a stage without one has no answer.
    """
    table = columns(limits, "Stages", ("stage", "limit_days"), 2)
    days_of = numbers(table["limit_days"])
    refuse_errors(days_of.errors, errors_of(table["stage"]))
    names = needed_texts(table["stage"])
    limit_by = {
        fold_name(name): float(day) for name, day in zip(names, days_of.values.ravel(), strict=True)
    }
    distinct = {text: limit_by.get(fold_name(text), np.nan) for text in set(texts(stage)) if text}
    limit = np.array([distinct.get(text or "", np.nan) for text in texts(stage)])
    typed = Column(limit.reshape(stage.rows, stage.columns), errors_of(stage))
    (most, since), errors = together(typed, day_numbers(entered))
    lasted = np.maximum(day_of(one_day(as_of)) - since, 0.0)
    flags = is_stuck(lasted, most).astype(object)
    flags[np.isnan(lasted) | np.isnan(most)] = None
    return worded(flags, errors)


def win_rate(won: Block, lost: Block, level: Block | None = None) -> Objects:
    """Give won / (won + lost), of deals or of money; with a level also its interval.

    Args:
        level: for counts, from 0.5 to 0.99: adds the lower and upper end of Wilson's interval,
            beside each rate or below a row of rates.

    Returns: #N/A where nothing is closed.

    Source: 8 of 11 → 72.73 %; 6 of 8 at 80 % → 0.524 to 0.891.
    """
    (won_count, lost_count), errors = together(numbers(won), numbers(lost))
    below = (won_count < 0) | (lost_count < 0)
    errors = np.where((errors == 0) & below, VALUE_ERROR, errors)
    closed = won_count + lost_count
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(closed > 0, won_count / closed, np.nan)
    if level is None:
        return numeric(rate, errors)
    sure = one_number(level)
    if not 0.5 <= sure <= 0.99 or min(rate.shape) > 1:
        raise SheetError
    with np.errstate(invalid="ignore"):
        low, high = wilson(won_count, np.where(below, 0, closed), sure)
    beside = 0 if rate.shape[0] == 1 and rate.shape[1] > 1 else 1
    parts = [numeric(part, errors) for part in (rate, np.asarray(low), np.asarray(high))]
    return np.concatenate(parts, axis=beside)


def forecast(amounts: Block, probabilities: Block, quantile: Block | None = None) -> Objects:
    """Give the money that open deals bring on average, or the sum that is exceeded with a given
    chance.

    Args:
        amounts: 0 or more, one per deal; a blank adds nothing.
        probabilities: 0 to 1, one per deal; a blank is 0.
        quantile: above 0 and below 1; 0.1 is the careful sum, exceeded in 9 of 10 cases. Several
            give one sum each.

    Source: 100,000 at 50 % → 50,000; the sum's distribution is exact up to 200 deals.
    """
    same_length(amounts, probabilities)
    money, chance = numbers(amounts), numbers(probabilities)
    refuse_errors(money.errors, chance.errors)
    amount, rate = np.nan_to_num(money.values.ravel()), np.nan_to_num(chance.values.ravel())
    if (amount < 0).any() or ((rate < 0) | (rate > 1)).any():
        raise SheetError
    if quantile is None:
        return one(float((amount * rate).sum()))
    column = numbers(quantile)
    refuse_errors(column.errors)
    wanted = column.values.ravel()
    if not ((wanted > 0) & (wanted < 1)).all():
        raise SheetError
    sums = sum_quantiles(amount, rate, wanted.tolist())
    return numeric(np.array(sums, dtype=np.float64).reshape(column.values.shape))


def velocity(deals: Block, win_rate: Block, average: Block, days: Block) -> Objects:
    """Give the money per day that the pipeline earns: deals × win rate × average amount / days.

    Source: 40 × 25 % × 25,000 / 90 → 2,777.78; #N/A where the days are 0.
    """
    parts, errors = together(numbers(deals), numbers(win_rate), numbers(average), numbers(days))
    count, rate, amount, cycle = parts
    errors = np.where((errors == 0) & ((rate < 0) | (rate > 1) | (cycle < 0)), VALUE_ERROR, errors)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return numeric(np.where(cycle > 0, count * rate * amount / cycle, np.nan), errors)


def coverage(open_amount: Block, closed: Block, target: Block) -> Objects:
    """Say how many times the open pipeline covers what is missing to the target.

    A blank open or closed amount is 0. #N/A where the target is met, for then none is needed, or
    blank.
    """
    parts, errors = together(numbers(open_amount), numbers(closed), numbers(target))
    still, done, wanted = np.nan_to_num(parts[0]), np.nan_to_num(parts[1]), parts[2]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return numeric(np.where(wanted > done, still / (wanted - done), np.nan), errors)
