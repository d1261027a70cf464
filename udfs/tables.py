"""What does a small table say that is passed to a function: grades, tiers, brackets, stages,
holidays?

Its columns are told by their headers where the first row holds them (`Grades[#All]`, in either
language), else by their order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from salesbook import labels
from salesbook.domain.arithmetic.calendar import WorkCalendar
from udfs.cells import Block, date_of, day_numbers, numbers, refuse_errors, texts
from udfs.errors import SheetError

_BLANK: Final = frozenset((None, ""))


def columns(block: Block, table: str, fields: Sequence[str], needed: int) -> dict[str, Block]:
    """The columns of a table by field, rows that are blank throughout left out.

    Args:
        table: whose headers are looked for.
        fields: in the order that counts where there are no headers.
        needed: so many of the fields, from the first on, must be there.

    Raises: SheetError where a field that is needed is missing, and for an error among the cells.
    """
    found = _by_header(block, table, tuple(fields))
    start = 1 if set(fields[:needed]) <= found.keys() else 0
    if not start:
        found = {field: at for at, field in enumerate(fields) if at < block.columns}
    if not set(fields[:needed]) <= found.keys():
        raise SheetError
    rows = [row for row in map(block.row, range(start, block.rows)) if not _BLANK.issuperset(row)]
    parts = list(zip(*rows, strict=True)) or [()] * block.columns
    return {field: Block(len(rows), 1, list(parts[at])) for field, at in found.items()}


def _by_header(block: Block, table: str, fields: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(block.row(0)):
        field = labels.field_of_header(table, cell, fields) if isinstance(cell, str) else None
        if field:
            found.setdefault(field, at)
    return found


def needed_numbers(block: Block) -> list[float]:
    """Numbers of which none may be missing. Raises: SheetError."""
    column = numbers(block)
    refuse_errors(column.errors)
    if np.isnan(column.values).any():
        raise SheetError
    return [float(value) for value in column.values.ravel()]


def needed_texts(block: Block) -> list[str]:
    """Texts of which none may be missing. Raises: SheetError."""
    found = [text for text in texts(block) if text]
    if len(found) != block.size:
        raise SheetError
    return found


def choices(block: Block | None, owner: str, codes: tuple[str, ...], size: int) -> list[str]:
    """Codes of a choice typed in either language; a blank is the first. Raises: SheetError for
    others.
    """
    if block is None:
        return [codes[0]] * size
    typed = texts(block)
    found = [
        codes[0] if text is None else labels.code_of_choice(owner, text, codes) for text in typed
    ]
    if None in found:
        raise SheetError
    return [str(code) for code in found]


def work_calendar(holidays: Block | None) -> WorkCalendar:
    """Saturdays and Sundays off, and what `holidays` says: days, and beside them `off` (blank) or
    `work`.
    """
    if holidays is None:
        return WorkCalendar()
    if holidays.rows == 1 and holidays.columns > 2:
        holidays = Block(holidays.columns, 1, holidays.cells)
    table = columns(holidays, "Holidays", ("day", "kind"), 1)
    column = day_numbers(table["day"])
    refuse_errors(column.errors)
    kinds = choices(table.get("kind"), "Holidays.kind", ("off", "work"), table["day"].size)
    dated: list[tuple[dt.date, Any]] = [
        (date_of(day), kind)
        for day, kind in zip(column.values.ravel(), kinds, strict=True)
        if day == day
    ]
    return WorkCalendar(
        off=frozenset(day for day, kind in dated if kind == "off"),
        work=frozenset(day for day, kind in dated if kind == "work"),
    )
