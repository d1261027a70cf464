"""What do all sample tables share? The run date, seeded chance, working days, money."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from salesbook import labels
from salesbook.labels import Language
from salesbook.sample.words import WORDS, Words

SEED: Final = "salesbook"
YEARS: Final = 2
STAGES: Final = ("lead", "qualified", "proposal", "negotiation")
CURRENCY_UNIT: Final = 100
"""Minor units of one dollar or yuan."""
_FRIDAY: Final = 4

Fields = dict[str, Any]
T = TypeVar("T")


@dataclass
class World:
    """The made-up company, table by table as it grows."""

    language: Language
    as_of: dt.date
    rows: dict[str, list[Fields]] = field(default_factory=dict)

    @property
    def words(self) -> Words:
        """The language's vocabulary."""
        return WORDS[self.language]

    @property
    def start(self) -> dt.date:
        """The first day of the two years of sales."""
        return self.as_of - dt.timedelta(days=365 * YEARS)

    def chance(self, name: str) -> random.Random:
        """Repeatable chance of one table's own, the same in both languages."""
        return random.Random(f"{SEED} {name}")

    def stage(self, code: str) -> str:
        """A standard stage's name."""
        return labels.word("book", f"stages.{code}", self.language)

    def money(self, amount: float) -> int:
        """Minor units of a round amount given in the sample's own unit."""
        return round(amount) * self.words.money * CURRENCY_UNIT

    def ago(self, days: int) -> dt.date:
        """The working day so many days before the run date."""
        return self.workday(self.as_of - dt.timedelta(days=days))

    def month_start(self, months_ago: int) -> dt.date:
        """The first day of a month, counted back from the run date's own."""
        months_since_year_0 = self.as_of.year * 12 + self.as_of.month - 1 - months_ago
        year, month = divmod(months_since_year_0, 12)
        return dt.date(year, month + 1, 1)

    def quarter(self, quarters_ago: int) -> str:
        """A quarter's period, counted back from the run date's own."""
        quarter_of_year = (self.as_of.month - 1) // 3
        quarters_since_year_0 = self.as_of.year * 4 + quarter_of_year - quarters_ago
        year, quarter = divmod(quarters_since_year_0, 4)
        return f"FY{year}-Q{quarter + 1}"

    def workday(self, day: dt.date) -> dt.date:
        """The day itself; of a weekend the Friday before, or the Monday after if that is its month."""
        weekday = day.weekday()
        if weekday <= _FRIDAY:
            return day
        friday = day - dt.timedelta(days=weekday - _FRIDAY)
        monday = day + dt.timedelta(days=7 - weekday)
        return friday if friday.month == day.month else monday

    def moment(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """A time of a day."""
        return dt.datetime.combine(day, dt.time(hour, minute))


def spread(chance: random.Random, values: Sequence[T], weights: Sequence[float]) -> T:
    """One of the values, by weight."""
    return chance.choices(values, weights)[0]


def add_keys(rows: Iterable[Fields], field: str, letter: str) -> None:
    """Number rows in the order in which they stand: O0001, O0002 and so on."""
    for number, row in enumerate(rows, start=1):
        row[field] = key(letter, number, 4)


def key(letter: str, number: int, digits: int = 3) -> str:
    """A key such as C007."""
    return f"{letter}{number:0{digits}d}"
