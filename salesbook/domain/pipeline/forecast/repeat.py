"""What will customers order without any deal?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.forecast.amounts import AmountPool, pool_of
from salesbook.domain.pipeline.forecast.basis import Basis
from salesbook.domain.pipeline.forecast.windows import Window

_YEAR: Final = 12
_MOST_MONTHS: Final = 24
_LEAST_SEASON: Final = 0.05
"""Least factor of a month's season."""
_PLAIN: Final = 10.0
"""Months for which orders count as coming by luck alone, in how unevenly they come."""
_TREND_DOUBT: Final = 100.0
"""Orders for which a trend of none counts."""
_LEAST_TREND: Final = 0.7
_MOST_TREND: Final = 1.4


@dataclass(frozen=True)
class Repeats:
    """Draws of how many orders without a deal come in each month, and how large they are."""

    today: float
    per_month: Floats
    """Orders a month; one per draw."""
    season: Floats
    """Factor of each calendar month, January first: a row per draw."""
    unevenness: float
    """Variance of a month's count over its mean; 1 by luck alone."""
    pool: AmountPool
    level: Floats

    def counts(self, window: Window) -> Floats:
        """The mean number of orders in the window; one per draw."""
        months, parts = months_of_days(self.today + window.after, self.today + window.until)
        return np.asarray(self.per_month * (self.season[:, months % _YEAR] @ parts))

    def expected(self, counts: Floats) -> float:
        """The mean of what comes in, given `counts`."""
        return float(counts.mean()) * self.pool.mean

    def moments(self, window: Window) -> tuple[Floats, Floats]:
        """Mean and variance given the rates; one per draw."""
        counts = self.counts(window)
        beyond_luck = (self.unevenness - 1) * self.pool.mean**2
        variance = counts * (self.pool.mean_square + beyond_luck)
        return counts * self.pool.mean * self.level, variance * self.level**2

    def draws(self, counts: Floats, part: float, random: np.random.Generator) -> Floats:
        """Draw what comes in for a slice that gets so large a part of all these orders.

        A part of uneven orders is less uneven than all of them: of a hundredth, luck decides.

        Args: counts of the window for all of them, one per draw.
        """
        if part <= 0 or not self.pool.mean_square:
            return np.zeros(len(self.level))
        counts = counts * part
        uneven = (self.unevenness - 1) * part
        if uneven > 1e-6:
            counts = random.gamma(np.maximum(counts, 1e-12) / uneven, uneven)
        return self.pool.sums(random.poisson(counts), random) * self.level


def repeats_at(basis: Basis, day: float, random: np.random.Generator, size: int) -> Repeats:
    """Draw what was to be expected, at the end of a day, of orders that name no deal.

    From at most the last 24 months: orders a month are Gamma(N + 1/2) / months, times the trend;
    each calendar month has a factor that is drawn to 1 the more, the fewer orders there are; and
    months differ by more than luck where they did before. A season as it was, not drawn to 1, holds
    its range in 74 % of cases, and picking past months as they were in 22 %.
    """
    sales = basis.sales
    if not basis.orders_count(day):
        return _none(day, size)
    known = sales.repeat_day <= day
    if not known.any():
        return _none(day, size)

    months, exposure = _months_watched(basis, day)
    month_of = _month_number(sales.repeat_day)
    rows = known & (month_of >= months[0]) & (month_of <= months[-1])
    if not rows.any():
        return _none(day, size)
    counts = np.bincount(month_of[rows] - months[0], minlength=len(months)).astype(np.float64)

    factors, spread = month_factors(counts, exposure, months)
    total, watched = float(counts.sum()), max(float(exposure.sum()), 1.0)
    usual = exposure * factors[months % _YEAR] * total / watched
    uneven = unevenness(counts, usual)

    rate = random.gamma((total + 0.5) / uneven, uneven / watched, size)
    season = factors + spread * random.standard_normal((size, _YEAR))
    pool = pool_of(sales.repeat_amount[rows])
    return Repeats(
        today=day,
        per_month=rate * trend(counts),
        season=np.maximum(season, _LEAST_SEASON),
        unevenness=uneven,
        pool=pool,
        level=pool.level_draws(random, size),
    )


def _months_watched(basis: Basis, day: float) -> tuple[Ints, Floats]:
    """The last months that are over, 24 at most, and the part of each that is over: all of it.

    Where none is, for orders began in the running month, that one with what has gone of it.
    """
    sales = basis.sales
    began = np.concatenate([sales.repeat_day, sales.ordered_day]).min()
    first, running = _month_number(np.array([began, day + 1]))
    if first >= running:
        months, parts = months_of_days(float(_first_day(first)) - 1, day)
        return months, np.maximum(parts, 1e-9)
    months = np.arange(max(first, running - _MOST_MONTHS), running)
    return months, np.ones(len(months))


def month_factors(counts: Floats, exposure: Floats, months: Ints) -> tuple[Floats, float]:
    """Factor of each calendar month, drawn to 1, and how far off each may be.

    f = 1 + w (f^ - 1) with w = t / (t + s): s = 12 / N is how much twelve factors differ by luck, t
    by how much more they do. It may be off by the root of w s.

    Args:
        counts: orders of each month.
        exposure: part of each month that is over.
        months: their numbers, counted from year 0.
    """
    if exposure.sum() < _YEAR:
        return np.ones(_YEAR), 0.0
    orders = np.bincount(months % _YEAR, counts, _YEAR)
    watched = np.bincount(months % _YEAR, exposure, _YEAR)
    raw = orders / np.maximum(watched, 1e-9) / (counts.sum() / exposure.sum())
    by_luck = _YEAR / counts.sum()
    beyond = max(0.0, float(raw.var(ddof=1)) - by_luck)
    weight = beyond / (beyond + by_luck)
    return 1 + weight * (raw - 1), float(np.sqrt(weight * by_luck))


def unevenness(counts: Floats, usual: Floats) -> float:
    """How much more than by luck months differ: (10 + chi²) / (10 + df), 1 at least."""
    is_watched = usual > 0
    chi_square = float(((counts - usual)[is_watched] ** 2 / usual[is_watched]).sum())
    freedom = max(int(is_watched.sum()) - 1, 0)
    return max(1.0, (_PLAIN + chi_square) / (_PLAIN + freedom))


def trend(counts: Floats) -> float:
    """The last 12 months over the 12 before, drawn to 1; 1 where there are not two whole years."""
    if len(counts) < 2 * _YEAR:
        return 1.0
    last, before = counts[-_YEAR:].sum(), counts[-2 * _YEAR : -_YEAR].sum()
    if not before:
        return 1.0
    total = counts.sum()
    drawn = 1 + (last / before - 1) * total / (total + _TREND_DOUBT)
    return float(np.clip(drawn, _LEAST_TREND, _MOST_TREND))


def _none(day: float, size: int) -> Repeats:
    nothing = pool_of(np.zeros(0))
    return Repeats(day, np.zeros(size), np.ones((size, _YEAR)), 1.0, nothing, np.ones(size))


def months_of_days(after: float, until: float) -> tuple[Ints, Floats]:
    """The months that days lie in, after one up to another, and the part of each that they are."""
    first, last = _month_number(np.array([after + 1, until]))
    months = np.arange(first, max(last, first) + 1)
    begins = _first_day(months)
    ends = _first_day(months + 1)
    inside = np.minimum(ends, until + 1) - np.maximum(begins, after + 1)
    return months, np.clip(inside, 0.0, None) / (ends - begins)


def _month_number(days: Floats) -> Ints:
    """Months since year 0 of days since 1970."""
    months = days.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]")
    return np.asarray(months.astype(np.int64) + 1970 * _YEAR)


def _first_day(months: Ints) -> Floats:
    """Days since 1970 of the first day of each month."""
    in_months = (np.asarray(months) - 1970 * _YEAR).astype("datetime64[M]")
    return in_months.astype("datetime64[D]").astype(np.int64).astype(np.float64)
