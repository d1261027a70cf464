"""What a column means as a whole: the order of its dates, its decimal sign, its per cent; then each
cell.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Sequence
from typing import Any, Final

from salesbook.cells.base import (
    DEFAULTS,
    CellOptions,
    DecimalSign,
    Reading,
    Reason,
    plain_number_text,
    shown,
)
from salesbook.cells.date import Numeric, Rule, decide_order, numeric_date, possible
from salesbook.cells.field import MOMENTS, NUMERIC, parse_cell
from salesbook.cells.number import DecimalRule, decimal_evidence
from salesbook.store import CellError
from salesbook.tables.base import Kind

_ENOUGH_DATES, _ENOUGH_DAYS = 5, 4
_APART: Final = frozenset((str, dt.date, dt.datetime, CellError, type(None)))
"""Types of which no cell equals one of another type, as 1 equals 1.0 and True."""
_LEFT_OPEN: Final = re.compile(r"[.,]\d{3}(?!\d)|,\d{1,2}(?!\d)")
"""What one column alone may leave open; a file without it needs no closer look."""
_Cells = dict[Hashable, object]
"""The different cells of a column by what tells them apart."""
_Read = dict[Hashable, Reading]


def read_column(cells: Sequence[Any], kind: Kind, options: CellOptions = DEFAULTS) -> list[Reading]:
    """The typed value of every cell, None for missing, or its Reason.

    A column decides what its cells leave open only if at least one cell is clear and none
    contradicts.
    """
    keys, distinct = _told_apart(cells)
    texts = [cell for cell in distinct.values() if isinstance(cell, str)]
    decimal = decide_decimal(texts) if kind in NUMERIC and texts else "open"
    orders = _decide_orders(texts) if kind in MOMENTS and texts else {}
    read: _Read = {}
    for key, cell in distinct.items():
        rule = orders.get(_separator(cell), "open") if orders and isinstance(cell, str) else "open"
        read[key] = parse_cell(cell, kind, options, decimal_rule=decimal, date_rule=rule)
    if kind is Kind.RATE and not options.percent:
        _doubt_bare_rates(read, distinct)
    if kind in MOMENTS and texts:
        _doubt_swapped_dates(read, distinct, texts)
    return list(map(read.__getitem__, keys))


def _told_apart(cells: Sequence[Any]) -> tuple[Sequence[Hashable], _Cells]:
    """What tells each cell from the others, and the different cells by that."""
    types = list(map(type, cells))
    if len(set(types) - _APART) < 2:
        return cells, {cell: cell for cell in dict.fromkeys(cells)}
    pairs = list(zip(types, cells, strict=True))
    return pairs, {pair: pair[1] for pair in dict.fromkeys(pairs)}


def decide_decimal(texts: Sequence[str]) -> DecimalRule:
    """The decimal sign of a column of texts.

    Two different cells such as `12,50`, where no cell is clear, make the comma likely enough to
    read such cells, yet not `1,234`.
    """
    seen = [
        evidence
        for text in texts
        if "," in text or "." in text or not text.isascii()
        for evidence in (decimal_evidence(plain_number_text(text)),)
    ]
    point, comma = "point" in seen, "comma" in seen
    if point and comma:
        return "conflict"
    if point or comma:
        return "point" if point else "comma"
    return "comma-weak" if seen.count("comma-weak") >= 2 else "open"


def shared_decimals(columns: Sequence[Sequence[Any]]) -> list[DecimalSign | None]:
    """What the columns of numbers of one file prove for each other where one of them is not clear
    itself.

    Returns: by column the decimal sign; None where it decides alone, or where clear columns differ.
    """
    texts = [[cell for cell in dict.fromkeys(cells) if isinstance(cell, str)] for cells in columns]
    if sum(any("," in text or "." in text for text in column) for column in texts) < 2 or not any(
        _LEFT_OPEN.search("\n".join(column)) for column in texts
    ):
        return [None] * len(columns)
    rules = [decide_decimal(column) for column in texts]
    clear = set(rules) - {"open"}
    if clear == {"point"}:
        has_comma = [any("," in text for text in column) for column in texts]
        return [
            "point" if rule == "open" and not comma else None
            for rule, comma in zip(rules, has_comma, strict=True)
        ]
    if "comma" in clear and clear <= {"comma", "comma-weak"}:
        return ["comma" if rule != "comma" else None for rule in rules]
    return [None] * len(columns)


def _separator(text: str) -> str:
    parts = numeric_date(plain_number_text(text))
    return ("." if parts.separator == "." else "/") if parts else ""


def _decide_orders(texts: Sequence[str]) -> dict[str, Rule]:
    """The order of d, m and y by separator: a dot is a style of its own."""
    kinds: dict[str, list[Numeric]] = {}
    for text in texts:
        parts = numeric_date(plain_number_text(text))
        if parts:
            kinds.setdefault("." if parts.separator == "." else "/", []).append(parts)
    return {separator: decide_order(dates) for separator, dates in kinds.items()}


def _doubt_bare_rates(read: _Read, distinct: _Cells) -> None:
    """Refuse every bare number where most can only be per cent: among 12, 25 and 40,
    1 is no 100 %.
    """
    unclear = [
        key
        for key, value in read.items()
        if isinstance(value, Reason) and value.code == "rate-unclear"
    ]
    bare = [
        key
        for key, value in read.items()
        if isinstance(value, float) and value and not _has_percent(distinct[key])
    ]
    if len(unclear) > len(bare):
        for key in bare:
            read[key] = Reason("rate-unclear", {"suggestion": f"{shown(distinct[key])}%"})


def _has_percent(cell: object) -> bool:
    if not isinstance(cell, str):
        return False
    plain = plain_number_text(cell).casefold()
    return any(mark in plain for mark in ("%", "‰", "pct", "percent", "百分之"))


def _doubt_swapped_dates(read: _Read, distinct: _Cells, texts: Sequence[str]) -> None:
    """Refuse real dates that a spreadsheet of the other habit has swapped.

    Such a program turns `03/04/2024` into a date, months first or days first as it is used to, and
    leaves `25/12/2024` as text: then no real date is after the 12th, and no text is before the
    13th.
    """
    real = [(key, cell) for key, cell in distinct.items() if isinstance(cell, dt.date)]
    days = {cell.day for _, cell in real}
    if len(real) < _ENOUGH_DATES or len(days) < _ENOUGH_DAYS or max(days) > 12:
        return
    dates = [
        parts
        for text in texts
        if (parts := numeric_date(plain_number_text(text))) and parts.whole_year
    ]
    orders = [possible(parts) for parts in dates]
    if (
        len(orders) < 2
        or any(len(found) != 1 for found in orders)
        or len({*map(tuple, orders)}) != 1
    ):
        return
    for key, cell in real:
        if cell.day != cell.month:
            read[key] = Reason("date-maybe-swapped", {"found": shown(cell)})
