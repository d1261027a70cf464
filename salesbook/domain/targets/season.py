"""How much of a year's target belongs into each calendar month?

A season is twelve weights, January first. Only their proportions matter to a split, and an average
month weighs 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from salesbook.errors import SettingsError
from salesbook.money import Number, exact

Season = tuple[float, ...]
"""Twelve weights, January first."""

MONTHS: Final = 12
FLAT: Final[Season] = (1.0,) * MONTHS


def calendar_month(month: str) -> int:
    """The calendar month, 1 to 12, of a month such as `2026-03`."""
    return int(month[5:7])


def season_from_history(totals: Mapping[tuple[int, int], Number], *, enough_years: int) -> Season:
    """Weigh each calendar month by its mean against the mean of all months.

    A month seen in fewer years than `enough_years` is drawn towards 1 in proportion: seen in one of
    three years, a third of its deviation counts. A month never seen, and every month of a history
    that sums to nothing, weighs 1; a month with more refunds than sales weighs 0.

    Args:
        totals: sales by (year, calendar month); a complete month without sales is there with 0.
        enough_years: 1 or more.

    Source: mean of January 120, mean of all months 100 → 1.2.
    """
    totals_of_month: dict[int, list[Fraction]] = {}
    for (_, month), total in sorted(totals.items()):
        totals_of_month.setdefault(month, []).append(exact(total))

    means = {}
    for month, seen in totals_of_month.items():
        means[month] = sum(seen, Fraction(0)) / len(seen)

    if not means:
        return FLAT

    # The mean of the months' means: a month that was seen more often weighs no more than another.
    overall = sum(means.values(), Fraction(0)) / len(means)
    if overall <= 0:
        return FLAT

    season = []
    for month in range(1, MONTHS + 1):
        years_seen = len(totals_of_month.get(month, ()))
        trust = min(Fraction(1), Fraction(years_seen, enough_years))
        mean = max(means.get(month, overall), Fraction(0))
        weight = mean / overall
        season.append(float(1 + trust * (weight - 1)))
    return tuple(season)


def season_from_workdays(days: Sequence[int]) -> Season:
    """Weigh each calendar month by its days worked against the average month.

    Args:
        days: twelve counts, January first.
    """
    _check(days)
    days_of_year = sum(days)
    return tuple(float(Fraction(MONTHS * count, days_of_year)) for count in days)


def season_as_typed(weights: Mapping[int, float | None]) -> Season:
    """Take the weights as typed, by calendar month from 1; one that is blank or absent weighs 1.

    Raises: SettingsError `season-negative`, `season-zero`.
    """
    season = []
    for month in range(1, MONTHS + 1):
        weight = weights.get(month)
        if weight is None or math.isnan(weight):
            weight = 1.0
        season.append(float(weight))
    _check(season)
    return tuple(season)


def _check(weights: Sequence[float]) -> None:
    for month, weight in enumerate(weights, start=1):
        if weight < 0:
            raise SettingsError("season-negative", month=month, found=str(weight))
    if not any(weights):
        raise SettingsError("season-zero")
