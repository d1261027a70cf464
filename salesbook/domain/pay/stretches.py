"""By which brackets was each month of a commission period paid, and what did each of them pay?

A *stretch* is a run of months that are paid by the same brackets. A change of plan, or brackets of
a new `valid_from`, begin another: sales count on towards the quota, and what was sold before stays
with the brackets that paid it. So each stretch keeps its own account (`lines.Tally`), and a late
change of an order belongs to the one that the order was earned in, whenever it is settled.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from salesbook.domain.pay.lines import Tally
from salesbook.domain.pay.rates import Counted
from salesbook.domain.pay.terms import Terms

Version = tuple[str, str]
"""A pay scheme and the `valid_from` of its brackets, ISO; that is empty where they are gone."""


@dataclass
class CommissionPeriod:
    """One rep's commission period, stretch by stretch."""

    stretches: list[Tally] = field(default_factory=list)
    """In order of their months."""
    last_month: list[str] = field(default_factory=list)
    """Of each stretch, the newest month that has been turned to."""
    version: Version | None = None
    """Of the newest stretch."""
    of_month: dict[str, Tally] = field(default_factory=dict)
    """The stretch of each month that has one."""

    @property
    def progress(self) -> dict[str, Counted]:
        """What the period has sold so far, by product family."""
        return self.stretches[-1].progress if self.stretches else {}

    def turn_to(self, month: str, version: Version, terms: Terms | None) -> Tally:
        """Go on to a month, in the same stretch or in a new one, and return its stretch.

        Args:
            month: after all months before.
            version: what the month is paid by.
            terms: the same in full; None where the settings no longer say.
        """
        if self.version != version:
            self.version = version
            sold = self.progress
            stretch = Tally(dict(sold), before=dict(sold))
            if terms is not None:
                stretch.brackets = terms.rates.size
            if self.stretches:
                self.stretches[-1].following = stretch
            self.stretches.append(stretch)
            self.last_month.append(month)

        stretch = self.stretches[-1]
        stretch.terms = terms
        self.last_month[-1] = month
        self.of_month[month] = stretch
        return stretch
