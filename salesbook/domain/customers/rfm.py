"""How recently, how often and for how much did a customer buy, as scores from 1 to 5?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd

from salesbook.arrays import Ints
from salesbook.money import currency_decimals, to_minor
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
    ordered = np.sort(numbers)
    below = np.searchsorted(ordered, numbers, side="left")
    up_to = np.searchsorted(ordered, numbers, side="right")
    middle_twice = below + up_to - 1
    fifths: Scores = 5 * middle_twice // (2 * (count - 1))
    return np.minimum(1 + fifths, 5)


def scores_at_least(values: npt.ArrayLike, cuts: Sequence[float]) -> Scores:
    """Score values by falling cuts: 5 from the first cut on, 4 from the second on ... else 1."""
    met: Scores = (np.asarray(values)[:, None] >= np.asarray(cuts)[None, :]).sum(axis=1)
    return 1 + met


def scores_above(values: npt.ArrayLike, cuts: Sequence[float]) -> Scores:
    """Score values by falling cuts: 5 above the first cut, 4 above the second ... else 1."""
    met: Scores = (np.asarray(values)[:, None] > np.asarray(cuts)[None, :]).sum(axis=1)
    return 1 + met


def scores_within(values: npt.ArrayLike, cuts: Sequence[float]) -> Scores:
    """Score values by rising cuts: 5 up to the first cut, 4 up to the second ... else 1."""
    met: Scores = (np.asarray(values)[:, None] <= np.asarray(cuts)[None, :]).sum(axis=1)
    return 1 + met


def months_since(days: pd.Series[pd.Timestamp], as_of: dt.date) -> pd.Series[int]:
    """Months from each day's calendar month to that of `as_of`: May to July is 2, whatever the
    days.
    """
    return (as_of.year - days.dt.year) * 12 + (as_of.month - days.dt.month)


def rfm_codes(histories: pd.DataFrame, policy: Policy, as_of: dt.date) -> pd.Series[str]:
    """Give each customer who bought three digits: recency, frequency, money, 5 best.

    `quintiles`: fifths of the customers. `fixed`: the cuts of the settings; months since the last
    order up to a cut, orders from a cut on, money above a cut.

    Args:
        histories: `last_on`, `frequency`, `monetary` (minor units), one row per customer.

    Source: RFM with fixed cuts; in July 2008 a last order in May 2008, 12 orders and 6,000 make
        422, a last order in November 2007, 35 orders and 40,000 make 244.
    """
    rules = policy.rules
    if rules.rfm_rule == "quintiles":
        recency = quintile_scores(histories["last_on"].to_numpy())
        frequency = quintile_scores(histories["frequency"].to_numpy())
        money = quintile_scores(histories["monetary"].to_numpy())
    else:
        decimals = currency_decimals(rules.currency)
        months = months_since(histories["last_on"], as_of)
        recency = scores_within(months, _numbers(rules.rfm_recency_cuts))
        frequency = scores_at_least(histories["frequency"], _numbers(rules.rfm_frequency_cuts))
        cuts = [to_minor(cut, decimals) for cut in rules.rfm_money_cuts]
        money = scores_above(histories["monetary"], cuts)
    codes = [f"{r}{f}{m}" for r, f, m in zip(recency, frequency, money, strict=True)]
    return pd.Series(codes, index=histories.index, dtype="str")


def _numbers(cuts: Sequence[Decimal]) -> list[float]:
    return [float(cut) for cut in cuts]
