"""What do people say will come in, and how does that stand beside what the model says?

What is closed and committed, the *call*, is typed by people; the range is drawn from how deals went
before and knows no categories. So the two check each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.pipeline.forecast.accuracy import JUDGED, kind_of_period, span_of
from salesbook.domain.pipeline.forecast.bias import BiasKey
from salesbook.domain.pipeline.forecast.table import cumulative_categories
from salesbook.money import times_rate

_CATEGORIES: Final = ("closed", "commit", "best_case", "pipeline")


def with_calls(
    forecast: pd.DataFrame,
    commit_rates: Mapping[BiasKey, float],
    *,
    as_of: dt.date,
    start_month: int,
) -> pd.DataFrame:
    """Put the cumulative categories into Forecast, and what people's commits are worth.

    `commit_expected` is the call times the middle part of such calls that came in, where that was
    told apart from all of it. It stands only where a call is as early as those that were judged:
    shortly before the period, or in its first third. The landing is left as it is: its level is
    learned by replaying it, and to correct it once more would count one error twice.

    Args:
        commit_rates: came in of what was closed and committed, as `bias.biases` gives them.
    """
    if forecast.empty:
        return forecast
    single = (_floats(forecast[name]) for name in _CATEGORIES)
    _, commit_total, best_case_total, open_total = cumulative_categories(*single)
    rates = _rates(forecast, commit_rates, as_of, start_month)
    expected, _ = times_rate(commit_total.astype(np.int64), np.nan_to_num(rates))
    return forecast.assign(
        commit_total=_money(commit_total),
        best_case_total=_money(best_case_total),
        open_total=_money(open_total),
        commit_verdict=_beside_range(forecast, commit_total),
        commit_expected=_money(expected).mask(np.isnan(rates)),
    )


def _rates(
    forecast: pd.DataFrame,
    commit_rates: Mapping[BiasKey, float],
    as_of: dt.date,
    start_month: int,
) -> Floats:
    """The rate of each row's slice and length of period; nan where none applies."""
    if not commit_rates:
        return np.full(len(forecast), np.nan)
    periods = forecast["period"].unique()
    is_judged = {period: span_of(period, start_month).made(as_of) in JUDGED for period in periods}
    lengths = forecast["period"].map(kind_of_period)
    keys = zip(forecast["slice_kind"], forecast["slice"], lengths, strict=True)
    rates = np.array([commit_rates.get(key, np.nan) for key in keys], dtype=np.float64)
    counts = forecast["period"].map(is_judged).to_numpy(dtype=bool)
    return np.where(counts, rates, np.nan)


def _beside_range(forecast: pd.DataFrame, commit_total: Floats) -> pd.Series[Any]:
    """Whether a call lies above, within or below p10 to p90."""
    low, high = _floats(forecast["p10"]), _floats(forecast["p90"])
    says_something = (_floats(forecast["commit"]) > 0) & ~np.isnan(low) & ~np.isnan(high)
    where = np.select([commit_total > high, commit_total < low], ["above", "below"], "within")
    return pd.Series(where, index=forecast.index, dtype="str").where(says_something)


def _floats(column: pd.Series[Any]) -> Floats:
    values: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _money(values: Any) -> pd.Series[Any]:
    return pd.Series(np.asarray(values).astype(np.int64), dtype="Int64")
