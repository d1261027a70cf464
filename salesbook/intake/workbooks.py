"""What does a foreign workbook hold? openpyxl reads values and number
formats of a checked package.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from salesbook.cells.units import CURRENCIES
from salesbook.errors import AmbiguousFile, NotAWorkbook, SalesbookError
from salesbook.hosts.package import check_workbook
from salesbook.intake.foreign import ForeignTable, RawRow, is_blank
from salesbook.intake.layout import lay_out
from salesbook.labels.words import fold
from salesbook.store import NOT_CALCULATED, Cell, CellError

_HEAD_ROWS = 40
_SPACE_AND_COLOUR = re.compile(r"\\.|_.|\*.|\[[^\]]*\]")
_CURRENCY_CODE = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_QUOTED = re.compile(r'"([^"]*)"')
_BARE_SIGN = re.compile(r"[$¥€£￥₹₩₽]")


def read_workbook(
    data: bytes, sheet: str | None, score: Callable[[Sequence[Cell]], int], *, where: str
) -> ForeignTable:
    """Read the sheet that the user names, or the only one with known headers.

    Raises: NotAWorkbook, UnsafeFile, PasswordProtected, AmbiguousFile, ColumnMissing.
    """
    checked = check_workbook(data, where)
    data = checked.with_parts_changed("sharedstrings.xml", _with_escapes_kept)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = _open(data, where, values=True)
        try:
            name = _choose(book, sheet, score, where)
            source = _open(data, where, values=False)[name] if checked.has_formulas else None
            rows, formats = _rows(book[name], source, where)
            is_1904 = book.epoch.year == 1904
        finally:
            book.close()
    headers, body, above = lay_out(rows, score, where=f"{where}, {name}")
    return ForeignTable(headers, body, sheet=name, epoch_1904=is_1904, formats=formats, above=above)


def _with_escapes_kept(texts: bytes) -> bytes:
    """Spell `_x005F_`, which says that what follows is no escape, so that openpyxl keeps it."""
    return texts.replace(b"x005F_", b"x005f_")


def _open(data: bytes, where: str, *, values: bool) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    except SalesbookError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part leads it to
        raise NotAWorkbook("damaged-workbook", where=where, found=type(error).__name__) from error


def _choose(
    book: Any, wanted: str | None, score: Callable[[Sequence[Cell]], int], where: str
) -> str:
    names: list[str] = [sheet.title for sheet in book.worksheets]
    if not names:
        raise NotAWorkbook("damaged-workbook", where=where, found="no sheets")
    if wanted is not None:
        found = [name for name in names if fold(name) == fold(wanted)]
        if not found and wanted.isdigit() and 1 <= int(wanted) <= len(names):
            found = [names[int(wanted) - 1]]
        if not found:
            raise AmbiguousFile(
                "no-such-sheet",
                where=where,
                found=wanted,
                sheets=", ".join(names),
                option="--sheet",
            )
        return found[0]
    scores = {name: _head_score(book[name], score, where) for name in names}
    known = [name for name, count in scores.items() if count]
    strong = (
        [name for name in known if scores[name] > max(scores.values()) / 2]
        if len(known) > 1
        else known
    )
    if len(strong) == 1:
        return strong[0]
    if not known and len(names) == 1:
        return names[0]
    raise AmbiguousFile(
        "which-sheet", where=where, sheets=", ".join(strong or names), option="--sheet"
    )


def _head_score(sheet: Any, score: Callable[[Sequence[Cell]], int], where: str) -> int:
    if not hasattr(sheet, "iter_rows"):
        return 0
    best = 0
    for at, row in enumerate(_cells_of(sheet, where)):
        if at == _HEAD_ROWS:
            break
        best = max(best, score([_value(cell) for cell in row]))
    return best


def _cells_of(sheet: Any, where: str) -> Iterator[Any]:
    """Rows of openpyxl's cells; the size that the file claims is not believed."""
    sheet.reset_dimensions()
    try:
        yield from sheet.iter_rows()
    except SalesbookError:
        raise
    except Exception as error:  # as in _open
        raise NotAWorkbook("damaged-workbook", where=where, found=type(error).__name__) from error


def _rows(sheet: Any, source: Any, where: str) -> tuple[list[RawRow], dict[tuple[int, int], str]]:
    """All rows that hold something, and what number formats say about single cells."""
    rows: list[RawRow] = []
    formats: dict[tuple[int, int], str] = {}
    known: dict[str, str] = {}
    typed = _cells_of(source, where) if source is not None else None
    for number, row in enumerate(_cells_of(sheet, where), start=1):
        cells = [_value(cell) for cell in row]
        if typed is not None:
            _mark_uncalculated(cells, next(typed, ()))
        if all(map(is_blank, cells)):
            continue
        rows.append(RawRow(number, tuple(cells)))
        for column, cell in enumerate(row):
            if isinstance(cell.value, int | float):
                code = cell.number_format
                if code not in known:
                    known[code] = meaning_of_format(code)
                if known[code]:
                    formats[number, column] = known[code]
    return rows, formats


def _mark_uncalculated(cells: list[Cell], typed: Sequence[Any]) -> None:
    """A formula whose value the file lacks is no blank cell."""
    for column, cell in enumerate(typed[: len(cells)]):
        if cells[column] is None and cell.data_type == "f":
            cells[column] = NOT_CALCULATED


def _value(cell: Any) -> Cell:
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
    return value if value is None or isinstance(value, bool | int | float | dt.date) else str(value)


def _unescaped(text: str) -> str:
    from openpyxl.utils.escape import unescape

    return str(unescape(text))


def meaning_of_format(code: str) -> str:
    """What a number format tells beyond the number: `%`, a currency word as it shows it, or
    nothing.
    """
    plain = code.split(";")[0]
    symbol = _CURRENCY_CODE.search(plain)
    rest = _SPACE_AND_COLOUR.sub("", plain)
    if symbol is None and "%" in _QUOTED.sub("", rest):
        return "%"
    words = (
        [symbol[1]]
        if symbol
        else [*_QUOTED.findall(rest), *_BARE_SIGN.findall(_QUOTED.sub("", rest))]
    )
    return next((word.strip() for word in words if word.strip().casefold() in CURRENCIES), "")
