"""How recently, how often and for how much did a customer buy, as scores from 1 to 5?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Flags, Ints
from salesbook.money import to_minor
from salesbook.policy import Policy

Scores = Ints


def quintile_scores(values: npt.ArrayLike, unit: int = 1) -> Scores:
    """Score whole numbers by fifths of their distribution, the largest 5, as R's rfm package does.

    The thresholds are the quantiles at 0.2, 0.4, 0.6 and 0.8, interpolated (type 7), plus one unit:
    a value below the first has 1, one from the last on has 5. So a value that equals a quantile stays
    in the lower score, and values that tie share one. Worked out in fifths of a whole number, for a
    rounded quantile would put values beside it to either side.

    Args: unit is what one step is: 1 day or order, 100 cents of a dollar.

    Source: rfm 0.3.0, `rfm_table_order`; 1, 2, 3, 4, 5 orders have quantiles 1.8, 2.6, 3.4 and 4.2,
        so 1, 1, 2, 3, 4.
    """
    numbers = np.asarray(values, dtype=np.int64)
    if not numbers.size:
        return np.zeros(0, dtype=np.int64)

    in_order = np.sort(numbers)
    last = numbers.size - 1
    place, fifths_beyond = np.divmod(np.arange(1, 5) * last, 5)
    below = in_order[place]
    above = in_order[np.minimum(place + 1, last)]
    five_quantiles = 5 * below + fifths_beyond * (above - below)

    five_thresholds = five_quantiles + 5 * unit
    met: Scores = np.searchsorted(five_thresholds, 5 * numbers, side="right")
    return 1 + met


def scores_at_least(values: npt.ArrayLike, cuts: Sequence[float]) -> Scores:
    """Score values by falling cuts: 5 from the first cut on, 4 from the second on ... else 1."""
    value, cut = _each_with_each(values, cuts)
    return _one_and_cuts_met(value >= cut)


def scores_above(values: npt.ArrayLike, cuts: Sequence[float]) -> Scores:
    """Score values by falling cuts: 5 above the first cut, 4 above the second ... else 1."""
    value, cut = _each_with_each(values, cuts)
    return _one_and_cuts_met(value > cut)


def scores_within(values: npt.ArrayLike, cuts: Sequence[float]) -> Scores:
    """Score values by rising cuts: 5 up to the first cut, 4 up to the second ... else 1."""
    value, cut = _each_with_each(values, cuts)
    return _one_and_cuts_met(value <= cut)


def _each_with_each(
    values: npt.ArrayLike, cuts: Sequence[float]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Values down, cuts across."""
    return np.asarray(values)[:, None], np.asarray(cuts)[None, :]


def _one_and_cuts_met(met: Flags) -> Scores:
    """A value that meets all four cuts has 5, one that meets none has 1."""
    count: Scores = met.sum(axis=1)
    return 1 + count


def months_since(days: pd.Series[pd.Timestamp], as_of: dt.date) -> pd.Series[int]:
    """Months between calendar months: from any day in May to any in July it is 2."""
    years = as_of.year - days.dt.year
    return years * 12 + (as_of.month - days.dt.month)


def rfm_codes(histories: pd.DataFrame, policy: Policy, as_of: dt.date) -> pd.Series[str]:
    """Give each customer who bought three digits: recency, frequency, money, 5 best.

    `quintiles`: fifths of the customers, of days since the last order, orders and money. `fixed`: the
    cuts of the settings; months since the last order up to a cut, orders from a cut on, money above
    a cut.

    Args:
        histories: `last_on`, `frequency`, `monetary` (minor units), one row per customer.

    Source: RFM with fixed cuts; in July 2008 a last order in May 2008, 12 orders and 6,000 make
        422, a last order in November 2007, 35 orders and 40,000 make 244.
    """
    last_on = histories["last_on"]
    orders = histories["frequency"]
    net = histories["monetary"]
    rules = policy.rules
    if rules.rfm_rule == "quintiles":
        days = (pd.Timestamp(as_of) - last_on).dt.days
        # The fewer days, the better: the first fifth has 5.
        recency = 6 - quintile_scores(days)
        frequency = quintile_scores(orders)
        money = quintile_scores(net, unit=10**policy.decimals)
    else:
        recency = scores_within(months_since(last_on, as_of), _numbers(rules.rfm_recency_cuts))
        frequency = scores_at_least(orders, _numbers(rules.rfm_frequency_cuts))
        money_cuts = [to_minor(cut, policy.decimals) for cut in rules.rfm_money_cuts]
        money = scores_above(net, money_cuts)

    digits = zip(recency, frequency, money, strict=True)
    codes = [f"{r}{f}{m}" for r, f, m in digits]
    return pd.Series(codes, index=histories.index, dtype="str")


def _numbers(cuts: Sequence[Decimal]) -> list[float]:
    return [float(cut) for cut in cuts]
