"""What stands on the sheet of one table? What it is for, who fills it, and the table itself."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from xlsxwriter.worksheet import Worksheet

from salesbook import labels
from salesbook.tables import Kind, Role, TableSpec
from workbook.build import look
from workbook.build.canvas import (
    HEADER_ROW,
    LAST_ROW,
    Canvas,
    Spot,
    heading,
    link_home,
    page,
    title_of,
)
from workbook.build.sheets import SheetLayout
from workbook.build.table_block import Rows, write_table

_LINK_ROW: Final = 2
_MOST_FROZEN: Final = 2
_SEVERE: Final = frozenset({"high", "error"})


def write_table_sheet(canvas: Canvas, layout: SheetLayout, spec: TableSpec, rows: Rows) -> None:
    """Fill the sheet of a table that people type into or that salesbook writes."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    note = labels.table_note(spec.name, canvas.language)
    heading(canvas, sheet, title_of(layout.name), note)

    # Who fills the table, in the colour of its headers, beside the link to the first sheet.
    sheet.set_row(_LINK_ROW, 17, canvas.style(bg_color=look.PAPER))
    link_home(canvas, sheet)
    dark, _ = look.HEADS[spec.role]
    role_style = canvas.style(font_color=dark, bold=True, bg_color=look.PAPER)
    role = "yours" if spec.yours else spec.role.value
    sheet.write_string(_LINK_ROW, 1, canvas.word(f"roles.{role}"), role_style)

    sheet.set_row(HEADER_ROW, 34)
    write_table(canvas, Spot(sheet, HEADER_ROW, 0), spec, rows)

    first_row = HEADER_ROW + 1
    sheet.freeze_panes(first_row, _frozen_columns(spec))
    sheet.hide_gridlines(2)
    sheet.set_selection(first_row, 0, first_row, 0)
    page(canvas, sheet, repeat=(HEADER_ROW, HEADER_ROW))
    _mark_what_matters(canvas, sheet, spec)


def _frozen_columns(spec: TableSpec) -> int:
    """Key columns at the left stay in sight, with the name that follows them."""
    leading_keys = list(takewhile(lambda field: field.key, spec.fields))
    if len(leading_keys) != 1:
        return min(len(leading_keys), _MOST_FROZEN)

    is_named = spec.field_names[1:2] in (("name",), ("title",))
    return 2 if is_named else 1


def _mark_what_matters(canvas: Canvas, sheet: Worksheet, spec: TableSpec) -> None:
    """Make severe rows of an output bold: weight and word, not colour alone."""
    if spec.role is not Role.OUTPUT:
        return
    for column, field in enumerate(spec.fields):
        if field.name != "severity" or field.kind is not Kind.CHOICE:
            continue
        for code in _SEVERE & set(field.choices):
            label = labels.choice(f"{spec.name}.{field.name}", code, canvas.language)
            style = canvas.book.add_format({"bold": True, "font_color": look.RED})
            rule = {"type": "cell", "criteria": "==", "value": f'"{label}"', "format": style}
            sheet.conditional_format(HEADER_ROW + 1, column, LAST_ROW, column, rule)
