"""Is a month called better or worse where nothing changed, and is a change found? So of forecasts, and reps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from figures.results import Figures, Goal, Result
from honesty.pipelines import STAGES, amounts, deals_frame
from honesty.verdicts import Bounds, Tally, number, percent, within
from honesty.words import told
from salesbook.arrays import Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.forecast.bias import forecast_bias
from salesbook.domain.pipeline.now import pipeline_now
from salesbook.domain.pipeline.review.efficiency import rep_efficiency
from salesbook.domain.pipeline.review.rule import (
    MONTHS_BEFORE,
    Months,
    Quantity,
    compared,
    has_enough,
)
from salesbook.domain.sales.credit import credits_of
from salesbook.frames import empty_frame, frame_of
from salesbook.policy import Policy
from salesbook.tables.settings import Rules

_AS_OF: Final = dt.date(2026, 6, 15)
_MEASURES: Final[tuple[Quantity, ...]] = ("count", "money", "rate", "mean")
_EACH: Final = 5
"""Measures of each kind: 20 in all, as in the rule's own example."""
_RATE: Final = 0.3
ALARMS: Final = Bounds(most=0.10)
FOUND: Final = Bounds(least=0.8)


@dataclass(frozen=True)
class Company:
    """What the months of a company are like."""

    cases: int
    """In a month, of each measure."""
    season: float = 0.0
    """Standard deviation of the logarithm of a month's own factor."""
    length: int = 1
    """Months that are compared with the twelve before."""
    change: float = 1.0
    """Times what it was before, from then on."""


EQUALS: Final = tuple(
    Company(cases, season, length)
    for length in (1, 3)
    for season in (0.0, 0.2)
    for cases in (5, 20, 100)
)
CHANGED: Final = tuple(
    Company(cases, length=length, change=change)
    for length in (1, 3)
    for change in (0.7, 1.3)
    for cases in (20, 100, 300)
)


@dataclass
class Cell:
    """What came out over many months of companies of one kind."""

    company: Company
    alarms: Tally = field(default_factory=Tally)
    """Months in which any of the 20 measures is called better or worse."""
    by_intervals: Tally = field(default_factory=Tally)
    """The common way: any measure outside of mean ± 1.28 deviations of the twelve months."""
    found: dict[str, Tally] = field(default_factory=dict)
    """By kind of measure: those called so, in the direction of the change."""


def cells(books: int, seed: int, companies: Sequence[Company]) -> Iterator[Cell]:
    """Draw so many companies of each kind."""
    for place, company in enumerate(companies):
        cell = Cell(company)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]))
        yield cell


def _add_book(cell: Cell, random: np.random.Generator) -> None:
    company, looked_at = cell.company, _EACH * len(_MEASURES)
    any_told, any_common = False, False
    for quantity in _MEASURES:
        months = draw(random, quantity, company)
        enough = has_enough(quantity, months, company.length)
        if not enough.any():
            continue
        found = compared(quantity, months.of(enough), company.length, looked_at)
        any_told |= bool((found.is_up | found.is_down).any())
        any_common |= _outside(quantity, months.of(enough), company.length)
        rightly = found.is_up if company.change > 1 else found.is_down
        cell.found.setdefault(quantity, Tally()).add(rightly)
    cell.alarms.add(any_told)
    cell.by_intervals.add(any_common)


def draw(random: np.random.Generator, quantity: Quantity, company: Company) -> Months:
    """Draw the months of five measures of a kind."""
    size = (_EACH, MONTHS_BEFORE + company.length)
    times = np.exp(random.normal(0, 1, size) * company.season)
    change = np.where(np.arange(size[1]) >= MONTHS_BEFORE, company.change, 1.0)
    is_volume = quantity in ("count", "money")
    count = random.poisson(company.cases * times * (change if is_volume else 1.0))
    if quantity == "count":
        counted = count.astype(np.float64)
        return Months(counted, counted, counted)
    if quantity == "rate":
        hits = random.binomial(count, np.broadcast_to(_RATE * change, size)).astype(np.float64)
        return Months(count.astype(np.float64), hits, hits)
    return _valued(random, count, change if quantity == "mean" else np.ones(size[1]))


def _valued(random: np.random.Generator, count: Ints, change: Floats) -> Months:
    """Months of amounts, or of days, that are lognormal with sigma 0.8."""
    cell = np.repeat(np.arange(count.size), count.ravel())
    values = random.lognormal(0, 0.8, len(cell)) * change[cell % count.shape[1]]

    def summed(weights: Floats) -> Floats:
        sums = np.bincount(cell, weights, count.size)
        return np.asarray(sums.reshape(count.shape), dtype=np.float64)

    return Months(count.astype(np.float64), summed(values), summed(values**2))


def _outside(quantity: Quantity, months: Months, length: int) -> bool:
    plain = months.total if quantity in ("count", "money") else months.total / months.count
    before, now = plain[:, :-length], plain[:, -length:].mean(axis=1)
    far = np.abs(now - before.mean(axis=1)) > 1.28 * before.std(axis=1, ddof=1)
    return bool(far.any())


def leaning(random: np.random.Generator, periods: int, slices: int, rate: float) -> Tally:
    """Draw forecasts of reps whose calls come in at a rate in the middle; who is said to lean?

    Returns: a hit for each slice that is told on the right side; on either where the rate is 1.
    """
    came = np.maximum(rate * np.exp(random.normal(0, 0.5, (slices, periods))), 0)
    months = pd.period_range(end="2026-05", periods=periods, freq="M").astype(str)
    size = slices * periods
    said = np.full(size, 100_000)
    scored = frame_of(
        "ForecastAccuracy",
        {
            "as_of": np.tile(
                np.array([f"{month}-01" for month in months], "datetime64[us]"), slices
            ),
            "period": np.tile(months, slices),
            "slice_kind": ["rep"] * size,
            "slice": np.repeat([f"r{place:03}" for place in range(slices)], periods),
            "made": ["first-third"] * size,
            "commit_total": said,
            "came_in": (said * came.ravel()).astype(np.int64),
        },
    )
    table = forecast_bias(scored, level=0.8)
    wanted = ["too-high", "too-low"] if rate == 1 else ["too-high" if rate < 1 else "too-low"]
    told = Tally()
    told.add(table["verdict"].isin(wanted))
    return told


def efficient(random: np.random.Generator, deals: int, better: float, reps: int = 12) -> set[str]:
    """Draw a year of reps with 100 visits each, the first maybe better; who is called so?"""
    names = np.array([f"r{place:02}" for place in range(reps)])
    counts = random.poisson(np.where(np.arange(reps) == 0, better, 1.0) * deals)
    rep = np.repeat(names, counts)
    closed = np.datetime64("2025-06-01") + random.integers(0, 364, len(rep))
    is_won = random.random(len(rep)) < _RATE
    created = closed - np.maximum(random.gamma(2, 20, len(rep)), 1).astype(np.int64)
    visits = np.repeat(names, 100)
    done = np.datetime64("2025-06-01") + random.integers(0, 364, len(visits))
    drawn = {
        "Deals": deals_frame(
            rep_id=rep,
            stage=np.where(is_won, "Won", "Lost"),
            closed_on=closed.astype("datetime64[us]"),
            created_on=created.astype("datetime64[us]"),
            amount=amounts(random, len(rep), 100_000),
        ),
        "Reps": frame_of("Reps", {"rep_id": names, "name": names}),
        "Activities": frame_of(
            "Activities",
            {
                "activity_id": np.arange(len(visits)).astype(str),
                "done_on": done.astype("datetime64[us]"),
                "rep_id": visits,
                "kind": ["visit"] * len(visits),
            },
        ),
    }
    others = ("Orders", "Assignments", "StageHistory", "ForecastHistory")
    tables = {name: empty_frame(name) for name in others} | drawn
    task = Task(tables, Policy(rules=Rules(sales_source="deals"), stages=STAGES), _AS_OF)
    sales = credits_of(tables, task.policy, as_of=_AS_OF)
    table = rep_efficiency(task, pipeline_now(task), sales)
    named = table[table["verdict"].isin(["better", "worse"])]
    return set(named["rep_id"])


def run(books: int, seed: int = 20261130) -> Result:
    """Make the section."""
    equals = list(cells(books, seed, EQUALS))
    changed = list(cells(max(books // 4, 1), seed + 1, CHANGED))
    title, how = told("reviews", books=books, changed=max(books // 4, 1))
    leans = _leanings(max(books // 4, 1), seed + 2)
    people = _efficiencies(max(books // 4, 1), seed + 3)
    figures = (
        _equals_table(equals),
        _changed_table(changed),
        _leaning_table(leans),
        _people_table(people),
    )
    return Result(title, how, figures, tuple(_goals(equals, changed, leans, people)))


_LEANINGS: Final = tuple((periods, rate) for rate in (1.0, 0.7, 0.5) for periods in (12, 24))
_PEOPLE: Final = tuple((deals, better) for better in (1.0, 1.5, 2.0, 3.0) for deals in (20, 80))
_Case = tuple[int, float]


def _leanings(books: int, seed: int) -> dict[_Case, tuple[Tally, Tally]]:
    """By periods and rate: companies of 12 reps in which any is told, and reps who are."""
    found = {}
    for place, case in enumerate(_LEANINGS):
        anybody, each = Tally(), Tally()
        for book in range(books):
            tally = leaning(np.random.default_rng([seed, place, book]), case[0], 12, case[1])
            anybody.add(tally.hits > 0)
            each.hits, each.cases = each.hits + tally.hits, each.cases + tally.cases
        found[case] = (anybody, each)
    return found


def _efficiencies(books: int, seed: int) -> dict[_Case, tuple[Tally, Tally]]:
    """By deals and how much better the first is: books that name another rep, and the first."""
    found = {}
    for place, case in enumerate(_PEOPLE):
        others, first = Tally(), Tally()
        for book in range(books):
            named = efficient(np.random.default_rng([seed, place, book]), *case)
            others.add(bool(named - {"r00"}) if case[1] > 1 else bool(named))
            first.add("r00" in named)
        found[case] = (others, first)
    return found


def _words(company: Company) -> tuple[str, str]:
    return ("a month" if company.length == 1 else "a quarter", f"{100 * company.season:.0f} %")


def _equals_table(equals: Sequence[Cell]) -> Figures:
    rows = [
        (
            *_words(cell.company),
            cell.company.cases,
            str(cell.alarms),
            ALARMS.verdict(cell.alarms.share),
            str(cell.by_intervals),
        )
        for cell in equals
    ]
    headers = (
        "compared",
        "months differ by",
        "cases a month",
        "anything told",
        "goal",
        "± 1.28 deviations",
    )
    return Figures(headers, tuple(rows), "Nothing changed, 20 measures")


def _changed_table(changed: Sequence[Cell]) -> Figures:
    rows = [
        (
            _words(cell.company)[0],
            f"{100 * (cell.company.change - 1):+.0f} %",
            cell.company.cases,
            *(str(cell.found.get(quantity, Tally())) for quantity in _MEASURES),
        )
        for cell in changed
    ]
    headers = ("compared", "changed by", "cases a month", "count", "sum", "rate of 30 %", "mean")
    return Figures(headers, tuple(rows), "How often a change is told, of 20 measures")


def _leaning_table(leans: dict[_Case, tuple[Tally, Tally]]) -> Figures:
    rows = [
        (percent(rate), periods, str(anybody), str(each))
        for (periods, rate), (anybody, each) in leans.items()
    ]
    headers = ("usually comes in", "months", "companies of 12 reps with any told", "reps told")
    return Figures(headers, tuple(rows), "Commits of reps")


def _people_table(people: dict[_Case, tuple[Tally, Tally]]) -> Figures:
    rows = [
        (number(better), deals, str(others), str(first))
        for (deals, better), (others, first) in people.items()
    ]
    headers = (
        "the first closes times as many",
        "deals closed a rep",
        "books that name another",
        "the first is named",
    )
    return Figures(
        headers, tuple(rows), "Reps beside each other: 12 reps with 100 visits each, 30 % won"
    )


def _goals(
    equals: Sequence[Cell],
    changed: Sequence[Cell],
    leans: dict[_Case, tuple[Tally, Tally]],
    people: dict[_Case, tuple[Tally, Tally]],
) -> Iterator[Goal]:
    worst = max(cell.alarms.share for cell in equals)
    yield within(
        "of months in which nothing changed tell anything, in the worst cell", worst, ALARMS
    )
    clearest = [cell for cell in changed if cell.company.cases == 300 and cell.company.length == 3]
    least = min(cell.found["count"].share for cell in clearest)
    yield within("of changes of 30 % in a quarter of 300 cases a month are told", least, FOUND)
    alike = max(anybody.share for (_, rate), (anybody, _) in leans.items() if rate == 1)
    yield within("of companies whose reps' commits do not lean tell of one", alike, ALARMS)
    named = max(others.share for (_, better), (others, _) in people.items() if better == 1)
    yield within("of companies of reps who are alike name one", named, Bounds(most=0.12))
