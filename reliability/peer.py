"""How does openpyxl, loading a workbook and saving it in place, fare where salesbook is tried?"""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import Any


def load(path: str) -> Any:
    """Load a workbook as a script would."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, keep_vba=path.endswith(".xlsm"))


def save_in_place(path: str, rows: int = 0) -> None:
    """Load, write some cells of a sheet, tell that the save begins, save."""
    from reliability import runs

    book = load(path)
    sheet = book["Checks"] if "Checks" in book.sheetnames else book.worksheets[0]
    for row in range(rows):
        sheet.cell(row=200 + row, column=30, value=row)
    runs.now()
    book.save(path)


def append_customer(path: str, name: str) -> None:
    """Load, add one customer below the others, save."""
    book = load(path)
    sheet = book["Customers"]
    sheet.append([None, name, name])
    book.save(path)


def put_rows(path: str, bodies: dict[tuple[str, str], list[list[Any]]]) -> None:
    """Load, put rows into tables in place of those that are there, save.

    Args:
        bodies: the new rows by sheet and table.
    """
    book = load(path)
    for (sheet_name, table), rows in bodies.items():
        sheet = book[sheet_name]
        first, last = sheet.tables[table].ref.split(":")
        top, bottom = sheet[first].row, sheet[last].row
        for number, values in enumerate(rows, start=top + 1):
            for column, value in enumerate(values, start=sheet[first].column):
                sheet.cell(number, column).value = value
        for number in range(top + len(rows) + 1, bottom + 1):
            for cell in sheet[number]:
                cell.value = None
        sheet.tables[table].ref = f"{first}:{sheet[last].column_letter}{top + len(rows)}"
    book.save(path)


def customers(path: Path) -> set[str]:
    """Names that are anywhere on the customers' sheet."""
    sheet = load(str(path))["Customers"]
    return {
        str(value)
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    }


def is_whole(path: Path) -> bool:
    """True where the file is a package that opens."""
    try:
        with zipfile.ZipFile(path) as package:
            if package.testzip() is not None:
                return False
        load(str(path))
    except Exception:  # openpyxl raises whatever a damaged file leads it to
        return False
    return True


def read_all(path: str) -> int:
    """Load a workbook and look at every cell, as a check of a book would."""
    book = load(path)
    return sum(1 for sheet in book.worksheets for row in sheet.iter_rows() for _ in row)
