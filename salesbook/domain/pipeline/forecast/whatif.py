"""What would come in if a stage let more deals pass, or was quicker, or if more leads came?

The same 2,000 futures are drawn twice. In the second drawing every deal has the luck that it has in
the first: who is won today's way is won with a higher rate, too. Two forecasts drawn by themselves
would differ by luck, often by more than the change that is asked about.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.forecast.open_deals import ONE_BY_ONE, OpenMoney
from salesbook.domain.pipeline.forecast.outlook import Figures, Outlook
from salesbook.domain.pipeline.forecast.parts import slice_numbers
from salesbook.domain.pipeline.forecast.replay import seeded
from salesbook.domain.pipeline.forecast.to_come import Arrivals
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.domain.pipeline.funnel.slices import ALL

_NINTH: Final = 1 / 9


@dataclass(frozen=True)
class Changes:
    """What is asked about, as inputs of the forecast."""

    rate_factor: Floats
    """Per stage: by how much more of the deals now in it are won; 1 where nothing changes."""
    sooner: Floats
    """Per stage: days by which its deals close sooner; negative: later."""
    new_rate_factor: float
    """The same of deals that are still to come."""
    new_sooner: float
    new_sooner_part: float
    """Part of them that passes the stage which is quicker."""
    leads_factor: float
    """How many more deals come."""

    @property
    def direction(self) -> int:
        """1 where nothing can bring less, -1 where nothing can bring more, 0 else."""
        factors = [*self.rate_factor, self.new_rate_factor, self.leads_factor]
        is_up = min(factors) >= 1 and self.sooner.min(initial=0) >= 0 and self.new_sooner >= 0
        is_down = max(factors) <= 1 and self.sooner.max(initial=0) <= 0 and self.new_sooner <= 0
        return int(is_up) - int(is_down)

    def of_money(self, money: OpenMoney) -> OpenMoney:
        """The open deals as they would be; nobody is more than sure to be won."""
        return replace(
            money,
            rates=np.minimum(money.rates * self.rate_factor, 1.0),
            rate_draws=np.minimum(money.rate_draws * self.rate_factor, 1.0),
            sooner=self.sooner,
        )

    def of_arrivals(self, arrivals: Arrivals) -> Arrivals:
        """The deals to come as they would be."""
        return replace(
            arrivals,
            per_day=arrivals.per_day * self.leads_factor,
            rate=np.minimum(arrivals.rate * self.new_rate_factor, 1.0),
            sooner=self.new_sooner,
            sooner_part=self.new_sooner_part,
        )


@dataclass(frozen=True)
class _Company:
    """The company's rows of the open and the awaited deals."""

    slice_of: Ints
    awaited_slice: Ints

    @property
    def is_small(self) -> bool:
        """Whether its open deals are drawn one by one."""
        return bool((self.slice_of >= 0).sum() + (self.awaited_slice >= 0).sum() <= ONE_BY_ONE)


def with_and_without(
    outlook: Outlook,
    changes: Changes,
    windows: Sequence[tuple[Window, str]],
    wanted: Collection[int],
) -> Iterator[tuple[Figures, Figures]]:
    """Draw what the company sells in each window as things are, and with the changes.

    As things are it is the Forecast itself, draw by draw; so the windows are all of the Forecast's,
    in its order. What the changes add is moved by the level that periods gone taught, as all of a
    forecast; not widened, for that forecasts were too narrow says nothing of what a change adds.

    Args: wanted are the places of the windows that are asked about.
    """
    name = pd.Index([ALL])
    company = _Company(
        slice_numbers(outlook.slices[ALL], name), slice_numbers(outlook.awaited_slices[ALL], name)
    )
    random = seeded(outlook.as_of, f"{ALL}|{ALL}")
    asked_about = {windows[place][0] for place in wanted}
    drawn: dict[Window, _Drawn] = {}
    for window, _ in windows:
        if window in drawn:
            continue
        # Where nothing is asked numbers are taken all the same, so that those after it are the same.
        drawn[window] = _drawn(outlook, company, window, random)
        if window in asked_about:
            drawn[window].more = _added(outlook, changes, company, window, drawn[window])

    changed_outlook = _changed(outlook, changes)
    for place in wanted:
        window, corrected_by = windows[place]
        now, then = _means(outlook, window), _means(changed_outlook, window)
        correction = outlook.corrections[corrected_by]
        today = correction.applied(drawn[window].total, now.total)
        changed = np.maximum(today + correction.level * drawn[window].more, 0.0)
        yield now.figures(today, correction.level), then.figures(changed, correction.level)


@dataclass
class _Drawn:
    """Draws of a window as the Forecast has them, by source."""

    luck: np.random.Generator
    """With which the open deals were drawn."""
    of_open: Floats
    new_counts: Ints
    of_new: Floats
    of_repeats: Floats
    more: Floats
    """What the changes add to each draw."""

    @property
    def total(self) -> Floats:
        """Of all sources, added up as the Forecast does."""
        return self.of_open + self.of_new + self.of_repeats


def _changed(outlook: Outlook, changes: Changes) -> Outlook:
    """The outlook with the inputs that are asked about."""
    prospect = outlook.prospect
    return replace(
        outlook,
        money=changes.of_money(outlook.money),
        prospect=replace(prospect, arrivals=changes.of_arrivals(prospect.arrivals)),
        expected={},
    )


@dataclass(frozen=True)
class _Means:
    """What the company's three sources bring in a window on average."""

    open_deals: float
    to_come: float
    repeat: float

    @property
    def total(self) -> float:
        """Of all three; added up as the Forecast does."""
        return self.open_deals + self.to_come + self.repeat

    def figures(self, draws: Floats, level: float) -> Figures:
        """Figures of the company alone."""
        return Figures(
            open_expected=np.array([level * self.open_deals]),
            to_come=np.array([level * self.to_come]),
            repeat=np.array([level * self.repeat]),
            draws=np.sort(draws)[None, :],
        )


def _means(outlook: Outlook, window: Window) -> _Means:
    of_open, of_awaited = outlook.money.expected(window)
    arrivals, repeats = outlook.prospect.arrivals, outlook.prospect.repeats
    open_mean = np.bincount(np.zeros(len(of_open), dtype=np.int64), of_open, 1)
    open_mean += np.bincount(np.zeros(len(of_awaited), dtype=np.int64), of_awaited, 1)
    return _Means(
        open_deals=float(open_mean[0]),
        to_come=arrivals.expected(arrivals.wins(window)),
        repeat=repeats.expected(repeats.counts(window)),
    )


def _drawn(
    outlook: Outlook, company: _Company, window: Window, random: np.random.Generator
) -> _Drawn:
    """Take the numbers in the order in which the Forecast takes them."""
    luck = copy.deepcopy(random)
    of_open = outlook.money.draws(window, company.slice_of, company.awaited_slice, [random])[0]
    arrivals, repeats = outlook.prospect.arrivals, outlook.prospect.repeats
    new_counts, of_new = arrivals.counted_draws(arrivals.wins(window), 1.0, random)
    of_repeats = repeats.draws(repeats.counts(window), 1.0, random)
    return _Drawn(luck, of_open, new_counts, of_new, of_repeats, more=np.zeros(len(of_open)))


def _added(
    outlook: Outlook, changes: Changes, company: _Company, window: Window, drawn: _Drawn
) -> Floats:
    """What the changes add to each draw, less what they take away."""
    today = (drawn.of_open, drawn.luck)
    more_open = _open_then(outlook.money, changes, company, window, today) - drawn.of_open
    arrivals = outlook.prospect.arrivals
    wins, wins_then = arrivals.wins(window), changes.of_arrivals(arrivals).wins(window)
    own_luck = seeded(outlook.as_of, f"whatif|{window.after}|{window.until}")
    new_today = (drawn.new_counts, drawn.of_new, wins)
    return more_open + _new_then(arrivals, wins_then - wins, new_today, own_luck)


def _open_then(
    money: OpenMoney,
    changes: Changes,
    company: _Company,
    window: Window,
    today: tuple[Floats, np.random.Generator],
) -> Floats:
    """What open deals bring with the changes, each draw with the luck that it has without them."""
    draws, same_luck = today
    slices = (company.slice_of, company.awaited_slice)
    changed = changes.of_money(money)
    if company.is_small:
        one_by_one: Floats = changed.draws(window, *slices, [same_luck])[0]
        return one_by_one

    mean, variance = (values[:, 0] for values in money.moments(window, *slices, 1))
    moments_then = (values[:, 0] for values in changed.moments(window, *slices, 1))
    then = moved_draws(draws, (mean, variance), tuple(moments_then))
    if changes.direction > 0:
        return np.maximum(then, draws)
    if changes.direction < 0:
        return np.minimum(then, draws)
    return then


def moved_draws(draws: Floats, before: tuple[Floats, Floats], after: tuple[Floats, ...]) -> Floats:
    """Give draws of sums with one mean and variance another one, each in its place.

    A gamma variable of shape k is nearly k θ (1 - 1/(9k) + z/(3 √k))³ with z normal. So each draw has
    a z, which says how lucky it is, and keeps it.

    Args: means and variances, one per draw.

    Source: E. B. Wilson and M. M. Hilferty, The distribution of chi-square, PNAS 1931.
    """
    mean, variance = before
    new_mean, new_variance = after
    is_same = (mean == new_mean) & (variance == new_variance)
    is_drawn = (mean > 0) & (variance > 0)
    safe_mean = np.where(is_drawn, mean, 1.0)
    shape = safe_mean**2 / np.where(is_drawn, variance, 1.0)
    root = 3 * np.sqrt(shape)
    luck = root * (np.cbrt(draws / safe_mean) - 1 + _NINTH / shape)
    luck = np.where(is_drawn, luck, 0.0)

    is_drawn_then = (new_mean > 0) & (new_variance > 0)
    new_shape = np.where(is_drawn_then, new_mean, 1.0) ** 2
    new_shape = new_shape / np.where(is_drawn_then, new_variance, 1.0)
    cube_root = 1 - _NINTH / new_shape + luck / (3 * np.sqrt(new_shape))
    moved = new_mean * np.maximum(cube_root, 0.0) ** 3
    moved = np.where(is_drawn_then, moved, new_mean)
    return np.asarray(np.where(is_same, draws, moved), dtype=np.float64)


def _new_then(
    arrivals: Arrivals,
    more_wins: Floats,
    today: tuple[Ints, Floats, Floats],
    random: np.random.Generator,
) -> Floats:
    """What is added to the sums of deals to come if more of them are won, or fewer.

    More are further deals beside those that are won anyhow. Of fewer, each of those is missing with
    the same chance.
    """
    counts, sums, wins = today
    # The sum of many amounts is drawn as a normal one, which may fall below 0; more deals may not.
    more = np.maximum(arrivals.draws(np.maximum(more_wins, 0.0), 1.0, random), 0.0)
    missing = np.divide(np.maximum(-more_wins, 0.0), wins, out=np.zeros(len(wins)), where=wins > 0)
    gone = random.binomial(counts, np.minimum(missing, 1.0))
    share_gone = np.divide(gone, counts, out=np.zeros(len(counts)), where=counts > 0)
    return np.asarray(more - sums * share_gone, dtype=np.float64)
