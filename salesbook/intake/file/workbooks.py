"""Which sheet of a foreign workbook holds the rows, and what do its cells say?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from salesbook.errors import AmbiguousFile, NotAWorkbook
from salesbook.hosts.sheet_cells import SheetCells, Spreadsheet, Tab
from salesbook.intake.file.header_words import HeaderWords
from salesbook.intake.file.layout import lay_out
from salesbook.intake.file.spreadsheets import (
    as_foreign,
    open_spreadsheet,
    read_format,
    second_reading,
    tells_something,
)
from salesbook.intake.foreign import ForeignTable, RawRow, SourceOptions, is_blank
from salesbook.labels.words import fold
from salesbook.messages import Message
from salesbook.store import Cell

_HEAD_ROWS: Final = 40

_Score = Callable[[Sequence[Cell]], int]
"""How many of a row's cells are known headers."""
_Formats = Mapping[tuple[int, int], str]


def read_workbook(
    data: bytes, options: SourceOptions, words: HeaderWords, *, where: str
) -> ForeignTable:
    """Read the sheet that the user names, or the only one with known headers.

    Of a workbook whose parts are sound and whose links are not, openpyxl reads what there is.

    Raises: NotAWorkbook, UnsafeFile, PasswordProtected, AmbiguousFile, ColumnMissing.
    """
    try:
        book = open_spreadsheet(data, where)
    except NotAWorkbook as error:
        mended = second_reading(data) if error.code == "damaged-workbook" else None
        if mended is None:
            raise
    else:
        return _read(book, options, words, where)
    table = _read(mended, options, words, where)
    return replace(table, notes=(*table.notes, Message("import.workbook-damaged")))


def _read(
    book: Spreadsheet, options: SourceOptions, words: HeaderWords, where: str
) -> ForeignTable:
    """Read the sheet of an open workbook. Raises: as `read_workbook`."""
    try:
        place = _choose(book, options.sheet, words, where)
        cells = book.cells(place, tells_something)
    except NotAWorkbook as error:
        raise as_foreign(error, where) from error

    name = book.tabs[place].name
    rows = [
        RawRow(number, tuple(row))
        for number, row in enumerate(cells.rows, start=1)
        if not all(map(is_blank, row))
    ]
    layout = lay_out(rows, words, where=f"{where}, {name}")
    table = layout.table(sheet=name, epoch_1904=book.is_1904, formats=_meanings(cells))
    return _with_hidden_rows(table, cells.hidden, options)


def _with_hidden_rows(
    table: ForeignTable, hidden: frozenset[int], options: SourceOptions
) -> ForeignTable:
    """The table with its hidden rows counted, and without them where the user leaves them.

    Rows that are left out are none of the file's: read = accepted + rejected + duplicates holds of
    the others.
    """
    hidden_rows = sum(row.number in hidden for row in table.rows) if hidden else 0
    if not hidden_rows:
        return table
    if options.hidden != "leave":
        return replace(table, hidden_taken=hidden_rows)

    shown_rows = tuple(row for row in table.rows if row.number not in hidden)
    return replace(table, rows=shown_rows, hidden_left=hidden_rows)


def _meanings(cells: SheetCells) -> _Formats:
    """What number formats say of single numbers: `%`, or a currency word as they show it."""
    # A sheet has a few formats and many cells, and most formats tell the same of every number.
    formats = {code: read_format(code) for code in set(cells.formats.values())}
    same_for_all = {code: shown.only_meaning for code, shown in formats.items()}

    meanings: dict[tuple[int, int], str] = {}
    for place, code in cells.formats.items():
        meaning = same_for_all[code]
        if meaning is None:
            cell = cells.cell(*place)
            meaning = formats[code].meaning_of(cell) if isinstance(cell, int | float) else ""
        if meaning:
            meanings[place] = meaning
    return meanings


def _choose(book: Spreadsheet, wanted: str | None, score: _Score, where: str) -> int:
    """The place of the sheet to read. Raises: NotAWorkbook, UnsafeFile, AmbiguousFile."""
    tabs = book.tabs
    if not tabs:
        raise NotAWorkbook("damaged-workbook", where=where, found="no sheets")
    if wanted is not None:
        return _named_sheet(tabs, wanted, where)

    shown = [place for place, tab in enumerate(tabs) if not tab.is_hidden]
    if len(shown) == 1 and len(tabs) == 1:
        return shown[0]

    scores = {place: _head_score(book, place, score) for place in shown}
    likely = _likely(scores)
    if len(likely) == 1:
        return likely[0]
    if likely:
        raise _which_sheet(tabs, likely, where)
    return _of_unknown_headers(book, shown, score, where)


def _of_unknown_headers(book: Spreadsheet, shown: Sequence[int], score: _Score, where: str) -> int:
    """The sheet where none that is shown has a known header: the only one that holds something.

    Raises: AmbiguousFile; also where a hidden sheet has known headers, since nobody sees what it
        holds.
    """
    tabs = book.tabs
    hidden = [place for place, tab in enumerate(tabs) if tab.is_hidden]
    likely = _likely({place: _head_score(book, place, score) for place in hidden})
    if likely:
        raise AmbiguousFile("hidden-sheet", where=where, **_choices([tabs[at] for at in likely]))

    filled = [place for place in shown if _head(book, place)]
    if len(filled) == 1:
        return filled[0]
    raise _which_sheet(tabs, filled or range(len(tabs)), where)


def _which_sheet(tabs: Sequence[Tab], places: Sequence[int], where: str) -> AmbiguousFile:
    return AmbiguousFile("which-sheet", where=where, **_choices([tabs[at] for at in places]))


def _choices(tabs: Sequence[Tab]) -> dict[str, Any]:
    """The sheets that the user may name, for a refusal."""
    names = tuple(tab.name for tab in tabs)
    return {"sheets": names, "option": "--sheet", "choices": names}


def _likely(scores: Mapping[int, int]) -> list[int]:
    """The places with nearly as many known headers as the best.

    A sheet of notes may hold a known word or two: it does not stand beside the table's sheet.
    """
    half = max(scores.values(), default=0) / 2
    return [place for place, count in scores.items() if count and count > half]


def _named_sheet(tabs: Sequence[Tab], wanted: str, where: str) -> int:
    """The sheet that the user means, by name or by number from 1. Raises: AmbiguousFile."""
    for place, tab in enumerate(tabs):
        if fold(tab.name) == fold(wanted):
            return place
    if wanted.isdigit() and 1 <= int(wanted) <= len(tabs):
        return int(wanted) - 1
    raise AmbiguousFile("no-such-sheet", where=where, found=wanted, **_choices(tabs))


def _head_score(book: Spreadsheet, place: int, score: _Score) -> int:
    """The most known headers in any of a sheet's first rows."""
    return max(map(score, _head(book, place)), default=0)


def _head(book: Spreadsheet, place: int) -> list[list[Cell]]:
    """The first rows of a sheet that hold something."""
    cells = book.cells(place, lambda _: False, first_rows=_HEAD_ROWS)
    return [row for row in cells.rows[:_HEAD_ROWS] if not all(map(is_blank, row))]
