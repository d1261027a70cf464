"""What does a macro work on? The open workbook as a host that tells the user how far the run is."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import xlwings as xw

from salesbook.actions import Action
from salesbook.book.backups import Backups, Kept
from salesbook.book.first_rows import tables_first_filled
from salesbook.book.keeping import RunToKeep
from salesbook.book.tabs import settle_tabs
from salesbook.errors import SalesbookError
from salesbook.hosts.excel import ExcelHost, quiet_excel, save_copy
from salesbook.labels import Language, sheet_name
from salesbook.macros.words import say
from salesbook.store import Annotation, TableCells, TableWrite
from salesbook.tables import TABLES, Role

_ESCAPE: Final = 0x1B
_DOWN_OR_PRESSED_SINCE: Final = 0x8001


class Cancelled(Exception):
    """The user pressed Esc between two steps."""


def escape_pressed(app: xw.App) -> bool:
    """True where Esc was pressed in Excel since the last look.

    Only Windows tells; elsewhere Python is interrupted. Esc in another program's window does not
    count.
    """
    if sys.platform != "win32":
        return False
    import ctypes

    windows = ctypes.windll.user32
    is_pressed = windows.GetAsyncKeyState(_ESCAPE) & _DOWN_OR_PRESSED_SINCE
    return bool(is_pressed) and windows.GetForegroundWindow() == app.hwnd


class MacroHost:
    """The workbook whose button was pressed, as a host with progress and cancel, whose states before
    a run are kept.

    A table is read from Excel once per press; each read and the write are steps that the status bar
    names, and between steps the user may cancel.
    """

    def __init__(self, book: xw.Book) -> None:
        self.book = book
        self.excel = ExcelHost(book)
        self.name = self.excel.name
        self.backups = Backups(full_name(book))
        self.kept: Kept | None = None
        """What became of the state before the run; None where nothing was changed but the log."""
        self._cells: dict[str, TableCells] = {}
        self._still_to_read: set[str] = set()
        self._steps = 0
        """How many tables the run reads and writes; 0 where nobody knows beforehand."""
        self._is_working = False
        self.language = self._language()

    def table_codes(self) -> tuple[str, ...]:
        """Codes of the tables that are there."""
        return self.excel.table_codes()

    def read(self, table: str) -> TableCells:
        """One table's raw cells."""
        if table in self._cells:
            return self._cells[table]

        if self._is_working:
            step = "reading" if self._steps else "reading_more"
            self._step(step, table=sheet_name(table, self.language))
        self._cells[table] = self.excel.read(table)

        if self._is_working and table in self._still_to_read:
            self._still_to_read.remove(table)
            if not self._still_to_read:
                self._step("calculating")
        return self._cells[table]

    def headers(self, table: str) -> Sequence[str]:
        """One table's headers."""
        return self.excel.headers(table)

    def annotations(self, table: str) -> Sequence[Annotation]:
        """What people put on the rows of one table."""
        return self.excel.annotations(table)

    def losses(self, write: TableWrite) -> Sequence[Annotation]:
        """What a write could not take along though its row stays."""
        return self.excel.losses(write)

    def named_columns(self, headers: Collection[str]) -> frozenset[str]:
        """Those headers that some formula of the workbook names."""
        return self.excel.named_columns(headers)

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all bodies in place, or none; first keep the open workbook as it is."""
        self._step("writing", count=len(writes))
        first_filled = tables_first_filled(self.read, writes)
        run = RunToKeep.of(self.read, self.table_codes(), writes)
        try:
            if run is None:
                self.excel.write(writes)
            else:
                with run.keeping(self.backups, self._copy_to) as self.kept:
                    self.excel.write(writes)
        finally:
            # What was read before the write no longer stands in the workbook.
            self._cells.clear()

        settle_tabs(self.excel, self.excel.read, first_filled)

    def _copy_to(self, path: Path) -> None:
        save_copy(self.book, path)

    @contextlib.contextmanager
    def working(self, action: Action | None = None) -> Iterator[None]:
        """Excel stands still, steps are shown, Esc cancels; what was read before is not read again.

        Args: action is missing for an import and an undo, which find out what they read on the way.
        """
        there = self.table_codes()
        inputs = _inputs(action).intersection(there)
        outputs = _outputs(action).intersection(there)

        self._is_working = True
        self._still_to_read = inputs - self._cells.keys()
        self._steps = len(self._still_to_read | outputs)
        # Esc of long ago must not cancel what was only now asked for.
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
        done = min(len(self._cells) + 1, self._steps)
        self.show(say(f"progress.{name}", self.language, done=done, total=self._steps, **facts))

    def show(self, text: str) -> None:
        """Put a text into the status bar; that it cannot is no reason to stop."""
        with contextlib.suppress(Exception):
            self.book.app.status_bar = text

    def lead_to(self, table: str) -> None:
        """Show a table's sheet, where it can be shown."""
        self.excel.reveal([table])
        # That Excel refuses is no reason to stop: what was to be done is done.
        with contextlib.suppress(Exception):
            self.book.sheets[self.excel.sheet_of(table) or table].activate()

    def sheet_of(self, table: str) -> str:
        """What the table's sheet is called in this book, and how to see it where it is hidden."""
        name = self.excel.sheet_of(table) or sheet_name(table, self.language)
        try:
            is_hidden = not self.book.sheets[name].visible
        except Exception:
            return name
        return say("hidden_sheet", self.language, sheet=name) if is_hidden else name

    def _language(self) -> Language:
        """The workbook's language, by its settings, else by what its sheets are called."""
        from salesbook.book.session import Session

        # Reading the settings may already have to say something.
        self.language = _language_of_sheets(self.excel)
        try:
            return Session(self).language
        except SalesbookError:
            return self.language


def _language_of_sheets(excel: ExcelHost) -> Language:
    names = {excel.sheet_of(table) for table in excel.table_codes()}
    chinese_names = {sheet_name(table, "zh-CN") for table in TABLES}
    return "zh-CN" if names & chinese_names else "en"


def _inputs(action: Action | None) -> set[str]:
    """Tables that a verb reads before it calculates: its own, the settings, and what they refer to.

    None are known for an import or an undo.
    """
    if action is None:
        return set()
    settings = {name for name, spec in TABLES.items() if spec.role is Role.SETTING}
    referred = {field.ref for name in action.reads for field in TABLES[name].fields if field.ref}
    return {*action.reads, *settings, *referred}


def _outputs(action: Action | None) -> set[str]:
    return set() if action is None else {*action.writes, "RunLog"}


def full_name(book: xw.Book) -> str:
    """The book's path; its name where it lies in the cloud and has none on this computer."""
    try:
        return str(book.fullname)
    except Exception:
        return str(book.name)
