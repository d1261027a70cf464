"""What stands on the sheet of one table? What it is for, who fills it, and the table itself."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from salesbook import labels
from salesbook.expressions import formula_text
from salesbook.sheets import note_sheets, spelling_for
from salesbook.tables import TableSpec
from workbook.build import look
from workbook.build.canvas import (
    HEADER_ROW,
    Canvas,
    Spot,
    heading,
    link_home,
    page,
    put_plain_formula,
    title_of,
)
from workbook.build.chart_data import sheet_names
from workbook.build.sheets import SheetLayout
from workbook.build.table_block import Rows, write_table

_LINK_ROW: Final = 2
_MOST_FROZEN: Final = 2


def write_table_sheet(canvas: Canvas, layout: SheetLayout, spec: TableSpec, rows: Rows) -> None:
    """Fill the sheet of a table that people type into or that salesbook writes."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    note = labels.table_note(spec.name, canvas.language)
    role = "yours" if spec.yours else spec.role.value
    who_fills_it = canvas.word(f"roles.{role}")
    is_dated = spec.name in note_sheets()
    if is_dated:
        # Chinese has no space between two sentences.
        note += (" " if note.isascii() else "") + who_fills_it
    heading(canvas, sheet, title_of(layout.name), note)

    # Of which day results are, or who fills the table, in the colour of its headers.
    sheet.set_row(_LINK_ROW, 17, canvas.style(bg_color=look.PAPER))
    link_home(canvas, sheet)
    dark, _ = look.HEADS[spec.role]
    role_style = canvas.style(font_color=dark, bold=True, bg_color=look.PAPER)
    if is_dated:
        _write_day(canvas, sheet, spec, role_style)
    else:
        sheet.write_string(_LINK_ROW, 1, who_fills_it, role_style)

    sheet.set_row(HEADER_ROW, 34)
    write_table(canvas, Spot(sheet, HEADER_ROW, 0), spec, rows)

    first_row = HEADER_ROW + 1
    sheet.freeze_panes(first_row, _frozen_columns(spec))
    sheet.hide_gridlines(2)
    sheet.set_selection(first_row, 0, first_row, 0)
    page(canvas, sheet, repeat=(HEADER_ROW, HEADER_ROW))


def _write_day(canvas: Canvas, sheet: Worksheet, spec: TableSpec, style: Format) -> None:
    """Say of which day the results are, and what they were made of."""
    note_sheet = note_sheets()[spec.name]
    spelling = spelling_for(note_sheet, canvas.language, sheet_names(canvas))
    for cell in note_sheet.cells:
        spot = Spot(sheet, cell.row - 1, cell.column - 1)
        put_plain_formula(spot, formula_text(cell.expression, spelling), style)


def _frozen_columns(spec: TableSpec) -> int:
    """Key columns at the left stay in sight, with the name that follows them."""
    leading_keys = list(takewhile(lambda field: field.key, spec.fields))
    if len(leading_keys) != 1:
        return min(len(leading_keys), _MOST_FROZEN)

    is_named = spec.field_names[1:2] in (("name",), ("title",))
    return 2 if is_named else 1
