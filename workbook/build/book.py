"""How is a workbook made? Every sheet from row models, labels and settings,
always the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from typing import Final

import xlsxwriter

from salesbook.labels import Language
from salesbook.tables import TABLES
from workbook.build import look
from workbook.build.buttons import put_buttons
from workbook.build.canvas import Canvas
from workbook.build.chart_data import ChartData
from workbook.build.conf_sheet import write_conf
from workbook.build.dashboard import Dashboard
from workbook.build.defaults import default_rows
from workbook.build.functions_sheet import write_functions
from workbook.build.names import write_lists
from workbook.build.ribbon import with_ribbon
from workbook.build.settings_sheet import setting_specs, write_settings
from workbook.build.sheets import SETTINGS, SheetPlan, sheet_plans
from workbook.build.start import Start
from workbook.build.table_block import Rows
from workbook.build.table_sheet import write_table_sheet
from workbook.build.tiles import Tiles
from workbook.build.vba import BOOK_CODE_NAME, vba_project

MADE_ON: Final = dt.datetime(2026, 1, 1)
"""In the file's properties: the day of the build would make every build another file."""


def build_book(language: Language, rows: Mapping[str, Rows] | None = None) -> bytes:
    """The workbook of a language; `rows` by table fills tables for pictures and tests."""
    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "default_format_properties": {
            "font_name": look.FONTS[language],
            "font_size": look.SIZES[language],
        },
    }
    with xlsxwriter.Workbook(memory, options) as book:
        canvas = Canvas(book, language, look.CURRENCIES[language])
        book.use_custom_theme(look.theme(language))
        plans = sheet_plans(canvas)
        _add_sheets(canvas, plans)
        _fill(canvas, plans, rows or {})
        book.set_properties(
            {
                "title": canvas.word("start.title"),
                "author": "salesbook",
                "created": MADE_ON,
            }
        )
        book.set_calc_mode("auto")
    return with_ribbon(memory.getvalue(), language)


def _add_sheets(canvas: Canvas, plans: list[SheetPlan]) -> None:
    book = canvas.book
    book.add_vba_project(
        io.BytesIO(vba_project([plan.code_name for plan in plans])), is_stream=True
    )
    book.set_vba_name(BOOK_CODE_NAME)
    for plan in plans:
        sheet = book.add_worksheet(plan.name)
        sheet.set_vba_name(plan.code_name)
        sheet.set_tab_color(plan.tab)
        if not plan.visible:
            sheet.hide()
    book.get_worksheet_by_name(plans[0].name).activate()


def _fill(canvas: Canvas, plans: list[SheetPlan], rows: Mapping[str, Rows]) -> None:
    settings = {
        spec.name: rows.get(spec.name) or default_rows(spec.name, canvas.language)
        for spec in setting_specs()
    }
    by_code = {plan.code: plan for plan in plans}
    Start(canvas, plans).write()
    Dashboard(canvas, by_code["dashboard"]).write()
    write_settings(canvas, by_code[SETTINGS], settings)
    for plan in plans:
        if plan.code in TABLES:
            write_table_sheet(canvas, plan, TABLES[plan.code], rows.get(plan.code, ()))
    write_functions(canvas)
    ChartData(canvas).write()
    Tiles(canvas).write()
    write_lists(canvas, "lists")
    write_conf(canvas)
    put_buttons(canvas, plans)
