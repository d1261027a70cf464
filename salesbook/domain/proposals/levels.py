"""Which floor, target and stretch are proposed, and how likely is each reached?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.proposals.reach import chance_of, reached_with
from salesbook.money import three_digits, to_minor
from salesbook.tables.base import is_of_money

FLOOR_CHANCE: Final = 0.9
SAFEST_TARGET: Final = 0.8
BOLDEST_TARGET: Final = 0.5
"""A target that is missed more often than reached is none: it is a stretch."""
STRETCH_CHANCE: Final = 0.2


@dataclass(frozen=True)
class Levels:
    """Three amounts, and the chance of each and of the top-down; None where nobody can say."""

    floor: int | None = None
    target: int | None = None
    stretch: int | None = None
    floor_rate: float | None = None
    in_reach_rate: float | None = None
    stretch_rate: float | None = None
    top_down_rate: float | None = None

    def without_chances(self) -> Levels:
        """The amounts alone: of a year that runs the forecast, which knows more, says the chance."""
        return Levels(self.floor, self.target, self.stretch)


def levels_of(draws: Floats, top_down: int | None, bottom_up: int, rounding: Rounding) -> Levels:
    """Choose the three levels.

    The floor is what nine of ten draws reach, the stretch what one of five does. The target is what
    the top-down asks for, held between what 80 and 50 % of the draws reach; without a top-down it is
    what half of them reach. Without draws the target alone is proposed, the bottom-up.

    Args: draws of the year's sum in whole units, nan where a scope has too few months.
    """
    if np.isnan(draws).any():
        return Levels(target=rounding.of(bottom_up))

    safest, boldest = reached_with(draws, SAFEST_TARGET), reached_with(draws, BOLDEST_TARGET)
    wanted = boldest if top_down is None else min(max(float(top_down), safest), boldest)
    floor = rounding.of(reached_with(draws, FLOOR_CHANCE))
    target = max(rounding.of(wanted), floor)
    stretch = max(rounding.of(reached_with(draws, STRETCH_CHANCE)), target)
    return Levels(
        floor=floor,
        target=target,
        stretch=stretch,
        floor_rate=chance_of(draws, floor),
        in_reach_rate=chance_of(draws, target),
        stretch_rate=chance_of(draws, stretch),
        top_down_rate=None if top_down is None else chance_of(draws, top_down),
    )


@dataclass(frozen=True)
class Rounding:
    """Round an amount as somebody would type it: money to three digits, a count to the whole."""

    metric: str
    decimals: int

    def of(self, amount: float) -> int:
        """The rounded amount, never below 0: no target asks for refunds."""
        whole = max(to_minor(amount, 0), 0)
        if not is_of_money(self.metric):
            return whole
        return to_minor(three_digits(whole, self.decimals), self.decimals)
