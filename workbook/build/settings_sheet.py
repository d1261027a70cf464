"""What stands on the Settings sheet? All settings tables side by side, with title and note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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

_LINK_ROW: Final = 2
_TITLE_ROW: Final = 3
_NOTE_ROW: Final = 4
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
    for row in (_LINK_ROW, _TITLE_ROW, _NOTE_ROW):
        sheet.set_row(row, 18, paper)
    link_home(canvas, sheet)
    sheet.set_row(HEAD_ROW, 34)

    # A new page begins with the first table that does not fit on the one before.
    column = 0
    page_breaks = []
    used_width = 0.0
    for spec in setting_specs():
        width = _width(canvas, spec)
        if used_width and used_width + width > _PAGE:
            page_breaks.append(column)
            used_width = 0.0
        used_width += width

        _write_titled(canvas, Spot(sheet, HEAD_ROW, column), spec, rows[spec.name])
        if spec.name == "Policy":
            _offer_values(canvas, layout, column)

        gap = column + len(spec.fields)
        sheet.set_column(gap, gap, _GAP, paper)
        column = gap + 1

    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_selection(HEAD_ROW + 1, 1, HEAD_ROW + 1, 1)
    page(canvas, sheet, repeat=(_TITLE_ROW, HEAD_ROW))
    sheet.set_print_scale(60)
    sheet.set_v_pagebreaks(page_breaks)


def _write_titled(canvas: Canvas, spot: Spot, spec: TableSpec, rows: Rows) -> None:
    """One table, with its title and its note above its headers."""
    color = look.HEADS[Role.SETTING][0]
    title_style = canvas.style(bold=True, font_size=13, font_color=color, bg_color=look.PAPER)
    small = look.SIZES[canvas.language] - 1
    note_style = canvas.style(font_color=look.QUIET, bg_color=look.PAPER, font_size=small)

    note = labels.table_note(spec.name, canvas.language)
    spot.sheet.write_string(_TITLE_ROW, spot.column, _title(canvas, spec), title_style)
    spot.sheet.write_string(_NOTE_ROW, spot.column, note, note_style)
    write_table(canvas, spot, spec, rows)


def setting_specs() -> list[TableSpec]:
    """The settings tables in sheet order."""
    return [spec for spec in TABLES.values() if spec.role is Role.SETTING]


def _width(canvas: Canvas, spec: TableSpec) -> float:
    """A table's width in characters."""
    width = 0.0
    for field in spec.fields:
        header = canvas.header(spec.name, field.name)
        width += look.column_width(spec.name, field, header)
    return width + _GAP


def _title(canvas: Canvas, spec: TableSpec) -> str:
    if spec.name == "Policy":
        return canvas.word("settings.rules")
    return title_of(canvas.name(spec.name))


def _offer_values(canvas: Canvas, layout: SheetLayout, column: int) -> None:
    """Each setting's cell offers its values and says its default."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    value_column = column + 1
    for row, key in enumerate(Rules.model_fields, start=HEAD_ROW + 1):
        options: dict[str, Any] = {"validate": "any"}
        default = default_setting(key)
        if setting_choices(key):
            options = listed_setting(canvas, key)
            default = labels.choice(f"Policy.{key}", str(default), canvas.language)

        note = labels.setting_note(key, canvas.language)
        message = canvas.word("settings.default").format(note=note, default=default or "–")
        title = labels.choice("Policy.key", key, canvas.language)
        options["input_title"] = title[:_TITLE_MOST]
        options["input_message"] = message[:_TEXT_MOST]
        options["ignore_blank"] = True
        sheet.data_validation(row, value_column, row, value_column, options)
