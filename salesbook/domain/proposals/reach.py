"""How likely is an amount reached, by the book's own months?

Whole past months are drawn anew, the same ones for everybody: who sells together has good and bad
months together. What a month says is how far it was off what its season and its year led to expect.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from salesbook.arrays import Floats, Ints
from salesbook.domain.proposals.span import YEAR_OF_MONTHS
from salesbook.money import round_half_away

DRAWS: Final = 2000
_SEED: Final = 20260113
"""Fixed: the same book gives the same answer on every day."""
HARDLY: Final = 0.1
"""Chance under which a target is out of reach: fewer than one year in ten like these reaches it."""
MOST_YEARS: Final = 3
"""Years of past months that are drawn from; older ones tell of another company."""


def draw_months(weights: Floats, months: int) -> Floats:
    """Draw past months for each month to come: how much each past month counts, a row per draw.

    Args:
        weights: of the months to come.
        months: how many past months there are to draw from.

    Returns: each row sums to 1, where some weight is above 0.
    """
    chance = np.random.Generator(np.random.PCG64(_SEED))
    drawn = chance.integers(0, months, size=(DRAWS, len(weights)))
    place = (np.arange(DRAWS)[:, None] * months + drawn).ravel()
    total = float(weights.sum())
    parts = weights / total if total > 0 else weights
    counted = np.bincount(place, np.tile(parts, DRAWS), minlength=DRAWS * months)
    return np.asarray(counted.reshape(DRAWS, months), dtype=np.float64)


def luck(sold: Floats, season: Floats, years: Ints, weights: Floats, season_left: float) -> Floats:
    """Draw how far off what is expected each scope may end.

    A month's deviation is sold ÷ (season × the mean of its twelve months) − 1. Three things are put
    right, since a few months show less than there is: their mean is taken of themselves (12 ÷ 11),
    the season was made of them (`season_left`), and the level that is expected rests on twelve
    months (1 + h ÷ 12, where h months are to come).

    Args:
        sold: a row per scope, a column per whole past month, `MOST_YEARS` years of them, the newest
            last.
        season: a weight per past month.
        years: per scope: how many whole years of them it has. Who has fewer than the others draws
            the same calendar month of a year that he has, so that all still draw the same month.
        weights: of the months to come.
        season_left: see there.

    Returns: a row per scope, a column per draw: 0 is as expected, -0.1 a tenth below; nan where a
        scope has no whole year, or none in which it sold anything.

    Source: simulation, tests/spec/test_proposal_reach.py: in companies whose months are independent,
        what is promised with a chance of 90, 50 and 20 % is reached about as often.
    """
    scopes, months = sold.shape
    blocks = months // YEAR_OF_MONTHS
    weight_of_month = np.where(season > 0, season, 1.0)
    by_year = (sold / weight_of_month).reshape(scopes, blocks, YEAR_OF_MONTHS)
    level = by_year.mean(axis=2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = by_year / level - 1

    is_known = np.zeros(scopes, dtype=bool)
    for scope, own in enumerate(np.minimum(years, blocks).tolist()):
        newest = level[scope, blocks - own :, 0]
        is_known[scope] = own > 0 and bool((newest > 0).all())
        for block in range(blocks - own if is_known[scope] else 0):
            year_with_months = blocks - own + block % own
            deviation[scope, block] = deviation[scope, year_with_months]

    deviation[~is_known] = np.nan
    counted = draw_months(weights, months)
    mean_off = deviation.reshape(scopes, months) @ counted.T
    of_mean = YEAR_OF_MONTHS / (YEAR_OF_MONTHS - 1)
    of_level = 1 + _equal_months(weights) / YEAR_OF_MONTHS
    off: Floats = np.sqrt(of_mean / season_left * of_level) * mean_off
    return off


def _equal_months(weights: Floats) -> float:
    """How many equal months say as much as months of these weights: (Σw)² / Σw²."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def season_left(years_seen: int, enough_years: int) -> float:
    """Which part of the variance of months is left beside a season that they made themselves.

    A calendar month seen in k years is drawn to its mean by t = min(1, k / enough): of k equal parts
    of chance, 1 − (2t − t²) / k is left.

    Source: by hand: three years, in full: 2/3; one year, by a third: 1 − 5/9 = 4/9.
    """
    if years_seen < 1:
        return 1.0
    trust = min(1.0, years_seen / enough_years)
    return 1.0 - (2 * trust - trust**2) / years_seen


def reached_with(draws: Floats, chance: float) -> float:
    """The largest amount that so many of the draws reach."""
    in_order = np.sort(draws)[::-1]
    return float(in_order[max(int(np.ceil(chance * len(in_order))) - 1, 0)])


def most_in_reach(draws: Floats) -> int | None:
    """What one year in ten reaches, in whole units; a target beyond it is out of reach.

    Args: draws of the year's sum, nan where a scope has too few months: then nobody can say.
    """
    if np.isnan(draws).any():
        return None
    return round_half_away(reached_with(draws, HARDLY))


def chance_of(draws: Floats, amount: float) -> float:
    """The share of draws that reach an amount."""
    return float((draws >= amount).mean())
