"""What was to be expected at the end of a day: everything that is drawn, put together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesbook.arrays import Floats
from salesbook.domain.pipeline.forecast.basis import Basis, OpenDeals, View, view_at
from salesbook.domain.pipeline.forecast.open_deals import OpenMoney, drawn_rates
from salesbook.domain.pipeline.forecast.remaining import awaited_at, ordering_at
from salesbook.domain.pipeline.forecast.repeat import Repeats, repeats_at
from salesbook.domain.pipeline.forecast.slips import drawn_hazards, slips_at
from salesbook.domain.pipeline.forecast.to_come import Arrivals, arrivals_at
from salesbook.domain.pipeline.forecast.windows import Window

_UNKNOWN_CYCLE = 90.0
"""Days from creation to winning while no deal is won."""


@dataclass(frozen=True)
class Prospect:
    """The three sources of what will come in, each with the draws that decide about it."""

    standing: OpenDeals
    open_money: OpenMoney
    arrivals: Arrivals
    repeats: Repeats

    def moments(self, window: Window) -> tuple[float, float]:
        """Mean and standard deviation of what the whole company will sell in the window.

        What the rates leave open comes on top of what luck does given the rates.
        """
        means, variances = self.open_money.moments(
            window,
            np.zeros(len(self.standing.place), dtype=np.int64),
            np.zeros(len(self.open_money.awaited.place), dtype=np.int64),
            1,
        )
        mean, variance = means[:, 0], variances[:, 0]
        for source in (self.arrivals, self.repeats):
            more_mean, more_variance = source.moments(window)
            mean = mean + more_mean
            variance = variance + more_variance
        return float(mean.mean()), float(np.sqrt(variance.mean() + mean.var()))


def prospect_at(basis: Basis, day: float, random: np.random.Generator, size: int) -> Prospect:
    """Draw everything that decides what comes in after a day, from what was known at its end."""
    view = view_at(basis, day)
    standing = view.standing
    ordering = ordering_at(basis, day)
    slips = slips_at(view)
    amount = np.maximum(basis.deals.amount - ordering.ordered, 0.0)[standing.place]
    open_money = OpenMoney(
        place=standing.place,
        amount=amount * ordering.share,
        code=standing.code,
        days_to_expected=_days_to_expected(view),
        awaited=awaited_at(basis, day, ordering),
        rates=view.rates,
        rate_draws=drawn_rates(view.rates, view.weight, random, size),
        hazards=drawn_hazards(slips, random, size),
        wait=ordering.usual_days,
        shift=basis.shifts(day, standing.place, standing.code),
    )
    return Prospect(
        standing=standing,
        open_money=open_money,
        arrivals=arrivals_at(view, ordering, random, size),
        repeats=repeats_at(basis, day, random, size),
    )


def _days_to_expected(view: View) -> Floats:
    """Days to the expected one; of a deal without one as many as a deal usually takes.

    That is its day of creation and the median days from creation to winning; of a deal of which
    nobody knows that either, as if it were created today.
    """
    day, facts, standing = view.day, view.basis.deals, view.standing
    is_won = facts.is_won & np.isfinite(facts.closed) & (facts.closed <= day)
    is_measured = is_won & np.isfinite(facts.created)
    cycles = facts.closed[is_measured] - facts.created[is_measured]
    cycles = cycles[cycles >= 0]
    usual = float(np.median(cycles)) if len(cycles) else _UNKNOWN_CYCLE

    created = facts.created[standing.place]
    created = np.where(np.isfinite(created), created, day)
    expected = np.where(np.isnan(standing.expected), created + usual, standing.expected)
    return np.asarray(expected - day, dtype=np.float64)
