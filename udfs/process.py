"""How fast do deals move, how many are won, what will they bring, and is that enough?"""

from __future__ import annotations

from typing import Final

import numpy as np

from salesbook.arrays import Floats, Objects
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until
from salesbook.domain.pipeline.forecast.range import sum_quantiles
from salesbook.domain.pipeline.forecast.velocity import coverage as pipeline_coverage
from salesbook.domain.pipeline.forecast.velocity import velocity as pipeline_velocity
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.names.folding import fold_name
from salesbook.tables.settings import Rules
from udfs.answers import numeric, single, worded
from udfs.cells import (
    CellRange,
    Column,
    day_numbers,
    day_of,
    errors_of,
    numbers,
    refuse_errors,
    same_length,
    single_day,
    single_number,
    texts,
    together,
)
from udfs.errors import NOT_AVAILABLE, VALUE_ERROR, SheetError
from udfs.tables import columns, needed_texts

_PRIOR_DEALS: Final = Rules().prior_deals
"""Closed deals that a prior counts for where nobody says, as in Settings."""
_A_LITTLE_MORE: Final = 0.5
"""Deals that a rate with a prior is surer than its counts, see `StageRates.certainty`."""
_MIDDLE: Final = 0.5


def stage_days(
    entered: CellRange, left: CellRange, as_of: CellRange, quantile: CellRange | None = None
) -> Objects:
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
    today = day_of(single_day(as_of))
    share = 0.5 if quantile is None else single_number(quantile)
    entered_column = day_numbers(entered)
    left_column = day_numbers(left)
    refuse_errors(entered_column.errors, left_column.errors)
    start = entered_column.values.ravel()
    end = left_column.values.ravel()
    if not 0 < share < 1 or (end < start).any():
        raise SheetError

    is_watched = start <= today
    has_left = end[is_watched] <= today
    days = np.where(has_left, end[is_watched], today) - start[is_watched]
    if not days.size:
        raise SheetError(NOT_AVAILABLE)
    return single(time_until(kaplan_meier(days, has_left), share))


def stuck(stage: CellRange, entered: CellRange, limits: CellRange, as_of: CellRange) -> Objects:
    """Say TRUE where a deal has been in its stage for more days than the stage's limit.

    Args: limits are of the Stages table: stage, limit_days; a stage without one has no answer.
    """
    limit_of_stage = _limits(limits)
    names = texts(stage)
    # Many deals are in few stages: each different name is folded once.
    limit_of_name: dict[str | None, float] = {None: np.nan}
    for name in set(names):
        if name is not None:
            limit_of_name[name] = limit_of_stage.get(fold_name(name), np.nan)
    limit = np.array([limit_of_name[name] for name in names], dtype=np.float64)

    limit_by_deal = Column(limit.reshape(stage.shape), errors_of(stage))
    (most_days, since), errors = together(limit_by_deal, day_numbers(entered))
    today = day_of(single_day(as_of))
    # Who enters a stage tomorrow has been there for no time at all.
    days_there = np.maximum(today - since, 0.0)

    flags = is_stuck(days_there, most_days).astype(object)
    has_no_answer = np.isnan(days_there) | np.isnan(most_days)
    flags[has_no_answer] = None
    return worded(flags, errors)


def _limits(cells: CellRange) -> dict[str, float]:
    """The limit in days of each stage by its folded name; nan where it has none."""
    table = columns(cells, "Stages", ("stage", "limit_days"), 2)
    column = numbers(table["limit_days"])
    refuse_errors(column.errors, errors_of(table["stage"]))

    names = needed_texts(table["stage"])
    limits = column.values.ravel().tolist()
    return {fold_name(name): days for name, days in zip(names, limits, strict=True)}


def win_rate(
    won: CellRange,
    lost: CellRange,
    level: CellRange | None = None,
    prior: CellRange | None = None,
    prior_deals: CellRange | None = None,
) -> Objects:
    """Give won / (won + lost), of deals or of money; with a level also its interval.

    With a prior, a rate that is thought to hold without the counts, it is
    (won + k prior) / (won + lost + k), as the win rates of stages are: three of three are no proof of
    100 %. The interval lies around that rate and is as sure as the counts and half a deal, for the
    prior may be wrong.

    Args:
        level: for counts, from 0.5 to 0.99: adds the lower and upper end of Wilson's interval,
            beside each rate or below a row of rates.
        prior: 0 to 1.
        prior_deals: k, the closed deals that the prior counts for; 10 if left out.

    Returns: #N/A where nothing is closed and there is no prior.

    Source: 8 of 11 → 72.73 %; 6 of 8 at 80 % → 0.524 to 0.891; 3 of 3 with a prior of 25 % →
        5.5 / 13 = 0.423; 10 of 40 with 10 % → 0.22.
    """
    counts = [numbers(won), numbers(lost)]
    if prior is not None:
        counts.append(numbers(prior))
    (won_count, lost_count, *expected), errors = together(*counts)
    closed = won_count + lost_count
    weight = _prior_weight(prior, prior_deals)
    believed = expected[0] if expected else np.zeros(closed.shape)
    is_wrong = (won_count < 0) | (lost_count < 0) | (believed < 0) | (believed > 1)
    errors = np.where((errors == 0) & is_wrong, VALUE_ERROR, errors)

    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (won_count + weight * believed) / (closed + weight)
        rate = np.where(closed + weight > 0, rate, np.nan)
    if level is None:
        return numeric(rate, errors)

    chance = single_number(level)
    # The ends of the interval need room beside the rates, or below them: a grid has none.
    rows, columns = rate.shape
    is_grid = rows > 1 and columns > 1
    if not 0.5 <= chance <= 0.99 or is_grid:
        raise SheetError

    certainty = np.where(is_wrong, 0.0, closed + (_A_LITTLE_MORE if expected else 0.0))
    with np.errstate(invalid="ignore"):
        low, high = wilson(rate * certainty, certainty, chance)
    parts = [
        numeric(rate, errors),
        numeric(np.asarray(low), errors),
        numeric(np.asarray(high), errors),
    ]
    is_row = columns > 1
    return np.concatenate(parts, axis=0 if is_row else 1)


def _prior_weight(prior: CellRange | None, prior_deals: CellRange | None) -> float:
    """How many closed deals a prior counts for; 0 without one."""
    if prior is None:
        return 0.0
    weight = _PRIOR_DEALS if prior_deals is None else single_number(prior_deals)
    if not weight > 0:
        raise SheetError
    return float(weight)


def forecast(
    amounts: CellRange, probabilities: CellRange, quantile: CellRange | None = None
) -> Objects:
    """Give the money that open deals bring on average, or the sum exceeded with a given chance.

    Args:
        amounts: 0 or more, one per deal; a blank adds nothing.
        probabilities: 0 to 1, one per deal; a blank is 0.
        quantile: above 0 and below 1; 0.1 is the careful sum, exceeded in 9 of 10 cases. Several
            give one sum each.

    Source: 100,000 at 50 % → 50,000; the sum's distribution is exact up to 200 deals.
    """
    same_length(amounts, probabilities)
    amount = _known_or_zero(amounts)
    chance = _known_or_zero(probabilities)
    are_amounts = amount >= 0
    are_chances = (chance >= 0) & (chance <= 1)
    if not (are_amounts & are_chances).all():
        raise SheetError
    if quantile is None:
        return single(float((amount * chance).sum()))

    column = numbers(quantile)
    refuse_errors(column.errors)
    quantiles = column.values.ravel()
    are_quantiles = (quantiles > 0) & (quantiles < 1)
    if not are_quantiles.all():
        raise SheetError
    sums = np.array(sum_quantiles(amount, chance, quantiles.tolist()), dtype=np.float64)
    return numeric(sums.reshape(quantile.shape))


def landing(
    closed: CellRange,
    amounts: CellRange,
    probabilities: CellRange,
    quantile: CellRange | None = None,
) -> Objects:
    """Give what will be sold by the end: what is closed, and the middle of what open deals bring.

    The middle is not the mean: one deal of 100,000 at 40 % brings 0 as likely as not.

    Args:
        closed: what is sold already; blank is 0.
        amounts: 0 or more, one per deal; a blank adds nothing.
        probabilities: 0 to 1, one per deal, to be won in time; a blank is 0.
        quantile: above 0 and below 1; 0.5 if left out. Several give one sum each.

    Source: closed 50,000 and two deals of 100,000 at 50 % → middle 150,000, 0.1 gives 50,000.
    """
    sold = numbers(closed)
    refuse_errors(sold.errors)
    if sold.values.size != 1:
        raise SheetError
    already = float(np.nan_to_num(sold.values.ravel())[0])
    middle = CellRange.of(_MIDDLE) if quantile is None else quantile
    open_deals = forecast(amounts, probabilities, middle)
    return np.asarray(open_deals + already, dtype=object)


def _known_or_zero(cells: CellRange) -> Floats:
    """The numbers of a range in one column, 0 for a blank."""
    column = numbers(cells)
    refuse_errors(column.errors)
    return np.nan_to_num(column.values.ravel())


def velocity(deals: CellRange, win_rate: CellRange, average: CellRange, days: CellRange) -> Objects:
    """Give the money per day that the pipeline earns: deals × win rate × average amount / days.

    Source: 40 × 25 % × 25,000 / 90 → 2,777.78; #N/A where the days are 0.
    """
    parts, errors = together(numbers(deals), numbers(win_rate), numbers(average), numbers(days))
    count, rate, amount, cycle = parts
    makes_no_sense = (rate < 0) | (rate > 1) | (cycle < 0)
    errors = np.where((errors == 0) & makes_no_sense, VALUE_ERROR, errors)
    return numeric(pipeline_velocity(count, rate, amount, cycle), errors)


def coverage(open_amount: CellRange, closed: CellRange, target: CellRange) -> Objects:
    """Say how many times the open pipeline covers what is missing to the target.

    A blank open or closed amount is 0. #N/A where the target is met, for then none is needed, or
    blank.
    """
    parts, errors = together(numbers(open_amount), numbers(closed), numbers(target))
    still_open = np.nan_to_num(parts[0])
    sold = np.nan_to_num(parts[1])
    return numeric(pipeline_coverage(still_open, sold, parts[2]), errors)
