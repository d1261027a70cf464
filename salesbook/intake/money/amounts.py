"""What does a line come to where the file has no amount: quantity × price, less the discount?

An amount is only made where the user says how (`--amount-from`). Where he does not, and the file
has what one would multiply, the expression is proposed: a dry run shows what it would give, and
an import is refused until it is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from salesbook.cells.base import CellOptions, Reading, Reason, shown
from salesbook.cells.number import Amount, amount_of
from salesbook.currencies import currencies_named
from salesbook.errors import AmbiguousFile, ColumnMissing
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import header_note
from salesbook.intake.columns.headers import (
    HeaderMap,
    MappedColumn,
    columns_of_header,
    typed_header,
)
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.intake.money.amount_expression import AmountExpression, parse_amount
from salesbook.intake.money.amount_operands import SHARE_UNCLEAR, bare_of_unit, read_operands
from salesbook.messages import Message
from salesbook.money import exact
from salesbook.store import Cell

MADE_FOR: Final = ("Orders", "Deals")
"""Tables whose amount may be made of other columns."""

_QUANTITY: Final = (
    "quantity|qty|units|pieces|pcs|menge|anzahl|stück|数量|訂購數量|订购数量|销售数量|件数"
)
_PRICE: Final = (
    "price|unit price|sales price|selling price|net price|list price|price each|unit cost price|"
    "rate|einzelpreis|preis|单价|價格|价格|销售单价|含税单价|成交单价|售价"
)
_DISCOUNT: Final = "discount|disc|discount %|discount rate|discount percent|rabatt|折扣率|优惠率"
_PAID_SHARE: Final = "折扣"
"""In Chinese a 折扣 of 0.9 means that nine tenths are paid."""
_DISCOUNT_SUM: Final = "discount amount|total discount|折扣金额|优惠金额|折扣额|优惠额"
_PLAIN_NAME: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class MadeAmounts:
    """A file with an amount in each row, and what to say about it."""

    source: ForeignTable
    header_map: HeaderMap
    notes: tuple[Message, ...]
    is_proposed: bool = False
    """True where the user has not said it: nothing may be written."""
    expression: str = ""


def with_amounts(
    source: ForeignTable, header_map: HeaderMap, table: str, said: str | None, options: CellOptions
) -> MadeAmounts:
    """Make the amounts of a file that lacks them, as the user says or as one would.

    Args:
        said: the expression; missing where the user says none.
        options: how to read cells.

    Returns: the file as it is where it has amounts, or nothing to make them of.
    Raises: UsageError, ColumnMissing.
    """
    if said is not None:
        return _made(source, header_map, parse_amount(said), options)
    if table not in MADE_FOR or header_map.has("amount"):
        return MadeAmounts(source, header_map, ())
    proposed = propose(source.headers)
    if not proposed:
        return MadeAmounts(source, header_map, ())
    made = _made(source, header_map, parse_amount(proposed), options)
    offer = Message("amount.proposed", {"expression": proposed})
    return replace(made, notes=(offer, *made.notes[1:]), is_proposed=True)


def propose(headers: Sequence[str]) -> str:
    """The expression that a file's headers suggest; blank where they suggest none, or several."""
    quantity = _only(headers, _QUANTITY)
    price = _only(headers, _PRICE)
    if not quantity or not price:
        return ""

    product = f"{_term(quantity)}*{_term(price)}"
    discount_sum = _only(headers, _DISCOUNT_SUM)
    discount = _only(headers, _DISCOUNT)
    paid_share = _only(headers, _PAID_SHARE)
    if discount:
        return f"{product}*(1-{_term(discount)})"
    if paid_share:
        return f"{product}*{_term(paid_share)}"
    return f"{product}-{_term(discount_sum)}" if discount_sum else product


def _only(headers: Sequence[str], words: str) -> str:
    """The header that is one of the words; blank where none is, or several are."""
    wanted = {fold_header(word) for word in words.split("|")}
    matches = [header for header in headers if bare_of_unit(header) in wanted]
    return matches[0] if len(matches) == 1 else ""


def _term(header: str) -> str:
    return header if _PLAIN_NAME.fullmatch(header) else f"{{{header}}}"


def _made(
    source: ForeignTable, header_map: HeaderMap, expression: AmountExpression, options: CellOptions
) -> MadeAmounts:
    """Calculate a column of amounts, as if it stood right of the file's own."""
    columns = {header: _column(source, header) for header in expression.headers}
    sound = [row for row in source.rows if row.fault is None]
    operands, notes, read_as = read_operands(source, sound, columns, expression, options)

    number = len(source.headers)
    formats = dict(source.formats)
    made: list[Cell | Reason] = []
    for place, row in enumerate(sound):
        readings = {header: operands[header][place] for header in columns}
        currency = _currency_of(source, row, columns)
        if isinstance(currency, Reason):
            made.append(currency)
            continue
        if currency:
            formats[row.number, number] = currency
        made.append(_amount(expression, readings, row, columns))
    # Several rows may have one number: those of a row with a column per product.
    amount_of_next = iter(made)

    rows = tuple(
        row if row.fault is not None else _with_cell(row, next(amount_of_next))
        for row in source.rows
    )
    extended = replace(
        source,
        headers=(*source.headers, expression.text),
        rows=rows,
        formats=formats,
        computed=source.computed + 1,
        read_as={**source.read_as, **read_as},
    )
    return MadeAmounts(
        extended,
        _with_made_amount(header_map, source, columns, expression.text),
        (Message("amount.made", {"expression": expression.text}), *notes),
        expression=expression.text,
    )


def _with_made_amount(
    header_map: HeaderMap, source: ForeignTable, columns: Mapping[str, int], text: str
) -> HeaderMap:
    """The map with the amounts that were made; those of the file are told as not taken."""
    number = len(source.headers)
    amount = MappedColumn("amount", number, text, currency=_currency(columns))
    kept = tuple(column for column in header_map.columns if column.field != "amount")
    operands = frozenset(columns.values())
    in_use = operands | {column.column for column in kept} | header_map.used

    replaced = [column for column in header_map.columns if column.field == "amount"]
    left_out = {column.header for column in replaced if column.column not in in_use}
    in_operands = {source.headers[column] for column in operands}
    not_taken = [header for header in header_map.not_taken if header not in in_operands]
    not_taken += sorted(left_out - set(not_taken))
    return replace(
        header_map,
        columns=(*kept, amount),
        not_taken=tuple(not_taken),
        used=header_map.used | operands,
    )


def _column(source: ForeignTable, header: str) -> int:
    """Which column an operand is.

    Raises: ColumnMissing where it is none; AmbiguousFile where it is several: which of two prices
        is meant only the user knows.
    """
    columns = columns_of_header(header, source.headers)
    if len(columns) > 1:
        raise AmbiguousFile(
            "two-operands",
            where="--amount-from",
            found=header,
            headers=tuple(f"{{{typed_header(column, source.headers)}}}" for column in columns),
        )
    if columns:
        return columns[0]
    raise ColumnMissing(
        "header-missing",
        where="--amount-from",
        found=header,
        headers=tuple(filter(None, source.headers)),
    )


def _amount(
    expression: AmountExpression,
    readings: Mapping[str, Reading],
    row: RawRow,
    columns: Mapping[str, int],
) -> Cell | Reason:
    """The amount of one row; nothing where a part of it is blank."""
    operands: dict[str, Fraction] = {}
    for header, value in readings.items():
        if isinstance(value, Reason):
            if value.code in ("number-ambiguous", SHARE_UNCLEAR):
                return value
            found = shown(row.cells[columns[header]])
            return Reason("amount-part-unreadable", {"header": header, "found": found})
        if value is None:
            return None
        operands[header] = exact(value)  # type: ignore[arg-type]
    try:
        return float(expression.value(operands))
    except (ZeroDivisionError, OverflowError):
        return Reason("amount-not-calculable", {"expression": expression.text})


def _with_cell(row: RawRow, made: Cell | Reason) -> RawRow:
    """The row with its amount behind its cells, or with the reason why it has none."""
    if isinstance(made, Reason):
        return replace(row, cells=(*row.cells, None), fault=made)
    return replace(row, cells=(*row.cells, made))


def _currency_of(source: ForeignTable, row: RawRow, columns: Mapping[str, int]) -> str | Reason:
    """The currency of what a row's amount is made of, which is the amount's; blank for none said.

    A header, a number format and a cell itself may say it. Sums of two currencies are no money.
    """
    words: list[str] = []
    for column in columns.values():
        cell = row.cells[column]
        amount = amount_of(cell) if isinstance(cell, str) else None
        in_cell = amount.currency if isinstance(amount, Amount) else ""
        in_format = source.formats.get((row.number, column), "%").replace("%", "")
        words += [header_note(source.headers[column]).currency, in_format, in_cell]

    said = [word for word in words if word]
    if not said:
        return ""
    codes = [currencies_named(word) for word in said]
    if not frozenset.intersection(*codes):
        return Reason("currencies-differ", {"found": tuple(dict.fromkeys(said))})
    # `US$` says more than `$`.
    return min(said, key=lambda word: len(currencies_named(word)))


def _currency(columns: Mapping[str, int]) -> str:
    """The currency that the header of a price says; blank where none does."""
    words = [header_note(header).currency for header in columns]
    return next(filter(None, words), "")
