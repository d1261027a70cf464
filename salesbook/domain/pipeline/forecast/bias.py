"""Do forecasts lean to one side: did usually less, or more, come in than was said?

Said in two ways: by the landing, which is drawn, and by what people had closed and committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.intervals import coin_tail, wilson
from salesbook.domain.pipeline.forecast.accuracy import SLICE_KINDS, judged, kind_of_period
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.frames import frame_from_rows
from salesbook.messages import Fact, Message

LANDING: Final = "landing"
COMMIT: Final = "commit"
_LENGTHS: Final = ("month", "quarter")
_MEASURES: Final = (LANDING, COMMIT)
FALSE_ALARM: Final = 0.10
"""Chance that any slice at all is said to lean where none does, a third of it for each kind."""
FEWEST_PERIODS: Final = 6
"""Under so many periods no side can be told from chance, were all of them on it."""
_WORTH_KNOWING: Final = 0.25
"""A range that leaves so much open does not say that there is no bias."""
_SMALL: Final = 1e-9

BiasKey = tuple[str, str, str]
"""Slice kind, slice, and kind of period."""


class _Case(NamedTuple):
    """One slice, length of period and measure."""

    slice_kind: str
    slice: str
    period_kind: str
    measure: str
    rates: Floats
    """Came in of what was said, period by period."""
    inside: tuple[int, int] | None
    """Periods inside the range, and those that had one; None for commits."""

    @property
    def periods(self) -> int:
        return len(self.rates)

    @property
    def more(self) -> int:
        """Periods in which more came in than was said."""
        return int((self.rates > 1 + _SMALL).sum())

    @property
    def less(self) -> int:
        return int((self.rates < 1 - _SMALL).sum())


def forecast_bias(scored: pd.DataFrame, *, level: float, has_forecast: bool = True) -> pd.DataFrame:
    """Tell of each slice whether its forecasts lean to one side.

    A landing is the middle of what may come: half of the periods should end above it and half
    below. So it is counted how often more came in and how often less, as heads and tails of a fair
    coin (sign test); amounts do not matter, for one giant deal would decide alone, and sums of
    landings are always less than what comes, because the mean is above the middle. Who commits is
    held to the same: he reaches it as often as not. Each period counts once, whatever the number of
    its snapshots, for they share its luck. All lengths and measures of a kind of slice are looked at
    together, so that the chance of any false word is 10 % (Bonferroni).

    Args:
        scored: ForecastAccuracy.
        level: of the range of how often the truth was inside.
        has_forecast: whether anything is forecast today.

    Returns: ForecastBias, by kind and name of the slice, length and measure; while no period was
        forecast in time, a row for the company that says what is missing.

    Source: J. Dixon and A. Mood, The statistical sign test, JASA 1946; the range of the middle is
        the one that the test does not contradict, W. Thompson 1936.
    """
    cases = list(_cases(judged(scored)))
    if not cases:
        return frame_from_rows("ForecastBias", [_nothing_yet()] if has_forecast else [])
    looked_at = {
        kind: sum(case.slice_kind == kind and case.periods >= FEWEST_PERIODS for case in cases)
        for kind in SLICE_KINDS
    }
    rows = [_row(case, looked_at[case.slice_kind], level) for case in cases]
    return frame_from_rows("ForecastBias", rows)


def biases(table: pd.DataFrame, measure: str) -> dict[BiasKey, float]:
    """By slice and length of period: came in of what was said, where a bias was told.

    Args: table is ForecastBias.
    """
    is_told = table["verdict"].isin(["too-high", "too-low"]) & (table["measure"] == measure)
    told = table[is_told & np.isfinite(table["came_in_rate"])]
    keys = zip(told["slice_kind"], told["slice"], told["period_kind"], strict=True)
    return dict(zip(keys, told["came_in_rate"].astype(float), strict=True))


@dataclass(frozen=True)
class _Judged:
    """The forecasts by which periods are judged, as arrays; missing is nan."""

    came_in: Floats
    called: Floats
    middle: Floats
    is_inside: Flags
    is_forecast: Flags
    """Whether there was a range, and anything was expected or came."""

    @classmethod
    def of(cls, scored: pd.DataFrame) -> _Judged:
        """Take the columns of ForecastAccuracy."""
        came_in = scored["came_in"].to_numpy(dtype=np.float64)
        high = scored["p90"].to_numpy(dtype=np.float64, na_value=np.nan)
        # Where nothing was expected and nothing came, nobody forecast anything.
        says_nothing = (high == 0) & (came_in == 0)
        return cls(
            came_in=came_in,
            called=scored["commit_total"].to_numpy(dtype=np.float64),
            middle=scored["p50"].to_numpy(dtype=np.float64, na_value=np.nan),
            is_inside=scored["inside"].fillna(False).to_numpy(dtype=bool),
            is_forecast=scored["inside"].notna().to_numpy(dtype=bool) & ~says_nothing,
        )

    def cases(self, rows: Ints, key: BiasKey) -> Iterator[_Case]:
        """Both measures of one slice and length of period, where there is any."""
        drawn = rows[self.is_forecast[rows]]
        if len(drawn):
            inside = int(self.is_inside[drawn].sum())
            rates = _rates(self.came_in[drawn], self.middle[drawn])
            yield _Case(*key, LANDING, rates, (inside, len(drawn)))
        called = rows[self.called[rows] > 0]
        if len(called):
            yield _Case(*key, COMMIT, _rates(self.came_in[called], self.called[called]), None)


def _cases(scored: pd.DataFrame) -> Iterator[_Case]:
    """Every slice and length of period that was judged, in the order of the table."""
    lengths = {period: kind_of_period(period) for period in scored["period"].unique()}
    keyed = scored.assign(length=scored["period"].map(lengths)).reset_index(drop=True)
    groups = keyed.groupby(["slice_kind", "slice", "length"]).indices
    order = {code: place for place, code in enumerate((*SLICE_KINDS, *_LENGTHS))}
    in_order = sorted(
        (key for key in groups if key[2] in _LENGTHS),
        key=lambda key: (order[key[0]], key[1], order[key[2]]),
    )
    columns = _Judged.of(keyed)
    for kind, name, length in in_order:
        yield from columns.cases(groups[kind, name, length], (kind, str(name), length))


def _rates(came_in: Floats, said: Floats) -> Floats:
    """Came in of what was said; of nothing said, endless where anything came."""
    with np.errstate(divide="ignore", invalid="ignore"):
        of_nothing = np.where(came_in > 0, np.inf, np.where(came_in < 0, -np.inf, 1.0))
        rates: Floats = np.where(said > 0, came_in / said, of_nothing)
    return rates


def _nothing_yet() -> dict[str, Any]:
    """The company's row while no period that is over has a forecast."""
    return {
        "slice_kind": ALL,
        "slice": ALL,
        "period_kind": "month",
        "measure": LANDING,
        "periods": 0,
        "more": 0,
        "less": 0,
        "verdict": "too-few",
        "because": Message("bias-none-yet", {"needed": FEWEST_PERIODS}),
    }


def _row(case: _Case, looked_at: int, level: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "slice_kind": case.slice_kind,
        "slice": case.slice,
        "period_kind": case.period_kind,
        "measure": case.measure,
        "periods": case.periods,
        "more": case.more,
        "less": case.less,
        "came_in_rate": _finite(float(np.median(case.rates))),
        **_inside(case, level),
    }
    facts: dict[str, Fact] = {"periods": case.periods, "needed": FEWEST_PERIODS}
    if case.periods < FEWEST_PERIODS:
        return {**row, "verdict": "too-few", "because": Message("bias-few-periods", facts)}

    error = FALSE_ALARM / len(SLICE_KINDS) / looked_at
    low, high = _middle_range(case.rates, error)
    verdict = _verdict(case, error, low, high)
    facts |= {
        "rate": float(np.median(case.rates)),
        "more": case.more,
        "less": case.less,
        "low": _finite(low),
        "high": _finite(high),
    }
    return {
        **row,
        "low": _finite(low),
        "high": _finite(high),
        "verdict": verdict,
        "because": Message(f"bias-{case.measure}-{verdict}", facts),
    }


def _inside(case: _Case, level: float) -> dict[str, Any]:
    if case.inside is None:
        return {}
    inside, periods = case.inside
    low, high = wilson(inside, periods, level)
    return {
        "inside": inside,
        "inside_rate": inside / periods,
        "inside_low": low,
        "inside_high": high,
    }


def _verdict(case: _Case, error: float, low: float, high: float) -> str:
    # Periods that came out as said count for neither side, and against both.
    if coin_tail(case.less, case.periods) <= error / 2:
        return "too-high"
    if coin_tail(case.more, case.periods) <= error / 2:
        return "too-low"
    is_narrow = low >= 1 - _WORTH_KNOWING and high <= 1 + _WORTH_KNOWING
    return "no-difference" if is_narrow else "too-few"


def _middle_range(rates: Floats, error: float) -> tuple[float, float]:
    """The range of the middle rate that the sign test does not contradict; nan where none is."""
    skipped = _skipped(len(rates), error)
    if skipped is None:
        return np.nan, np.nan
    in_order = np.sort(rates)
    return float(in_order[skipped]), float(in_order[-1 - skipped])


@cache
def _skipped(periods: int, error: float) -> int | None:
    """How many of the lowest, and of the highest, may be left out; None where not even none."""
    allowed = [
        count for count in range(periods) if coin_tail(periods - count, periods) <= error / 2
    ]
    return max(allowed) if allowed else None


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
