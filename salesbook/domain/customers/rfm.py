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


def quintile_scores(values: npt.ArrayLike) -> Scores:
    """Score values by the fifth of their order that they lie in, the largest 5.

    Equal values share a score, that of the middle of their places. A sole value scores 5.
    """
    numbers = np.asarray(values)
    count = numbers.size
    if count < 2:
        return np.full(count, 5, dtype=np.int64)

    in_order = np.sort(numbers)
    smaller = np.searchsorted(in_order, numbers, side="left")
    smaller_or_equal = np.searchsorted(in_order, numbers, side="right")
    # Equal values take the places from `smaller` to `smaller_or_equal - 1`; twice their middle is
    # whole, so that no place near the edge of a fifth falls to the wrong side by rounding.
    twice_middle = smaller + smaller_or_equal - 1
    twice_last_place = 2 * (count - 1)
    fifth: Scores = 5 * twice_middle // twice_last_place
    return np.minimum(1 + fifth, 5)


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

    `quintiles`: fifths of the customers. `fixed`: the cuts of the settings; months since the last
    order up to a cut, orders from a cut on, money above a cut.

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
        recency = quintile_scores(last_on.to_numpy())
        frequency = quintile_scores(orders.to_numpy())
        money = quintile_scores(net.to_numpy())
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
