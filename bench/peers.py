"""What do others take for the same? openpyxl, LibreOffice's formulas, and what nothing can be
faster than.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bench.steplist import AS_OF


def openpyxl_way(book: Path) -> tuple[float, float]:
    """Load the workbook, run the same `refresh` on the same frames, write the tables, save."""
    import openpyxl
    from openpyxl.utils import range_boundaries

    from salesbook.book.report import Options
    from salesbook.book.run import run_action
    from salesbook.hosts.memory import MemoryHost
    from salesbook.store import TableCells

    started = (perf_counter(), process_time())
    loaded = openpyxl.load_workbook(book, keep_vba=True)
    cells, places = [], {}
    for sheet in loaded.worksheets:
        for code, table in ((name, sheet.tables[name]) for name in sheet.tables):
            left, top, right, bottom = range_boundaries(table.ref)
            rows = list(sheet.iter_rows(top + 1, bottom, left, right, values_only=True))
            headers = tuple(column.name for column in table.tableColumns)
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            cells.append(TableCells(code, sheet.title, headers, columns, top + 1, left))
            places[code] = (sheet, table, left, top)
    host = MemoryHost(cells)
    report = run_action(host, "refresh", Options(AS_OF))
    for code in (*report.written, "RunLog"):
        _put(host.read(code), *places[code])
    loaded.save(book)
    return perf_counter() - started[0], process_time() - started[1]


def pandas_way(csv: Path) -> tuple[float, float]:
    """Read order lines and write them into a workbook of their own: nothing is typed but by
    guessing, nothing checked, nobody looked up. Returns: seconds.
    """
    started = (perf_counter(), process_time())
    import pandas

    target = csv.with_name(f"pandas-{csv.stem}.xlsx")
    pandas.read_csv(csv).to_excel(target, index=False, engine="xlsxwriter")
    return perf_counter() - started[0], process_time() - started[1]


def _put(new: Any, sheet: Any, table: Any, left: int, top: int) -> None:
    """Set a table's cells one by one, which is openpyxl's only way, and its area."""
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(new.columns, start=left):
        for row, value in enumerate(column, start=top + 1):
            sheet.cell(row, place, value)
    corner = f"{get_column_letter(left + len(new.columns) - 1)}{top + max(1, new.row_count)}"
    table.ref = table.autoFilter.ref = f"{get_column_letter(left)}{top}:{corner}"


def best_reader(book: Path) -> tuple[float, float]:
    """Read every sheet with calamine, straight from the file and with no check. Returns:
    seconds.
    """
    from python_calamine import CalamineWorkbook

    started = (perf_counter(), process_time())
    reader = CalamineWorkbook.from_path(str(book))
    for name in reader.sheet_names:
        reader.get_sheet_by_name(name).to_python()
    return perf_counter() - started[0], process_time() - started[1]


def inflate(book: Path) -> tuple[float, float]:
    """Inflate every part. Returns: seconds."""
    started = (perf_counter(), process_time())
    with zipfile.ZipFile(book) as package:
        for name in package.namelist():
            package.read(name)
    return perf_counter() - started[0], process_time() - started[1]


def copy(book: Path) -> tuple[float, float]:
    """Copy the file. Returns: seconds."""
    started = (perf_counter(), process_time())
    shutil.copyfile(book, book.with_name(f"copy-{book.name}"))
    return perf_counter() - started[0], process_time() - started[1]


def import_pandas(_: Path) -> tuple[float, float]:
    """Import pandas in a fresh process. Returns: seconds."""
    started = (perf_counter(), process_time())
    import pandas  # noqa: F401

    return perf_counter() - started[0], process_time() - started[1]


def funnel_formulas(deals: int, path: Path) -> Path:
    """A workbook that counts the funnel of every rep by COUNTIFS and SUMIFS, with no value
    calculated yet.
    """
    import xlsxwriter

    from bench.company import company

    tables = company(deals)
    frame, reps = tables["Deals"], tables["Reps"]["rep_id"].tolist()
    stages = sorted(frame["stage"].unique())
    rep_at, stage_at, amount_at = (f"deals!${letter}$2:${letter}${deals + 1}" for letter in "ABC")
    with xlsxwriter.Workbook(str(path)) as book:
        data, out = book.add_worksheet("deals"), book.add_worksheet("funnel")
        data.write_column("A2", frame["rep_id"].tolist())
        data.write_column("B2", frame["stage"].tolist())
        data.write_column("C2", (frame["amount"] / 100).tolist())
        for row, rep in enumerate(reps):
            for column, stage in enumerate(stages):
                where = f'{rep_at},"{rep}",{stage_at},"{stage}"'
                out.write_formula(row, 2 * column, f"=COUNTIFS({where})")
                out.write_formula(row, 2 * column + 1, f"=SUMIFS({amount_at},{where})")
    return path
