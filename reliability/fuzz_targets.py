"""What does a fuzzer throw at salesbook, and what counts as a crash? Anything raised but a
SalesbookError.

Run by `reliability.fuzz` in a process of its own: `python -m reliability.fuzz_targets TARGET
CORPUS`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import sys
import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from salesbook.cells.base import CellOptions, Reason
from salesbook.cells.column import read_column
from salesbook.cells.field import parse_cell
from salesbook.errors import SalesbookError
from salesbook.hosts.package.disk import Disk
from salesbook.hosts.package.host import PackageHost
from salesbook.intake.book_now import BookNow, TableNow
from salesbook.intake.draft import draft_import
from salesbook.intake.file.spreadsheets import open_spreadsheet, tells_something
from salesbook.intake.options import ImportOptions
from salesbook.intake.telling.rejects import rejects_text
from salesbook.policy import Policy
from salesbook.store import KEEP, CellError, TableWrite
from salesbook.tables import Kind

KINDS = tuple(Kind)
CURRENCIES = ("USD", "CNY", "JPY", "KWD")
TABLES = ("Customers", "Deals", "Orders", "Activities", "Reps", "Leads")
HEADERS = {
    "Customers": b"Name,Company,E-mail,Phone,Budget\n",
    "Deals": b"Deal ID;Deal name;Customer;Stage;Amount;Created on\n",
    "Orders": b"Order ID\tCustomer\tAmount\tOrder date\n",
    "Activities": "客户名称,日期,类型\n".encode("gb18030"),
    "Reps": b"Name,Hired on,Target\n",
    "Leads": b"\xff\xfe" + "Name,Source,Created on\n".encode("utf-16-le"),
}


class WrongError(AssertionError):
    """A result that no reader may give."""


def cells(source: Any) -> None:
    """One cell and a column of cells, as any kind, under any options."""
    kind = KINDS[source.ConsumeIntInRange(0, len(KINDS) - 1)]
    options = CellOptions(
        currency=CURRENCIES[source.ConsumeIntInRange(0, 3)],
        date_order=(None, "dmy", "mdy", "ymd")[source.ConsumeIntInRange(0, 3)],
        decimal=(None, "point", "comma")[source.ConsumeIntInRange(0, 2)],
        epoch_1904=source.ConsumeBool(),
    )
    column = [_cell(source) for _ in range(source.ConsumeIntInRange(1, 4))]
    for cell, read in zip(
        column, [parse_cell(cell, kind, options) for cell in column], strict=True
    ):
        _judge(cell, kind, read)
    if len(read_column(column, kind, options)) != len(column):
        raise WrongError("a cell was lost")


def _cell(source: Any) -> object:
    match source.ConsumeIntInRange(0, 5):
        case 0:
            return source.ConsumeFloat()
        case 1:
            return source.ConsumeInt(9)
        case 2:
            return CellError(source.ConsumeUnicodeNoSurrogates(8))
        case 3:
            return dt.datetime(1900, 1, 1) + dt.timedelta(
                minutes=source.ConsumeIntInRange(0, 10**9)
            )
        case _:
            return source.ConsumeUnicode(40)


def _judge(cell: object, kind: Kind, read: object) -> None:
    """A reading is nothing, a reason, or a finite value of the kind's type."""
    if read is None or isinstance(read, Reason):
        return
    if isinstance(read, float) and not math.isfinite(read):
        raise WrongError(f"{cell!r} as {kind} is {read!r}")
    wanted: dict[Kind, type | tuple[type, ...]] = {
        Kind.MONEY: int,
        Kind.COUNT: int,
        Kind.DATE: dt.date,
        Kind.FLAG: bool,
        Kind.TEXT: str,
        Kind.NUMBER: float,
    }
    if kind in wanted and not isinstance(read, wanted[kind]):
        raise WrongError(f"{cell!r} as {kind} is {read!r}")


_FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-")
_FILE = Path(_FOLDER.name) / "file.csv"


def csv(source: Any) -> None:
    """A file of any bytes, most times with headers that are known, into one of the tables."""
    table = TABLES[source.ConsumeIntInRange(0, len(TABLES) - 1)]
    head = HEADERS[table] if source.ConsumeIntInRange(0, 3) else b""
    add = source.ConsumeBool()
    _FILE.write_bytes(head + source.ConsumeBytes(source.remaining_bytes()))
    now = BookNow({}, Policy(), dt.date(2026, 7, 31))
    with contextlib.suppress(SalesbookError):
        draft = draft_import(_FILE, ImportOptions(table, add_missing=add), now)
        if draft.read != draft.accepted + len(draft.rejected) + draft.duplicates:
            raise WrongError("a row was lost")
        for change in draft.changes:
            TableNow(change.table, change.new_rows)
        rejects_text(draft, lambda reason: reason.code).encode("utf-8-sig", "replace")


_BASE: dict[str, bytes] = {}


def _base() -> dict[str, bytes]:
    """A small workbook's parts: two tables, texts, dates, a formula, a rule."""
    if not _BASE:
        import xlsxwriter

        buffer = BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            sheet = book.add_worksheet("Pipeline")
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            columns = [
                {"header": "name"},
                {"header": "at", "format": day},
                {"header": "n", "formula": "=1+1"},
            ]
            rows = [["Anna", 46000.5, 2], ["Bo", 1, 2]]
            sheet.add_table(
                1, 1, 4, 3, {"name": "Deals", "columns": columns, "data": rows, "total_row": 1}
            )
            sheet.add_table(7, 0, 8, 0, {"name": "Reps", "columns": [{"header": "name"}]})
            sheet.conditional_format("B3:B5", {"type": "duplicate", "format": day})
            sheet.write("H1", "beside")
        with zipfile.ZipFile(buffer) as package:
            _BASE.update({name: package.read(name) for name in package.namelist()})
    return _BASE


def package(source: Any) -> None:
    """A workbook with a damaged part, or a damaged zip: read all tables, grow one, shrink the
    other.
    """
    with contextlib.suppress(SalesbookError):
        _use(_damaged_book(source))


def spreadsheet(source: Any) -> None:
    """Such a workbook as somebody else's: read all of its sheets."""
    with contextlib.suppress(SalesbookError):
        book = open_spreadsheet(_damaged_book(source), "Book.xlsx")
        for place, _ in enumerate(book.tabs):
            book.cells(place, tells_something)


def _damaged_book(source: Any) -> bytes:
    """A workbook with a damaged part, or a damaged zip."""
    content = dict(_base())
    for _ in range(source.ConsumeIntInRange(1, 3)):
        name = sorted(content)[source.ConsumeIntInRange(0, len(content) - 1)]
        old = content[name]
        at = source.ConsumeIntInRange(0, len(old))
        cut = source.ConsumeIntInRange(0, 40)
        content[name] = (
            old[:at] + source.ConsumeBytes(source.ConsumeIntInRange(0, 60)) + old[at + cut :]
        )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as zipped:
        for name, data in content.items():
            zipped.writestr(name, data)
    raw = bytearray(buffer.getvalue())
    for _ in range(source.ConsumeIntInRange(0, 3)):
        raw[source.ConsumeIntInRange(0, len(raw) - 1)] ^= source.ConsumeIntInRange(0, 255)
    return bytes(raw)


def _use(data: bytes) -> None:
    host = PackageHost(Path("Book.xlsx"), data, for_writing=True, wait=0, disk=Disk())
    for code in host.table_codes():
        cells = host.read(code)
        if cells.row_count and cells.headers:
            grown: list[int | None] = [*range(cells.row_count), None]
            column = [KEEP] * cells.row_count + ["=1+1"]
            host.write([TableWrite(code, {cells.headers[0]: column}, grown)])
            host.write([TableWrite(code, {}, [])])


TARGETS: dict[str, Callable[[Any], None]] = {
    "cells": cells,
    "csv": csv,
    "package": package,
    "spreadsheet": spreadsheet,
}


def main() -> None:
    """Fuzz one target until the time is up."""
    import atheris

    target = TARGETS[sys.argv.pop(1)]
    target(atheris.FuzzedDataProvider(b""))  # what is imported once shall not count as a hang
    atheris.Setup(sys.argv, lambda data: target(atheris.FuzzedDataProvider(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    import atheris

    with atheris.instrument_imports(include=["salesbook"]):
        for module in [name for name in sys.modules if name.startswith("salesbook")]:
            del sys.modules[module]
        from reliability.fuzz_targets import main as fuzz
    fuzz()
