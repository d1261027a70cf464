"""Of customers who are typed twice, how many are found, and how many pairs that are named are none?"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from figures.results import Figures, Result
from honesty.data import VARIABLE, real
from honesty.duplicate_books import Language, dirty_book
from honesty.verdicts import Bounds, Tally, within
from honesty.words import told
from salesbook.domain.checks.customers_in_question import QUESTIONS
from salesbook.domain.checks.duplicates import find_duplicates
from salesbook.frames import frame_from_rows
from salesbook.names.company_names import name_core
from salesbook.names.name_likeness import alike_names
from salesbook.policy import Policy

_ENTITIES: Final = 500
_PLAIN: Final = 0.88
"""Likeness of names from which on the plain way calls two rows one."""
PRECISION: Final = Bounds(least=0.95)
RECALL: Final = Bounds(least=0.9)
_REAL: Final = {
    "1,000 people, a copy of each of 500": "dataset1.csv",
    "5,000 people, up to 5 copies": "dataset2.csv",
    "5,000 people, up to 5 copies, dirtier": "dataset3.csv",
}
_RESTAURANTS: Final = "restaurant.csv"

Pairs = frozenset[tuple[str, str]]


@dataclass
class Cell:
    """What became of the customers of one kind."""

    kind: str
    right: Tally = field(default_factory=Tally)
    """Of the pairs that are named: those that are one."""
    found: Tally = field(default_factory=Tally)
    """Of the pairs that are one: those that are named."""
    asked_right: Tally = field(default_factory=Tally)
    """Of the pairs of which it is only asked whether two contacts of one company are two: those who are of
    one company."""
    plain_right: Tally = field(default_factory=Tally)
    """Likewise where alike names alone make a pair."""
    plain_found: Tally = field(default_factory=Tally)

    def add(
        self, customers: pd.DataFrame, true_pairs: Pairs, colleagues: Pairs = frozenset()
    ) -> None:
        """Count one book."""
        table = find_duplicates({"Customers": customers}, Policy())
        codes = [because.code for because in table["because"]]
        asks = np.array([code in QUESTIONS for code in codes], dtype=bool)
        is_of_company = np.array([code.startswith("same-company") for code in codes], dtype=bool)
        named, asked = (_keys_of_pairs(table[rows]) for rows in (~asks, is_of_company))
        self.asked_right.add([pair in colleagues for pair in sorted(asked)])
        self.right.add([pair in true_pairs for pair in sorted(named)])
        self.found.add([pair in named for pair in sorted(true_pairs)])
        plain = _by_names_alone(customers)
        self.plain_right.add([pair in true_pairs for pair in sorted(plain)])
        self.plain_found.add([pair in plain for pair in sorted(true_pairs)])


def _keys_of_pairs(table: pd.DataFrame) -> Pairs:
    return frozenset(zip(table["left_id"], table["right_id"], strict=True))


def _by_names_alone(customers: pd.DataFrame) -> Pairs:
    """The plain way: two rows are one where their names are nearly the same."""
    keys_by_core: dict[str, list[str]] = {}
    for key, name in zip(customers["customer_id"], customers["name"], strict=True):
        keys_by_core.setdefault(name_core(name).plain, []).append(key)
    alike = {(core, core) for core in keys_by_core} | alike_names(keys_by_core, _PLAIN).keys()
    return frozenset(
        (min(left, right), max(left, right))
        for core, other in alike
        for left in keys_by_core[core]
        for right in keys_by_core[other]
        if left != right
    )


def cells(books: int, seed: int) -> Iterator[Cell]:
    """English and Chinese customers apart."""
    languages: tuple[tuple[Language, str], ...] = (("en", "English"), ("zh", "Chinese"))
    for number, (language, kind) in enumerate(languages):
        cell = Cell(kind)
        for book in range(books):
            rng = np.random.default_rng([seed, number, book])
            dirty = dirty_book(language, rng, entities=_ENTITIES)
            cell.add(dirty.customers, dirty.pairs, dirty.colleagues)
        yield cell


def real_cells() -> Iterator[Cell]:
    """The public samples, where they lie in the folder of real data."""
    for kind, name in _REAL.items():
        path = real("linkage", name)
        if path is not None:
            cell = Cell(kind)
            cell.add(*_people(path))
            yield cell
    path = real("linkage", _RESTAURANTS)
    if path is not None:
        cell = Cell("864 restaurants of two guides")
        cell.add(*_restaurants(path))
        yield cell


def _people(path: Path) -> tuple[pd.DataFrame, Pairs]:
    """Made-up Australians: the seven figures of their security number stand for a telephone number."""
    rows = []
    keys_of: dict[str, list[str]] = {}
    for person in _records(path):
        key = person["rec_id"]
        keys_of.setdefault(key.split("-")[1], []).append(key)
        rows.append(
            {
                "customer_id": key,
                "name": " ".join(filter(None, (person["given_name"], person["surname"]))) or key,
                "region": " ".join(filter(None, (person["suburb"], person["postcode"]))) or None,
                "phone": person["soc_sec_id"],
            }
        )
    return frame_from_rows("Customers", rows), _pairs_of(keys_of)


def _restaurants(path: Path) -> tuple[pd.DataFrame, Pairs]:
    rows = []
    keys_of: dict[str, list[str]] = {}
    for number, restaurant in enumerate(_records(path)):
        key = f"{number:04d}"
        keys_of.setdefault(restaurant["class"], []).append(key)
        rows.append(
            {
                "customer_id": key,
                "name": restaurant["name"],
                "region": restaurant["city"],
                "phone": restaurant["phone"],
            }
        )
    return frame_from_rows("Customers", rows), _pairs_of(keys_of)


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        return [{name.strip(): value.strip() for name, value in row.items()} for row in rows]


def _pairs_of(keys_of: dict[str, list[str]]) -> Pairs:
    return frozenset(
        (left, right)
        for keys in keys_of.values()
        for left in keys
        for right in keys
        if left < right
    )


def run(books: int) -> Result:
    """Draw all books, read the samples that are there, and say how many pairs are right and found."""
    drawn = list(cells(books, 20261130))
    samples = list(real_cells())
    title, how = told("look_alikes", books=books, entities=_ENTITIES, variable=VARIABLE)
    goals = []
    for cell in drawn:
        named = f"of the pairs that are named among {cell.kind} customers are one"
        found = f"of the pairs that are one among {cell.kind} customers are named"
        asked = f"of the pairs asked about as contacts of one company among {cell.kind} customers are that"
        goals += [
            within(named, cell.right.share, PRECISION),
            within(found, cell.found.share, RECALL),
            within(asked, cell.asked_right.share, PRECISION),
        ]
    figures = [_table(drawn, "Drawn customers")]
    if samples:
        figures.append(_table(samples, "Public samples"))
    return Result(title, how, tuple(figures), tuple(goals))


def _table(rows: list[Cell], title: str) -> Figures:
    headers = (
        "customers",
        "pairs that are one",
        "named are right",
        "are found",
        "asked about are of one company",
        "by names alone right",
        "by names alone found",
    )
    return Figures(
        headers,
        tuple(
            (
                cell.kind,
                cell.found.cases,
                str(cell.right),
                str(cell.found),
                str(cell.asked_right) if cell.asked_right.cases else "–",
                str(cell.plain_right),
                str(cell.plain_found),
            )
            for cell in rows
        ),
        title,
    )
