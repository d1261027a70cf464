"""In which currency is a file's money, and what is that in the workbook's?

What says the currency: the cell (`€5`), its number format, its header (`Amount (EUR)`), a column of
the row, or the user. They must agree. Money in another currency than the workbook's is turned into
it by the Rates of its day and kept beside; it is never summed as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from salesbook.cells.base import CellOptions, Reading, Reason
from salesbook.cells.frame import read_values
from salesbook.currencies import currencies_named
from salesbook.exchange import ForeignMoney
from salesbook.messages import Fact
from salesbook.money import currency_decimals, to_decimal
from salesbook.store import Cell
from salesbook.tables import TABLES, Kind

ORIGINAL_AMOUNT: Final = "original_amount"
ORIGINAL_CURRENCY: Final = "original_currency"
_OTHER: Final = "money-other-currency"
_MOST_NAMED: Final = 3
"""Currencies that a sentence names of those that `$` may be."""


def converts(table: str, field: str) -> bool:
    """True for the amount that has its original beside it; other money cannot be converted."""
    return field == "amount" and ORIGINAL_AMOUNT in TABLES[table].field_names


@dataclass(frozen=True, slots=True)
class CurrencyReader:
    """Tells the currency of a file's money cells."""

    own: str
    """The workbook's currency, an ISO code."""
    told: str | None
    """That which the user says the file's money is in; None where he says nothing."""

    def read(
        self,
        cells: Sequence[Cell],
        readings: Sequence[Reading],
        words: Sequence[Sequence[str]],
        options: CellOptions,
    ) -> list[Reading | ForeignMoney]:
        """Read a column of money by what is said of each cell's currency.

        Args:
            readings: what the cells are as money of the workbook's currency.
            words: for each cell the currency words that stand around it; blank ones say nothing.
            options: those the column was read with.

        Returns: readings; foreign money for cells in another currency than the workbook's; a reason
            for those of which it cannot be told.
        """
        result: list[Reading | ForeignMoney] = list(readings)
        if not self._has_to_look(readings, words):
            return result

        places: dict[str, list[int]] = {}
        """Positions by foreign currency."""
        for place, (reading, around) in enumerate(zip(readings, words, strict=True)):
            said = [word for word in around if word.strip()]
            if isinstance(reading, Reason) and reading.code == _OTHER:
                said.append(str(reading.params["currency"]))
            elif reading is None or isinstance(reading, Reason):
                continue
            currency = self._currency(said)
            if isinstance(currency, Reason):
                result[place] = currency
            elif currency != self.own:
                places.setdefault(currency, []).append(place)

        for currency, of_currency in places.items():
            # The whole column, since all its cells together tell the decimal sign.
            foreign = read_values(cells, Kind.MONEY, replace(options, currency=currency))
            for place in of_currency:
                result[place] = _foreign(foreign[place], currency)
        return result

    def _has_to_look(self, readings: Sequence[Reading], words: Sequence[Sequence[str]]) -> bool:
        """False where nothing names a currency, as in most files."""
        if self.told not in (None, self.own) or any(any(around) for around in words):
            return True
        return any(isinstance(reading, Reason) and reading.code == _OTHER for reading in readings)

    def _currency(self, words: Sequence[str]) -> str | Reason:
        """The one currency that all words may mean; without a word, the user's, else the workbook's."""
        if not words:
            return self.told or self.own

        shared: frozenset[str] | None = None
        for word in words:
            codes = currencies_named(word)
            if not codes:
                return Reason("currency-not-known", {"currency": word})
            shared = codes if shared is None else shared & codes
        candidates = shared or frozenset()

        for likely in (self.told, self.own):
            if likely in candidates:
                return str(likely)
        if not candidates:
            return Reason("currencies-differ", {"found": tuple(dict.fromkeys(words))})
        if len(candidates) > 1:
            shown = tuple(sorted(candidates)[:_MOST_NAMED])
            facts: dict[str, Fact] = {
                "found": words[0],
                "candidates": shown,
                "option": "--currency",
            }
            return Reason("currency-unclear", facts)
        return next(iter(candidates))


def _foreign(reading: Reading, currency: str) -> Reading | ForeignMoney:
    if not isinstance(reading, int):
        return reading
    return ForeignMoney(to_decimal(reading, currency_decimals(currency)), currency)
