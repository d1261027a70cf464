"""By which day's rate does a row's foreign money become the workbook's?

An order is converted by the rate of its day, a refund and a payment by that of the order they belong
to, so that what is paid in full counts in full; a closed deal by its last day, an open one by the
newest rate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from salesbook.cells.base import Value
from salesbook.exchange import ORDER_OF, OWN_DAY, ExchangeRates, converted, days_of_orders
from salesbook.intake.book_now import BookNow
from salesbook.intake.matching.matcher import key_of
from salesbook.intake.money.file_money import ORIGINAL_AMOUNT, ORIGINAL_CURRENCY
from salesbook.intake.people.stages import StageBook
from salesbook.intake.rows import FileRow
from salesbook.money import to_decimal
from salesbook.policy import MAIN_PIPELINE
from salesbook.tables import TABLES


class Conversion:
    """Turns the foreign amounts of a file's rows into the workbook's currency."""

    def __init__(self, table: str, book: BookNow, stages: StageBook) -> None:
        self.table = table
        self.book = book
        self.stages = stages
        self.rates = ExchangeRates(book.policy.rates)
        self.lacks_originals = ORIGINAL_AMOUNT in book.table(table).lacking
        # Without an unreadable rate the one before it would be taken.
        self.has_unreadable_rates = any(fault.table == "Rates" for fault in book.policy.faults)
        self._now = book.table(table)
        self._day_of_order: dict[str, dt.date] = {}

    def run(self, rows: Sequence[FileRow]) -> None:
        """Convert every row with foreign money, or note why it cannot be."""
        if ORIGINAL_AMOUNT not in TABLES[self.table].field_names:
            return
        sound = [row for row in rows if not row.faults]
        if self.table == "Orders" and any(row.foreign for row in sound):
            self._day_of_order = _first_days(row.values for row in sound)
        has_originals = any(ORIGINAL_CURRENCY in held for held in self._now.rows.values())
        for row in sound:
            if row.foreign:
                self._convert(row)
            elif has_originals:
                self._settle_original(row)

    def _settle_original(self, row: FileRow) -> None:
        """Let no amount of another currency stand beside a new one that is in our own."""
        old = self._old_values(row)
        amount = row.values.get("amount")
        if amount is None or ORIGINAL_CURRENCY not in old or old.get("amount") == amount:
            return
        decimals = self.book.policy.decimals
        row.values[ORIGINAL_AMOUNT] = float(to_decimal(int(amount), decimals))  # type: ignore[arg-type]
        row.values[ORIGINAL_CURRENCY] = self.book.policy.rules.currency

    def _old_values(self, row: FileRow) -> Mapping[str, Value]:
        """What the workbook holds of the row, where the file gives its key."""
        key = key_of(self.table, row.values)
        if not isinstance(key, tuple):
            return {}
        position = self._now.by_key.get(key)
        return {} if position is None else self._now.held_in_row(position)

    def _convert(self, row: FileRow) -> None:
        # Money has one field with its original beside it, see `currencies.converts`.
        ((name, money),) = row.foreign.items()
        if self.lacks_originals:
            row.reject(name, "original-has-no-column", currency=money.currency)
            return
        if self.has_unreadable_rates:
            row.reject(name, "rates-unreadable", currency=money.currency)
            return

        day = self._day(row)
        if day is None:
            row.reject(name, "no-day-for-rate", currency=money.currency)
            return
        rate = self.rates.on(money.currency, day)
        if rate is None:
            own = self.book.policy.rules.currency
            day_said = day.isoformat()
            row.reject(
                name, "no-exchange-rate", currency=money.currency, expected=own, day=day_said
            )
            return
        row.values[name] = converted(money, rate, self.book.policy.decimals)
        row.values[ORIGINAL_AMOUNT] = float(money.amount)
        row.values[ORIGINAL_CURRENCY] = money.currency

    def _day(self, row: FileRow) -> dt.date | None:
        """The day whose rate counts: by the file, else by the workbook; None where neither tells."""
        values = {**self._old_values(row), **row.values}
        if self.table == "Deals":
            return self._day_of_deal(values)
        order = values.get(ORDER_OF[self.table])
        own_day = values.get(OWN_DAY[self.table])
        day = own_day if isinstance(own_day, dt.date) else None
        if order is None:
            return day
        return self._day_of_order.get(str(order)) or self._days_in_book.get(str(order)) or day

    def _day_of_deal(self, values: Mapping[str, Value]) -> dt.date | None:
        typed = values.get("stage")
        if typed is None:
            return None
        stage = self.stages.find(str(values.get("pipeline", MAIN_PIPELINE)), str(typed))
        closed_on = values.get("closed_on")
        is_closed = stage is not None and stage.kind != "open"
        if is_closed and isinstance(closed_on, dt.date):
            return closed_on
        return self.book.as_of

    @cached_property
    def _days_in_book(self) -> dict[str, dt.date]:
        return _first_days(self.book.table("Orders").rows.values())


def _first_days(rows: Iterable[dict[str, Value]]) -> dict[str, dt.date]:
    """The first day of each order, refunds apart."""
    lines = []
    for values in rows:
        order, day = values.get("order_id"), values.get("ordered_on")
        if order is not None and isinstance(day, dt.date) and "refund_of" not in values:
            lines.append((str(order), day))
    return days_of_orders(lines)
