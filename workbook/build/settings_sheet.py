"""What stands on the Settings sheet? All settings tables side by side, with title and note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from salesbook import labels
from salesbook.policy import default_setting
from salesbook.tables import TABLES, Role, TableSpec
from salesbook.tables.settings import Rules
from workbook.build import look
from workbook.build.canvas import Canvas, Spot, heading, link_home, page, put, title_of
from workbook.build.names import setting_choices
from workbook.build.sheets import SheetLayout
from workbook.build.table_block import Rows, write_table
from workbook.build.validation import listed_setting

_LINK_ROW: Final = 2
_TITLE_ROW: Final = 3
_NOTE_ROW: Final = 4
HEAD_ROW: Final = 5
_SECTIONS: Final[Mapping[str, str]] = {
    "process": "Stages",
    "people": "Metrics",
    "customers": "TierRules",
    "pay": "Brackets",
    "planning": "Ramp",
}
"""The first table of each section; the general rules, most used of all, come before them."""
_LINKS_IN_COLUMN: Final = 3
_LEAST_WIDTH: Final = 30.0
"""Characters that a table with its note above is wide at least."""
_NOTE_LINE: Final = 14
_TITLE_MOST: Final = 32
_TEXT_MOST: Final = 255
"""Characters that Excel takes as the title and the text of an input message."""
_GAP: Final = 2.5
_PAGE: Final = 172.0
"""Characters on one printed page, also where another font makes columns wider than Excel does."""
_SCALE: Final = 55
"""Per cent, in print: the widest table then fits on a page."""


def write_settings(canvas: Canvas, layout: SheetLayout, rows: Mapping[str, Rows]) -> None:
    """Fill the Settings sheet; rows by table."""
    sheet = canvas.book.get_worksheet_by_name(layout.name)
    heading(canvas, sheet, layout.name, canvas.word("settings.note"))
    paper = canvas.style(bg_color=look.PAPER)
    for row in (_LINK_ROW, _TITLE_ROW):
        sheet.set_row(row, 18, paper)
    most_lines = max(_note_lines(canvas, spec) for spec in setting_specs())
    sheet.set_row(_NOTE_ROW, most_lines * _NOTE_LINE + 4, paper)
    link_home(canvas, sheet)
    sheet.set_row(HEAD_ROW, 34)

    # A new page begins with the first table that does not fit on the one before.
    column = 0
    section_columns: dict[str, int] = {}
    page_breaks = []
    used_width = 0.0
    for spec in setting_specs():
        width = _width(canvas, spec)
        if used_width and used_width + width > _PAGE:
            page_breaks.append(column)
            used_width = 0.0
        used_width += width

        _write_titled(canvas, Spot(sheet, HEAD_ROW, column), spec, rows[spec.name])
        section_columns[spec.name] = column
        if spec.name == "Policy":
            _offer_values(canvas, layout, column)

        gap = column + len(spec.fields)
        sheet.set_column(gap, gap, _GAP, paper)
        column = gap + 1

    _link_sections(canvas, sheet, layout.name, section_columns)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_selection(HEAD_ROW + 1, 1, HEAD_ROW + 1, 1)
    page(canvas, sheet, repeat=(_TITLE_ROW, HEAD_ROW))
    sheet.set_print_scale(_SCALE)
    sheet.set_v_pagebreaks(page_breaks)


def _write_titled(canvas: Canvas, spot: Spot, spec: TableSpec, rows: Rows) -> None:
    """One table, with its title and its note above its headers."""
    color = look.HEADS[Role.SETTING][0]
    title_style = canvas.style(bold=True, font_size=13, font_color=color, bg_color=look.PAPER)
    small = look.SIZES[canvas.language] - 1
    note_style = canvas.style(
        font_color=look.QUIET,
        bg_color=look.PAPER,
        font_size=small,
        text_wrap=True,
        align="left",
        valign="top",
    )

    title_cell = Spot(spot.sheet, _TITLE_ROW, spot.column)
    put(title_cell, _title(canvas, spec), title_style)
    # The links to the sections stand beside the note of the first table.
    last_column = spot.column + (0 if spec.name == "Policy" else len(spec.fields) - 1)
    note = labels.table_note(spec.name, canvas.language)
    if last_column > spot.column:
        spot.sheet.merge_range(_NOTE_ROW, spot.column, _NOTE_ROW, last_column, note, note_style)
    else:
        put(Spot(spot.sheet, _NOTE_ROW, spot.column), note, note_style)
    write_table(canvas, spot, spec, rows, least_width=_LEAST_WIDTH)


def _note_lines(canvas: Canvas, spec: TableSpec) -> int:
    """How many lines a table's note takes above its columns."""
    if spec.name == "Policy":
        first_column = TABLES["Policy"].fields[0]
        room = look.column_width("Policy", first_column, canvas.language)
    else:
        room = _width(canvas, spec) - _GAP
    return look.line_count(labels.table_note(spec.name, canvas.language), room)


def _link_sections(
    canvas: Canvas, sheet: Worksheet, sheet_name: str, columns: Mapping[str, int]
) -> None:
    """Link every section from the beginning, and the beginning from every section."""
    link_style = canvas.style(font_color=look.BLUE, bg_color=look.PAPER, valign="top")
    for place, (section, table) in enumerate(_SECTIONS.items()):
        right, down = divmod(place, _LINKS_IN_COLUMN)
        words = canvas.word(f"settings.sections.{section}") + " ›"
        first_cell = xl_rowcol_to_cell(HEAD_ROW, columns[table])
        target = f"internal:'{sheet_name}'!{first_cell}"
        sheet.write_url(_LINK_ROW + down, 1 + right, target, link_style, words)
        back = f"internal:'{sheet_name}'!A1"
        sheet.write_url(_LINK_ROW, columns[table], back, link_style, "‹ " + sheet_name)


def setting_specs() -> list[TableSpec]:
    """The settings tables in sheet order."""
    return [spec for spec in TABLES.values() if spec.role is Role.SETTING]


def _width(canvas: Canvas, spec: TableSpec) -> float:
    """A table's width in characters."""
    width = 0.0
    for field in spec.fields:
        width += look.column_width(spec.name, field, canvas.language)
    return max(width, _LEAST_WIDTH) + _GAP


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
