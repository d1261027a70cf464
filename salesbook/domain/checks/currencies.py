"""Do amounts in other currencies fit what stands beside them, and are there rates to convert by?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import pandas as pd

from salesbook.domain.checks.entry_checks import flag, has_rows
from salesbook.domain.outcome import Task
from salesbook.exchange import (
    ORDER_OF,
    OWN_DAY,
    ExchangeRates,
    ForeignMoney,
    converted,
    currency_code,
    days_of_orders,
)
from salesbook.messages import Finding
from salesbook.money import to_decimal
from salesbook.policy import Policy
from salesbook.tables import TABLES

_HAVE_ORIGINALS: Final = tuple(
    name for name, spec in TABLES.items() if "original_amount" in spec.field_names
)


def rate_faults(policy: Policy) -> Iterator[Finding]:
    """Each row of Rates names one currency, and not the workbook's own."""
    own = policy.rules.currency
    for row in policy.rates:
        key = f"{row.currency}|{row.valid_from.isoformat()}"
        named = currency_code(row.currency)
        if not named:
            code = "currency-unknown"
        elif named == own:
            code = "rate-of-own-currency"
        else:
            continue
        yield Finding(code, "warning", "Rates", field="currency", row_key=key, found=row.currency)


def originals(task: Task) -> Iterator[Finding]:
    """Original amounts have a currency that is known, and their amounts follow from the rates.

    An open deal's amount is of the newest rate at its import, which need not be that of today.
    """
    for table in _HAVE_ORIGINALS:
        if has_rows(task, table):
            yield from _of_table(task, table)


def _of_table(task: Task, table: str) -> Iterator[Finding]:
    rows = task.tables[table]
    has_amount = rows["original_amount"].notna()
    has_currency = rows["original_currency"].notna()
    if not (has_amount | has_currency).any():
        return
    lacks_currency = has_amount & ~has_currency
    lacks_amount = has_currency & ~has_amount
    yield from flag(task, f"{table}.original_currency", lacks_currency, "original-incomplete")
    yield from flag(task, f"{table}.original_amount", lacks_amount, "original-incomplete")

    codes = rows["original_currency"].map(currency_code, na_action="ignore")
    is_unknown = has_currency & (codes == "")
    yield from flag(task, f"{table}.original_currency", is_unknown, "currency-unknown")

    is_whole = has_amount & has_currency & ~is_unknown
    expected = _expected(task, table, rows[is_whole], codes)
    differs = pd.Series(False, index=rows.index)
    for row, minor in expected.items():
        amount = rows["amount"][row]
        differs[row] = pd.notna(amount) and int(amount) != minor
    shown = {row: to_decimal(minor, task.policy.decimals) for row, minor in expected.items()}
    amounts: pd.Series[Any] = pd.Series(shown, index=rows.index, dtype="object")
    yield from flag(task, f"{table}.amount", differs, "original-differs", expected=amounts)


def _expected(
    task: Task, table: str, rows: pd.DataFrame, codes: pd.Series[Any]
) -> Mapping[Any, int]:
    """Minor units by row that the rates of the day make of the original; none without a rate."""
    rates = ExchangeRates(task.policy.rates)
    own = task.policy.rules.currency
    days = _days(task, table, rows)
    expected: dict[Any, int] = {}
    for row, amount in rows["original_amount"].items():
        day = days.get(row)
        rate = 1.0 if codes[row] == own else rates.on(codes[row], day) if day else None
        if rate is not None:
            money = ForeignMoney(Decimal(repr(float(amount))), codes[row])
            expected[row] = converted(money, rate, task.policy.decimals)
    return expected


def _days(task: Task, table: str, rows: pd.DataFrame) -> dict[Any, dt.date]:
    """The day by row whose rate counts; rows without one are left out."""
    if table == "Deals":
        return {row: day.date() for row, day in rows["closed_on"].dropna().items()}
    orders = task.tables.get("Orders", rows.iloc[:0])
    is_sale = orders["refund_of"].isna() if "refund_of" in orders else orders.index == -1
    sales = orders[is_sale]
    of_order = days_of_orders(zip(sales["order_id"], sales["ordered_on"].dt.date, strict=True))
    return {
        row: of_order.get(order, day.date())
        for row, order, day in zip(
            rows.index, rows[ORDER_OF[table]], rows[OWN_DAY[table]], strict=True
        )
    }
