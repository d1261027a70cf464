"""What will deals bring that nobody has entered yet?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.forecast.amounts import AmountPool, mixed_pool
from salesbook.domain.pipeline.forecast.basis import Basis, View
from salesbook.domain.pipeline.forecast.remaining import Ordering
from salesbook.domain.pipeline.forecast.windows import Window

_FEWEST_DAYS: Final = 90.0
_MOST_DAYS: Final = 365.0
_YOUNGEST: Final = 30.0
_AGES: Final = np.array([0.0, 7, 14, 30, 45, 60, 90, 120, 180, 270, 365, 545, 730])
"""Days since creation from which on the daily chance to be won may be another."""
_USUAL_CYCLE: Final = 90.0
"""Days from creation to winning while no deal is won."""
_SURE: Final = 5.0
"""Concentration that the rate has beside what closed deals give it."""


@dataclass(frozen=True)
class Arrivals:
    """Draws of how many deals come, how many of them are won, when, and how large they are."""

    per_day: Floats
    """New deals a day; one per draw."""
    rate: Floats
    """Share of them that is won in the end; one per draw."""
    hazards: Floats
    """Daily hazard to be won by age, of those that are won: a row per draw."""
    pool: AmountPool
    level: Floats
    """How the mean amount to come compares to the pool's; one per draw."""
    share: float
    """Part of a won deal's amount that becomes a sale of its name."""
    wait: float
    """Days from winning to the sale."""
    sooner: float = 0.0
    """Days by which a part of the deals is won sooner than it would be."""
    sooner_part: float = 0.0

    def wins(self, window: Window) -> Floats:
        """The mean number of deals that come and are won in the window; one per draw."""
        window = window.moved(-self.wait)
        days = self._won_days(window, 0.0)
        if self.sooner and self.sooner_part:
            sooner = self._won_days(window, self.sooner)
            days = (1 - self.sooner_part) * days + self.sooner_part * sooner
        return self.per_day * self.rate * days

    def _won_days(self, window: Window, sooner: float) -> Floats:
        """Days of arrivals won in a window, if each were won so many days sooner.

        Arrivals of before today are open deals, which count by themselves.
        """
        before_today = won_days(self.hazards, sooner) if sooner > 0 else 0.0
        by_end, by_start = (
            np.maximum(won_days(self.hazards, horizon + sooner) - before_today, 0.0)
            for horizon in (window.until, window.after)
        )
        return np.asarray(by_end - by_start, dtype=np.float64)

    def expected(self, wins: Floats) -> float:
        """The mean of what comes in, given `wins`."""
        return float(wins.mean()) * self.pool.mean * self.share

    def moments(self, window: Window) -> tuple[Floats, Floats]:
        """Mean and variance given the rates; one per draw. The count is a Poisson number."""
        wins = self.wins(window)
        scale = self.level * self.share
        return wins * self.pool.mean * scale, wins * self.pool.mean_square * scale**2

    def draws(self, wins: Floats, part: float, random: np.random.Generator) -> Floats:
        """Draw what comes in for a slice that gets so large a part of all new deals.

        Args: wins of the window for all of them, one per draw.
        """
        _, sums = self.counted_draws(wins, part, random)
        return sums

    def counted_draws(
        self, wins: Floats, part: float, random: np.random.Generator
    ) -> tuple[Ints, Floats]:
        """As `draws`, with how many deals each of them holds."""
        if part <= 0 or not self.pool.mean_square:
            return np.zeros(len(self.rate), dtype=np.int64), np.zeros(len(self.rate))
        counts = random.poisson(wins * part)
        return counts, self.pool.sums(counts, random) * self.level * self.share


def arrivals_at(view: View, ordering: Ordering, random: np.random.Generator, size: int) -> Arrivals:
    """Draw what was to be expected, at the end of a day, of deals still to come.

    New deals a day are Gamma(n + 1/2) / L, where n were created in the last L days: from the first
    known closing on, but 90 at least and 365 at most. Their rate is that of all closed deals; the
    days from creation to winning come from a life table of won deals, in which open ones count for
    their chance and are watched on.
    """
    basis, day, standing = view.basis, view.day, view.standing
    facts = basis.deals
    created = arrived(basis, day)
    per_day = random.gamma(created.sum() + 0.5, 1 / days_in_book(view), size)

    closed = facts.takes_part & (facts.closed <= day)
    rate = _first_rate(basis, closed)
    hazards = drawn_cycle(*_cycles(view), random, size)

    won = facts.amount[closed & facts.is_won]
    pool = mixed_pool(won, facts.amount[standing.place])
    return Arrivals(
        per_day=per_day,
        rate=_drawn_rate(rate, float(closed.sum()), random, size),
        hazards=hazards,
        pool=pool,
        level=pool.level_draws(random, size),
        share=ordering.share,
        wait=ordering.usual_days,
    )


def days_counted(basis: Basis, day: float) -> float:
    """L, the days over which new deals are counted.

    A company that has not been there for so long is counted from its first deal.
    """
    days = float(np.clip(day - basis.first_closed, _FEWEST_DAYS, _MOST_DAYS))
    created = basis.deals.created
    known = created[np.isfinite(created) & (created <= day)]
    age = day - known.min() + 1 if len(known) else days
    return min(days, max(age, _YOUNGEST))


def days_in_book(view: View) -> float:
    """How many days' new deals the book holds of those created in the last L days.

    Of those created before the first known closing, T0, only who was still open then is in it. So a
    day of before T0 counts for the share that is open as many days after creation, whether won or
    lost in the end: the book of a week that shows 70 deals of a quarter had 105.
    """
    basis, day, standing = view.basis, view.day, view.standing
    facts = basis.deals
    days = days_counted(basis, day)
    before = days - (day - basis.first_closed + 1)
    if before <= 0:
        return days

    is_closed = np.isfinite(facts.closed) & (facts.closed <= day) & np.isfinite(facts.created)
    closed = np.flatnonzero(is_closed & (facts.created <= facts.closed))
    open_ones = standing.place[np.isfinite(facts.created[standing.place])]
    deal = np.concatenate([closed, open_ones])
    events, watched = _watched_by_age(basis, day, deal, len(closed), np.ones(len(deal)))
    hazards = (events + 1) / (watched + 1 / _usual_hazard(events, watched))
    return days - before + float(before - won_days(hazards[None, :], before)[0])


def arrived(basis: Basis, day: float) -> Flags:
    """Deals created in the last L days."""
    created = basis.deals.created
    is_new = (created > day - days_counted(basis, day)) & (created <= day)
    return is_new & basis.deals.takes_part


def _first_rate(basis: Basis, closed: Flags) -> float:
    """Share won of all closed deals, with what was typed for the first stages as a prior."""
    won = float((closed & basis.deals.is_won).sum())
    count = float(closed.sum())
    first = basis.first_stage[basis.first_stage >= 0]
    typed = basis.stays.typed[first]
    typed = typed[~np.isnan(typed)]
    if not len(typed):
        return (won + 1) / (count + 2) if count else 0.0
    size = basis.stays.prior_deals
    return (won + size * float(typed.mean())) / (count + size)


def _drawn_rate(rate: float, closed: float, random: np.random.Generator, size: int) -> Floats:
    """Draw the share that is won, in order as the rates of stages are: see `drawn_rates`."""
    if rate <= 0 or rate >= 1:
        return np.full(size, rate)
    certainty = closed + _SURE
    return np.sort(random.beta(rate * certainty, (1 - rate) * certainty, size))


def _cycles(view: View) -> tuple[Floats, Floats]:
    """Per age: deals won at it, and the days that deals were watched at it, won in the end.

    What was won before the first known closing is not in the book, so that nobody is watched then.
    """
    basis, day, standing = view.basis, view.day, view.standing
    facts = basis.deals
    is_won = facts.is_won & np.isfinite(facts.closed) & (facts.closed <= day)
    won = np.flatnonzero(is_won & np.isfinite(facts.created) & (facts.created <= facts.closed))
    still_open = np.isfinite(facts.created[standing.place])
    place = standing.place[still_open]
    chance = np.nan_to_num(view.rates[standing.code[still_open]])

    weight = np.concatenate([np.ones(len(won)), chance])
    return _watched_by_age(basis, day, np.concatenate([won, place]), len(won), weight)


def _watched_by_age(
    basis: Basis, day: float, deal: Ints, ended: int, weight: Floats
) -> tuple[Floats, Floats]:
    """Per age: how many of the first deals ended at it, and the days that all were watched at it."""
    facts = basis.deals
    created = facts.created[deal]
    end = np.minimum(facts.closed[deal], day) - created
    entry = np.maximum(basis.first_closed - 1 - created, 0.0)

    age_of = np.searchsorted(_AGES, end[:ended], side="left") - 1
    events = np.bincount(np.maximum(age_of, 0), minlength=len(_AGES)).astype(np.float64)
    until = np.append(_AGES[1:], np.inf)
    watched = np.minimum(end[:, None], until) - np.maximum(entry[:, None], _AGES)
    return events, np.asarray(weight @ np.clip(watched, 0.0, None), dtype=np.float64)


def drawn_cycle(events: Floats, days: Floats, random: np.random.Generator, size: int) -> Floats:
    """Draw the daily hazard to be won at each age, of deals that are won in the end.

    One more deal of the usual hazard counts at each age, which is that of all ages together; and
    there one of 90 days.
    """
    usual = _usual_hazard(events, days)
    return np.asarray(
        random.gamma(events + 1, 1 / (days + 1 / usual), (size, len(events))), dtype=np.float64
    )


def _usual_hazard(events: Floats, days: Floats) -> float:
    return float((events.sum() + 1) / (days.sum() + _USUAL_CYCLE))


def won_days(hazards: Floats, horizon: float) -> Floats:
    """The integral of F over the horizon: days for which deals coming at one a day are won by then.

    F(t) is the share won within t days of creation, of those that are won; the hazard is constant
    within an age.

    Args: hazards has a row per draw and a column per age of `_AGES`.

    Source: 30 created in 90 days, rate 0.25, hazard 0.02 a day, 30 days:
        30.5 / 90 * 0.25 * 7.441 = 0.630 deals.
    """
    if horizon <= 0:
        return np.zeros(len(hazards))
    until = np.append(_AGES[1:], np.inf)
    length = np.clip(np.minimum(until, horizon) - _AGES, 0.0, None)
    fallen = hazards * length
    before = np.cumsum(fallen, axis=1) - fallen
    with np.errstate(divide="ignore", invalid="ignore"):
        open_days = np.where(hazards > 0, -np.expm1(-fallen) / hazards, length)
    return np.asarray(horizon - (np.exp(-before) * open_days).sum(axis=1), dtype=np.float64)
