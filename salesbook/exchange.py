"""What is money in another currency worth in the workbook's, on a day?"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from salesbook.currencies import currencies_named
from salesbook.errors import UsageError
from salesbook.money import exact, round_half_away
from salesbook.tables.settings import Rate

ORDER_OF: Final[Mapping[str, str]] = {"Orders": "refund_of", "Payments": "order_id"}
"""By table, the field that names the order by whose day a row is converted."""
OWN_DAY: Final[Mapping[str, str]] = {"Orders": "ordered_on", "Payments": "paid_on"}
"""By table, the field of the day that counts where no order is named or known."""


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
            code = currency_code(row.currency)
            # A row that names no one currency is a finding of `validate`.
            if code:
                days, values = found.setdefault(code, ([], []))
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


def days_of_orders(lines: Iterable[tuple[str, dt.date]]) -> dict[str, dt.date]:
    """The first day of each order: its refunds and payments are converted by that day's rate.

    Args:
        lines: order and day of each line that is no refund.
    """
    days: dict[str, dt.date] = {}
    for order, day in lines:
        days[order] = min(day, days.get(order, day))
    return days


def currency_code(text: str) -> str:
    """The ISO code of the one currency that a text names; blank where it names none or several."""
    codes = currencies_named(text)
    return next(iter(codes)) if len(codes) == 1 else ""


def currency_told(text: str | None) -> str | None:
    """The ISO code of the currency that somebody names with `--currency`. Raises: UsageError."""
    code = None if text is None else currency_code(text)
    if code == "":
        raise UsageError("no-such-currency", where="--currency", found=text)
    return code
