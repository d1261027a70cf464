"""Where a file says a document's head once, whose lines are the rows under it, and for how much?

Exports of orders by Shopify, Odoo, ERPNext and 金蝶 fill customer, day and status in the first line
of an order only. What a known system leaves blank for such a reason is filled in here, before
any cell is read, so that a row of the rejects file can be imported by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import header_meanings
from salesbook.intake.columns.systems import Filled, Less, LineTotal, System
from salesbook.intake.foreign import ForeignTable, RawRow, filled_count, is_blank
from salesbook.intake.matching.order_lines import ORDER_HEAD
from salesbook.messages import Message
from salesbook.money import to_decimal, to_minor
from salesbook.store import Cell

_HEADS: Final = {"Orders": ORDER_HEAD | {"_currency", "_deleted"}}
"""Fields that every line of an order has from its head."""
_KEYS: Final = {"Orders": "order_id"}
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+\.\d+")
"""`1,234.50`: a comma before three digits and a point after them parts thousands for certain."""
_NONE_CHOSEN: Final = frozenset(("-None-", "--None--"))
"""How Salesforce and Zoho show a list from which nothing was chosen, in whatever column."""


def as_meant(
    source: ForeignTable, system: System | None, table: str, decimals: int
) -> ForeignTable:
    """The file with what its system leaves out, and without what it writes for nothing.

    Args:
        decimals: of the currency.

    Returns: the same rows in their order; a column of line amounts at the end where the system
        writes none.
    """
    blank = _NONE_CHOSEN | (system.blank if system else frozenset())
    source = _without_words(source, blank)
    if system is None:
        return source

    # The amounts first: the head's total must still stand in the first line alone.
    if system.line_total and table in system.heads_once:
        source = _with_line_totals(
            source, system.line_total, _key_column(source, system, table), decimals
        )
    for rule in system.filled:
        source = _decided(source, rule)
    for reduction in system.less:
        source = _with_reduced(source, reduction)
    if table in system.heads_once:
        source = _with_heads(source, system, table)
    # Behind the heads: a line that repeats the buyer's address is the head's company all the same.
    for headers in system.instead:
        source = _with_instead(source, headers)
    return source


def _with_instead(source: ForeignTable, headers: Sequence[str]) -> ForeignTable:
    """Fill blank cells of the first column that the file has from the next ones, row by row.

    It is told, for the header of the column says something else of these rows.
    """
    folded = [fold_header(header) for header in source.headers]
    columns = [folded.index(name) for name in map(fold_header, headers) if name in folded]
    if len(columns) < 2:
        return source

    first, *others = columns
    counts: Counter[str] = Counter()
    rows = []
    for row in source.rows:
        filled = [
            column for column in others if row.fault is None and not is_blank(row.cells[column])
        ]
        if row.fault is not None or not filled or not is_blank(row.cells[first]):
            rows.append(row)
            continue
        cells = list(row.cells)
        cells[first] = cells[filled[0]]
        counts[source.headers[filled[0]]] += 1
        rows.append(replace(row, cells=tuple(cells)))
    if not counts:
        return source
    shown = tuple(f"{header} ({count})" for header, count in counts.items())
    note = Message("import.instead", {"header": source.headers[first], "others": shown})
    return replace(source, rows=tuple(rows), notes=(*source.notes, note))


def _without_words(source: ForeignTable, blank: frozenset[str]) -> ForeignTable:
    """Empty the cells that hold a word which the system writes into empty ones.

    A column in which `True` stands too is one of flags, and stays.
    """
    # One look at each row: nearly no file has such a word, and some have half a million rows.
    if all(row.fault is not None or blank.isdisjoint(row.cells) for row in source.rows):
        return source

    sound_rows = [row for row in source.rows if row.fault is None]
    emptied = [
        column
        for column in range(len(source.headers))
        if all(row.cells[column] != "True" for row in sound_rows)
    ]
    return replace(source, rows=tuple(_emptied(row, emptied, blank) for row in source.rows))


def _emptied(row: RawRow, columns: Sequence[int], blank: frozenset[str]) -> RawRow:
    if row.fault is not None or blank.isdisjoint(row.cells):
        return row
    cells = list(row.cells)
    for column in columns:
        if cells[column] in blank:
            cells[column] = None
    return replace(row, cells=tuple(cells))


def _fields(source: ForeignTable, system: System, table: str) -> list[set[str]]:
    """The fields that each column may go into."""
    fields = []
    for header in source.headers:
        meanings, _ = header_meanings(table, header, system) if header else ((), None)
        fields.append({meaning.field for meaning in meanings})
    return fields


def _key_column(source: ForeignTable, system: System, table: str) -> int | None:
    """The first of the columns with the document's number, by rank."""
    best: tuple[int, int] | None = None
    for column, header in enumerate(source.headers):
        meanings, _ = header_meanings(table, header, system) if header else ((), None)
        for meaning in meanings:
            is_better = best is None or meaning.rank < best[0]
            if meaning.field == _KEYS[table] and is_better:
                best = meaning.rank, column
    return best[1] if best else None


def _with_heads(source: ForeignTable, system: System, table: str) -> ForeignTable:
    """Give each line of a document what it has blank of the head.

    Lines of one document have its number. A line with nothing of a head, not even the number,
    belongs to the document above it.
    """
    key = _key_column(source, system, table)
    if key is None:
        return source
    fields = _fields(source, system, table)
    heads = [column for column, own in enumerate(fields) if own & _HEADS[table]]
    lines = [column for column in range(len(fields)) if column not in heads]

    head_of: dict[str, RawRow] = {}
    above: RawRow | None = None
    rows: list[RawRow] = []
    for row in source.rows:
        if row.fault is None:
            number = _text(row.cells[key])
            is_bare = filled_count([row.cells[column] for column in heads]) == 0
            has_line = filled_count([row.cells[column] for column in lines]) > 0
            head = head_of.get(number) if number else above
            if head is not None and has_line and (number or is_bare):
                row = _filled_from(head, row, heads)
            elif number:
                head_of[number] = row
            above = head_of.get(number, above)
        rows.append(row)
    return replace(source, rows=tuple(rows))


def _filled_from(head: RawRow, row: RawRow, columns: Sequence[int]) -> RawRow:
    cells = list(row.cells)
    for column in columns:
        if is_blank(cells[column]):
            cells[column] = head.cells[column]
    return replace(row, cells=tuple(cells))


def _text(cell: Cell) -> str:
    return "" if is_blank(cell) else str(cell).strip()


def _decided(source: ForeignTable, rule: Filled) -> ForeignTable:
    """Let the filled cells of one column decide another, as their system means it."""
    filled = _column(source, rule.header)
    decided = _column(source, rule.decides)
    if filled is None or decided is None:
        return source

    rows = []
    for row in source.rows:
        if row.fault is None and _decides(row.cells[filled], rule):
            cells = list(row.cells)
            cells[decided] = rule.word or cells[filled]
            row = replace(row, cells=tuple(cells))
        rows.append(row)
    return replace(source, rows=tuple(rows))


def _decides(cell: Cell, rule: Filled) -> bool:
    if is_blank(cell):
        return False
    return bool(rule.word) or _number(cell) != 0


def _with_reduced(source: ForeignTable, rule: Less) -> ForeignTable:
    """Add a column of amounts from which another column has taken off.

    A column of its own, so that rejected rows, imported again, are not reduced a second time. An
    amount from which something unreadable is taken off is not known: the cell is blank, so that the
    row is rejected rather than counted for too much.
    """
    amount_column = _column(source, rule.header)
    off_column = _column(source, rule.takes_off)
    if amount_column is None or off_column is None:
        return source
    reduced = {
        index: _less(row.cells[amount_column], row.cells[off_column])
        for index, row in enumerate(source.rows)
        if row.fault is None
    }
    return _with_column(source, rule.result, reduced)


def _less(amount: Cell, off: Cell) -> Cell:
    if is_blank(off):
        return amount
    known_amount = _number(amount)
    known_off = _number(off)
    if known_amount is None or known_off is None:
        return None
    return str(known_amount - known_off)


def _column(source: ForeignTable, header: str) -> int | None:
    folded = [fold_header(text) for text in source.headers]
    wanted = fold_header(header)
    return folded.index(wanted) if wanted in folded else None


def _with_line_totals(
    source: ForeignTable, total: LineTotal, key: int | None, decimals: int
) -> ForeignTable:
    """Add each line's amount: quantity × price less the line's discount.

    Where the file says what the lines of an order come to, a discount of the whole order included,
    the lines share that sum by their amounts, so that they add up to it to the cent. Lines of which
    something cannot be read get no amount, and their order none of its sum.
    """
    quantity = _column(source, total.quantity)
    price = _column(source, total.price)
    if key is None or quantity is None or price is None:
        return source
    discount = _column(source, total.discount)
    document_total = _column(source, total.document_total)

    lines_of: dict[str, list[int]] = {}
    amounts: dict[int, int | None] = {}
    sums: dict[str, int | None] = {}
    for index, row in enumerate(source.rows):
        if row.fault is not None:
            continue
        number = _text(row.cells[key])
        lines_of.setdefault(number, []).append(index)
        off = None if discount is None else row.cells[discount]
        amounts[index] = _line_amount(row.cells[quantity], row.cells[price], off, decimals)
        if document_total is not None and number not in sums:
            sums[number] = _minor(row.cells[document_total], decimals)

    for number, indexes in lines_of.items():
        _share(sums.get(number), indexes, amounts)
    texts = {
        index: None if minor is None else str(to_decimal(minor, decimals))
        for index, minor in amounts.items()
    }
    return _with_column(source, total.header, texts)


def _line_amount(quantity: Cell, price: Cell, discount: Cell, decimals: int) -> int | None:
    """Quantity × price less discount, in minor units; None where one of them cannot be read."""
    count = _number(quantity)
    unit_price = _number(price)
    off = Decimal(0) if is_blank(discount) else _number(discount)
    if count is None or unit_price is None or off is None:
        return None
    return to_minor(count * unit_price - off, decimals)


def _with_column(source: ForeignTable, header: str, values: Mapping[int, Cell]) -> ForeignTable:
    """Add a column at the end; where it is there already, fill what is blank in it.

    It is there in a file of rejected rows: what somebody has typed into it holds.

    Args:
        values: by the row's place among all rows, those without fault alone.
    """
    column = _column(source, header)
    rows = []
    for index, row in enumerate(source.rows):
        if index in values and column is None:
            row = replace(row, cells=(*row.cells, values[index]))
        elif index in values and column is not None and is_blank(row.cells[column]):
            cells = list(row.cells)
            cells[column] = values[index]
            row = replace(row, cells=tuple(cells))
        rows.append(row)
    headers = (*source.headers, header) if column is None else source.headers
    return replace(source, headers=headers, rows=tuple(rows))


def _share(
    document_total: int | None, indexes: Sequence[int], amounts: dict[int, int | None]
) -> None:
    """Share what an order comes to among its lines, by their amounts and to the last coin.

    Each line gets the difference of two rounded running sums: the parts add up by construction, and
    none is off by a whole coin.
    """
    known = [amounts[index] for index in indexes]
    if document_total is None or any(amount is None for amount in known):
        return
    whole = sum(amount or 0 for amount in known)
    # More than the lines come to is no discount: some lines are not in the file.
    is_discounted = 0 <= document_total < whole
    if not is_discounted:
        return

    running = 0
    shared = 0
    for index in indexes:
        running += amounts[index] or 0
        # Rounded down, so that a line's part never passes its own amount by a running sum's excess.
        upto = document_total * running // whole
        amounts[index] = upto - shared
        shared = upto


def _minor(cell: Cell, decimals: int) -> int | None:
    number = _number(cell)
    return None if number is None else to_minor(number, decimals)


def _number(cell: Cell) -> Decimal | None:
    """A number as these systems write it, with a point: `1,234.50`; None for what is none."""
    if isinstance(cell, bool) or cell is None:
        return None
    text = str(cell).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
