"""Which two columns say more together than each by itself?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from statistics import NormalDist
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.pipeline.chances.model.additive import FIRST_RIDGE, Block

MOST_PAIRS: Final = 20
_FALSE_ALARM: Final = 0.05
"""Chance that of columns that say nothing together any pair is taken."""
_MOST_COLUMNS: Final = 30
"""Columns that are looked at two by two, those whose own terms say most."""


def both_of(first: Block, second: Block) -> Block:
    """Two columns as one: a bin for each two of theirs."""
    bins = first.bins * second.count + second.bins
    return Block(bins, first.count * second.count)


def telling_pairs(
    columns: Sequence[Block],
    strength: Floats,
    won: Floats,
    weight: Floats,
    chance: Floats,
) -> list[tuple[int, int]]:
    """Name pairs of columns of which what the sum of terms leaves over is more than luck.

    In a cell of two bins, G is what was won beyond what was expected and H its variance. The gain of
    fitting it is about G² / (H + ridge), and H / (H + ridge) of it is luck. A pair is taken
    where its gain exceeds that of luck by more standard deviations than the luckiest of as many pairs.

    Args:
        columns: each in coarse bins.
        strength: per column how much its own terms say.
        chance: what the sum of terms expects of each deal.

    Returns: at most twenty pairs of places, the most telling first.
    """
    if len(columns) < 2:
        return []
    strongest = np.sort(np.argsort(-strength, kind="stable")[:_MOST_COLUMNS]).tolist()
    candidates = list(combinations(strongest, 2))
    bar = NormalDist().inv_cdf(1 - _FALSE_ALARM / len(candidates))

    surplus = weight * (won - chance)
    variance = weight**2 * chance * (1 - chance)
    curvature = weight * chance * (1 - chance)
    found = []
    for first, second in candidates:
        cells = both_of(columns[first], columns[second])
        in_cell, luck = cells.sums(surplus), cells.sums(variance)
        shrunk = cells.sums(curvature) + FIRST_RIDGE
        spread = np.sqrt(2 * ((luck / shrunk) ** 2).sum())
        if not spread > 0:
            continue
        gain = float((in_cell**2 / shrunk).sum())
        beyond_luck = (gain - float((luck / shrunk).sum())) / float(spread)
        if beyond_luck > bar:
            found.append((gain, first, second))
    found.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    return [(first, second) for _, first, second in found[:MOST_PAIRS]]
