"""By how much does each bin of each column raise or lower the odds to win?

A sum of one term per column on top of what the stage says. The terms are few numbers that anybody
can read, which is why they can be given as reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints

FIRST_RIDGE: Final = 10.0
"""A term is drawn to 0 as if ten deals less certain than any had said so; where a column turns out to
say nothing it is drawn further, and less where its bins differ much."""
_LEAST_RIDGE: Final = 1.0
_MOST_RIDGE: Final = 1e5
_OWN_SHARE: Final = 0.05
"""Bins of numbers are drawn to their neighbours, and by this part of it to 0."""
_MOST_ROUNDS: Final = 40
_STILL: Final = 0.002
"""Terms that move by less have come to rest: by half a thousandth in the chance."""
_FARTHEST: Final = 30.0
"""Log odds beyond which a chance is 0 or 1 to thirteen digits."""


def chance_of(log_odds: Floats) -> Floats:
    """The chance that has these log odds."""
    chance: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -_FARTHEST, _FARTHEST)))
    return chance


def log_odds_of(chance: Floats) -> Floats:
    """The log odds of a chance; those of 0 and 1 are as far out as they are told apart."""
    with np.errstate(divide="ignore"):
        odds = np.log(chance) - np.log1p(-chance)
    return np.asarray(np.clip(odds, -_FARTHEST, _FARTHEST), dtype=np.float64)


def shifted(rate: Floats, shift: Floats) -> Floats:
    """Rates whose log odds are moved; one that is 0, 1 or unknown stays."""
    is_doubtful = (rate > 0) & (rate < 1)
    moved = chance_of(log_odds_of(np.where(is_doubtful, rate, 0.5)) + shift)
    return np.where(is_doubtful, moved, rate)


@dataclass(frozen=True)
class Block:
    """The bins of one column, of each deal."""

    bins: Ints
    count: int
    is_ordered: bool = False
    """Whether neighbouring bins, from the second on, are of neighbouring numbers."""

    def sums(self, values: Floats) -> Floats:
        """Add up the values of the deals in each bin."""
        return np.bincount(self.bins, values, self.count).astype(np.float64)


def fitted_terms(
    blocks: Sequence[Block],
    won: Floats,
    weight: Floats,
    offset: Floats,
    *,
    start: Sequence[Floats] = (),
) -> list[Floats]:
    """Fit logistic regression on bins, one column after the other until nothing moves.

    It finds terms b that make the largest sum of w (y log p + (1 - y) log(1 - p)) - ridge / 2 b' K b,
    where the log odds of p are the offset and the deal's term of every column. Of words K draws each
    term to 0; of numbers to its neighbours, for the next bin of an amount says much of this one.
    Bins of one column share no deal, so that Newton's step for a whole column is cheap.

    Each column has a ridge of its own, which follows its terms: with g terms that the deals decide,
    g / b' K b. With one ridge of 10 for all, columns of pure noise cost 0.0017 of Brier at 78,000
    deals and 0.007 at 2,000; so 0.00004 and 0.0025.

    Args:
        won: 1 where the deal was won, else 0.
        weight: for how many deals each counts.
        offset: log odds of each deal before any term.
        start: terms to begin with, of the first columns.

    Returns: per column the terms of its bins.

    Source: D. J. C. MacKay, Bayesian interpolation, Neural Computation 1992, for the ridge; P. Eilers
        and B. Marx, Flexible smoothing with B-splines and penalties, Statistical Science 1996.
    """
    zeros = (np.zeros(block.count) for block in blocks[len(start) :])
    terms = [term.copy() for term in (*start, *zeros)]
    log_odds = offset.copy()
    for block, term in zip(blocks, terms, strict=True):
        log_odds += term[block.bins]

    penalties = [_penalty(block) for block in blocks]
    ridges = [FIRST_RIDGE] * len(blocks)
    weighted_won = weight * won
    for turn in range(_MOST_ROUNDS):
        largest = 0.0
        for place, block in enumerate(blocks):
            chance = chance_of(log_odds)
            expected = weight * chance
            slope = block.sums(weighted_won - expected)
            curvature = block.sums(expected * (1 - chance))

            term = terms[place]
            step = _newton_step(slope, curvature, term, penalties[place], ridges[place])
            term += step
            log_odds += step[block.bins]
            largest = max(largest, float(np.abs(step).max(initial=0.0)))
            # The first round sees terms that are not there yet: nothing can be told of their size.
            if turn:
                ridges[place] = _ridge_of(term, curvature, penalties[place], ridges[place])
        if largest < _STILL:
            break
    return terms


def _penalty(block: Block) -> Floats | None:
    """K, of ordered bins; of others each is drawn to 0 by itself, and None stands for it."""
    if not block.is_ordered:
        return None
    numbers = block.count - 1
    differences = np.diff(np.eye(numbers), axis=0)
    penalty = np.eye(block.count)
    penalty[1:, 1:] = differences.T @ differences + _OWN_SHARE * np.eye(numbers)
    return penalty


def _newton_step(
    slope: Floats, curvature: Floats, term: Floats, penalty: Floats | None, ridge: float
) -> Floats:
    """How far to move a column's terms; a whole step from far away may lead beyond the top."""
    if penalty is None:
        return np.clip((slope - ridge * term) / (curvature + ridge), -1.0, 1.0)
    pull = ridge * (penalty @ term)
    step = np.linalg.solve(np.diag(curvature) + ridge * penalty, slope - pull)
    return np.asarray(np.clip(step, -1.0, 1.0), dtype=np.float64)


def _ridge_of(term: Floats, curvature: Floats, penalty: Floats | None, ridge: float) -> float:
    """How strongly terms of this size are to be drawn to 0, or to their neighbours."""
    if penalty is None:
        has_deals: Flags = curvature > 0
        decided = float((curvature / (curvature + ridge))[has_deals].sum())
        size = float((term[has_deals] ** 2).sum())
    else:
        pulled = np.diag(curvature) + ridge * penalty
        decided = float(np.trace(np.linalg.solve(pulled, np.diag(curvature))))
        size = float(term @ penalty @ term)
    wanted = decided / size if size > 0 else _MOST_RIDGE
    return float(np.clip(wanted, _LEAST_RIDGE, _MOST_RIDGE))
