"""What does a macro work on? The open workbook as a host that tells the user how far the run is."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import xlwings as xw

from salesbook.actions import ACTIONS
from salesbook.errors import SalesbookError
from salesbook.hosts.excel import ExcelHost, quiet_excel
from salesbook.labels import Language, sheet_name
from salesbook.macros import words
from salesbook.macros.kept import Kept
from salesbook.store import TableCells, TableWrite
from salesbook.tables import TABLES, Role

_ESCAPE: Final = 0x1B
_DOWN_OR_PRESSED_SINCE: Final = 0x8001


class Cancelled(Exception):
    """The user pressed Esc between two steps."""


def today() -> dt.date:
    """The day a button calculates for."""
    return dt.date.today()


def escape_pressed(app: xw.App) -> bool:
    """True where Esc was pressed in Excel since the last look.

    Only Windows tells; elsewhere Python is interrupted. Esc in another program's window does not
    count.
    """
    if sys.platform != "win32":
        return False
    import ctypes

    windows = ctypes.windll.user32
    pressed = windows.GetAsyncKeyState(_ESCAPE) & _DOWN_OR_PRESSED_SINCE
    return bool(pressed) and windows.GetForegroundWindow() == app.hwnd


class Desk:
    """The workbook whose button was pressed, as a host.

    A table is read from Excel once per press; each read and the write are steps that the status bar
    names, and between steps the user may cancel.
    """

    def __init__(self, book: xw.Book) -> None:
        self.book = book
        self.host = ExcelHost(book)
        self.name = self.host.name
        self.kept = Kept(full_name(book))
        self.can_be_undone = True
        self._cells: dict[str, TableCells] = {}
        self._inputs: set[str] = set()
        self._total = 0
        self._keeps = True
        self._is_working = False
        self.language = self._language()

    def table_codes(self) -> tuple[str, ...]:
        """Codes of the tables that are there."""
        return self.host.table_codes()

    def read(self, table: str) -> TableCells:
        """One table's raw cells."""
        if table not in self._cells:
            if self._is_working:
                step = "reading" if self._total else "reading_more"
                self._step(step, table=sheet_name(table, self.language))
            self._cells[table] = self.host.read(table)
            if self._is_working and self._inputs and self._inputs <= self._cells.keys():
                self._inputs = set()
                self._step("calculating")
        return self._cells[table]

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all bodies in place, or none; first keep what undo will need."""
        self._step("writing", count=len(writes))
        first_filled: list[str] = []
        if self._keeps:
            before = [self.read(write.table) for write in writes]
            self.can_be_undone = self.kept.keep(before)
            first_filled = [
                cells.table
                for cells, write in zip(before, writes, strict=True)
                if _fills(cells, write)
            ]
        try:
            self.host.write(writes)
        except BaseException:
            self.kept.drop_new()
            raise
        finally:
            self._cells.clear()
        self.kept.take_new()
        self._reveal(first_filled)

    def _reveal(self, tables: Sequence[str]) -> None:
        """Show sheets of results that wait for their first rows; that Excel refuses is no reason to
        stop.
        """
        for table in tables:
            with contextlib.suppress(Exception):
                sheet = self.book.sheets[self.host.sheet_of(table) or table]
                if not sheet.visible:
                    sheet.visible = True

    @contextlib.contextmanager
    def working(self, action: str, *, keeps: bool = True) -> Iterator[None]:
        """Excel stands still, steps are shown, Esc cancels. What was read before is read from
        memory.
        """
        self._keeps, self._is_working = keeps, True
        self._inputs = _inputs(action).intersection(self.table_codes()) - self._cells.keys()
        self._total = len(self._inputs | _outputs(action).intersection(self.table_codes()))
        escape_pressed(self.book.app)
        try:
            with quiet_excel(self.book.app):
                yield
        finally:
            self._is_working = False

    def _step(self, name: str, **facts: object) -> None:
        """Say what comes next, unless the user has had enough. Raises: Cancelled."""
        if escape_pressed(self.book.app):
            raise Cancelled
        done = len(self._cells) + 1
        told = {"done": min(done, self._total), "total": self._total, **facts}
        self.show(words.say(f"progress.{name}", self.language, **told))

    def show(self, text: str) -> None:
        """Put a text into the status bar; that it cannot is no reason to stop."""
        with contextlib.suppress(Exception):
            self.book.app.status_bar = text

    def sheet_of(self, table: str) -> str:
        """What the table's sheet is called in this book, and how to see it where it is hidden."""
        name = self.host.sheet_of(table) or sheet_name(table, self.language)
        try:
            is_hidden = not self.book.sheets[name].visible
        except Exception:
            return name
        return words.say("hidden_sheet", self.language, sheet=name) if is_hidden else name

    def _language(self) -> Language:
        """The workbook's language, by its settings, else by what its sheets are called."""
        from salesbook.book.session import Session

        self.language = _language_of_sheets(self.host)
        try:
            return Session(self).language
        except SalesbookError:
            return self.language


def _language_of_sheets(host: ExcelHost) -> Language:
    names = {host.sheet_of(table) for table in host.table_codes()}
    chinese = {sheet_name(table, "zh-CN") for table in TABLES}
    return "zh-CN" if names & chinese else "en"


def _fills(before: TableCells, write: TableWrite) -> bool:
    """True where a table of results that had no rows gets some."""
    if TABLES[write.table].role is not Role.OUTPUT or not write.sources:
        return False
    held = zip(before.headers, before.columns, strict=True)
    return all(
        cell is None
        for header, column in held
        if header not in before.calculated
        for cell in column
    )


def _inputs(action: str) -> set[str]:
    """Tables that are read before anything is calculated;
    none are known for an import or an undo.
    """
    if action not in ACTIONS:
        return set()
    reads = set(ACTIONS[action].reads)
    settings = {name for name, spec in TABLES.items() if spec.role is Role.SETTING}
    return reads | settings | {one.ref for name in reads for one in TABLES[name].fields if one.ref}


def _outputs(action: str) -> set[str]:
    return {*ACTIONS[action].writes, "RunLog"} if action in ACTIONS else set()


def full_name(book: xw.Book) -> str:
    """The book's path; its name where it lies in the cloud and has none on this computer."""
    try:
        return str(book.fullname)
    except Exception:
        return str(book.name)
