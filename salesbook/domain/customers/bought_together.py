"""Which families of products are bought by the same customers, more often than chance explains?

Customers who buy much buy everything: nearly all families are "bought together", and a rate beside
that of all customers would recommend whatever is popular. So the question is asked among customers who
are alike: given how many families each one buys, and how many customers buy each family, how often
would two families meet in one customer? That is the Rasch model. Its chances, given a customer's number
of families, do not hang on how much of a buyer he is: the chance that a customer with r families has
both i and j is εᵢεⱼ·γ(r−2 without i, j)/γ(r), where γ(r) is the sum of the products of all choices of r
of the ε. The ε are those at which each family has as many buyers as were seen.

Source: G. Rasch, Probabilistic Models for Some Intelligence and Attainment Tests, 1960; E. B. Andersen,
The numerical solution of a set of conditional estimation equations, J. Royal Statistical Society B 1972.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.customers.families import Baskets
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message

FALSE_ALARM: Final = 0.05
"""The chance that any two families are called so where no two are."""
_BAND: Final = 100
"""Customers from which weights of their own can be told."""
_MOST_BANDS: Final = 6
_MOST_BONDS: Final = 4
"""The strongest bonds are told; of those beyond them nothing is."""
_ROUNDS: Final = 200
_SETTLED: Final = 1e-9
_NORMAL_FROM: Final = 10.0
"""Customers with both who must be expected before the normal distribution describes their number."""
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two families: who has both, and who would by chance."""

    left: int
    right: int
    both: int
    expected: float
    chance: float
    """Chance that luck alone makes so many, or more, buy both."""

    def of(self, families: Ints) -> Pair:
        """The same pair, its families counted as where these were taken from."""
        left, right = int(families[self.left]), int(families[self.right])
        return Pair(left, right, self.both, self.expected, self.chance)


@dataclass(frozen=True)
class Together:
    """What was found of all pairs of families."""

    table: pd.DataFrame
    """BoughtTogether, by key."""
    suggestions: tuple[tuple[int, int, Message], ...]
    """Of pairs that are bought together: has, might buy, and why; the likeliest first."""


def bought_together(baskets: Baskets, few: int, level: float) -> Together:
    """Hold each pair of families against what chance explains, with allowance for all pairs.

    Only families with `few` buyers are looked at. The least likely pair is called if its chance, times
    all pairs that there are, is under 5 %. A bond ties a customer's other families as well, for he has so
    many in all: so the family of the two that fewer have is taken out, and the others are looked at
    again without it. Of its other pairs nothing is told.

    Args: level is that of the range of a rate.

    Returns: BoughtTogether, a row for each two families that were compared, in both directions.
    """
    buyers = baskets.has.sum(axis=0)
    compared = np.flatnonzero(buyers >= few)
    all_pairs = compared.size * (compared.size - 1) // 2
    told: list[tuple[Pair, bool]] = []
    for _ in range(_MOST_BONDS + 1):
        pairs = [pair.of(compared) for pair in pairs_of(baskets.has[:, compared])]
        likeliest = min(pairs, key=lambda pair: (pair.chance, pair.left, pair.right), default=None)
        if likeliest is None or likeliest.chance * all_pairs > FALSE_ALARM:
            told += [(pair, False) for pair in pairs]
            break
        told.append((likeliest, True))
        rarer = min(likeliest.left, likeliest.right, key=lambda family: (buyers[family], family))
        compared = compared[compared != rarer]

    rows: list[dict[str, Any]] = []
    suggestions: list[tuple[float, int, int, Message]] = []
    for pair, is_called in told:
        for owned, next_one in ((pair.left, pair.right), (pair.right, pair.left)):
            row = _row(baskets, pair, owned, next_one, int(buyers[owned]), level, is_called)
            rows.append(row)
            if is_called:
                suggestions.append((-row["rate"], owned, next_one, row["because"]))
    in_order = sorted(suggestions, key=lambda suggestion: suggestion[:3])
    return Together(
        sorted_by_key("BoughtTogether", frame_from_rows("BoughtTogether", rows)),
        tuple((owned, next_one, why) for _, owned, next_one, why in in_order),
    )


def _row(  # noqa: PLR0913 - the facts of one row
    baskets: Baskets,
    pair: Pair,
    owned: int,
    next_one: int,
    buyers: int,
    level: float,
    is_called: bool,
) -> dict[str, Any]:
    """A row of BoughtTogether."""
    low, high = wilson(pair.both, buyers, level)
    facts: dict[str, Fact] = {
        "family": baskets.families[owned],
        "next": baskets.families[next_one],
        "buyers": buyers,
        "both": pair.both,
        "rate": pair.both / buyers,
        "base": pair.expected / buyers,
    }
    code = "together.yes" if is_called else "together.no"
    return {
        "family": facts["family"],
        "next_family": facts["next"],
        "buyers": buyers,
        "both": pair.both,
        "rate": facts["rate"],
        "low": low,
        "high": high,
        "base_rate": facts["base"],
        "verdict": "together" if is_called else "no-difference",
        "because": Message(code, facts),
    }


def next_families(
    baskets: Baskets, together: Together, on_sale: frozenset[str]
) -> tuple[list[str | None], list[Message | None]]:
    """What each customer might buy next: the likeliest that he does not have, and why; else None.

    Args: on_sale are the families that can be bought.
    """
    names: list[str | None] = [None] * len(baskets.customers)
    reasons: list[Message | None] = [None] * len(baskets.customers)
    is_told = np.zeros(len(baskets.customers), dtype=bool)
    for owned, next_one, because in together.suggestions:
        if baskets.families[next_one] not in on_sale:
            continue
        fits = baskets.has[:, owned] & ~baskets.has[:, next_one] & ~is_told
        for place in np.flatnonzero(fits).tolist():
            names[place], reasons[place] = baskets.families[next_one], because
        is_told |= fits
    return names, reasons


def pairs_of(has: Flags) -> Iterator[Pair]:
    """Each two columns: rows that have both, and how likely it is that luck makes so many.

    Who buys much may like other families than who buys little, and luck itself spreads many orders over
    families otherwise than few. So customers are told apart by how many families they have, in bands of
    a hundred at least, and each band has weights of its own.

    The number of those who have both varies less than a sum of independent cases would, for the buyers
    of each family are given: what its deviation has in common with those of the families is taken out
    of the variance.

    Args: has has a row per customer and a column per family.
    """
    families = has.shape[1]
    counts = has.sum(axis=1)
    met = has.astype(np.int64).T @ has.astype(np.int64)
    # Who has all families has every two.
    expected = np.full((families, families), float((counts == families).sum()))
    variance = np.zeros((families, families))
    for band in _bands(counts, families):
        by_luck, spread = _of_band(has[band])
        expected += by_luck
        variance += spread

    for left, right in combinations(range(families), 2):
        both, in_all = int(met[left, right]), float(expected[left, right])
        chance = _chance_of(both, in_all, float(variance[left, right]))
        yield Pair(left, right, both, in_all, chance)


def _of_band(has: Flags) -> tuple[Floats, Floats]:
    """How many of these customers luck gives each two families, and the variance of that number."""
    families = has.shape[1]
    buyers = has.sum(axis=0)
    is_for_sure = buyers == len(has)
    # A family that nobody of the band has, or everybody, is no matter of luck there.
    varies = np.flatnonzero((buyers > 0) & ~is_for_sure)
    sizes = has[:, varies].sum(axis=1)
    of_size = np.bincount(sizes, minlength=varies.size + 1).astype(np.float64)
    chances = _Chances(family_weights(buyers[varies].astype(np.float64), of_size), of_size)

    expected = np.zeros((families, families))
    expected[is_for_sure, :] = buyers
    expected[:, is_for_sure] = buyers[:, None]
    variance = np.zeros((families, families))
    for one, other in combinations(range(varies.size), 2):
        place = varies[one], varies[other]
        expected[place], variance[place] = chances.of_both(one, other)
    return expected, variance


def _bands(counts: Ints, families: int) -> Iterator[Flags]:
    """Customers with two families or more, by how many, a hundred or more together where there are.

    Who has one or none has no two, and who has all has every two: luck decides nothing there.
    """
    some_only = int(((counts >= 2) & (counts < families)).sum())
    enough = max(_BAND, some_only // _MOST_BANDS)
    start = 2
    for most in range(2, families):
        band = (counts >= start) & (counts <= most)
        rest = int(((counts > most) & (counts < families)).sum())
        is_last = rest < enough
        if is_last:
            band = (counts >= start) & (counts < families)
        if band.any() and (is_last or int(band.sum()) >= enough):
            yield band
            start = most + 1
        if is_last:
            return


class _Chances:
    """The chances of families, and of two and three of them, by how many a customer has."""

    def __init__(self, weights: Floats, of_size: Floats) -> None:
        """Work out what all pairs need: chances of each family, and how families vary together."""
        self._weights, self._of_size = weights, of_size
        self._sums = symmetric_sums(weights)
        families = weights.size
        self._single = np.zeros((families, families + 1))
        self._single[:, 1:] = weights[:, None] * sums_without_each(weights) / self._sums[1:]
        self._pairs = np.zeros((families, families, families + 1))
        for one in range(families):
            others = np.delete(np.arange(families), one)
            rest = sums_without_each(weights[others])
            both = weights[one] * weights[others][:, None] * rest
            self._pairs[one, others, 2:] = both / self._sums[2:]
        together = (self._pairs * of_size).sum(axis=2)
        np.fill_diagonal(together, (self._single * of_size).sum(axis=1))
        by_luck = np.einsum("ir,jr,r->ij", self._single, self._single, of_size)
        self._inverse = np.linalg.pinv(together - by_luck)

    def of_both(self, left: int, right: int) -> tuple[float, float]:
        """How many customers are expected to have two families, and the variance of their number."""
        of_size, weights = self._of_size, self._weights
        both = self._pairs[left, right]
        others = np.delete(np.arange(weights.size), [left, right])
        three = np.zeros_like(self._single)
        # Who has both has each of the two for sure.
        three[[left, right]] = both
        if others.size:
            rest = sums_without_each(weights[others])
            of_three = weights[left] * weights[right] * weights[others][:, None] * rest
            three[others, 3:] = of_three / self._sums[3:]
        shared = ((three - both * self._single) * of_size).sum(axis=1)
        variance = float((of_size * both * (1 - both)).sum())
        left_over = variance - float(shared @ self._inverse @ shared)
        return float((of_size * both).sum()), max(left_over, 0.0)


def family_weights(buyers: Floats, of_size: Floats) -> Floats:
    """The ε at which each family has as many buyers as were seen, given how many each customer buys.

    The problem: Σ over r of n(r)·εᵢ·γ(r−1 without i)/γ(r) = buyers of i, for every i. Each ε is set so
    that its own equation holds, all at once, until they stay; a common factor of all changes nothing.

    Args: of_size is the number of customers with 0, 1, 2 ... families.
    """
    if not buyers.size:
        return buyers
    weights: Floats = buyers / buyers.mean()
    for _ in range(_ROUNDS):
        without = sums_without_each(weights)
        factors = (of_size[1:] * without / symmetric_sums(weights)[1:]).sum(axis=1)
        fitted = buyers / factors
        fitted = fitted / np.exp(np.log(fitted).mean())
        change = float(np.abs(np.log(fitted / weights)).max())
        weights = fitted
        if change < _SETTLED:
            break
    return weights


def symmetric_sums(weights: Floats) -> Floats:
    """For r = 0, 1, 2 ... the sum of the products of all choices of r of the weights.

    They are the coefficients of Π (1 + wᵢ·t).
    """
    sums: Floats = np.ones(1)
    for weight in weights.tolist():
        sums = np.convolve(sums, (1.0, weight))
    return sums


def sums_without_each(weights: Floats) -> Floats:
    """The symmetric sums of all weights but one: a row for each that is left out."""
    before = [np.ones(1)]
    for weight in weights[:-1].tolist():
        before.append(np.convolve(before[-1], (1.0, weight)))
    after = [np.ones(1)]
    for weight in weights[:0:-1].tolist():
        after.append(np.convolve(after[-1], (1.0, weight)))
    return np.array([np.convolve(*both) for both in zip(before, reversed(after), strict=True)])


def _chance_of(both: int, expected: float, variance: float) -> float:
    """The chance of so many or more: normal where many are expected, else Poisson's, which is wider."""
    if both <= expected or variance <= 0:
        return 1.0
    if expected >= _NORMAL_FROM:
        return 1 - _NORMAL.cdf((both - 0.5 - expected) / math.sqrt(variance))
    term = math.exp(-expected)
    fewer = 0.0
    for count in range(both):
        fewer += term
        term *= expected / (count + 1)
    return max(0.0, 1 - fewer)
