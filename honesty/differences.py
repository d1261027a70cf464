"""Is anybody called weak or slow where all are alike, and who is, where somebody is?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from figures.results import Figures, Goal, Result
from honesty.leaks import Funnel
from honesty.pipelines import amounts, deals_frame, lost_stages
from honesty.verdicts import Bounds, Tally, mean_of, within
from honesty.words import told
from salesbook.arrays import Floats, Ints, Objects
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.pipeline.funnel.differences import (
    QUICKER,
    SLOWER,
    STRONGER,
    WEAKER,
    day_verdicts,
    rate_verdicts,
)
from salesbook.domain.pipeline.funnel.stages import STILL_OPEN
from salesbook.domain.pipeline.stages.times import Stays
from salesbook.frames import frame_of

_ADVANCE: Final = np.array([0.6, 0.5, 0.7])
"""True chance to get past each open stage."""
_DAYS: Final = np.array([20.0, 30.0, 15.0])
"""True mean days in each."""
_SECOND: Final = 1
_OPEN: Final = 0.2
_TEAMS: Final = 3
_SOURCES: Final = np.array(["fair", "referral", "web", "phone"])
_PRODUCTS: Final = np.array(["small", "medium", "large"])
_STAGE_NAMES: Final = np.array(["Lead", "Offer", "Talks"])
_LEVEL: Final = 0.95
_APART: Final = (WEAKER, STRONGER, SLOWER, QUICKER)
NAMED: Final = Bounds(most=0.10)
AIMED: Final = Bounds(most=0.05)
FOUND: Final = Bounds(least=0.8)


@dataclass(frozen=True)
class Company:
    """What a pipeline is like; the first rep may be worse than all others at the second stage."""

    deals: int
    reps: int = 8
    rate: float = 0.5
    """The first rep's chance there."""
    slower: float = 1.0
    """How many times as long his deals stay there."""


EQUALS: Final = (
    Company(200, reps=4),
    Company(1000),
    Company(3000, reps=12),
    Company(3000, reps=40),
    Company(20_000, reps=100),
)
WORSE: Final = tuple(Company(deals, rate=0.3, slower=2.0) for deals in (500, 1000, 2000, 4000))


@dataclass
class Cell:
    """What came out over many books of one kind of company."""

    company: Company
    rates: Tally = field(default_factory=Tally)
    """Books that say of anybody's rates that they differ, though he is like the others."""
    days: Tally = field(default_factory=Tally)
    both: Tally = field(default_factory=Tally)
    intervals: Tally = field(default_factory=Tally)
    """Books in which a rep's 95 % interval leaves out the rate of all."""
    weak: Tally = field(default_factory=Tally)
    """Books that call the first rep weaker at the second stage."""
    slow: Tally = field(default_factory=Tally)
    decided: list[float] = field(default_factory=list)
    """Decided deals of the first rep there."""


def cells(books: int, seed: int, companies: Sequence[Company]) -> Iterator[Cell]:
    """Draw so many books of each kind of company."""
    for place, company in enumerate(companies):
        cell = Cell(company)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]))
        yield cell


def _add_book(cell: Cell, random: np.random.Generator) -> None:
    funnel, stays = draw(random, cell.company)
    rates = rate_verdicts(funnel.counts, funnel.codes)
    days = day_verdicts(stays, [part.cut for part in funnel.counts], funnel.codes)

    of_reps = next(part for part in funnel.counts if part.cut.kind == "rep")
    advanced, lost, _ = of_reps.states
    decided = advanced + lost
    low, high = wilson(advanced, decided, _LEVEL)
    rate_of_all = advanced.sum(axis=0) / np.maximum(decided.sum(axis=0), 1)
    misses = (low > rate_of_all) | (high < rate_of_all)

    cell.decided.append(float(decided[0, _SECOND]))
    cell.weak.add(rates["rep"][0, _SECOND] == WEAKER)
    cell.slow.add(days["rep"][0, _SECOND] == SLOWER)
    is_equal = cell.company.rate == Company.rate and cell.company.slower == Company.slower
    named_rates = _names_an_equal(rates, all_equal=is_equal)
    named_days = _names_an_equal(days, all_equal=is_equal)
    cell.rates.add(named_rates)
    cell.days.add(named_days)
    cell.both.add(named_rates or named_days)
    cell.intervals.add(bool(misses.any()))


def _names_an_equal(verdicts: dict[str, Objects], *, all_equal: bool) -> bool:
    """Whether anybody is told apart who is not; beside a worse rep only other reps, at other stages.

    At the second stage the others really are better than the average that holds him, and so are teams
    without him.
    """
    if all_equal:
        return any(bool(np.isin(table, _APART).any()) for table in verdicts.values())
    others = np.delete(verdicts["rep"], _SECOND, axis=1)
    return bool(np.isin(others, _APART).any())


def draw(random: np.random.Generator, company: Company) -> tuple[Funnel, Stays]:
    """Draw deals with the true chances and days, by reps, teams, sources and products."""
    size = company.deals
    rep = random.integers(0, company.reps, size)
    advance = np.tile(_ADVANCE, (size, 1))
    advance[rep == 0, _SECOND] = company.rate

    # The first stage that a deal does not get past; 3 if it is won.
    stays_behind = random.random((size, 3)) > advance
    reached = np.where(stays_behind.any(axis=1), stays_behind.argmax(axis=1), 3)
    is_open = (random.random(size) < _OPEN) & (reached < 3)
    at_stage = _STAGE_NAMES[np.minimum(reached, 2)]
    closed_as = np.where(reached == 3, "Won", "Lost")

    rep_ids = np.array([f"r{number:03}" for number in range(company.reps)])
    frame = deals_frame(
        rep_id=rep_ids[rep],
        source=_SOURCES[random.integers(0, len(_SOURCES), size)],
        product=_PRODUCTS[random.integers(0, len(_PRODUCTS), size)],
        stage=np.where(is_open, at_stage, closed_as),
        lost_stage=lost_stages(at_stage, ~is_open & (reached < 3)),
        amount=amounts(random, size),
    )
    teams = [f"team {number % _TEAMS}" for number in range(company.reps)]
    reps = frame_of("Reps", {"rep_id": rep_ids, "name": rep_ids, "team": teams})
    # Of deals of which only the last stage is known the funnel counts those before by `any`.
    funnel = Funnel.of(frame, reps)
    return funnel, _stays(random, funnel, rep, company)


def _stays(random: np.random.Generator, funnel: Funnel, rep: Ints, company: Company) -> Stays:
    """A stay for each passage; a deal that is still there has come some share of its way."""
    deal, code = funnel.passages.deal, funnel.passages.code
    longer = np.where((rep[deal] == 0) & (code == _SECOND), company.slower, 1.0)
    days: Floats = np.ceil(random.exponential(_DAYS[code] * longer))
    left = funnel.passages.state != STILL_OPEN
    so_far = np.ceil(days * random.random(len(days)))
    nothing = np.zeros(len(days))
    return Stays(deal, code, np.where(left, days, so_far), left, nothing, nothing)


def run(books: int, seed: int = 20261130) -> Result:
    """Make the section."""
    equals = list(cells(books, seed, EQUALS))
    worse = list(cells(max(books // 2, 1), seed + 1, WORSE))
    title, how = told("differences", books=books, worse=max(books // 2, 1))
    figures = (_equals_table(equals), _worse_table(worse))
    return Result(title, how, figures, (*_equals_goals(equals), *_worse_goals(worse)))


def _equals_table(equals: Sequence[Cell]) -> Figures:
    rows = [
        (
            cell.company.deals,
            cell.company.reps,
            str(cell.rates),
            str(cell.days),
            str(cell.both),
            NAMED.verdict(cell.both.share),
            str(cell.intervals),
        )
        for cell in equals
    ]
    headers = (
        "deals",
        "reps",
        "weaker or stronger",
        "slower or quicker",
        "any of them",
        "goal",
        "a rep's 95 % interval leaves out the average",
    )
    return Figures(headers, tuple(rows), "All are alike")


def _worse_table(worse: Sequence[Cell]) -> Figures:
    rows = [
        (
            cell.company.deals,
            f"{np.mean(cell.decided):.0f}",
            str(cell.weak),
            str(cell.slow),
            str(cell.both),
        )
        for cell in worse
    ]
    headers = (
        "deals of 8 reps",
        "decided deals of the one",
        "called weaker",
        "called slower",
        "somebody else called so, at a stage where he is not",
    )
    return Figures(
        headers, tuple(rows), "One rep wins 30 % where others win 50 %, and takes twice as long"
    )


def _equals_goals(equals: Sequence[Cell]) -> Iterator[Goal]:
    mean = mean_of(cell.both.share for cell in equals)
    worst = max(cell.both.share for cell in equals)
    yield within("of books of equals tell anybody apart, on average", mean, AIMED)
    yield within("of books of equals tell anybody apart, in the worst cell", worst, NAMED)


def _worse_goals(worse: Sequence[Cell]) -> Iterator[Goal]:
    clearest = worse[-1]
    words = f"of books with {clearest.company.deals} deals call the rep at 30 % weaker"
    yield within(words, clearest.weak.share, FOUND)
    slow = (
        f"of books with {clearest.company.deals} deals call the rep who takes twice as long slower"
    )
    yield within(slow, clearest.slow.share, FOUND)
    wrong = mean_of(cell.both.share for cell in worse)
    yield within("of these books call somebody else so where he is not", wrong, NAMED)
