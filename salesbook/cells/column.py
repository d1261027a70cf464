"""What does a column mean as a whole: the order of its dates, its decimal sign, its per cent?"""

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

_ENOUGH_DATES: Final = 5
_ENOUGH_DAYS: Final = 4
"""Fewer dates, or fewer days of the month among them, may all be before the 13th by chance."""
_LAST_MONTH: Final = 12
_ENOUGH_WEAK_COMMAS: Final = 2

_APART: Final = frozenset((str, dt.date, dt.datetime, CellError, type(None)))
"""Types of which no cell equals one of another type, as 1 equals 1.0 and True."""

_LEFT_OPEN: Final = re.compile(r"[.,]\d{3}(?!\d)|,\d{1,2}(?!\d)")
"""What one column alone may leave open, `1.234` or `12,50`; a file without it needs no closer look.
"""

_PERCENT_WORDS: Final = ("%", "‰", "pct", "percent", "百分之")

_CellsByKey = dict[Hashable, object]
"""The different cells of a column by what tells them apart."""
_ReadingsByKey = dict[Hashable, Reading]


def read_column(cells: Sequence[Any], kind: Kind, options: CellOptions = DEFAULTS) -> list[Reading]:
    """The typed value of every cell, None for missing, or its Reason.

    A column decides what its cells leave open only if at least one cell is clear and none
    contradicts. Equal cells are read once.
    """
    keys, distinct = _told_apart(cells)
    texts = [cell for cell in distinct.values() if isinstance(cell, str)]
    decimal_rule = decide_decimal(texts) if kind in NUMERIC and texts else "open"
    date_rules = date_orders(texts) if kind in MOMENTS and texts else {}

    readings: _ReadingsByKey = {}
    for key, cell in distinct.items():
        date_rule: Rule = "open"
        if date_rules and isinstance(cell, str):
            date_rule = date_rules.get(_date_style(cell), "open")
        readings[key] = parse_cell(
            cell, kind, options, decimal_rule=decimal_rule, date_rule=date_rule
        )

    if kind is Kind.RATE and not options.percent:
        _doubt_bare_rates(readings, distinct)
    if kind in MOMENTS and texts:
        _doubt_swapped_dates(readings, distinct, texts)
    return list(map(readings.__getitem__, keys))


def _told_apart(cells: Sequence[Any]) -> tuple[Sequence[Hashable], _CellsByKey]:
    """What tells each cell from the others, and the different cells by that."""
    types = list(map(type, cells))
    is_enough_by_value = len(set(types) - _APART) < 2
    if is_enough_by_value:
        return cells, {cell: cell for cell in dict.fromkeys(cells)}

    typed_cells = list(zip(types, cells, strict=True))
    return typed_cells, {key: key[1] for key in dict.fromkeys(typed_cells)}


def decide_decimal(texts: Sequence[str]) -> DecimalRule:
    """The decimal sign of a column of texts.

    Two different cells such as `12,50`, where no cell is clear, make the comma likely enough to
    read such cells, yet not `1,234`.
    """
    evidence: list[DecimalRule | None] = []
    for text in texts:
        # Full-width text may hold a comma that only `plain_number_text` shows.
        if "," in text or "." in text or not text.isascii():
            evidence.append(decimal_evidence(plain_number_text(text)))

    has_point = "point" in evidence
    has_comma = "comma" in evidence
    if has_point and has_comma:
        return "conflict"
    if has_point:
        return "point"
    if has_comma:
        return "comma"
    return "comma-weak" if evidence.count("comma-weak") >= _ENOUGH_WEAK_COMMAS else "open"


def shared_decimals(columns: Sequence[Sequence[Any]]) -> list[DecimalSign | None]:
    """Say what one file's columns of numbers prove for those among them that are not clear.

    Returns: by column the decimal sign; None where it decides alone, or where clear columns differ.
    """
    undecided: list[DecimalSign | None] = [None] * len(columns)
    texts = [_different_texts(cells) for cells in columns]
    if not _may_prove_each_other(texts):
        return undecided

    rules = [decide_decimal(column) for column in texts]
    decided = set(rules) - {"open"}
    if decided == {"point"}:
        return [_shared_point(rule, column) for rule, column in zip(rules, texts, strict=True)]
    if "comma" in decided and decided <= {"comma", "comma-weak"}:
        return ["comma" if rule != "comma" else None for rule in rules]
    return undecided


def _different_texts(cells: Sequence[Any]) -> list[str]:
    return [cell for cell in dict.fromkeys(cells) if isinstance(cell, str)]


def _may_prove_each_other(texts: Sequence[Sequence[str]]) -> bool:
    """Whether two columns hold separators, and some column a cell of two readings."""
    separator_count = sum(_has_separator(column) for column in texts)
    if separator_count < 2:
        return False
    return any(_LEFT_OPEN.search("\n".join(column)) for column in texts)


def _has_separator(texts: Sequence[str]) -> bool:
    return any("," in text or "." in text for text in texts)


def _shared_point(rule: DecimalRule, texts: Sequence[str]) -> DecimalSign | None:
    """The point, for a column that is open and has no comma: `1,234` is clear enough by itself."""
    is_open = rule == "open"
    return "point" if is_open and not _has_comma(texts) else None


def _has_comma(texts: Sequence[str]) -> bool:
    return any("," in text for text in texts)


def _date_style(text: str) -> str:
    """`.` for dates such as `3.4.2024`, `/` for other dates of three numbers, else blank.

    A dot is a style of its own: a column of `03/04/2024` says nothing about `3.4.2024`.
    """
    date = numeric_date(plain_number_text(text))
    return _style_of(date) if date else ""


def _style_of(date: Numeric) -> str:
    return "." if date.separator == "." else "/"


def date_orders(texts: Sequence[str]) -> dict[str, Rule]:
    """The order of day, month and year by style."""
    by_style: dict[str, list[Numeric]] = {}
    for text in texts:
        date = numeric_date(plain_number_text(text))
        if date:
            by_style.setdefault(_style_of(date), []).append(date)
    return {style: decide_order(dates) for style, dates in by_style.items()}


def _doubt_bare_rates(readings: _ReadingsByKey, distinct: _CellsByKey) -> None:
    """Refuse every bare number where most can only be per cent: with 12, 25 and 40, 1 is 1 %."""
    unclear_count = sum(
        isinstance(reading, Reason) and reading.code == "rate-unclear"
        for reading in readings.values()
    )
    bare = [
        key
        for key, reading in readings.items()
        if isinstance(reading, float) and reading and not has_percent(distinct[key])
    ]
    if unclear_count > len(bare):
        for key in bare:
            readings[key] = Reason("rate-unclear", {"suggestion": f"{shown(distinct[key])}%"})


def has_percent(cell: object) -> bool:
    """True for a text that says that it is a share: `12%`, `12 pct`."""
    if not isinstance(cell, str):
        return False
    plain = plain_number_text(cell).casefold()
    return any(word in plain for word in _PERCENT_WORDS)


def _doubt_swapped_dates(
    readings: _ReadingsByKey, distinct: _CellsByKey, texts: Sequence[str]
) -> None:
    """Refuse real dates that a spreadsheet of the other habit has swapped.

    Such a program turns `03/04/2024` into a date, months first or days first as it is used to, and
    leaves `25/12/2024` as text: then no real date is after the 12th, and no text is before the
    13th.
    """
    real_dates = {key: cell for key, cell in distinct.items() if isinstance(cell, dt.date)}
    days = {cell.day for cell in real_dates.values()}
    are_enough = len(real_dates) >= _ENOUGH_DATES and len(days) >= _ENOUGH_DAYS
    if not are_enough or max(days) > _LAST_MONTH:
        return
    if not _all_of_one_order(texts):
        return

    for key, cell in real_dates.items():
        # The 4th of April is the same either way.
        if cell.day != cell.month:
            readings[key] = Reason("date-maybe-swapped", {"found": shown(cell)})


def _all_of_one_order(texts: Sequence[str]) -> bool:
    """Whether at least two texts are dates with a whole year, and all have the same one reading."""
    dates = [numeric_date(plain_number_text(text)) for text in texts]
    orders = [tuple(possible(date)) for date in dates if date and date.whole_year]
    are_clear = all(len(order) == 1 for order in orders)
    return len(orders) >= 2 and are_clear and len(set(orders)) == 1
