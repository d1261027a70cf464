"""How much of a year's target belongs into each calendar month?

A season is twelve weights, January first. Only their proportions matter to a split; 1 is an average
month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from salesbook.errors import SettingsError
from salesbook.money import Number, exact

Season = tuple[float, ...]
"""Twelve weights, January first."""

MONTHS: Final = 12
FLAT: Final[Season] = (1.0,) * MONTHS


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
    by_month: dict[int, list[Fraction]] = {}
    for (_, month), total in sorted(totals.items()):
        by_month.setdefault(month, []).append(exact(total))
    means = {month: sum(seen, Fraction(0)) / len(seen) for month, seen in by_month.items()}
    overall = sum(means.values(), Fraction(0)) / len(means) if means else Fraction(0)
    if overall <= 0:
        return FLAT
    season = []
    for month in range(1, MONTHS + 1):
        trust = min(Fraction(1), Fraction(len(by_month.get(month, ())), enough_years))
        raw = max(means.get(month, overall), Fraction(0)) / overall
        season.append(float(1 + trust * (raw - 1)))
    return tuple(season)


def season_from_workdays(days: Sequence[int]) -> Season:
    """Weigh each calendar month by its days worked against the average month; 12 counts, January
    first.
    """
    _check(days)
    return tuple(float(Fraction(MONTHS * count, sum(days))) for count in days)


def season_as_typed(weights: Mapping[int, float | None]) -> Season:
    """Take the weights as typed, by calendar month from 1; a month that is blank or absent weighs
    1.

    Raises: SettingsError `season-negative`, `season-zero`.
    """
    typed = (weights.get(month) for month in range(1, MONTHS + 1))
    season = tuple(1.0 if weight is None or weight != weight else float(weight) for weight in typed)
    _check(season)
    return season


def _check(weights: Sequence[float]) -> None:
    for month, weight in enumerate(weights, start=1):
        if weight < 0:
            raise SettingsError("season-negative", month=month, found=str(weight))
    if not any(weights):
        raise SettingsError("season-zero")
