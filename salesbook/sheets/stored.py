"""What does each cell of a page show, as Python calculates it from the tables as they stand?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from salesbook.expressions import Calculation, Expression, Spelling, Unknown, Values, formula_text
from salesbook.expressions.spelling import NotThereError
from salesbook.hosts.formulas import Reading, reading
from salesbook.labels import LANGUAGES, Language
from salesbook.sheets.places import PageCell, dashboard_sheets, spelling_for
from salesbook.store import NOT_CALCULATED, Cell

Place = tuple[int, int]


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


def page_values(book: PageBook) -> tuple[Mapping[Reading, Cell], Mapping[Reading, Cell]]:
    """The values of the hidden sheet's formulas and of those of the sheet that people see.

    A figure whose cell holds a formula of somebody's own is not ours any more: what rests on it is
    known to nobody, and so is what rests on a cell that was not calculated.

    Returns: by what a formula says its value; NOT_CALCULATED where nobody knows it.
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
    return (
        _values(calculation, tuple(ours), hidden_spelling),
        _values(calculation, seen.cells, seen_spelling),
    )


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
    calculation: Calculation, cells: tuple[PageCell, ...], spelling: Spelling
) -> Mapping[Reading, Cell]:
    values: dict[Reading, Cell] = {}
    for cell in cells:
        said = _reading(cell.expression, spelling)
        if said is None:
            continue
        try:
            value = calculation.value(cell.expression).cell()
        except Unknown:
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
