"""What does a foreign workbook hold? openpyxl reads values and formats of a checked package."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from salesbook.currencies import names_currency
from salesbook.errors import AmbiguousFile, NotAWorkbook, SalesbookError
from salesbook.hosts.package import check_workbook
from salesbook.intake.foreign import ForeignTable, RawRow, is_blank
from salesbook.intake.layout import lay_out
from salesbook.labels.words import fold
from salesbook.store import NOT_CALCULATED, Cell, CellError

_HEAD_ROWS = 40
_SPACE_AND_COLOUR = re.compile(r"\\.|_.|\*.|\[[^\]]*\]")
"""What a number format says beside its text: `\\-`, `_)`, `* `, `[Red]`."""

_CURRENCY_CODE = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
"""`[$€-407]`, `[$USD]`: the currency of a number format, with the language that it is of."""

_QUOTED = re.compile(r'"([^"]*)"')
_BARE_SIGN = re.compile(r"[$¥€£￥₹₩₽]")

_Score = Callable[[Sequence[Cell]], int]
"""How many of a row's cells are known headers."""
_Formats = dict[tuple[int, int], str]


def read_workbook(data: bytes, sheet: str | None, score: _Score, *, where: str) -> ForeignTable:
    """Read the sheet that the user names, or the only one with known headers.

    Raises: NotAWorkbook, UnsafeFile, PasswordProtected, AmbiguousFile, ColumnMissing.
    """
    checked = check_workbook(data, where)
    data = checked.with_parts_changed("sharedstrings.xml", _with_escapes_kept)
    with warnings.catch_warnings():
        # openpyxl warns of what it will not keep; nothing is written back.
        warnings.simplefilter("ignore")
        book = _open(data, where, values=True)
        try:
            name = _choose(book, sheet, score, where)
            formulas = _open(data, where, values=False)[name] if checked.has_formulas else None
            rows, formats = _rows(book[name], formulas, where)
            is_1904 = book.epoch.year == 1904
        finally:
            book.close()
    headers, body, above = lay_out(rows, score, where=f"{where}, {name}")
    return ForeignTable(headers, body, sheet=name, epoch_1904=is_1904, formats=formats, above=above)


def _with_escapes_kept(texts: bytes) -> bytes:
    """Spell `_x005F_` so that openpyxl keeps it.

    `_x005F_x000D_` means the characters `_x000D_`, and no line end; openpyxl would take the first
    part away and then read the second as one.
    """
    return texts.replace(b"x005F_", b"x005f_")


def _open(data: bytes, where: str, *, values: bool) -> Any:
    """The workbook with the values of its formulas, or with the formulas themselves."""
    from openpyxl import load_workbook

    try:
        return load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    except SalesbookError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part leads it to
        raise NotAWorkbook("damaged-workbook", where=where, found=type(error).__name__) from error


def _choose(book: Any, wanted: str | None, score: _Score, where: str) -> str:
    """The sheet to read, by its name. Raises: NotAWorkbook, AmbiguousFile."""
    names: list[str] = [sheet.title for sheet in book.worksheets]
    if not names:
        raise NotAWorkbook("damaged-workbook", where=where, found="no sheets")
    if wanted is not None:
        return _named_sheet(names, wanted, where)

    scores = {name: _head_score(book[name], score, where) for name in names}
    known = [name for name, count in scores.items() if count]
    # A sheet of notes may hold a known word or two: it does not stand beside the table's sheet.
    half = max(scores.values()) / 2
    likely = [name for name in known if scores[name] > half]
    if len(likely) == 1:
        return likely[0]
    if not known and len(names) == 1:
        return names[0]
    choices = tuple(likely or names)
    raise AmbiguousFile(
        "which-sheet", where=where, sheets=", ".join(choices), option="--sheet", choices=choices
    )


def _named_sheet(names: Sequence[str], wanted: str, where: str) -> str:
    """The sheet that the user means, by name or by number from 1. Raises: AmbiguousFile."""
    for name in names:
        if fold(name) == fold(wanted):
            return name
    if wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise AmbiguousFile(
        "no-such-sheet",
        where=where,
        found=wanted,
        sheets=", ".join(names),
        option="--sheet",
        choices=tuple(names),
    )


def _head_score(sheet: Any, score: _Score, where: str) -> int:
    """The most known headers in any of a sheet's first rows; a chart sheet has none."""
    if not hasattr(sheet, "iter_rows"):
        return 0
    head = islice(_cells_of(sheet, where), _HEAD_ROWS)
    return max((score([_value(cell) for cell in row]) for row in head), default=0)


def _cells_of(sheet: Any, where: str) -> Iterator[Any]:
    """Rows of openpyxl's cells; the size that the file claims is not believed."""
    sheet.reset_dimensions()
    try:
        yield from sheet.iter_rows()
    except SalesbookError:
        raise
    except Exception as error:  # as in _open
        raise NotAWorkbook("damaged-workbook", where=where, found=type(error).__name__) from error


def _rows(sheet: Any, formulas: Any, where: str) -> tuple[list[RawRow], _Formats]:
    """All rows that hold something, and what number formats say about single cells.

    Args:
        formulas: the same sheet with formulas in place of their values; None where it has none.
    """
    rows: list[RawRow] = []
    formats: _Formats = {}
    # A sheet has a few formats and many cells.
    meanings: dict[str, str] = {}
    formula_rows = _cells_of(formulas, where) if formulas is not None else None

    for number, row in enumerate(_cells_of(sheet, where), start=1):
        cells = [_value(cell) for cell in row]
        if formula_rows is not None:
            _mark_uncalculated(cells, next(formula_rows, ()))
        if all(map(is_blank, cells)):
            continue
        rows.append(RawRow(number, tuple(cells)))

        for column, cell in enumerate(row):
            if isinstance(cell.value, int | float):
                code = cell.number_format
                if code not in meanings:
                    meanings[code] = meaning_of_format(code)
                if meanings[code]:
                    formats[number, column] = meanings[code]
    return rows, formats


def _mark_uncalculated(cells: list[Cell], formula_row: Sequence[Any]) -> None:
    """A formula whose value the file lacks is no blank cell."""
    for column, cell in enumerate(formula_row[: len(cells)]):
        if cells[column] is None and cell.data_type == "f":
            cells[column] = NOT_CALCULATED


def _value(cell: Any) -> Cell:
    """What openpyxl's cell holds, as a raw cell."""
    value = cell.value
    if isinstance(value, str):
        if cell.data_type == "e":
            return CellError(value)
        return _unescaped(value) if "_x" in value else value
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if value is None or isinstance(value, bool | int | float | dt.date):
        return value
    return str(value)


def _unescaped(text: str) -> str:
    from openpyxl.utils.escape import unescape

    return str(unescape(text))


def meaning_of_format(code: str) -> str:
    """Say what a number format tells beyond the number.

    Returns: `%`, a currency word as it shows it, or blank.
    """
    # `#,##0 "EUR";[Red]-#,##0 "EUR"`: the first part is of positive numbers.
    positive = code.split(";")[0]
    text = _SPACE_AND_COLOUR.sub("", positive)
    unquoted = _QUOTED.sub("", text)
    symbol = _CURRENCY_CODE.search(positive)

    if symbol is not None:
        words = [symbol[1]]
    elif "%" in unquoted:
        return "%"
    else:
        words = [*_QUOTED.findall(text), *_BARE_SIGN.findall(unquoted)]
    for word in words:
        if names_currency(word):
            return word.strip()
    return ""
