"""Are win rates as sure as they say, typed or not, and those of deals that are open now?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from figures.results import Figures, Goal, Result
from honesty.pipelines import Lives, Read, lives, one_stage, rate_now, read_rates
from honesty.verdicts import INTERVALS, Bounds, Tally, cover_goals, number, percent, within
from honesty.words import told
from salesbook.domain.arithmetic.intervals import beta_cdf, wilson, z_of
from salesbook.domain.pipeline.chances.win_rates import StageRates

LEVEL: Final = 0.8
_DAYS: Final = 700
"""Over which deals came in."""
_WRONG: Final = 2.5
"""By how much the odds of a rate that was typed wrong are off, up or down by turns."""
TYPED: Final = ("untyped", "typed right", "typed wrong")
_STAYS: Final = ((20.0, 20.0), (30.0, 15.0))
_SURE: Final = Bounds(most=0.06)
"""By design it is 5 %; what these runs may be off by chance is added."""
_FOUND: Final = Bounds(least=0.8)
_BIAS: Final = 0.1


@dataclass(frozen=True)
class Situation:
    """How many deals are closed, what was typed, and how long won and lost deals stay."""

    closed: int
    typed: str
    stays: tuple[float, float]


SITUATIONS: Final = tuple(
    Situation(closed, typed, stays)
    for typed in TYPED
    for stays in _STAYS
    for closed in (10, 40, 200)
)


@dataclass
class Cell:
    """What came out over many books in one situation."""

    situation: Situation
    covered: Tally = field(default_factory=Tally)
    """Ranges of the rate now that hold the true one."""
    common: Tally = field(default_factory=Tally)
    """The common way: won of closed, plus and minus 1.28 standard errors."""
    funnel: Tally = field(default_factory=Tally)
    """Wilson's interval of Funnel, which is of the deals that enter."""
    contradicted: Tally = field(default_factory=Tally)
    """Books that say that the typed rate does not fit."""
    ours: list[float] = field(default_factory=list)
    truths: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    """The typed rate, as it was taken for ever."""

    def off(self, rates: Sequence[float]) -> float:
        """How far rates are from the truth, in points; nan where there are none."""
        if not rates:
            return math.nan
        return 100 * float(np.mean(np.abs(np.subtract(rates, self.truths))))

    @property
    def ratio(self) -> float:
        """The sum of all rates over the sum of all true ones."""
        return sum(self.ours) / sum(self.truths)


def cells(books: int, seed: int, situations: Sequence[Situation] = SITUATIONS) -> Iterator[Cell]:
    """Draw so many books in each situation; what is true differs from book to book."""
    for place, situation in enumerate(situations):
        cell = Cell(situation)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]), goes_up=book % 2 == 0)
        yield cell


def _add_book(cell: Cell, random: np.random.Generator, *, goes_up: bool) -> None:
    situation = cell.situation
    rate = float(np.clip(random.beta(3.0, 6.0), 0.05, 0.9))
    usual = rate * situation.stays[0] + (1 - rate) * situation.stays[1]
    # As many more as are still open at the end.
    count = round(situation.closed * (1 + usual / _DAYS))
    deals = lives(random, count, rate, days=_DAYS, stays=situation.stays)
    typed = _typed(situation.typed, rate, goes_up=goes_up)
    read = read_rates(deals.frame(), one_stage(typed))
    if math.isnan(read.rates.now[0]):
        return

    truth = rate_now(rate, situation.stays)
    cell.truths.append(truth)
    cell.ours.append(float(read.rates.now[0]))
    cell.covered.add(holds_now(read.rates, truth))
    if typed is not None:
        cell.alone.append(typed)
        cell.contradicted.add(any(finding.code == "win-rate-off" for finding in read.findings))

    won, closed = _won_of_closed(deals, read)
    raw = won / closed
    cell.raw.append(raw)
    half = z_of(LEVEL) * math.sqrt(raw * (1 - raw) / closed)
    cell.common.add(abs(raw - truth) <= half)
    low, high = wilson(won, closed, LEVEL)
    cell.funnel.add(low <= rate <= high)


def _typed(kind: str, rate: float, *, goes_up: bool) -> float | None:
    """What somebody typed: nothing, what is true of deals that enter, or odds that are far off."""
    if kind == "untyped":
        return None
    odds = rate / (1 - rate)
    if kind == "typed wrong":
        odds *= _WRONG if goes_up else 1 / _WRONG
    return odds / (1 + odds)


def holds_now(rates: StageRates, truth: float) -> bool:
    """Whether the middle 80 % of what the first stage's rate may be hold the true one."""
    certainty, rate = float(rates.certainty[0]), float(rates.now[0])
    below = beta_cdf(truth, rate * certainty, (1 - rate) * certainty)
    tail = (1 - LEVEL) / 2
    return tail <= below <= 1 - tail


def _won_of_closed(deals: Lives, read: Read) -> tuple[int, int]:
    is_closed = ~deals.is_open
    return int((is_closed & deals.is_won).sum()), int((~read.deals.is_open).sum())


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    every = list(cells(books, seed))
    title, how = told("rates", books=books, days=_DAYS, wrong=_WRONG)
    headers = (
        "win rate",
        "won and lost stay",
        "closed",
        "our range holds the rate now",
        "goal",
        "± standard errors",
        "off by, in points",
        "won of closed",
        "typed rate alone",
        "ours of the truth",
        "Funnel's range holds the rate of who enters",
    )
    table = Figures(headers, tuple(_row(cell) for cell in every))
    return Result(title, how, (table,), tuple(_goals(every)))


def _row(cell: Cell) -> tuple[object, ...]:
    won, lost = cell.situation.stays
    return (
        cell.situation.typed,
        f"{won:.0f}, {lost:.0f} days",
        cell.situation.closed,
        str(cell.covered),
        Bounds(least=0.7).verdict(cell.covered.share),
        str(cell.common),
        number(cell.off(cell.ours)),
        number(cell.off(cell.raw)),
        number(cell.off(cell.alone)),
        percent(cell.ratio),
        str(cell.funnel),
    )


def _goals(every: Sequence[Cell]) -> Iterator[Goal]:
    for typed in TYPED:
        shares = [cell.covered.share for cell in every if cell.situation.typed == typed]
        bounds = Bounds(least=INTERVALS.least) if typed == "typed right" else INTERVALS
        yield from cover_goals(f"80 % ranges of the rate now, {typed}", shares, bounds)
    yield from cover_goals("80 % ranges of Funnel", [cell.funnel.share for cell in every])

    untyped = [cell for cell in every if cell.situation.typed == "untyped"]
    off = max(abs(cell.ratio - 1) for cell in untyped)
    yield Goal(
        f"untyped rates are within {percent(_BIAS)} of the truth in the mean",
        off <= _BIAS,
        f"at most {percent(off)} off",
    )
    right = [cell.contradicted for cell in every if cell.situation.typed == "typed right"]
    wrong = [
        cell.contradicted
        for cell in every
        if cell.situation.typed == "typed wrong" and cell.situation.closed == 200
    ]
    false_alarms = sum(tally.hits for tally in right) / sum(tally.cases for tally in right)
    found = sum(tally.hits for tally in wrong) / sum(tally.cases for tally in wrong)
    yield within("of rates typed right are said to contradict the deals", false_alarms, _SURE)
    yield within("of rates typed wrong are, with 200 closed deals", found, _FOUND)
