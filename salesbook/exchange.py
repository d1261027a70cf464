"""What is money in another currency worth in the workbook's, on a day?"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from salesbook.cells.currency_names import currencies_named
from salesbook.errors import UsageError
from salesbook.money import exact, round_half_away
from salesbook.tables.settings import Rate


@dataclass(frozen=True, slots=True)
class ForeignMoney:
    """An amount in another currency than the workbook's."""

    amount: Decimal
    """In units of `currency`."""
    currency: str
    """ISO code."""


@dataclass(frozen=True)
class ExchangeRates:
    """What one unit of a currency is worth in the workbook's, by day."""

    rates: Sequence[Rate]

    @cached_property
    def _by_currency(self) -> Mapping[str, tuple[list[dt.date], list[float]]]:
        """Days in their order, and the rate from each on."""
        found: dict[str, tuple[list[dt.date], list[float]]] = {}
        for row in sorted(self.rates, key=lambda row: row.valid_from):
            codes = currencies_named(row.currency)
            # A row that names no one currency is a finding of `validate`.
            if len(codes) == 1:
                days, values = found.setdefault(next(iter(codes)), ([], []))
                days.append(row.valid_from)
                values.append(row.rate)
        return found

    def on(self, currency: str, day: dt.date) -> float | None:
        """The newest rate on or before a day; None where there is none."""
        days, values = self._by_currency.get(currency, ([], []))
        place = bisect_right(days, day)
        return values[place - 1] if place else None


def converted(money: ForeignMoney, rate: float, decimals: int) -> int:
    """Turn foreign money into minor units of the workbook's currency, rounded once.

    Args:
        rate: units of the workbook's currency for one of the other's.
        decimals: of the workbook's currency.
    """
    return round_half_away(exact(money.amount) * exact(rate) * 10**decimals)


def currency_told(text: str | None) -> str | None:
    """The ISO code of the currency that somebody names with `--currency`. Raises: UsageError."""
    if text is None:
        return None
    codes = currencies_named(text)
    if len(codes) != 1:
        raise UsageError("no-such-currency", where="--currency", found=text)
    return next(iter(codes))
