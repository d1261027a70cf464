"""What does each cell of the pages show, as Python calculates it from the tables as they stand?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from salesbook.expressions import Calculation, Unknown, Values, formula_text
from salesbook.expressions.spelling import NotThereError
from salesbook.hosts.formulas import Reading, reading
from salesbook.labels import LANGUAGES, Language
from salesbook.sheets.places import (
    CHART_DATA,
    PageCell,
    hidden_sheet,
    note_sheets,
    page_sheets,
    spelling_for,
)
from salesbook.store import NOT_CALCULATED, Cell

Place = tuple[int, int]
_Names = frozenset[tuple[str, str]]
"""By code the names of the sheets, as they stand on the tabs."""
_Headers = frozenset[tuple[tuple[str, str], str]]
"""By table and field as they stand in the sheets."""

_FIXED_CELL: Final = re.compile(r"\$[a-z]{1,3}\$[0-9]+")
"""Matches a cell in a reading, such as `$b$3`."""
_BOOKS: Final = 4
"""Workbooks of other names whose formulas one process keeps in mind."""
_SAMPLE: Final = 40
"""Formulas that tell in which language the workbook was built."""


@dataclass(frozen=True)
class PageBook:
    """What the pages ask of a workbook."""

    sheet_names: Mapping[str, str]
    """By code of those sheets of pages that it has, as they stand on the tabs."""
    hidden_formulas: Mapping[Place, str]
    """Those of the hidden sheet, by row and column."""
    headers: Mapping[tuple[str, str], str]
    """By table and field as they stand in the sheets."""
    column: Callable[[str, str], Values]
    """Hands out a column by table and field. May raise Unknown."""
    chosen: Mapping[str, Values] = field(default_factory=dict)
    """By the name of a selector what stands in it."""
    epoch_1904: bool = False


@dataclass(frozen=True)
class PageValues:
    """What the formulas of pages show: by a sheet's code and what a formula says, its value."""

    by_sheet: Mapping[str, Mapping[Reading, Cell]]
    """NOT_CALCULATED where nobody knows the value."""
    notes: Mapping[Reading, Cell]
    """What the lines above tables of results show."""
    bugs: tuple[Exception, ...] = ()
    """Faults of ours that left figures unknown. No run is stopped by one of these."""


def page_values(book: PageBook) -> PageValues:
    """The values of the hidden sheet's formulas and of those of the sheets that people see.

    A figure whose cell holds a formula of somebody's own is not ours any more: what rests on it is
    known to nobody, and so is what rests on a cell that was not calculated.
    """
    language = _language(book)
    readings = _readings_in(book, language)
    ours = _ours(book, readings[CHART_DATA])
    figures = {(cell.name, cell.place): cell.expression for cell in ours}
    series: dict[str, int] = {}
    for cell in hidden_sheet().cells:
        if cell.place is not None:
            series[cell.name] = max(series.get(cell.name, 0), cell.place + 1)
    calculation = Calculation(
        book.column, figures, series, language, book.chosen, epoch_1904=book.epoch_1904
    )

    bugs: list[Exception] = []
    by_sheet = {CHART_DATA: _values(calculation, ours, readings[CHART_DATA], bugs)}
    for sheet in page_sheets():
        if sheet.code != CHART_DATA and sheet.code in book.sheet_names:
            by_sheet[sheet.code] = _values(calculation, sheet.cells, readings[sheet.code], bugs)
    notes: dict[Reading, Cell] = {}
    for sheet in note_sheets().values():
        notes |= _values(calculation, sheet.cells, readings[sheet.code], bugs)
    return PageValues(by_sheet, notes, tuple(bugs))


def without_places(said: Reading) -> Reading:
    """What a formula says wherever its cells stand: a row that is inserted moves them all."""
    return tuple("$" if _FIXED_CELL.fullmatch(word) else word for word in said)


def shapes_of_ours(book: PageBook) -> frozenset[Reading]:
    """What each formula of the pages says, in every language, wherever its cells stand."""
    return _shapes(_names(book), frozenset(book.headers.items()))


def _names(book: PageBook) -> _Names:
    return frozenset(book.sheet_names.items())


@lru_cache(maxsize=_BOOKS)
def _shapes(sheet_names: _Names, headers: _Headers) -> frozenset[Reading]:
    return frozenset(
        without_places(said)
        for language in LANGUAGES
        for by_cell in _readings(language, sheet_names, headers).values()
        for said in by_cell.values()
    )


def _readings_in(book: PageBook, language: Language) -> Mapping[str, Mapping[PageCell, Reading]]:
    return _readings(language, _names(book), frozenset(book.headers.items()))


@lru_cache(maxsize=_BOOKS * len(LANGUAGES))
def _readings(
    language: Language, sheet_names: _Names, headers: _Headers
) -> Mapping[str, Mapping[PageCell, Reading]]:
    """What the formula of each cell says, by sheet and cell.

    A cell is left out where the workbook lacks a column or sheet that its formula names. Only names
    decide what formulas say, so that they are spelled once for all saves of a workbook.
    """
    readings: dict[str, dict[PageCell, Reading]] = {}
    sheets_there = [sheet for sheet in page_sheets() if sheet.code in dict(sheet_names)]
    for sheet in (*sheets_there, *note_sheets().values()):
        spelling = spelling_for(sheet, language, dict(sheet_names), dict(headers))
        by_cell = readings.setdefault(sheet.code, {})
        for cell in sheet.cells:
            with suppress(NotThereError, KeyError):
                by_cell[cell] = reading(formula_text(cell.expression, spelling))
    return readings


def _language(book: PageBook) -> Language:
    """The language in which the workbook was built, which its formulas' words tell."""

    def fitting(language: Language) -> int:
        sheet = hidden_sheet()
        spelling = spelling_for(sheet, language, book.sheet_names, book.headers)
        count = 0
        for cell in sheet.cells[:_SAMPLE]:
            found = book.hidden_formulas.get((cell.row, cell.column))
            with suppress(NotThereError, KeyError):
                said = reading(formula_text(cell.expression, spelling))
                count += found is not None and reading(found) == said
        return count

    return max(LANGUAGES, key=fitting)


def _ours(book: PageBook, readings: Mapping[PageCell, Reading]) -> list[PageCell]:
    """The cells of the hidden sheet that hold our formula."""
    ours = []
    for cell, said in readings.items():
        found = book.hidden_formulas.get((cell.row, cell.column))
        if found is not None and reading(found) == said:
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
