"""Workbooks for the tests of the host in Excel: what users do to our tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwings as xw

from salesbook.hosts.excel import ExcelHost
from salesbook.store import Host
from tests.engines.excel_model import BookModel, Program, SheetModel, TableModel
from tests.engines.fake_excel import open_fake

HEADERS = ("rep_id", "amount", "note", "double", "rest")
ROWS = (("R1", 10.0, "call"), ("R2", 20.0, "=1+1"), ("R3", 30.0, "007"))


Opening = Callable[[Path, Program | None], tuple[xw.Book, BookModel]]
opening: list[Opening] = [open_fake]
"""How books are opened: the last one counts."""


def worn_book(path: Path, *, totals: bool = False) -> Path:
    """Make a book whose table Deals has a user's note and formulas, and a second table Plan."""
    path.write_bytes(_worn_content(totals))
    return path


@cache
def _worn_content(totals: bool) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet, other = book.add_worksheet("Pipeline"), book.add_worksheet("Plan")
        text = book.add_format({"num_format": "@"})
        columns: list[dict[str, Any]] = [{"header": header} for header in HEADERS]
        columns[3]["formula"] = "=[@amount]*2"
        if totals:
            columns[1]["total_function"] = "sum"
        last = 3 + totals
        sheet.add_table(0, 0, last, 4, {"name": "Deals", "columns": columns, "total_row": totals})
        for row, (rep, amount, note) in enumerate(ROWS, start=1):
            sheet.write_string(row, 0, rep, text)
            sheet.write_number(row, 1, amount)
            sheet.write_string(row, 2, note)
        sheet.write_formula(1, 4, "=B2-1", None, 9)
        sheet.write_string(2, 4, "typed")
        sheet.write_formula(3, 4, "=SUM($B$2:$B$4)", None, 60)
        sheet.write_string(9, 1, "below")
        other.add_table(0, 0, 2, 0, {"name": "Plan", "columns": [{"header": "target"}]})
        other.write_column(1, 0, [1.5, 2.5])
    return file.getvalue()


def worn_host(
    folder: Path, program: Program | None = None, **options: Any
) -> tuple[Host, BookModel]:
    """Open the worn book in the made-up Excel."""
    book, model = opening[-1](worn_book(folder / "Worn.xlsx", **options), program)
    return ExcelHost(book, patience=0), model


def table(model: BookModel, name: str = "Deals") -> TableModel:
    return next(one for sheet in model.sheets for one in sheet.tables if one.name == name)


def everything(model: BookModel) -> object:
    """All that a roll-back must bring back; what a formula shows is Excel's to calculate again."""

    def cells(sheet: SheetModel) -> dict[tuple[int, int], tuple[object, ...]]:
        return {
            place: (slot.value if slot.formula is None else None, slot.formula, slot.number_format)
            for place, slot in sheet.cells.items()
            if slot.value is not None or slot.formula or slot.number_format != "General"
        }

    tables = [
        (
            one.name,
            one.area,
            one.has_totals,
            {field: told["values"] for field, told in one.criteria.items()},
        )
        for sheet in model.sheets
        for one in sheet.tables
    ]
    marks = [sheet.marks.everything() for sheet in model.sheets]
    return [cells(sheet) for sheet in model.sheets], tables, marks
