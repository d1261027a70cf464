"""Are the days in a stage true, after imports of every kind?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from figures.results import Figures, Goal, Result
from honesty.histories import TRUE_MEDIAN, TRUE_P80, Typed, histories, watch
from honesty.verdicts import Bounds, Tally, number, percent
from honesty.words import told
from salesbook.arrays import Floats
from salesbook.domain.arithmetic.survival import kaplan_meier, time_until
from salesbook.domain.pipeline.stages.times import Stays, quantile_days

_DAYS: Final = 56
"""From the import to the last run."""
_LONG_SINCE: Final = 200
_YOUNG: Final = 60
_EVERYTHING: Final = -math.inf
_NEAR: Final = 0.10
_FOUND: Final = Bounds(least=0.5)
"""Cells in which at least half of the medians are known; the other ones are blank by intention."""


@dataclass(frozen=True)
class Situation:
    """What an import brings, and how often runs follow."""

    words: str
    typed: Typed
    every: int
    began: int = _LONG_SINCE
    """Days before the import."""
    since: float = _EVERYTHING
    """Day from which on closed deals are in the book."""
    has_log: bool = False
    """Whether the log of another system comes in with them."""


SITUATIONS: Final = tuple(
    replace(situation, every=every)
    for situation in (
        Situation("open and closed deals, all days", "all", 7),
        Situation("open deals only, all days", "all", 7, since=0.0),
        Situation("days of creation and closing only", "created and closed", 7),
        Situation("no days at all", "none", 7),
        Situation("a company of 60 days, all days", "all", 7, began=_YOUNG),
        Situation("the same, days of creation and closing", "created and closed", 7, began=_YOUNG),
        Situation("a log of open and closed deals, no other days", "none", 7, has_log=True),
        Situation("a log of open deals only", "none", 7, since=0.0, has_log=True),
    )
    for every in (7, 28)
)


@dataclass(frozen=True)
class Cell:
    """What came out over many books in one situation; a value per book and stage."""

    situation: Situation
    medians: Floats
    p80s: Floats
    from_first_day: Floats
    """Medians if all count from their first day."""
    of_finished: Floats
    """Means of the stays that are over, as a pivot table gives them."""

    @property
    def known(self) -> float:
        """The share of medians that are not blank."""
        return float(np.mean(~np.isnan(self.medians)))


def cells(books: int, seed: int, situations: Sequence[Situation] = SITUATIONS) -> Iterator[Cell]:
    """Watch so many books in each situation."""
    for place, situation in enumerate(situations):
        rows: list[tuple[float, float, float, float]] = []
        for book in range(books):
            random = np.random.default_rng([seed, place, book])
            rows += _of_book(random, situation)
        columns = np.array(rows).T
        yield Cell(situation, *columns)


def _of_book(
    random: np.random.Generator, situation: Situation
) -> Iterator[tuple[float, float, float, float]]:
    """Median, 80 % and the two common ways of each stage."""
    deals = histories(random, before=situation.began, days=_DAYS)
    watched = watch(
        deals,
        days=_DAYS,
        every=situation.every,
        typed=situation.typed,
        since=situation.since,
        has_log=situation.has_log,
    )
    for code in watched.codes.open_codes():
        stays = watched.of_stage(int(code))
        over = stays.days[stays.left]
        yield (
            quantile_days(stays, 0.5),
            quantile_days(stays, 0.8),
            _from_first_day(stays),
            float(over.mean()) if len(over) else math.nan,
        )


def _from_first_day(stays: Stays) -> float:
    """The median by Kaplan and Meier's curve without delayed entry."""
    return time_until(kaplan_meier(stays.days, stays.left), 0.5)


def mean_of_known(values: Floats) -> float:
    """The mean of what is not blank; nan where all is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan


def _off(cell: Cell) -> float:
    """How far the mean of the medians is from the truth, as a share of it."""
    return float(abs(mean_of_known(cell.medians) / TRUE_MEDIAN - 1))


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    every = list(cells(books, seed))
    title, how = told("stage_times", books=books, days=_DAYS, median=TRUE_MEDIAN, p80=TRUE_P80)
    rows = tuple(_row(cell) for cell in every)
    headers = (
        "The import brings",
        "runs each",
        "median",
        "its sd",
        "80 % within",
        "blank",
        "from the first day",
        "mean of finished",
        f"median within {percent(_NEAR)}",
    )
    return Result(title, how, (Figures(headers, rows),), tuple(_goals(every)))


def _row(cell: Cell) -> tuple[str, ...]:
    known = cell.medians[~np.isnan(cell.medians)]
    near = Bounds(most=_NEAR)
    return (
        cell.situation.words,
        f"{cell.situation.every} days",
        number(mean_of_known(cell.medians)),
        number(float(known.std())) if len(known) else number(math.nan),
        number(mean_of_known(cell.p80s)),
        percent(1 - cell.known),
        number(mean_of_known(cell.from_first_day)),
        number(mean_of_known(cell.of_finished)),
        near.verdict(_off(cell)) if _FOUND.hold(cell.known) else "mostly blank",
    )


def _goals(every: Sequence[Cell]) -> Iterator[Goal]:
    told_cells = [cell for cell in every if _FOUND.hold(cell.known)]
    near = Tally()
    near.add([_off(cell) <= _NEAR for cell in told_cells])
    yield Goal(
        f"the mean of the medians is within {percent(_NEAR)} of the truth wherever most are known",
        near.hits == near.cases > 0,
        f"{near.hits} of {near.cases} situations",
    )
    weekly = [cell for cell in every if cell.situation.every == 7]
    known = Tally()
    known.add([_FOUND.hold(cell.known) for cell in weekly])
    yield Goal(
        "with a run a week they are known",
        known.hits == known.cases > 0,
        f"{known.hits} of {known.cases} situations",
    )
