"""What does each cell of a page show, as Python calculates it from the tables as they stand?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from salesbook.expressions import Calculation, Expression, Spelling, Unknown, Values, formula_text
from salesbook.expressions.spelling import NotThereError
from salesbook.hosts.formulas import Reading, reading
from salesbook.labels import LANGUAGES, Language
from salesbook.sheets.places import PageCell, dashboard_sheets, spelling_for
from salesbook.store import NOT_CALCULATED, Cell

Place = tuple[int, int]

_FIXED_CELL: Final = re.compile(r"\$[a-z]{1,3}\$[0-9]+")
"""Matches a cell in a reading, such as `$b$3`."""


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

    hidden_spelling = spelling_for(hidden, language, book.hidden_sheet_name, book.headers)
    seen_spelling = spelling_for(seen, language, book.hidden_sheet_name, book.headers)
    bugs: list[Exception] = []
    hidden_values = _values(calculation, tuple(ours), hidden_spelling, bugs)
    seen_values = _values(calculation, seen.cells, seen_spelling, bugs)
    return PageValues(hidden_values, seen_values, tuple(bugs))


def without_places(said: Reading) -> Reading:
    """What a formula says wherever its cells stand: a row that is inserted moves them all."""
    return tuple("$" if _FIXED_CELL.fullmatch(word) else word for word in said)


def shapes_of_ours(book: PageBook) -> frozenset[Reading]:
    """What each formula of the pages says, in every language, wherever its cells stand."""
    shapes: set[Reading] = set()
    for language in LANGUAGES:
        for sheet in dashboard_sheets():
            spelling = spelling_for(sheet, language, book.hidden_sheet_name, book.headers)
            readings = (_reading(cell.expression, spelling) for cell in sheet.cells)
            shapes.update(without_places(said) for said in readings if said is not None)
    return frozenset(shapes)


def _ours(book: PageBook, language: Language) -> list[PageCell]:
    """The cells of the hidden sheet that hold our formula."""
    hidden, _ = dashboard_sheets()
    spelling = spelling_for(hidden, language, book.hidden_sheet_name, book.headers)
    ours = []
    for cell in hidden.cells:
        found = book.hidden_formulas.get((cell.row, cell.column))
        said = _reading(cell.expression, spelling)
        if found is not None and said is not None and reading(found) == said:
            ours.append(cell)
    return ours


def _values(
    calculation: Calculation,
    cells: tuple[PageCell, ...],
    spelling: Spelling,
    bugs: list[Exception],
) -> Mapping[Reading, Cell]:
    """The values of cells; what of ours went wrong is added to `bugs`."""
    values: dict[Reading, Cell] = {}
    for cell in cells:
        said = _reading(cell.expression, spelling)
        if said is None:
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
        values[said] = 0 if value is None else value
    return values


def _reading(expression: Expression, spelling: Spelling) -> Reading | None:
    """What a cell's formula says; None where the workbook lacks a column that it names."""
    try:
        return reading(formula_text(expression, spelling))
    except NotThereError:
        return None
