"""How much falls to each set of months?

A year has twelve months, so there are 4,096 sets of them: few enough to try all. A set is a number
whose bit j says whether month j is in it, and an array over all sets is indexed by that number.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from salesbook.arrays import Flags, Ints

ROWS_AT_ONCE: Final = 256
"""Rows worked on together: 256 rows × 4,096 sets are 8 MB per array."""


def subset_sums(values: Ints) -> Ints:
    """Sum the columns of each set: (rows, months) → (rows, 2 ** months)."""
    sums = np.zeros((len(values), 1), dtype=np.int64)
    for month in range(values.shape[1]):
        # The sets with this month are all sets of the months before it, and this month added.
        with_month = sums + values[:, month : month + 1]
        sums = np.concatenate([sums, with_month], axis=1)
    return sums


def months_in_set(month_set: int | Ints, months: int) -> Flags:
    """Say which months are in a set; a column of sets gives a row for each."""
    bits = month_set >> np.arange(months)
    chosen: Flags = bits & 1 == 1
    return chosen


def set_of_months(chosen: Flags) -> int:
    """The set that holds the chosen months."""
    return sum(1 << int(month) for month in np.flatnonzero(chosen))


def reach(lower: Ints, upper: Ints, totals: Ints, cap: int) -> Ints:
    """Say how much the rows can put into each set of months, each keeping total and bounds.

    Args:
        lower: (rows, months), `upper` likewise with `cap` for no limit.
        totals: of each row, within its bounds.

    Returns: (2 ** months,).
    """
    most = np.zeros(2 ** lower.shape[1], dtype=np.int64)
    for start in range(0, len(totals), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)

        # A row puts into a set what its cells there can hold ...
        room = np.minimum(subset_sums(upper[rows]), cap)

        # ... and no more than its total less what the months outside of the set need.
        needed_inside = subset_sums(lower[rows])
        needed_outside = needed_inside[:, -1:] - needed_inside
        available = totals[rows, None] - needed_outside

        most += np.minimum(room, available).sum(axis=0)
    return most
