"""What a raw cell means as a field of a table: a typed value, nothing, or the reason why it has
none.

`parse_cell` reads one cell, `parse_column` a column as a whole, which decides what a cell alone
leaves open. No reader raises on any content.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from salesbook.cells.base import (
    DEFAULTS,
    CellOptions,
    DateOrder,
    DecimalSign,
    Reading,
    Reason,
    Value,
    shown,
)
from salesbook.cells.date import Rule, moment_of
from salesbook.cells.number import Amount, DecimalRule, amount_of
from salesbook.cells.period import read_period
from salesbook.cells.text import choice_map, read_choice, read_flag, read_id, read_list, read_text
from salesbook.cells.units import currency_codes
from salesbook.money import currency_decimals, to_minor
from salesbook.store import NOT_CALCULATED, CellError
from salesbook.tables.base import FieldSpec, Kind

__all__ = [
    "CellOptions",
    "DateOrder",
    "DecimalSign",
    "Reading",
    "Reason",
    "Value",
    "choice_map",
    "options_for",
    "parse_cell",
    "range_reason",
]

NUMERIC: Final = frozenset(
    (Kind.MONEY, Kind.MEASURE, Kind.NUMBER, Kind.RATE, Kind.COUNT, Kind.DAYS)
)
MOMENTS: Final = frozenset((Kind.DATE, Kind.DATETIME))
MOST: Final = 10**15
"""Whole numbers and minor units from here on have more digits than a sheet keeps."""
_UNBOUNDED_RATE = 3.0


def options_for(owner: str, spec: FieldSpec, options: CellOptions = DEFAULTS) -> CellOptions:
    """The options of one field: its choices in all languages, and how large a bare share may be.

    Args: owner is `Table.field`, as labels know the field's choices.
    """
    limit = _UNBOUNDED_RATE if spec.maximum is None else spec.maximum
    choices: Mapping[str, str] = choice_map(owner, spec.choices) if spec.choices else {}
    return replace(options, rate_limit=limit, choices=choices)


def range_reason(spec: FieldSpec, value: float) -> Reason | None:
    """Why a number of a field is out of its range; None for one within it."""
    low, high = spec.minimum, spec.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    return Reason(
        "below-minimum" if high is None else "out-of-range", {"minimum": low, "maximum": high}
    )


def parse_cell(
    cell: object,
    kind: Kind,
    options: CellOptions = DEFAULTS,
    *,
    decimal_rule: DecimalRule | None = None,
    date_rule: Rule | None = None,
) -> Reading:
    """The typed value of one raw cell; None is missing.

    Money and counts are int (money in minor units), dates `date`, moments `datetime` as the clock
    showed them, choices codes, a measure float in the unit of its row. The rules, where given, are
    what the column decided; an option in `options` goes before them.
    """
    if cell is None:
        return None
    if cell == NOT_CALCULATED:
        return Reason("formula-without-value")
    if isinstance(cell, CellError):
        return Reason("cell-error", {"error": cell.code})
    if kind in NUMERIC:
        return _numeric(cell, kind, options, options.decimal or decimal_rule or "open")
    if kind in MOMENTS:
        return _moment(cell, kind, options, options.date_order or date_rule or "open")
    return _words(cell, kind, options)


def _words(cell: object, kind: Kind, options: CellOptions) -> Reading:
    """A cell of a field whose words count: period, key, choice, flag, list or text."""
    if kind is Kind.PERIOD:
        if isinstance(cell, bool):
            return Reason("cell-is-flag", {"found": shown(cell)})
        return read_period(cell, options.fiscal_year_start)
    if kind is Kind.ID:
        return read_id(cell)
    if kind is Kind.CHOICE:
        return read_choice(cell, options.choices)
    if kind is Kind.FLAG:
        return read_flag(cell, options.choices)
    return read_list(cell) if kind is Kind.LIST else read_text(cell)


def _numeric(
    cell: object, kind: Kind, options: CellOptions, rule: DecimalRule
) -> int | float | Reason | None:
    if isinstance(cell, bool):
        return Reason("cell-is-flag", {"found": shown(cell)})
    if isinstance(cell, dt.date):
        return Reason("cell-is-date", {"found": shown(cell)})
    if kind is Kind.MONEY and isinstance(cell, float) and abs(cell) < MOST and options.scale == 1:
        return _in_minor(cell, options)
    amount = amount_of(cell, rule)
    if amount is None or isinstance(amount, Reason):
        return amount
    return number_as(amount, kind, options)


def number_as(amount: Amount, kind: Kind, options: CellOptions) -> int | float | Reason:
    """The number as its field holds it, or why it cannot be one."""
    if kind is Kind.RATE:
        return _rate(amount, options)
    misfit = _misfit(amount, kind, options)
    if misfit:
        return misfit
    if options.scale != 1 and amount.has_unit:
        return Reason("number-unit-twice")
    value = (amount.value / amount.per if amount.per != 1 else amount.value) * options.scale
    if kind is Kind.MONEY:
        return _in_minor(value, options)
    if kind is Kind.COUNT:
        if value != int(value):
            return Reason("number-not-whole", {"found": str(value)})
        return int(value) if abs(value) < MOST else Reason("number-too-large")
    number = float(value)
    return number if abs(number) != float("inf") else Reason("number-too-large")


def _in_minor(value: float | Decimal, options: CellOptions) -> int | Reason:
    if not -MOST < value < MOST:
        return Reason("number-too-large")
    minor = to_minor(value, currency_decimals(options.currency))
    return minor if abs(minor) < MOST else Reason("number-too-large")


def _misfit(amount: Amount, kind: Kind, options: CellOptions) -> Reason | None:
    """A percent sign or a currency where the field can have none, or another currency than the
    field's.
    """
    if amount.per != 1 and kind is not Kind.NUMBER:
        return Reason("number-is-percent")
    if amount.currency and kind not in (Kind.MONEY, Kind.MEASURE, Kind.NUMBER):
        return Reason("number-is-money", {"currency": amount.currency})
    if (
        amount.currency
        and options.currency
        and options.currency not in currency_codes(amount.currency)
    ):
        return Reason(
            "money-other-currency", {"currency": amount.currency, "expected": options.currency}
        )
    return None


def _rate(amount: Amount, options: CellOptions) -> float | Reason:
    """A share: with a percent sign always clear, bare only up to the limit (`0.12`, never `12`)."""
    if amount.currency:
        return Reason("number-is-money", {"currency": amount.currency})
    if amount.per != 1:
        return float(amount.value / amount.per)
    if options.percent:
        return float(amount.value / 100)
    if abs(amount.value) > Decimal(str(options.rate_limit)):
        return Reason("rate-unclear", {"suggestion": f"{amount.value.normalize():f}%"})
    return float(amount.value)


def _moment(cell: object, kind: Kind, options: CellOptions, rule: Rule) -> dt.date | Reason | None:
    if isinstance(cell, bool):
        return Reason("cell-is-flag", {"found": shown(cell)})
    moment = moment_of(cell, rule, epoch_1904=options.epoch_1904)
    if isinstance(moment, dt.datetime) and moment.year < 1900:
        return Reason("date-out-of-range", {"year": moment.year})
    return moment.date() if kind is Kind.DATE and isinstance(moment, dt.datetime) else moment
