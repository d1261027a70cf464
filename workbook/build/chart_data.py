"""How is the hidden sheet made on which the Dashboard's figures are calculated?"""

from __future__ import annotations

from typing import Final

from xlsxwriter.worksheet import Worksheet

from salesbook.expressions import formula_text
from salesbook.pages.dashboard import dashboard
from salesbook.pages.page import Block
from salesbook.sheets import dashboard_sheets, spelling_for
from salesbook.sheets.places import TILE_COLUMN, block_column, first_block_row
from workbook.build.canvas import Canvas, Spot, put_formula
from workbook.build.names import RESULTS_OF

_DATES: Final = ("as_of", "year_start", "month", "months.start", "ahead.start", "calculated.day")
_LAST_COLUMN: Final = 32
PAGE: Final = dashboard()
BLOCKS: Final = {block.code: block for block in PAGE.blocks}


def series_cells(block: Block, series: str) -> tuple[int, int, int, int]:
    """First row, first column, last row, last column of a series from 0, as charts take them."""
    first = first_block_row(PAGE) - 1
    column = block_column(block, series) - 1
    return first, column, first + block.size - 1, column


def fact(name: str) -> str:
    """Address of a single figure inside the sheet."""
    hidden, _ = dashboard_sheets()
    return next(cell.address for cell in hidden.cells if cell.name == name)


def write_chart_data(canvas: Canvas) -> None:
    """Fill the sheet: the names of its figures, and their formulas."""
    name = canvas.word("sheets.chart_data")
    sheet: Worksheet = canvas.book.get_worksheet_by_name(name)
    plain, dates = canvas.style(), canvas.style(num_format="yyyy-mm-dd")

    for row, fact_name in enumerate(PAGE.facts):
        sheet.write_string(row, 0, fact_name, plain)
    for row, tile in enumerate(PAGE.tiles):
        sheet.write_string(row, TILE_COLUMN - 1, tile.code, plain)
    above = first_block_row(PAGE) - 2
    for block in PAGE.blocks:
        for series in block.series:
            sheet.write_string(above, block_column(block, series) - 1, series, plain)

    hidden, _ = dashboard_sheets()
    spelling = spelling_for(hidden, canvas.language, name)
    for cell in hidden.cells:
        spot = Spot(sheet, cell.row - 1, cell.column - 1)
        style = dates if cell.name in _DATES else plain
        put_formula(spot, formula_text(cell.expression, spelling), style)
    sheet.set_column(0, _LAST_COLUMN, 13)
    canvas.book.define_name(RESULTS_OF, f"='{name}'!{fact('as_of')}")
