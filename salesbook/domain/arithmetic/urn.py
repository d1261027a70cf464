"""If so many of all are marked, how many marked ones come up among some that are drawn by luck?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesbook.arrays import Floats, Ints


@dataclass(frozen=True)
class Urn:
    """The hypergeometric distribution, for urns of up to a number of balls.

    Fisher's exact test asks it: given how many deals were won in all, those of a group are drawn from
    them like marked balls, if the group makes no difference.

    Source: R. A. Fisher, Statistical Methods for Research Workers, 5th edition, 1934.
    """

    log_factorials: Floats
    """ln n! of each n, as a running sum: numpy has no logarithm of the gamma function."""

    @classmethod
    def of(cls, most: int) -> Urn:
        """Get ready for urns of at most so many balls."""
        return cls(np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))]))

    def chances(self, drawn: int, marked: int, balls: int) -> tuple[int, Floats]:
        """Give how likely each number of marked ones is among those drawn.

        Returns: the smallest number that is possible, and the chance of it and of each larger one.
        """
        least = max(0, drawn - (balls - marked))
        hits = np.arange(least, min(drawn, marked) + 1)
        log_chances = (
            self._log_choose(marked, hits)
            + self._log_choose(balls - marked, drawn - hits)
            - self._log_choose(balls, np.array(drawn))
        )
        return least, np.exp(log_chances)

    def _log_choose(self, whole: int, parts: Ints) -> Floats:
        logs = self.log_factorials
        ways: Floats = logs[whole] - logs[parts] - logs[whole - parts]
        return ways
