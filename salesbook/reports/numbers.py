"""How is a number of a report written? Amounts whole or short, shares as percent, days as dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from salesbook.money import (
    currency_decimals,
    exact,
    round_half_away,
    rounds_to_all,
    rounds_to_none,
    to_decimal,
)

_SHORT: Final = {
    "en": ((1_000_000, "M", 2), (10_000, "K", 1)),
    "zh-Hans": ((100_000_000, "亿", 2), (10_000, "万", 1)),
}
"""By language: from which amount on which unit is written, and with how many decimals.

Each unit stands for its amount; K begins at 10,000 and stands for 1,000.
"""
_UNITS: Final = {"M": 1_000_000, "K": 1_000, "亿": 100_000_000, "万": 10_000}


@dataclass(frozen=True)
class Numbers:
    """Numbers in the manner of one language, money in one currency."""

    language: str
    currency: str

    @property
    def decimals(self) -> int:
        """Of the currency."""
        return currency_decimals(self.currency)

    def money(self, minor: int) -> str:
        """An amount without decimals, as lists show it: 5,662,000 cents is 56,620."""
        return f"{round_half_away(to_decimal(minor, self.decimals)):,}"

    def pay(self, minor: int) -> str:
        """An amount that somebody is paid or owes: every decimal, nothing rounded."""
        return f"{to_decimal(minor, self.decimals):,f}"

    def short(self, minor: int) -> str:
        """An amount as tiles and charts show it, no decimal of it zero: 1.52M, 118.9K, 1,064万."""
        amount = Fraction(to_decimal(minor, self.decimals))
        for least, unit, decimals in _SHORT[self.language]:
            if abs(amount) >= least:
                in_unit = amount / _UNITS[unit]
                # Of 1,064 units the tenth says nothing.
                decimals = decimals if abs(in_unit) < 1_000 else 0
                shown = to_decimal(round_half_away(in_unit * 10**decimals), decimals)
                return f"{_without_zeros(f'{shown:,f}')}{unit}"
        return f"{round_half_away(amount):,}"

    def percent(self, share: float) -> str:
        """A share without decimals: 0.684 is 68%."""
        return f"{round_half_away(exact(share) * 100):,}%"

    def chance(self, share: float) -> str:
        """A chance: <1% and >99% where it would be rounded to a certainty that nobody has."""
        if rounds_to_none(share):
            return "<1%"
        return ">99%" if rounds_to_all(share) else self.percent(share)

    def number(self, value: float) -> str:
        """A number with at most one decimal."""
        tenths = round_half_away(exact(value) * 10)
        return _without_zeros(f"{to_decimal(tenths, 1):,f}")

    def count(self, value: int) -> str:
        """A whole number."""
        return f"{int(value):,}"

    def day(self, day: Any) -> str:
        """A day, as everywhere in the workbook."""
        return str(day.date().isoformat() if hasattr(day, "date") else day.isoformat())

    def form(self, name: str) -> Callable[[Any], str]:
        """How cells of one form are written.

        Raises: KeyError for a form that no cell has.
        """
        forms: dict[str, Callable[[Any], str]] = {
            "text": str,
            "money": lambda cell: self.money(int(cell)),
            "pay": lambda cell: self.pay(int(cell)),
            "percent": lambda cell: self.percent(float(cell)),
            "number": lambda cell: self.number(float(cell)),
            "count": lambda cell: self.count(int(cell)),
            "day": self.day,
        }
        return forms[name]


def _without_zeros(number: str) -> str:
    """Without decimals that are zero: 122.0 is 122."""
    return number.rstrip("0").rstrip(".") if "." in number else number
