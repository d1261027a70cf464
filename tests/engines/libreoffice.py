"""A live LibreOffice in Excel's place: the engine of the tests runs on its cells instead of the
model's.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import xlwings as xw

from salesbook.hosts.area import Area
from tests.engines.excel_cells import TYPED_ERRORS, Error, Slot
from tests.engines.excel_marks import Marks
from tests.engines.excel_model import BookModel, Program
from tests.engines.fake_excel import Book

_LOGICAL = 1024
_SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"


def uno_module() -> Any:
    """LibreOffice's own bridge; None where it is not installed."""
    if not shutil.which("soffice"):
        return None
    if Path(_SYSTEM_PACKAGES, "uno.py").exists() and _SYSTEM_PACKAGES not in sys.path:
        sys.path.append(_SYSTEM_PACKAGES)
    try:
        import uno
    except ImportError:
        return None
    return uno


class Office:
    """A running LibreOffice with a profile of its own."""

    def __init__(self, uno: Any, desktop: Any) -> None:
        self.uno, self.desktop = uno, desktop

    def prop(self, name: str, value: Any) -> Any:
        made = self.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        made.Name, made.Value = name, value
        return made

    @contextlib.contextmanager
    def open(self, path: Path) -> Iterator[tuple[xw.Book, LiveBook]]:
        """Load a workbook and hand it out as xlwings' book."""
        document = self.desktop.loadComponentFromURL(
            path.as_uri(), "_blank", 0, (self.prop("Hidden", True),)
        )
        try:
            model = LiveBook(self, document, path)
            yield xw.Book(impl=Book(model)), model
        finally:
            document.close(True)


@contextlib.contextmanager
def running_office(uno: Any) -> Iterator[Office]:
    """Start LibreOffice without a window, and end it."""
    pipe = f"salesbook-{uuid.uuid4().hex}"
    with tempfile.TemporaryDirectory() as folder:
        words = [
            "soffice", f"-env:UserInstallation={Path(folder).as_uri()}", f"--accept=pipe,name={pipe};urp;",
            "--headless", "--norestore", "--nologo", "--nolockcheck",
        ]  # fmt: skip
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            desktop = _connected(uno, pipe)
            yield Office(uno, desktop)
            with contextlib.suppress(Exception):
                desktop.terminate()
            process.wait(30)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _connected(uno: Any, pipe: str) -> Any:
    local = uno.getComponentContext()
    name = "com.sun.star.bridge.UnoUrlResolver"
    resolver = local.ServiceManager.createInstanceWithContext(name, local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
        except Exception:
            time.sleep(0.25)
    raise TimeoutError("LibreOffice did not answer")


class LiveBook(BookModel):
    """A document as the engine wants a workbook."""

    def __init__(self, office: Office, document: Any, path: Path) -> None:
        super().__init__(Program(), path.name, str(path))
        self.office, self.document = office, document
        self.sheets = [LiveSheet(self, sheet) for sheet in document.Sheets]

    @cached_property
    def locale(self) -> Any:
        made = self.office.uno.createUnoStruct("com.sun.star.lang.Locale")
        made.Language, made.Country = "en", "US"
        return made

    def format_key(self, code: str) -> int:
        formats = self.document.NumberFormats
        key = formats.queryKey(code, self.locale, False)
        return int(key if key >= 0 else formats.addNew(code, self.locale))

    def format_code(self, key: int) -> str:
        return self._format(key)[0]

    def is_logical(self, key: int) -> bool:
        return bool(self._format(key)[1] & _LOGICAL)

    def _format(self, key: int) -> tuple[str, int]:
        if key not in self._formats:
            told = self.document.NumberFormats.getByKey(key)
            self._formats[key] = (str(told.FormatString), int(told.Type))
        return self._formats[key]

    @cached_property
    def _formats(self) -> dict[int, tuple[str, int]]:
        return {}


class LiveSheet:
    """A sheet of the document as the engine wants one."""

    merged: tuple[Area, ...] = ()

    def __init__(self, book: LiveBook, sheet: Any) -> None:
        self.book, self.sheet, self.program = book, sheet, book.program
        self.name = str(sheet.Name)
        self.marks = Marks(book.program)
        """What lies on rows is the model's: the tests here are about values."""

    is_hidden = property(lambda self: not self.sheet.IsVisible)
    is_protected = property(lambda self: self.sheet.isProtected())

    @property
    def tables(self) -> list[LiveTable]:
        number = self.sheet.RangeAddress.Sheet
        ranges = self.book.document.DatabaseRanges
        return [
            LiveTable(self, one)
            for one in map(ranges.getByName, ranges.ElementNames)
            if one.DataArea.Sheet == number
        ]

    def cells(self, area: Area) -> Any:
        return self.sheet.getCellRangeByPosition(
            area.left - 1, area.top - 1, area.right - 1, area.bottom - 1
        )

    def is_merged(self, area: Area) -> bool:
        return False

    def format_of(self, area: Area) -> str | None:
        key = self._format_key(area)
        return None if key is None else self.book.format_code(key)

    def _format_key(self, area: Area) -> int | None:
        """The format of all cells; None where they differ."""
        cells = self.cells(area)
        state = cells.getPropertyState("NumberFormat").value
        return None if state == "AMBIGUOUS_VALUE" else int(cells.NumberFormat)

    def slots(self, area: Area) -> Iterator[list[Slot]]:
        """Cells as Excel would hand them out, from two blocks and the columns' formats."""
        cells = self.cells(area)
        keys = [
            dict(self._format_runs(area.top, area.bottom, c))
            for c in range(area.left, area.right + 1)
        ]
        for down, (values, formulas) in enumerate(
            zip(cells.getDataArray(), cells.getFormulaArray(), strict=True)
        ):
            found = []
            for value, formula, own in zip(values, formulas, keys, strict=True):
                found.append(self._slot(value, formula, own[area.top + down]))
            yield found

    def _slot(self, value: Any, formula: str, key: int) -> Slot:
        name = formula.removeprefix("=")
        if name in TYPED_ERRORS and formula != value:
            return Slot(Error(name))
        if isinstance(value, float) and self.book.is_logical(key):
            value = bool(value)
        made = Slot(None if value == "" else value, number_format=self.book.format_code(key))
        if formula.startswith("=") and formula != value:
            made.formula = formula
        return made

    def _format_runs(self, top: int, bottom: int, column: int) -> Iterator[tuple[int, int]]:
        key = self._format_key(Area(top, column, bottom, column))
        if key is not None:
            yield from ((row, key) for row in range(top, bottom + 1))
            return
        middle = (top + bottom) // 2
        yield from self._format_runs(top, middle, column)
        yield from self._format_runs(middle + 1, bottom, column)

    def change(self, area: Area, how: str, given: Any) -> None:
        """Assign to a range; the model's cells say what typing makes of each value."""
        if self.program.written():
            self.program.fail()
        if how == "number_format":
            self.cells(area).NumberFormat = self.book.format_key(given)
            return
        rows = given if isinstance(given, list | tuple) else [[given] * area.width] * area.row_count
        entered = [
            [self._entered(slot, how, value) for slot, value in zip(slots, values, strict=True)]
            for slots, values in zip(self.slots(area), rows, strict=True)
        ]
        plain = [["" if slot.value is None else slot.value for slot in row] for row in entered]
        odd = (bool, Error)
        as_block = [["" if isinstance(value, odd) else value for value in row] for row in plain]
        self.cells(area).setDataArray(tuple(map(tuple, as_block)))
        for down, row in enumerate(entered):
            for right, slot in enumerate(row):
                self._finish(area.top + down, area.left + right, slot)

    def _entered(self, slot: Slot, how: str, value: Any) -> Slot:
        before = slot.number_format
        made = Slot(number_format="General" if before == "BOOLEAN" else before)
        if how == "formula":
            made.calculate(str(value))
        else:
            made.enter(value)
        made.changed = made.number_format != before  # type: ignore[attr-defined]
        return made

    def _finish(self, row: int, column: int, slot: Slot) -> None:
        """What a block of values cannot carry: formulas, logicals, errors and new formats."""
        if slot.formula is None and not isinstance(slot.value, bool | Error) and not slot.changed:  # type: ignore[attr-defined]
            return
        cell = self.cells(Area(row, column, row, column)).getCellByPosition(0, 0)
        if slot.changed:  # type: ignore[attr-defined]
            cell.NumberFormat = self.book.format_key(slot.number_format)
        if slot.formula is not None:
            cell.setFormula(slot.formula)
        elif isinstance(slot.value, Error):
            cell.setFormula("=" + slot.value.name)
        elif isinstance(slot.value, bool):
            cell.setValue(float(slot.value))
            cell.NumberFormat = self.book.format_key("BOOLEAN")


class LiveTable:
    """A database range as the engine wants a table."""

    has_totals = False
    criteria: dict[int, Any] = {}  # noqa: RUF012 - nothing is ever put in

    def __init__(self, sheet: LiveSheet, database: Any) -> None:
        self.sheet, self.database = sheet, database
        self.name = str(database.Name)

    has_headers = property(lambda self: bool(self.database.ContainsHeader))
    has_filter = property(lambda self: bool(self.database.AutoFilter))

    @property
    def area(self) -> Area:
        at = self.database.DataArea
        return Area(at.StartRow + 1, at.StartColumn + 1, at.EndRow + 1, at.EndColumn + 1)

    @property
    def body(self) -> Area:
        area = self.area
        return Area(area.top + self.has_headers, area.left, area.bottom, area.right)

    def resize(self, new: Area) -> None:
        if self.sheet.program.written():
            self.sheet.program.fail()
        at = self.database.DataArea
        at.EndRow, at.EndColumn = new.bottom - 1, new.right - 1
        self.database.DataArea = at
