"""Does the chance that a customer is still one come true, and what he is expected to buy?"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from figures.results import Figures, Goal, Result
from honesty.customers import World, customers, silent_for_long
from honesty.data import real
from honesty.verdicts import Bounds, Said, Tally, calibrated, percent, within
from honesty.words import told
from salesbook.domain.customers.alive import (
    Parameters,
    Purchases,
    expected_purchases,
    fit,
    p_alive,
)

WORLDS: Final = (
    World("who buy at any time, many only once", Parameters(0.525, 6.183, 0.891, 1.614)),
    World("who buy at any time, steadily", Parameters(2.0, 8.0, 0.5, 3.5)),
    World("who reorder evenly", Parameters(2.0, 8.0, 0.5, 3.5, regularity=3)),
)
_CUSTOMERS: Final = 400
_FEW: Final = 10
_BARS: Final = (0.2, 0.5, 0.8, 0.95)
_SILENT: Final = 3.0
_SILENT_BOOKS: Final = Bounds(most=0.5)
_EXPECTED: Final = 0.20
_REAL_CUT: Final = date(1997, 9, 30)
_REAL_START: Final = date(1997, 1, 1)
_REAL_WEEKS: Final = 39.0


@dataclass
class Cell:
    """What came out over many books of one world."""

    world: World
    said: Said = field(default_factory=lambda: Said(_BARS))
    silent_alive: Tally = field(default_factory=Tally)
    """Of those whom the common way calls gone: who is still alive."""
    fitted: int = 0
    unfitted: int = 0
    """Books in which the model says nothing."""


def cells(books: int, seed: int, worlds: Sequence[World] = WORLDS) -> Iterator[Cell]:
    """Draw so many books of each world, fit the model to each, and see what comes true."""
    for place, world in enumerate(worlds):
        cell = Cell(world)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]))
        yield cell


def _add_book(cell: Cell, random: np.random.Generator) -> None:
    drawn = customers(random, cell.world, _CUSTOMERS)
    model = fit(drawn.seen, _FEW)
    if isinstance(model, str):
        cell.unfitted += 1
        return

    cell.fitted += 1
    alive = p_alive(drawn.seen, model)
    is_told = ~np.isnan(alive)
    cell.said.add(alive[is_told], drawn.are_alive[is_told])
    cell.silent_alive.add(drawn.are_alive[silent_for_long(drawn.seen, _SILENT)])


@dataclass(frozen=True)
class RealCustomers:
    """Customers of a shop: what was seen up to a day, and what they bought after it."""

    seen: Purchases
    bought: int


def run(books: int, seed: int = 20261129) -> Result:
    """Make the section."""
    every = list(cells(books, seed))
    title, how = told("alive", books=books, customers=_CUSTOMERS, silent=_SILENT)
    headers = (
        "customers",
        *every[0].said.headers(),
        "alive of those silent for long",
        "books without an answer",
    )
    table = Figures(headers, tuple(_row(cell) for cell in every), "Said → came true")
    path = real("cdnow", "CDNOW_sample.txt")
    goals = [*_goals(every)]
    if path is None:
        return Result(title, how, (table,), tuple(goals), ("Real customers (CDNOW): not there.",))
    figures, goal = _real(path)
    return Result(title, how, (table, figures), (*goals, goal))


def _row(cell: Cell) -> tuple[str, ...]:
    return (
        cell.world.words,
        *cell.said.cells(),
        str(cell.silent_alive),
        str(cell.unfitted),
    )


def _goals(every: Sequence[Cell]) -> Iterator[Goal]:
    yield calibrated("P(alive) comes true", [cell.said for cell in every])
    unfitted = sum(cell.unfitted for cell in every)
    books = unfitted + sum(cell.fitted for cell in every)
    yield within("of books are told nothing", unfitted / books, _SILENT_BOOKS)


def _real(path: Path) -> tuple[Figures, Goal]:
    """What the model expects of real customers, and what they bought."""
    shop = read_shop(path)
    model = fit(shop.seen, _FEW)
    expected = math.nan
    if not isinstance(model, str):
        expected = float(expected_purchases(shop.seen, model, _REAL_WEEKS).sum())
    before = float((shop.seen.repeats / shop.seen.age).sum() * _REAL_WEEKS)
    row = (f"{len(shop.seen.age):,}", f"{shop.bought:,}", f"{expected:,.0f}", f"{before:,.0f}")
    headers = ("customers", "bought", "expected", "as often as before")
    off = abs(expected / shop.bought - 1)
    goal = Goal(
        f"purchases expected of real customers come true within {percent(_EXPECTED)}",
        off <= _EXPECTED,
        f"{percent(off)} off",
    )
    return Figures(headers, (row,), "Real customers (CDNOW), the next 39 weeks"), goal


def read_shop(path: Path) -> RealCustomers:
    """Days on which each customer bought; several purchases on one day are one."""
    days: dict[str, set[int]] = {}
    with path.open(encoding="utf-8") as file:
        for customer, _, day, *_ in csv.reader(file, delimiter=" ", skipinitialspace=True):
            bought_on = date(int(day[:4]), int(day[4:6]), int(day[6:8]))
            days.setdefault(customer, set()).add((bought_on - _REAL_START).days)

    cut = (_REAL_CUT - _REAL_START).days
    end = cut + 7 * _REAL_WEEKS
    rows = []
    for bought in days.values():
        seen = sorted(day for day in bought if day <= cut)
        if seen:
            later = sum(cut < day <= end for day in bought)
            weeks = np.array([*seen, cut]) / 7
            log_gaps = np.log(np.diff(weeks[:-1])).sum()
            last, age = weeks[-2] - weeks[0], weeks[-1] - weeks[0]
            rows.append((len(seen) - 1, last, age, log_gaps, later))
    *seen_columns, later_counts = np.array(rows, dtype=np.float64).T
    return RealCustomers(Purchases(*seen_columns), int(later_counts.sum()))
