"""What does a raw cell mean as a field of a table: a typed value, nothing, or a reason?

`parse_cell` reads one cell; `column.read_column` reads a column as a whole, which decides what a
cell alone leaves open. No reader raises on any content.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from salesbook.cells.base import DEFAULTS, DIGIT_LIMIT, CellOptions, Reading, Reason, shown
from salesbook.cells.date import Rule, moment_of
from salesbook.cells.number import Amount, DecimalRule, amount_of
from salesbook.cells.period import read_period
from salesbook.cells.text import choice_map, read_choice, read_flag, read_id, read_list, read_text
from salesbook.currencies import currency_codes
from salesbook.money import to_minor
from salesbook.store import NOT_CALCULATED, CellError
from salesbook.tables.base import MONEY_KINDS, FieldSpec, Kind

NUMERIC: Final = frozenset((*MONEY_KINDS, Kind.NUMBER, Kind.RATE, Kind.COUNT, Kind.DAYS))
MOMENTS: Final = frozenset((Kind.DATE, Kind.DATETIME))
_UNBOUNDED_RATE = 3.0
"""Largest bare share of a field without a maximum: 300 % growth is likely, 1,200 % a slip of 12 %.
"""
_FIRST_YEAR: Final = 1900


def options_for(owner: str, spec: FieldSpec, options: CellOptions = DEFAULTS) -> CellOptions:
    """Add what one field says: its choices in all languages, and how large a bare share may be.

    Args:
        owner: `Table.field`, as labels know the field's choices.
    """
    limit = _UNBOUNDED_RATE if spec.maximum is None else spec.maximum
    choices: Mapping[str, str] = choice_map(owner, spec.choices) if spec.choices else {}
    return replace(options, rate_limit=limit, choices=choices, owner=owner)


def range_reason(spec: FieldSpec, value: float) -> Reason | None:
    """Why a number of a field is out of its range; None for one within it."""
    low = spec.minimum
    high = spec.maximum
    is_high_enough = low is None or value >= low
    is_low_enough = high is None or value <= high
    if is_high_enough and is_low_enough:
        return None

    code = "below-minimum" if high is None else "out-of-range"
    return Reason(code, {"minimum": low, "maximum": high})


def parse_cell(
    cell: object,
    kind: Kind,
    options: CellOptions = DEFAULTS,
    *,
    decimal_rule: DecimalRule | None = None,
    date_rule: Rule | None = None,
) -> Reading:
    """Type one raw cell; None is missing.

    Money and counts are int (money in minor units), dates `date`, moments `datetime` as the clock
    showed them, choices codes, a measure float in the unit of its row.

    Args:
        decimal_rule: what the column decided of decimal signs; an option goes before it.
        date_rule: what the column decided of day and month; an option goes before it.
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
        return read_choice(cell, options.choices, options.owner)
    if kind is Kind.FLAG:
        return read_flag(cell, options.choices)
    if kind is Kind.LIST:
        return read_list(cell)
    return read_text(cell)


def _numeric(
    cell: object, kind: Kind, options: CellOptions, rule: DecimalRule
) -> int | float | Reason | None:
    if isinstance(cell, bool):
        return Reason("cell-is-flag", {"found": shown(cell)})
    if isinstance(cell, dt.date):
        return Reason("cell-is-date", {"found": shown(cell)})

    # The usual cell of a money column needs no Decimal: `to_minor` rounds a float as a sheet does.
    is_plain_money = kind is Kind.MONEY and isinstance(cell, float) and options.scale == 1
    if is_plain_money and abs(cell) < DIGIT_LIMIT:  # type: ignore[arg-type]
        return _in_minor(cell, options)  # type: ignore[arg-type]

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
    # `5k` under `Amount (k)` may be five thousand or five million.
    if options.scale != 1 and amount.has_unit:
        return Reason("number-unit-twice")

    value = amount.value if amount.per == 1 else amount.value / amount.per
    value *= options.scale
    if kind is Kind.MONEY:
        return _in_minor(value, options)
    if kind is Kind.COUNT:
        return _count(value)
    number = float(value)
    return number if abs(number) != float("inf") else Reason("number-too-large")


def _in_minor(value: float | Decimal, options: CellOptions) -> int | Reason:
    if not -DIGIT_LIMIT < value < DIGIT_LIMIT:
        return Reason("number-too-large")
    minor = to_minor(value, options.decimals)
    return minor if abs(minor) < DIGIT_LIMIT else Reason("number-too-large")


def _count(value: Decimal) -> int | Reason:
    if value != int(value):
        return Reason("number-not-whole", {"found": str(value)})
    return int(value) if abs(value) < DIGIT_LIMIT else Reason("number-too-large")


def _misfit(amount: Amount, kind: Kind, options: CellOptions) -> Reason | None:
    """Why what stands beside a number does not fit its field.

    A percent sign or a currency where the field can have none, or another currency than its own.
    """
    if amount.per != 1 and kind is not Kind.NUMBER:
        return Reason("number-is-percent")
    if not amount.currency:
        return None

    if kind not in (*MONEY_KINDS, Kind.NUMBER):
        return Reason("number-is-money", {"currency": amount.currency})
    expected = options.currency
    if expected and expected not in currency_codes(amount.currency):
        return Reason("money-other-currency", {"currency": amount.currency, "expected": expected})
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
    if not isinstance(moment, dt.datetime):
        return moment
    if moment.year < _FIRST_YEAR:
        return Reason("date-out-of-range", {"year": moment.year})
    return moment.date() if kind is Kind.DATE else moment
