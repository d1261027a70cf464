"""How is a workbook made? Sheets from row models, labels and settings, always the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Final

import xlsxwriter

from salesbook.book.page_values import store_page_values
from salesbook.book.template import FILES
from salesbook.hosts.package import package_of
from salesbook.labels import Language
from salesbook.tables import TABLES
from workbook.build import look
from workbook.build.buttons import put_buttons
from workbook.build.canvas import Canvas
from workbook.build.chart_data import write_chart_data
from workbook.build.chart_fonts import with_eastern_fonts
from workbook.build.conf_sheet import write_conf
from workbook.build.defaults import default_rows
from workbook.build.functions_sheet import write_functions
from workbook.build.names import write_lists
from workbook.build.pages import write_pages
from workbook.build.ribbon import with_ribbon
from workbook.build.settings_sheet import setting_specs, write_settings
from workbook.build.sheets import SETTINGS, SheetLayout, sheet_layouts
from workbook.build.start import Start
from workbook.build.table_block import Rows
from workbook.build.table_sheet import write_table_sheet
from workbook.build.vba import BOOK_CODE_NAME, vba_project

MADE_ON: Final = dt.datetime(2026, 1, 1)
"""In the file's properties: the day of the build would make every build another file."""


def build_book(language: Language, rows: Mapping[str, Rows] | None = None) -> bytes:
    """The workbook of a language; `rows` by table fills tables for pictures and tests."""
    package = io.BytesIO()
    options = {
        "in_memory": True,
        "default_format_properties": {
            "font_name": look.FONTS[language],
            "font_size": look.SIZES[language],
        },
    }
    with xlsxwriter.Workbook(package, options) as book:
        canvas = Canvas(book, language, look.CURRENCIES[language])
        book.use_custom_theme(look.theme(language))
        layouts = sheet_layouts(canvas)
        _add_sheets(canvas, layouts)
        _fill(canvas, layouts, rows or {})
        book.set_properties(
            {
                "title": canvas.word("start.title"),
                "author": "salesbook",
                "created": MADE_ON,
            }
        )
        book.set_calc_mode("auto")
    dressed = with_eastern_fonts(with_ribbon(package.getvalue(), language))
    return _with_values(dressed, language)


def _with_values(book: bytes, language: Language) -> bytes:
    """Let the pages show what they are in this workbook, as every run does."""
    package = package_of(book, FILES[language])
    for fault in store_page_values(package):
        raise RuntimeError(fault)
    return package.content()


def _add_sheets(canvas: Canvas, layouts: list[SheetLayout]) -> None:
    """Add every sheet, empty, under the name by which macros know it."""
    book = canvas.book
    macros = vba_project([layout.code_name for layout in layouts])
    book.add_vba_project(io.BytesIO(macros), is_stream=True)
    book.set_vba_name(BOOK_CODE_NAME)

    for layout in layouts:
        sheet = book.add_worksheet(layout.name)
        sheet.set_vba_name(layout.code_name)
        sheet.set_tab_color(layout.tab)
        if not layout.visible:
            sheet.hide()
    book.get_worksheet_by_name(layouts[0].name).activate()


def _fill(canvas: Canvas, layouts: list[SheetLayout], rows: Mapping[str, Rows]) -> None:
    """Write the sheets; several look at others, by names that exist from the beginning."""
    by_code = {layout.code: layout for layout in layouts}
    Start(canvas, layouts).write()
    write_pages(canvas, layouts)

    settings = {}
    for spec in setting_specs():
        settings[spec.name] = rows.get(spec.name) or default_rows(spec.name, canvas.language)
    write_settings(canvas, by_code[SETTINGS], settings)

    for layout in layouts:
        if layout.code in TABLES:
            write_table_sheet(canvas, layout, TABLES[layout.code], rows.get(layout.code, ()))

    write_functions(canvas)
    write_chart_data(canvas)
    write_lists(canvas, "lists")
    write_conf(canvas)
    put_buttons(canvas, layouts)
