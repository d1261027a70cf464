"""What does each cell of a page show, as Python calculates it from the tables as they stand?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from salesbook.expressions import Calculation, Unknown, Values, formula_text
from salesbook.expressions.spelling import NotThereError
from salesbook.hosts.formulas import Reading, reading
from salesbook.labels import LANGUAGES, Language
from salesbook.sheets.places import PageCell, dashboard_sheets, note_sheets, spelling_for
from salesbook.store import NOT_CALCULATED, Cell

Place = tuple[int, int]
_Headers = frozenset[tuple[tuple[str, str], str]]
"""By table and field as they stand in the sheets."""

_FIXED_CELL: Final = re.compile(r"\$[a-z]{1,3}\$[0-9]+")
"""Matches a cell in a reading, such as `$b$3`."""
_BOOKS: Final = 4
"""Workbooks of other names whose formulas one process keeps in mind."""


@dataclass(frozen=True)
class PageBook:
    """What the pages ask of a workbook."""

    hidden_sheet_name: str
    hidden_formulas: Mapping[Place, str]
    """Those of the hidden sheet, by row and column."""
    headers: Mapping[tuple[str, str], str]
    """By table and field as they stand in the sheets."""
    column: Callable[[str, str], Values]
    """Hands out a column by table and field. May raise Unknown."""
    epoch_1904: bool = False


@dataclass(frozen=True)
class PageValues:
    """What the formulas of a page show: by what a formula says, its value."""

    hidden: Mapping[Reading, Cell]
    """On the hidden sheet; NOT_CALCULATED where nobody knows the value."""
    seen: Mapping[Reading, Cell]
    """On the sheet that people see."""
    notes: Mapping[Reading, Cell]
    """Above tables of results."""
    bugs: tuple[Exception, ...] = ()
    """Faults of ours that left figures unknown. No run is stopped by one of these."""


def page_values(book: PageBook) -> PageValues:
    """The values of the hidden sheet's formulas and of those of the sheet that people see.

    A figure whose cell holds a formula of somebody's own is not ours any more: what rests on it is
    known to nobody, and so is what rests on a cell that was not calculated.
    """
    hidden, seen = dashboard_sheets()
    # The words of the formulas are those of the language in which the workbook was built.
    ours_by_language = {language: _ours(book, language) for language in LANGUAGES}
    language = max(LANGUAGES, key=lambda one: len(ours_by_language[one]))
    ours = ours_by_language[language]

    figures = {(cell.name, cell.place): cell.expression for cell in ours}
    series: dict[str, int] = {}
    for cell in hidden.cells:
        if cell.place is not None:
            series[cell.name] = max(series.get(cell.name, 0), cell.place + 1)
    calculation = Calculation(book.column, figures, series, language, book.epoch_1904)

    readings = _readings_in(book, language)
    bugs: list[Exception] = []
    hidden_values = _values(calculation, ours, readings[hidden.code], bugs)
    seen_values = _values(calculation, seen.cells, readings[seen.code], bugs)
    notes: dict[Reading, Cell] = {}
    for sheet in note_sheets().values():
        notes |= _values(calculation, sheet.cells, readings[sheet.code], bugs)
    return PageValues(hidden_values, seen_values, notes, tuple(bugs))


def without_places(said: Reading) -> Reading:
    """What a formula says wherever its cells stand: a row that is inserted moves them all."""
    return tuple("$" if _FIXED_CELL.fullmatch(word) else word for word in said)


def shapes_of_ours(book: PageBook) -> frozenset[Reading]:
    """What each formula of the pages says, in every language, wherever its cells stand."""
    return _shapes(book.hidden_sheet_name, frozenset(book.headers.items()))


@lru_cache(maxsize=_BOOKS)
def _shapes(hidden_sheet_name: str, headers: _Headers) -> frozenset[Reading]:
    return frozenset(
        without_places(said)
        for language in LANGUAGES
        for by_cell in _readings(language, hidden_sheet_name, headers).values()
        for said in by_cell.values()
    )


def _readings_in(book: PageBook, language: Language) -> Mapping[str, Mapping[PageCell, Reading]]:
    return _readings(language, book.hidden_sheet_name, frozenset(book.headers.items()))


@lru_cache(maxsize=_BOOKS * len(LANGUAGES))
def _readings(
    language: Language, hidden_sheet_name: str, headers: _Headers
) -> Mapping[str, Mapping[PageCell, Reading]]:
    """What the formula of each cell says, by sheet and cell.

    A cell is left out where the workbook lacks a column that its formula names. Only names decide
    what formulas say, so that they are spelled once for all saves of a workbook.
    """
    readings: dict[str, dict[PageCell, Reading]] = {}
    for sheet in (*dashboard_sheets(), *note_sheets().values()):
        spelling = spelling_for(sheet, language, hidden_sheet_name, dict(headers))
        by_cell = readings.setdefault(sheet.code, {})
        for cell in sheet.cells:
            with suppress(NotThereError):
                by_cell[cell] = reading(formula_text(cell.expression, spelling))
    return readings


def _ours(book: PageBook, language: Language) -> list[PageCell]:
    """The cells of the hidden sheet that hold our formula."""
    hidden, _ = dashboard_sheets()
    readings = _readings_in(book, language)[hidden.code]
    ours = []
    for cell in hidden.cells:
        found = book.hidden_formulas.get((cell.row, cell.column))
        if found is not None and cell in readings and reading(found) == readings[cell]:
            ours.append(cell)
    return ours


def _values(
    calculation: Calculation,
    cells: Sequence[PageCell],
    readings: Mapping[PageCell, Reading],
    bugs: list[Exception],
) -> Mapping[Reading, Cell]:
    """The values of cells; what of ours went wrong is added to `bugs`."""
    values: dict[Reading, Cell] = {}
    for cell in cells:
        if cell not in readings:
            continue
        try:
            value = calculation.value(cell.expression).cell()
        except Unknown:
            value = NOT_CALCULATED
        except Exception as bug:
            # A page is a view. Whatever we do wrong with it must not keep anybody from a run.
            bugs.append(bug)
            value = NOT_CALCULATED
        # A formula that gives a blank cell shows 0.
        values[readings[cell]] = 0 if value is None else value
    return values
