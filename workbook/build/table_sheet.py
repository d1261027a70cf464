"""What stands on the sheet of one table? A title, what the table is for, who fills it, and the
table.
"""

from __future__ import annotations

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


def write_table_sheet(canvas: Canvas, layout: SheetLayout, spec: TableSpec, rows: Rows) -> None:
    """Fill the sheet of a table that people type into or that salesbook writes."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    heading(canvas, sheet, title_of(layout.name), labels.table_note(spec.name, canvas.language))
    sheet.set_row(2, 17, canvas.style(bg_color=look.PAPER))
    link_home(canvas, sheet)
    dark, _ = look.HEADS[spec.role]
    tag = canvas.style(font_color=dark, bold=True, bg_color=look.PAPER)
    sheet.write_string(2, 1, canvas.word(f"roles.{spec.role.value}"), tag)
    sheet.set_row(HEADER_ROW, 34)
    write_table(canvas, Spot(sheet, HEADER_ROW, 0), spec, rows)
    sheet.freeze_panes(HEADER_ROW + 1, _frozen_columns(spec))
    sheet.hide_gridlines(2)
    sheet.set_selection(HEADER_ROW + 1, 0, HEADER_ROW + 1, 0)
    page(canvas, sheet, repeat=(HEADER_ROW, HEADER_ROW))
    _mark_what_matters(canvas, sheet, spec)


def _frozen_columns(spec: TableSpec) -> int:
    """Key columns at the left stay in sight, with the name that follows them."""
    keys = sum(1 for _ in _leading_keys(spec))
    names = [one.name for one in spec.fields]
    follows = keys == 1 and len(names) > 1 and names[1] in {"name", "title"}
    return min(keys, 2) + follows


def _leading_keys(spec: TableSpec) -> list[str]:
    found = []
    for one in spec.fields:
        if not one.key:
            break
        found.append(one.name)
    return found


def _mark_what_matters(canvas: Canvas, sheet: Worksheet, spec: TableSpec) -> None:
    """Make severe rows of an output bold: weight and word, not colour alone."""
    if spec.role is not Role.OUTPUT:
        return
    for column, one in enumerate(spec.fields):
        codes = {"high", "error"} & set(one.choices) if one.name == "severity" else set()
        for code in codes if one.kind is Kind.CHOICE else ():
            label = labels.choice(f"{spec.name}.{one.name}", code, canvas.language)
            style = canvas.book.add_format({"bold": True, "font_color": look.RED})
            sheet.conditional_format(
                HEADER_ROW + 1,
                column,
                LAST_ROW,
                column,
                {"type": "cell", "criteria": "==", "value": f'"{label}"', "format": style},
            )
