"""How far does luck move what a rep sold in a period?

Sales come in deals: a rep with two large ones may be as good as one with none. What luck moves as
one is the deal (where a sale names none, the customer, who orders again and again), so that many
small deals say more about a rep than one large.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Days, Flags, Floats, Ints
from salesbook.domain.team.windows import Window, last_twelve_months

_ENOUGH: Final = 10
"""Fewer sales say little about how large sales are: no tenth of them can be cut."""
_LARGE: Final = 0.9
"""Amounts above this quantile count as that quantile, for rank, interval and grade alone."""


@dataclass(frozen=True)
class Cut:
    """What is left of each sale when large amounts are cut."""

    values: Floats
    """One per sale."""
    kept: float
    """The share of all money that is left; goals are scaled by it."""


@dataclass(frozen=True)
class CreditedSales:
    """Sales as they were credited, in one measure: arrays with a place for each credit."""

    days: Days
    """In order."""
    rep: Ints
    """Places among `Staff.ids`; -1 for somebody else."""
    group: Ints
    """What luck moves as one: a number for each deal, else customer, else order."""
    unit: Ints
    """What was sold at once: a number for each deal, else order."""
    values: Floats
    staff_size: int

    def sums(self, window: Window, values: Floats) -> Floats:
        """Add up the window's values by rep, with a place for everybody on the staff."""
        counted = self._counted(window)
        return _sums(self.rep[counted], values[counted], self.staff_size)

    def groups(self, window: Window, places: Ints) -> Ints:
        """Count the deals or customers of each appraised rep in the window."""
        pairs = np.unique(self._pair[self._counted(window)])
        counts: Ints = np.bincount(self._rep_of_pair[pairs], minlength=self.staff_size)
        return counts[places]

    def whole_groups(self, window: Window, places: Ints, values: Floats) -> Floats:
        """Add up the window's deals or customers, whoever of the appraised reps has the credit."""
        counted = self._counted(window)
        counted = counted[self._is_one_of(places)[self.rep[counted]]]
        _, number = np.unique(self.group[counted], return_inverse=True)
        sums = _sums(number, values[counted])
        sold: Floats = sums[sums != 0]
        return sold

    def errors(self, window: Window, places: Ints, quotas: Floats, values: Floats) -> Floats:
        """Give the standard error of each appraised rep's sum.

        A rep's credits of each deal are added up. M2, the sum of their squares over *all* reps, is
        the variance of what all sold together; a rep's part of it is the quota's part of all
        quotas: se = √(M2 · quota / Σ quotas). To take each rep's own squares would make whoever
        sold nothing "certainly" last.

        A window with few sales borrows from the twelve months to its end: M2 is at least their M2
        in proportion to the days.

        Args:
            places: of the appraised reps among `Staff.ids`.
            quotas: one for each of them, above 0.
            values: one per credit, maybe cut.

        Returns: one per appraised rep, in the measure; all 0 where nothing was ever sold.

        Source: by hand: quotas of 100 each, A one deal of 100, B two of 50, C none: M2 15,000,
            se 70.7 for each.
        """
        squares, count = self._squares(window, places, values)
        if count < _ENOUGH:
            year = last_twelve_months(window)
            squares_of_year, _ = self._squares(year, places, values)
            squares = max(squares, squares_of_year * self._part_of_year(window, year))
        variances: Floats = squares * quotas / quotas.sum()
        return np.sqrt(variances)

    def cut(self, window: Window) -> Cut:
        """Cut amounts above the 90th percentile of what was sold in the twelve months to the end.

        One giant deal would otherwise decide over a year of work. With under ten sales nothing is
        cut.
        """
        until_then = self.days < np.datetime64(window.end + dt.timedelta(days=1))
        units = int(self.unit.max(initial=-1)) + 1
        amounts = _sums(self.unit[until_then], self.values[until_then], units)
        year = last_twelve_months(window)
        is_of_year = year.holds(self._first_day_of_unit) & (amounts > 0)
        if is_of_year.sum() < _ENOUGH:
            return Cut(self.values, 1.0)

        limit = float(np.quantile(amounts[is_of_year], _LARGE))
        parts = np.ones(units)
        is_large = amounts > limit
        parts[is_large] = limit / amounts[is_large]
        kept_amounts = np.minimum(amounts[is_of_year], limit)
        kept = float(kept_amounts.sum() / amounts[is_of_year].sum())
        return Cut(self.values * parts[self.unit], kept)

    def _squares(self, window: Window, places: Ints, values: Floats) -> tuple[float, int]:
        """M2 of the appraised reps' credits in a window, and from how many credits it is."""
        counted = self._counted(window)
        counted = counted[self._is_one_of(places)[self.rep[counted]]]
        _, number = np.unique(self._pair[counted], return_inverse=True)
        sums = _sums(number, values[counted])
        return float((sums**2).sum()), int((sums != 0).sum())

    def _part_of_year(self, window: Window, year: Window) -> float:
        """The window's days as a part of the days on which anything could be sold, at most 1."""
        if not self.days.size:
            return 0.0
        first_sale: dt.date = self.days.min().astype("datetime64[D]").item()
        days_known = (window.end - max(year.start, first_sale)).days + 1
        days = (window.end - window.start).days + 1
        return min(1.0, days / max(days_known, 1))

    def _counted(self, window: Window) -> Ints:
        """Positions of the window's credits of people on the staff; days are in order."""
        day_after = np.datetime64(window.end + dt.timedelta(days=1))
        first = np.searchsorted(self.days, np.datetime64(window.start))
        behind = np.searchsorted(self.days, day_after)
        positions: Ints = np.arange(first, behind)
        return positions[self.rep[first:behind] >= 0]

    def _is_one_of(self, places: Ints) -> Flags:
        """Who of the staff is appraised."""
        is_appraised = np.zeros(self.staff_size, dtype=bool)
        is_appraised[places] = True
        return is_appraised

    @cached_property
    def _pairs(self) -> tuple[Ints, Ints]:
        """A number for each pair of rep and group that has a credit, and the rep of each pair."""
        groups = int(self.group.max(initial=0)) + 1
        pairs, number = np.unique(self.rep * groups + self.group, return_inverse=True)
        return number, pairs // groups

    @property
    def _pair(self) -> Ints:
        return self._pairs[0]

    @property
    def _rep_of_pair(self) -> Ints:
        return self._pairs[1]

    @cached_property
    def _first_day_of_unit(self) -> Days:
        """The first day of each unit."""
        _, first = np.unique(self.unit, return_index=True)
        return self.days[first]


def credited_sales(
    lines: pd.DataFrame, values: Floats, rep: Ints, staff_size: int
) -> CreditedSales:
    """Number the deals, customers and orders of credits.

    Args:
        lines: as `credits_of` gives them, in order of their days.
        values: one per line, in the measure.
        rep: the place of each line's rep among `Staff.ids`, -1 for somebody else.
    """
    deal = _numbers(lines["deal_id"])
    customer = _numbers(lines["customer_id"])
    # A refund belongs to the order that it takes back.
    order = _numbers(lines["refund_of"].fillna(lines["order_id"]))
    return CreditedSales(
        days=lines["on"].to_numpy(),
        rep=rep,
        group=_first_known(deal, customer, order),
        unit=_first_known(deal, order),
        values=values,
        staff_size=staff_size,
    )


def _numbers(names: pd.Series[Any]) -> Ints:
    """Number the names from 0 on; -1 is missing."""
    numbers: Ints = pd.factorize(names)[0].astype(np.int64)
    return numbers


def _first_known(*columns: Ints) -> Ints:
    """Take of several numberings the first that is there, and number what they mean anew from 0."""
    chosen = np.full(len(columns[0]), -1, dtype=np.int64)
    offset = 0
    for numbers in columns:
        is_first = (chosen < 0) & (numbers >= 0)
        chosen[is_first] = numbers[is_first] + offset
        offset += int(numbers.max(initial=-1)) + 1
    dense: Ints = np.unique(chosen, return_inverse=True)[1].astype(np.int64)
    return dense


def _sums(numbers: Ints, values: Floats, size: int = 0) -> Floats:
    """Add up values by number, from 0 to the largest number or `size` - 1."""
    sums: Any = np.bincount(numbers, weights=values, minlength=size)
    return np.asarray(sums, dtype=np.float64)
