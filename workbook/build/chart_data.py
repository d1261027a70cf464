"""How is the hidden sheet made on which the pages' figures are calculated?"""

from __future__ import annotations

from typing import Final

from xlsxwriter.worksheet import Worksheet

from salesbook.expressions import formula_text
from salesbook.sheets import CHART_DATA, boards, hidden_sheet, spelling_for
from workbook.build.canvas import Canvas, Spot, put_formula, put_plain_formula
from workbook.build.names import RESULTS_OF

_WIDTH: Final = 13
_LAST_COLUMN: Final = 400


def sheet_names(canvas: Canvas) -> dict[str, str]:
    """By code the names of the sheets of pages, and that of the hidden one."""
    return {code: canvas.word(f"sheets.{code}") for code in (CHART_DATA, *boards())}


def series_cells(name: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of a series from 0, as charts take them."""
    cells = [cell for cell in hidden_sheet().cells if cell.name == name]
    first, last = cells[0], cells[-1]
    return first.row - 1, first.column - 1, last.row - 1, last.column - 1


def write_chart_data(canvas: Canvas) -> None:
    """Fill the sheet: the names of its figures, and their formulas."""
    name = canvas.word(f"sheets.{CHART_DATA}")
    sheet: Worksheet = canvas.book.get_worksheet_by_name(name)
    plain = canvas.style()
    hidden = hidden_sheet()
    spelling = spelling_for(hidden, canvas.language, sheet_names(canvas))
    named: set[str] = set()
    for cell in hidden.cells:
        spot = Spot(sheet, cell.row - 1, cell.column - 1)
        formula = formula_text(cell.expression, spelling)
        # Only what looks through whole columns at once needs an array formula.
        (put_formula if cell.is_array else put_plain_formula)(spot, formula, plain)
        if cell.name not in named:
            named.add(cell.name)
            beside = (cell.row - 1, cell.column - 2) if cell.place is None else (0, cell.column - 1)
            sheet.write_string(*beside, cell.name, plain)
    sheet.set_column(0, _LAST_COLUMN, _WIDTH)
    as_of = next(cell for cell in hidden.cells if cell.name == "common.as_of")
    canvas.book.define_name(RESULTS_OF, f"='{name}'!{as_of.address}")
