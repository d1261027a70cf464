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
from typing import Any, Final

from salesbook.cells.base import CellOptions, Reading, Reason, shown
from salesbook.cells.column import shared_decimals
from salesbook.cells.frame import read_values
from salesbook.errors import ColumnMissing
from salesbook.intake.amount_expression import AmountExpression, parse_amount
from salesbook.intake.foreign import ForeignTable, RawRow
from salesbook.intake.header_folding import fold_header
from salesbook.intake.header_meanings import header_note
from salesbook.intake.headers import HeaderMap, MappedColumn
from salesbook.messages import Message
from salesbook.money import exact
from salesbook.store import Cell
from salesbook.tables import Kind

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
_UNLIMITED: Final = 1e12
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
    matches = [header for header in headers if _bare(header) in wanted]
    return matches[0] if len(matches) == 1 else ""


def _bare(header: str) -> str:
    """A header as it is compared, without the unit in brackets behind it."""
    return fold_header(re.sub(r"\s*[(\[【（][^()（）]*[)\]】）]\s*$", "", header))


def _term(header: str) -> str:
    return header if _PLAIN_NAME.fullmatch(header) else f"{{{header}}}"


def _made(
    source: ForeignTable, header_map: HeaderMap, expression: AmountExpression, options: CellOptions
) -> MadeAmounts:
    """Calculate a column of amounts, as if it stood right of the file's own."""
    columns = {header: _column(source, header) for header in expression.headers}
    sound = [row for row in source.rows if row.fault is None]
    operands, notes = _operands(source, sound, columns, expression.shares, options)

    made: list[Cell | Reason] = []
    for place, row in enumerate(sound):
        readings = {header: operands[header][place] for header in columns}
        made.append(_amount(expression, readings, row, columns))
    # Several rows may have one number: those of a row with a column per product.
    amount_of_next = iter(made)

    number = len(source.headers)
    rows = tuple(
        row if row.fault is not None else _with_cell(row, next(amount_of_next))
        for row in source.rows
    )
    extended = replace(
        source,
        headers=(*source.headers, expression.text),
        rows=rows,
        formats={**source.formats, **_formats(source, sound, columns, number)},
        computed=source.computed + 1,
    )
    currency = _currency(columns)
    amount = MappedColumn("amount", number, expression.text, currency=currency)
    kept = tuple(column for column in header_map.columns if column.field != "amount")
    used = {source.headers[column] for column in columns.values()}
    not_taken = tuple(header for header in header_map.not_taken if header not in used)
    return MadeAmounts(
        extended,
        replace(
            header_map,
            columns=(*kept, amount),
            not_taken=not_taken,
            used=header_map.used | set(columns.values()),
        ),
        (Message("amount.made", {"expression": expression.text}), *notes),
        expression=expression.text,
    )


def _column(source: ForeignTable, header: str) -> int:
    """Which column an operand is. Raises: ColumnMissing."""
    folded = fold_header(header)
    for column, known in enumerate(source.headers):
        if fold_header(known) == folded:
            return column
    raise ColumnMissing(
        "header-missing",
        where="--amount-from",
        found=header,
        headers=", ".join(filter(None, source.headers)),
    )


def _operands(
    source: ForeignTable,
    rows: Sequence[RawRow],
    columns: Mapping[str, int],
    shares: frozenset[str],
    options: CellOptions,
) -> tuple[dict[str, list[Reading]], list[Message]]:
    """Read the columns of an expression; a column of shares tells whether it is in per cent."""
    cells = {header: [row.cells[column] for row in rows] for header, column in columns.items()}
    signs: Mapping[str, Any] = dict.fromkeys(columns, options.decimal)
    if options.decimal is None:
        signs = dict(zip(columns, shared_decimals(list(cells.values())), strict=True))

    read: dict[str, list[Reading]] = {}
    notes: list[Message] = []
    for header, column in columns.items():
        note = header_note(source.headers[column])
        of_column = replace(options, decimal=signs[header], scale=note.scale)
        if header not in shares:
            read[header] = list(read_values(cells[header], Kind.NUMBER, of_column))
            continue

        is_shown_as_share = [source.formats.get((row.number, column)) == "%" for row in rows]
        says_percent = note.percent or "%" in source.headers[column]
        values, is_percent = _shares(cells[header], is_shown_as_share, of_column, says_percent)
        read[header] = values
        code = "amount.per-cent" if is_percent else "amount.share"
        notes.append(Message(code, {"header": source.headers[column]}))
    return read, notes


def _shares(
    cells: Sequence[Cell], shown_as_share: Sequence[bool], options: CellOptions, says_percent: bool
) -> tuple[list[Reading], bool]:
    """Read shares such as discounts: `10%`, 0.1, or 10 where the column is in per cent.

    The column decides: its header says `%`, or some bare number in it is above 1, which no share of
    a price can be. A blank cell is no discount.

    Returns: shares from 0 to 1, or reasons; and whether bare numbers were per cents.
    """
    anything = replace(options, rate_limit=_UNLIMITED, percent=False)
    as_typed = read_values(cells, Kind.RATE, anything)
    is_bare = [
        not is_share and not (isinstance(cell, str) and "%" in cell.replace("％", "%"))
        for cell, is_share in zip(cells, shown_as_share, strict=True)
    ]
    is_percent = says_percent or any(
        bare and isinstance(value, float) and abs(value) > 1
        for value, bare in zip(as_typed, is_bare, strict=True)
    )

    shares: list[Reading] = []
    for cell, value, bare in zip(cells, as_typed, is_bare, strict=True):
        if value is None:
            shares.append(0.0)
            continue
        if not isinstance(value, float):
            shares.append(value)
            continue
        share = float(exact(value) / 100) if bare and is_percent else value
        # A bare 1 among shares is one per cent or all of the price: nobody can tell.
        is_unclear = bare and not is_percent and value == 1
        if is_unclear or not 0 <= share <= 1:
            shares.append(Reason("rate-unclear", {"suggestion": f"{shown(cell)}%"}))
        else:
            shares.append(share)
    return shares, is_percent


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
            if value.code == "number-ambiguous":
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


def _formats(
    source: ForeignTable, rows: Sequence[RawRow], columns: Mapping[str, int], number: int
) -> dict[tuple[int, int], str]:
    """The currency that a price's number format shows is the amount's."""
    formats: dict[tuple[int, int], str] = {}
    for row in rows:
        for column in columns.values():
            shown_format = source.formats.get((row.number, column), "%")
            if shown_format != "%":
                formats[row.number, number] = shown_format
    return formats


def _currency(columns: Mapping[str, int]) -> str:
    """The currency that the header of a price says; blank where none does."""
    words = [header_note(header).currency for header in columns]
    return next(filter(None, words), "")
