"""What stands on the Settings sheet? Every settings table, side by side, each with its title and
note.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from salesbook import labels
from salesbook.policy import default_setting
from salesbook.tables import TABLES, Role, TableSpec
from salesbook.tables.settings import Rules
from workbook.build import look
from workbook.build.canvas import Canvas, Spot, heading, link_home, page, title_of
from workbook.build.names import setting_choices
from workbook.build.sheets import SheetLayout
from workbook.build.table_block import Rows, write_table
from workbook.build.validation import listed_setting

HEAD_ROW: Final = 5
_TITLE_MOST: Final = 32
_TEXT_MOST: Final = 255
"""Characters that Excel takes as the title and the text of an input message."""
_GAP: Final = 2.5
_PAGE: Final = 200.0
"""Characters on one printed page."""


def write_settings(canvas: Canvas, layout: SheetLayout, rows: Mapping[str, Rows]) -> None:
    """Fill the Settings sheet; rows by table."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    heading(canvas, sheet, layout.name, canvas.word("settings.note"))
    paper = canvas.style(bg_color=look.PAPER)
    for row in (2, 3, 4):
        sheet.set_row(row, 18, paper)
    link_home(canvas, sheet)
    sheet.set_row(HEAD_ROW, 34)
    name = canvas.style(
        bold=True, font_size=13, font_color=look.HEADS[Role.SETTING][0], bg_color=look.PAPER
    )
    quiet = canvas.style(
        font_color=look.QUIET, bg_color=look.PAPER, font_size=look.SIZES[canvas.language] - 1
    )
    column, breaks, used = 0, [], 0.0
    for spec in setting_specs():
        sheet.write_string(3, column, _title(canvas, spec), name)
        sheet.write_string(4, column, labels.table_note(spec.name, canvas.language), quiet)
        wide = _width(canvas, spec)
        if used and used + wide > _PAGE:
            breaks.append(column)
            used = 0.0
        used += wide
        write_table(canvas, Spot(sheet, HEAD_ROW, column), spec, rows[spec.name])
        if spec.name == "Policy":
            _offer_values(canvas, layout, column)
        column += len(spec.fields)
        sheet.set_column(column, column, _GAP, paper)
        column += 1
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_selection(HEAD_ROW + 1, 1, HEAD_ROW + 1, 1)
    page(canvas, sheet, repeat=(3, HEAD_ROW))
    sheet.set_print_scale(60)
    sheet.set_v_pagebreaks(breaks)


def setting_specs() -> list[TableSpec]:
    """The settings tables in sheet order."""
    return [spec for spec in TABLES.values() if spec.role is Role.SETTING]


def _width(canvas: Canvas, spec: TableSpec) -> float:
    """A table's width in characters."""
    fields = ((one, canvas.header(spec.name, one.name)) for one in spec.fields)
    return sum(look.column_width(spec.name, one, header) for one, header in fields) + _GAP


def _title(canvas: Canvas, spec: TableSpec) -> str:
    return (
        canvas.word("settings.rules") if spec.name == "Policy" else title_of(canvas.name(spec.name))
    )


def _offer_values(canvas: Canvas, layout: SheetLayout, column: int) -> None:
    """Each setting's cell offers its values and says its default."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    for row, key in enumerate(Rules.model_fields, start=HEAD_ROW + 1):
        default = default_setting(key)
        if setting_choices(key):
            default = labels.choice(f"Policy.{key}", str(default), canvas.language)
        options = listed_setting(canvas, key) if setting_choices(key) else {"validate": "any"}
        note = labels.setting_note(key, canvas.language)
        text = canvas.word("settings.default").format(note=note, default=default or "–")
        title = labels.choice("Policy.key", key, canvas.language)[:_TITLE_MOST]
        options |= {"input_title": title, "input_message": text[:_TEXT_MOST], "ignore_blank": True}
        sheet.data_validation(row, column + 1, row, column + 1, options)
