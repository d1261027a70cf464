"""Are families called bought together, or purchases called off, where only luck is at work?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from figures.results import Figures, Goal, Result
from honesty.alive import WORLDS
from honesty.customers import World, customers
from honesty.verdicts import Bounds, Tally, mean_of, within
from honesty.words import told
from salesbook.arrays import Flags
from salesbook.domain.customers.bought_together import bought_together
from salesbook.domain.customers.buying_test import WEEKS_AHEAD, buying_test
from salesbook.domain.customers.families import Baskets

_FEW: Final = 10
_LEVEL: Final = 0.8
_AS_OF: Final = dt.date(2026, 6, 30)
_BUYERS: Final = 400
_LIFT: Final = 1.3
"""The common way: two families are together where so many times as many have both as if all chose alone."""
_PULL: Final = 0.35
"""Of those who have the first family, so many take the second because of it."""
FALSE: Final = Bounds(most=0.06)
FOUND: Final = Bounds(least=0.7)
WRONG: Final = Bounds(most=0.05)


@dataclass(frozen=True)
class Market:
    """How many customers choose among how many families, and in which way."""

    customers: int
    families: int
    by_orders: bool = False
    """Each order is of a family by its popularity; else each family is bought or not, by how much of
    a buyer the customer is."""
    pull: float = 0.0


MARKETS: Final = tuple(
    Market(count, families, by_orders)
    for by_orders in (False, True)
    for count in (300, 2000)
    for families in (4, 8)
)
BONDS: Final = tuple(Market(count, 6, pull=_PULL) for count in (300, 1000, 4000))


@dataclass
class Cell:
    """What came out over many books of one market."""

    market: Market
    false: Tally = field(default_factory=Tally)
    """Books in which two families without a bond are called together."""
    common: Tally = field(default_factory=Tally)
    """The same by the common way."""
    found: Tally = field(default_factory=Tally)
    """Books in which the bond is found."""


def cells(books: int, seed: int, markets: Sequence[Market]) -> Iterator[Cell]:
    """Draw so many books of each market."""
    for place, market in enumerate(markets):
        cell = Cell(market)
        for book in range(books):
            _add_book(cell, np.random.default_rng([seed, place, book]))
        yield cell


def _add_book(cell: Cell, random: np.random.Generator) -> None:
    market = cell.market
    has = _by_orders(random, market) if market.by_orders else _by_taste(random, market)
    if market.pull:
        has[:, 1] |= has[:, 0] & (random.random(market.customers) < market.pull)
    names = tuple(f"f{number}" for number in range(market.families))
    keys = pd.Index([f"c{number:05}" for number in range(market.customers)])
    baskets = Baskets(keys, names, has, pd.Series(dtype="str"))
    table = bought_together(baskets, _FEW, _LEVEL).table
    called = table[table["verdict"] == "together"]
    pairs = set(zip(called["family"], called["next_family"], strict=True))
    bond = {("f0", "f1"), ("f1", "f0")} if market.pull else set()
    cell.false.add(bool(pairs - bond))
    if bond:
        cell.found.add(bond <= pairs)
    rates = has.mean(axis=0)
    met = has.astype(np.int64).T @ has.astype(np.int64)
    together = met > _LIFT * np.outer(rates, rates) * market.customers
    np.fill_diagonal(together, val=False)
    cell.common.add(bool(together.any()))


def _by_taste(random: np.random.Generator, market: Market) -> Flags:
    """Some buy much and some little, and families are not equally popular."""
    much = random.normal(-1, 1.2, market.customers)
    popular = random.normal(0, 0.8, market.families)
    chance = 1 / (1 + np.exp(-(much[:, None] + popular)))
    return np.asarray(random.random(chance.shape) < chance, dtype=bool)


def _by_orders(random: np.random.Generator, market: Market) -> Flags:
    """Customers place few or many orders, each of a family by its popularity."""
    orders = random.poisson(random.gamma(0.6, 10.0, market.customers))
    popular = random.gamma(1.0, 1.0, market.families)
    has = np.zeros((market.customers, market.families), dtype=bool)
    buyer = np.repeat(np.arange(market.customers), orders)
    has[buyer, random.choice(market.families, buyer.size, p=popular / popular.sum())] = True
    return has


@dataclass
class Expectation:
    """What the test on the last half year said over many books of one world."""

    world: World
    verdicts: list[str] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    """How far what was bought was from what was expected."""

    def share(self, *verdicts: str) -> float:
        """The part of the books with one of these verdicts."""
        return sum(verdict in verdicts for verdict in self.verdicts) / len(self.verdicts)


def expectations(books: int, seed: int, worlds: Sequence[World] = WORLDS) -> Iterator[Expectation]:
    """Draw so many books of customers who go on as they were, and test each."""
    for place, world in enumerate(worlds):
        expectation = Expectation(world)
        for book in range(books):
            random = np.random.default_rng([seed, place, book])
            row = buying_test(_lines(random, world), _AS_OF, _FEW, _LEVEL).table.iloc[0]
            expectation.verdicts.append(str(row["verdict"]))
            if row["expected"] > 0:
                expectation.off.append(float(row["bought"] / row["expected"] - 1))
        yield expectation


def _lines(random: np.random.Generator, world: World) -> pd.DataFrame:
    """Purchase lines of drawn customers, as the verb has them."""
    drawn = customers(random, world, _BUYERS)
    is_bought = drawn.repeats_on <= drawn.seen.age[:, None]
    starts = -drawn.seen.age
    times = np.column_stack([starts, starts[:, None] + drawn.repeats_on])
    buyer, place = np.nonzero(np.column_stack([np.ones(len(starts), dtype=bool), is_bought]))
    on = pd.Timestamp(_AS_OF) + pd.to_timedelta(np.floor(times[buyer, place] * 7), unit="D")
    size = len(buyer)
    return pd.DataFrame(
        {
            "customer_id": pd.Series([f"c{number:05}" for number in buyer], dtype="str"),
            "order_id": pd.Series([f"o{number}" for number in range(size)], dtype="str"),
            "refund_of": pd.Series([None] * size, dtype="str"),
            "on": on,
            "amount": pd.Series(1, index=range(size), dtype="int64"),
            "bought": pd.Series(True, index=range(size), dtype="bool"),
        }
    )


def run(books: int) -> Result:
    """Draw all markets and worlds, and say how often the words were kept."""
    alone = list(cells(books, 20261202, MARKETS))
    bound = list(cells(books, 20261203, BONDS))
    tested = list(expectations(max(books // 4, 1), 20261204))
    title, how = told("buying", books=books, buyers=_BUYERS, weeks=WEEKS_AHEAD, pull=100 * _PULL)
    wrong = [one.share("too-low", "too-high") for one in tested]
    goals: list[Goal] = [
        within(
            "of books call two families together that have no bond",
            mean_of([cell.false.share for cell in alone]),
            FALSE,
        ),
        within(
            "of books of 4,000 customers find the bond that is there", bound[-1].found.share, FOUND
        ),
        within("of books are told that customers changed who did not", mean_of(wrong), WRONG),
    ]
    figures = (_pairs(alone, bound), _tests(tested))
    return Result(title, how, figures, tuple(goals))


def _pairs(alone: Sequence[Cell], bound: Sequence[Cell]) -> Figures:
    rows = [
        (
            f"{cell.market.customers:,}",
            str(cell.market.families),
            "order by order" if cell.market.by_orders else "by taste",
            str(cell.false),
            str(cell.common),
            str(cell.found) if cell.market.pull else "",
        )
        for cell in (*alone, *bound)
    ]
    headers = (
        "customers",
        "families",
        "they choose",
        "pairs without a bond called",
        "by plain rates",
        "bond found",
    )
    return Figures(headers, tuple(rows), "Families bought together")


def _tests(tested: Sequence[Expectation]) -> Figures:
    rows = [
        (
            one.world.words,
            f"{100 * one.share('holds'):.0f} %",
            f"{100 * one.share('too-low', 'too-high'):.0f} %",
            f"{100 * one.share('too-few'):.0f} %",
            f"{100 * float(np.mean(one.off)):+.1f} %",
            f"{100 * float(np.std(one.off)):.1f} %",
        )
        for one in tested
    ]
    headers = ("customers", "holds", "called off", "too few", "bought beside expected", "spread")
    return Figures(headers, tuple(rows), "Purchases expected of customers who go on as they were")
