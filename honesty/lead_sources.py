"""Is a source of leads called better or worse where all are alike, and found where it is not?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from figures.results import Figures, Goal, Result
from honesty.pipelines import STAGES
from honesty.verdicts import Bounds, Tally, cover_goals, mean_of, within
from honesty.words import told
from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.arithmetic.intervals import wilson
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.leads.sources import lead_sources
from salesbook.domain.pipeline.leads.standing import lead_standing
from salesbook.domain.pipeline.stages.codes import known_deals, stage_codes
from salesbook.frames import frame_of
from salesbook.policy import Policy

_AS_OF: Final = dt.date(2026, 6, 30)
_DAYS: Final = 500
"""Over which leads came in."""
_YOUNG_DAYS: Final = 120
"""Over which those of a young source did."""
_SOURCES: Final = 6
_MEDIAN: Final = 45.0
_SIGMA: Final = 0.6
"""Of the days that winning takes, lognormal."""
_LOSING: Final = 10.0
"""Mean days until a lead is out, exponential: rejecting is quick."""
_LEVEL: Final = 0.95
"""Of the intervals of the common way: a source differs where its own does not meet that of the others."""
FALSE: Final = Bounds(most=0.05)
WORST: Final = Bounds(most=0.12)
"""In a single cell of so few books."""
FOUND: Final = Bounds(least=0.8)


@dataclass(frozen=True)
class Situation:
    """How many leads there are, how many become won, and which source is not like the others."""

    leads: int
    rate: float
    times: float = 1.0
    """How often the first source's rate is that of the others."""
    is_young: bool = False
    """The first source has brought leads for four months only."""


EQUALS: Final = tuple(
    Situation(leads, rate, is_young=is_young)
    for is_young in (False, True)
    for rate in (0.1, 0.3)
    for leads in (200, 600, 2000)
)
UNLIKE: Final = tuple(
    Situation(leads, 0.2, times) for times in (0.5, 2.0) for leads in (300, 1000, 3000)
)


@dataclass
class Cell:
    """What came out over many books in one situation."""

    situation: Situation
    false: Tally = field(default_factory=Tally)
    """Books in which any source that is like the others is called better or worse."""
    common: Tally = field(default_factory=Tally)
    """The same by won of decided, with two intervals that do not meet."""
    found: Tally = field(default_factory=Tally)
    """Books in which the source that is not like the others is called what it is."""
    covered: Tally = field(default_factory=Tally)
    """Ranges of a rate that hold the true part won within the time given."""
    too_few: Tally = field(default_factory=Tally)
    """Sources of which too few leads are told."""


def cells(books: int, seed: int, situations: Sequence[Situation]) -> Iterator[Cell]:
    """Draw so many books of each situation."""
    for place, situation in enumerate(situations):
        cell = Cell(situation)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]))
        yield cell


def _add_book(cell: Cell, random: np.random.Generator) -> None:
    situation = cell.situation
    source = random.integers(0, _SOURCES, situation.leads)
    rates = np.full(_SOURCES, situation.rate)
    rates[0] *= situation.times
    span = np.where((source == 0) & situation.is_young, _YOUNG_DAYS, _DAYS)
    age = np.floor(random.uniform(0, span)).astype(np.int64)
    is_won = random.random(situation.leads) < rates[source]
    winning = np.round(_MEDIAN * np.exp(random.normal(0, _SIGMA, situation.leads)))
    losing = np.round(random.exponential(_LOSING, situation.leads))
    takes = np.where(is_won, winning, losing).astype(np.int64)
    is_decided = takes <= age

    table = _table(source, age, takes, is_won, is_decided).set_index("source")
    verdicts = {int(name[1:]): row for name, row in table.iterrows() if name != "all"}
    is_called = {number: row["verdict"] in ("better", "worse") for number, row in verdicts.items()}
    unlike = {0} if situation.times != 1 else set()
    cell.false.add(any(called for number, called in is_called.items() if number not in unlike))
    cell.common.add(_common(source, is_won, is_decided, unlike))
    if unlike and 0 in verdicts:
        right = "better" if situation.times > 1 else "worse"
        cell.found.add(verdicts[0]["verdict"] == right)
    for number, row in verdicts.items():
        cell.too_few.add(row["verdict"] == "too-few")
        days = row["because"].params.get("days")
        if days is not None and not math.isnan(row["rate"]):
            truth = rates[number] * _part_won(float(days))
            cell.covered.add(row["low"] <= truth <= row["high"])


def _part_won(days: float) -> float:
    """The part of what is won that is won within so many days, which are counted whole."""
    z = math.log((days + 0.5) / _MEDIAN) / _SIGMA
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def _table(source: Ints, age: Ints, takes: Ints, won: Flags, decided: Flags) -> pd.DataFrame:
    """LeadSources as the verb makes it."""
    keys = [f"k{number:05}" for number in range(len(source))]
    today = np.datetime64(_AS_OF)
    came = today - age
    closed = pd.Series(came + takes).where(decided)
    stage = np.where(decided, np.where(won, "Won", "Lost"), "Offer")
    columns: dict[str, Any] = {"deal_id": keys, "closed_on": closed, "stage": stage}
    deals = frame_of("Deals", {**columns, "rep_id": ["r"] * len(keys), "created_on": came})
    leads = frame_of(
        "Leads",
        {
            "lead_id": keys,
            "deal_id": keys,
            "source": [f"s{number}" for number in source],
            "received_at": came,
            "status": ["converted"] * len(keys),
        },
    )
    policy = Policy(stages=STAGES)
    known = known_deals(deals, stage_codes(policy))
    tables = {"Leads": leads, "Deals": deals}
    return lead_sources(Task(tables, policy, _AS_OF), lead_standing(tables, known), known)


def _common(source: Ints, won: Flags, decided: Flags, unlike: set[int]) -> bool:
    """Whether a source like the others is told apart by won of decided."""
    for number in set(range(_SOURCES)) - unlike:
        own = decided & (source == number)
        others = decided & (source != number) & ~np.isin(source, sorted(unlike))
        low, high = _ends(won & own, own)
        others_low, others_high = _ends(won & others, others)
        if low > others_high or high < others_low:
            return True
    return False


def _ends(won: Flags, of: Flags) -> Floats:
    return np.array(wilson(int(won.sum()), int(of.sum()), _LEVEL))


def run(books: int) -> Result:
    """Draw all situations and say how often LeadSources kept its word."""
    equals = list(cells(books, 20261130, EQUALS))
    unlike = list(cells(books, 20261201, UNLIKE))
    title, how = told(
        "lead_sources", books=books, sources=_SOURCES, days=_DAYS, median=_MEDIAN, young=_YOUNG_DAYS
    )
    false = [cell.false.share for cell in (*equals, *unlike)]
    clearest = [cell for cell in unlike if cell.situation.leads == UNLIKE[-1].leads]
    goals: list[Goal] = [
        within("of books call a source that is like the others", mean_of(false), FALSE),
        within("of books do so in the worst cell", max(false), WORST),
        *(
            within(
                f"of books with {cell.situation.leads} leads find the source that wins"
                f" {cell.situation.times:g} times as often",
                cell.found.share,
                FOUND,
            )
            for cell in clearest
        ),
        *cover_goals(
            "80 % ranges of a rate",
            [cell.covered.share for cell in (*equals, *unlike)],
            Bounds(least=0.75),
        ),
    ]
    return Result(title, how, (_equals_table(equals), _unlike_table(unlike)), tuple(goals))


def _equals_table(equals: Sequence[Cell]) -> Figures:
    rows = [
        (
            cell.situation.leads,
            f"{100 * cell.situation.rate:.0f} %",
            "one is young" if cell.situation.is_young else "as long as the others",
            str(cell.false),
            str(cell.common),
            str(cell.covered),
            str(cell.too_few),
        )
        for cell in equals
    ]
    headers = (
        "leads",
        "truly won",
        "sources are there",
        "any source called",
        "by won of decided",
        "range holds the truth",
        "too few to tell",
    )
    return Figures(headers, tuple(rows), "All sources are alike")


def _unlike_table(unlike: Sequence[Cell]) -> Figures:
    rows = [
        (
            f"{cell.situation.times:g} times 20 %",
            cell.situation.leads,
            str(cell.found),
            str(cell.false),
            str(cell.covered),
        )
        for cell in unlike
    ]
    headers = (
        "the first source wins",
        "leads",
        "called so",
        "another called",
        "range holds the truth",
    )
    return Figures(headers, tuple(rows), "One source is not like the others")
