"""Is one group's rate better than that of the others, and how many cases does it take to see it?"""

from __future__ import annotations

import math

from salesbook.domain.arithmetic.intervals import z_of
from salesbook.domain.arithmetic.urn import Urn

_AS_LIKELY = 1 + 1e-9
"""Two tables that are equally likely differ by rounding."""


def fisher(won: int, of: int, others_won: int, of_others: int) -> float:
    """Give the chance that equal rates differ by as much as two observed ones, or by more.

    Given how many were won in all, every way to deal them out is equally likely if the group makes
    no difference; the chances of all outcomes no likelier than the observed one add up. It is exact
    for a handful of cases, where the normal approximation finds differences that are none.

    Source: R. A. Fisher, The logic of inductive inference, J. Royal Statistical Society 1935. 8 of 10
        against 1 of 6 → 0.0350.
    """
    all_won, everything = won + others_won, of + of_others
    least, chances = Urn.of(everything).chances(of, all_won, everything)
    observed = chances[won - least]
    return float(min(1.0, chances[chances <= observed * _AS_LIKELY].sum()))


def cases_needed(rate: float, other: float, *, false_alarm: float, power: float) -> int:
    """Give how many cases a group needs for a rate to be told from that of many others.

    So many that the difference, should it exist, is found with the chance `power`.

    Args: false_alarm is the two-sided chance that equals are taken for different.

    Source: the usual normal approximation; 20 % against 10 %, 0.05 and 80 % → 86.
    """
    z_alarm, z_power = z_of(1 - false_alarm), z_of(2 * power - 1)
    spread = z_alarm * math.sqrt(other * (1 - other)) + z_power * math.sqrt(rate * (1 - rate))
    return math.ceil((spread / (rate - other)) ** 2)
