"""How does the .xlsm file itself hold tables? A save rewrites only the parts that must change."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from weakref import WeakValueDictionary

from salesbook.errors import (
    CannotWrite,
    NoSuchTable,
    NotAWorkbook,
    SalesbookError,
    UnsafeFile,
)
from salesbook.hosts.fitting import refuse_columns, refuse_twice
from salesbook.hosts.formulas import Reading
from salesbook.hosts.package import guards
from salesbook.hosts.package.archive import Archive, Staged
from salesbook.hosts.package.changes import Changes, book_styles, changes_for
from salesbook.hosts.package.disk import (
    Care,
    Disk,
    Keeping,
    refuse_unwritable,
    remove_leftovers,
    replace_file,
)
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.lock import Holder, locked
from salesbook.hosts.package.marks import read_losses, read_marks
from salesbook.hosts.package.named import put_texts, shown_texts
from salesbook.hosts.package.ordinary import read_ordinary, special_kind
from salesbook.hosts.package.parts import BookParts, TablePart, read_parts
from salesbook.hosts.package.reader import SheetReader
from salesbook.hosts.package.reshaping import is_reshaped, names_column, reshape
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.saved_by import LastSave, dropdown_ends, last_save
from salesbook.hosts.package.sheet_formulas import read_formulas
from salesbook.hosts.package.shown import Shown, sheet_called
from salesbook.hosts.package.tabs import hide, reveal
from salesbook.hosts.package.traces import Sought, Trace, holds, traces_of, without_traces
from salesbook.hosts.package.upgrading import Renewal, Wanted, renewed
from salesbook.hosts.package.values import read_tables
from salesbook.hosts.package.verify import refuse_unsound
from salesbook.hosts.package.zipping import assemble
from salesbook.store import Annotation, Cell, TableCells, TableWrite

_SHARING_REFUSED = (32, 33)
"""Windows' words for a file that another program shares with nobody, or has locked a range of."""
_RIGHTS = 0o777


class PackageHost:
    """A workbook file. `write` stages new tables in memory, `save` puts them on disk.

    Made by `open_package`, which holds the lock.
    """

    def __init__(
        self, path: Path, data: bytes, *, for_writing: bool, wait: float, disk: Disk
    ) -> None:
        self.path = path
        self.for_writing = for_writing
        self._wait = wait
        self.disk = disk
        self.today: Callable[[], dt.date] = dt.date.today
        """The day for filters by moving dates, as "this month"; Excel too asks the machine."""
        self._read_bytes = data
        parts = Staged(Archive(data, str(path)))
        self._hold(parts, read_parts(parts, str(path)))
        self._ready: dict[str, TableCells] = {}
        """Tables that were read along with others of their sheet, by code in lower case."""
        self._handed_out: WeakValueDictionary[str, TableCells] = WeakValueDictionary()
        """Tables that somebody may still hold."""

    def table_codes(self) -> tuple[str, ...]:
        """List the codes in sheet order, as their tables spell them."""
        return tuple(table.code for table in self._book.tables.values())

    def read(self, table: str) -> TableCells:
        """Hand out one table's raw cells; its sheet is read once, with all its tables.

        What was handed out is kept for as long as somebody holds it, since a large table takes much
        memory.

        Raises: NoSuchTable, NotAWorkbook, UnsafeFile.
        """
        part = self._table(table)
        key = table.lower()
        cells = self._handed_out.get(key) or self._ready.pop(key, None)
        if cells is None:
            self._ready |= read_tables(self._reader, self._book, part.sheet)
            cells = self._ready.pop(key)

        self._handed_out[key] = cells
        return cells

    def headers(self, table: str) -> Sequence[str]:
        """Hand out one table's headers, which its part tells without its sheet.

        Raises: NoSuchTable.
        """
        return self._table(table).headers

    def annotations(self, table: str) -> Sequence[Annotation]:
        """What people put on the rows of one table, by row, then by column.

        Raises: NoSuchTable, NotAWorkbook, UnsafeFile; CannotWrite for a sheet that could not be
        written either.
        """
        cells = self.read(table)
        part = self._table(table)
        styles = book_styles(self._parts, self._book)
        return read_marks(self._parts, self._book, part, cells, styles)

    def losses(self, write: TableWrite) -> Sequence[Annotation]:
        """What a write could not take along though its row stays, rows as in the old body.

        Raises: NoSuchTable, NotAWorkbook, UnsafeFile, CannotWrite.
        """
        write = write.on_old_columns
        cells = self.read(write.table)
        lost_formulas = read_losses(self._parts, self._table(write.table), cells, write)
        return [*lost_formulas, *self._cleared_filters(write)]

    def _cleared_filters(self, write: TableWrite) -> Sequence[Annotation]:
        """The criteria of a filter that a write would clear.

        What a filter shows depends on all that a write does, also on number formats that cells get;
        so the write is carried out and its outcome dropped. That is done for filtered tables alone.
        """
        sheet = self._table(write.table).sheet
        has_filter = b"filterColumn" in self._parts.content(sheet.part)
        if not has_filter and not self._table(write.table).is_filtered:
            return ()
        try:
            changes = self._changes_for([write])
        except SalesbookError:
            # Then the write itself refuses, and says why.
            return ()
        return changes.cleared_filters.get(write.table.lower(), ())

    def named_columns(self, headers: Collection[str]) -> frozenset[str]:
        """Those headers that some formula of the workbook names: of cells, names, rules or charts.

        A text that looks like such a name counts too: the column then stays, which does no harm.
        """
        return frozenset(header for header in headers if names_column(self._parts, header))

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Stage these bodies; the file changes only on `save`.

        Raises: CannotWrite, ProtectedSheet, NoSuchTable, ColumnMissing.
        """
        refuse_twice(writes)
        reshaped = [write for write in writes if is_reshaped(write)]
        if not reshaped:
            self._write(writes)
            return

        before = (self._parts, self._book)
        try:
            self._reshape(reshaped)
            self._write([replace(write, new_headers=(), gone_headers=()) for write in writes])
        except BaseException:
            # All of it or nothing: the columns must not stay without what belongs into them.
            self._hold(*before)
            self._forget_sheets_of(reshaped)
            raise

    def _reshape(self, writes: Sequence[TableWrite]) -> None:
        """Stage the columns that come right of tables, and that their last ones go."""
        for write in writes:
            refuse_columns(self.read(write.table), write)
        edits = Edits(self._parts)
        areas = {write.table.lower(): reshape(edits, self._book, write) for write in writes}
        staged = Staged(self._parts.archive, self._parts.changes | edits.changed)
        book = refuse_unsound(staged, self._parts, edits.changed, areas, str(self.path))
        self._hold(staged, book)
        self._forget_sheets_of(writes)

    def _write(self, writes: Sequence[TableWrite]) -> None:
        """Stage bodies of tables whose columns stay."""
        changes = self._changes_for(writes)
        if not changes.parts:
            return

        staged = Staged(self._parts.archive, self._parts.changes | changes.parts)
        book = refuse_unsound(staged, self._parts, changes.parts, changes.areas, str(self.path))
        self._hold(staged, book)
        self._forget_sheets_of(writes)

    def reveal(self, tables: Sequence[str]) -> None:
        """Stage that the sheets of these tables are shown, where somebody can show them.

        Raises: NoSuchTable.
        """
        sheets = {self._table(table).sheet for table in tables}
        self._stage(lambda edits: reveal(edits, self._book, sheets))

    def hide(self, tables: Sequence[str]) -> None:
        """Stage that the sheets of these tables are hidden, but for the last that is to be seen.

        Raises: NoSuchTable.
        """
        sheets = {self._table(table).sheet for table in tables}
        self._stage(lambda edits: hide(edits, self._book, sheets))

    def named_texts(self, name: str) -> Sequence[Sequence[str]]:
        """What the cells show that the workbook knows by a name, row by row; none without the name."""
        return shown_texts(self._parts, self._book, name)

    def put_named(self, name: str, texts: Mapping[tuple[int, int], str]) -> None:
        """Stage other texts in cells of a name, by row and column inside it, from 0."""
        self._stage(lambda edits: put_texts(edits, self._parts, self._book, name, texts))

    def _stage(self, change: Callable[[Edits], None]) -> None:
        """Carry out a change that touches no table."""
        edits = Edits(self._parts)
        change(edits)
        if edits.changed:
            staged = Staged(self._parts.archive, self._parts.changes | edits.changed)
            book = refuse_unsound(staged, self._parts, edits.changed, {}, str(self.path))
            self._hold(staged, book)

    def sheet_called(self, code_name: str, names: Collection[str]) -> str | None:
        """The tab of the sheet that macros know by a name.

        Args:
            names: what its tab may be called, in small letters, where the names for macros are lost.
        """
        sheet = sheet_called(self._parts, self._book, code_name, names)
        return sheet.name if sheet else None

    def formulas(self, sheet_name: str) -> Mapping[tuple[int, int], str]:
        """The formulas of a sheet by row and column, each as it reads in its cell.

        Raises: CannotWrite, NotAWorkbook where it cannot be read.
        """
        sheet = next(sheet for sheet in self._book.sheets if sheet.name == sheet_name)
        content = self._parts.content(sheet.part)
        return read_formulas(SheetRows(content, sheet.part, sheet.name)).texts

    def typed(
        self, sheet_name: str, cells: Collection[tuple[int, int]]
    ) -> Mapping[tuple[int, int], Cell]:
        """What cells of a sheet hold, None where one is blank; the sheet is read once for all.

        Args:
            cells: rows and columns, from 1.

        Raises: NotAWorkbook, UnsafeFile where the sheet cannot be read.
        """
        if not cells:
            return {}
        sheet = next(sheet for sheet in self._book.sheets if sheet.name == sheet_name)
        last_row = max(row for row, _ in cells)
        rows, _ = SheetReader(self._parts, self._book).rows(sheet, last_row)

        values: dict[tuple[int, int], Cell] = {}
        for row, column in cells:
            # Rows and columns end with the last that hold something.
            is_there = row <= len(rows) and column <= len(rows[row - 1])
            value: Cell = rows[row - 1][column - 1] if is_there else None
            values[row, column] = None if value == "" else value
        return values

    def store_values(self, by_sheet: Mapping[str, Mapping[Reading, Cell]]) -> None:
        """Stage what formulas show, and the charts that draw them; the file changes only on `save`.

        A cell keeps its formula and format. Of formulas that are not among these, as a person's own,
        nothing is touched.

        Args:
            by_sheet: by a sheet's name the value of each formula, as `hosts.formulas.reading` reads
                it; NOT_CALCULATED takes a value away that nobody knows.

        Raises: CannotWrite, NotAWorkbook where such a sheet cannot be read.
        """
        self._stage(lambda edits: Shown(self._parts, self._book, edits).store(by_sheet))

    def store_above(self, tables: Sequence[str], values: Mapping[Reading, Cell]) -> None:
        """Stage what formulas above these tables show; their sheets are not read any further.

        Raises: NoSuchTable.
        """
        sheets = {self._table(code).sheet: self._table(code).area.top for code in tables}
        self._stage(lambda edits: Shown(self._parts, self._book, edits).store_above(sheets, values))

    def drop_traces(self, sought: Sought) -> None:
        """Stage that what cells left behind goes: shared texts that none shows any more, and what
        formulas, charts and pivot tables remember of these words.
        """
        self._stage(lambda edits: without_traces(edits, self._parts, self._book, sought))

    def traces_of(self, sought: Sought) -> list[Trace]:
        """Where one of these words stands in the workbook with all that was staged."""
        return traces_of(self._parts, self._book, sought)

    def holds(self, sought: Sought) -> bool:
        """Whether one of these words stands anywhere in the file."""
        return holds(self._parts, sought)

    @property
    def is_changed(self) -> bool:
        """True where something was staged."""
        return bool(self._parts.changes)

    @property
    def is_1904(self) -> bool:
        """True where the workbook counts its days from 1904."""
        return self._book.is_1904

    def content(self) -> bytes:
        """The workbook with all that was staged."""
        return assemble(self._parts.archive, self._parts.changes)

    def _changes_for(self, writes: Sequence[TableWrite]) -> Changes:
        tables = {write.table.lower(): self.read(write.table) for write in writes}
        sheets = {self._table(code).sheet for code in tables}
        # A filter beside a table hides the same rows, so that it is asked too.
        for code, table in self._book.tables.items():
            if table.is_filtered and table.sheet in sheets:
                tables[code] = self.read(code)
        # A new reader has not read the texts that cells share, which take much memory.
        self._hold(self._parts, self._book)
        return changes_for(self._parts, self._book, writes, tables, self.today())

    def renew(self, wanted: Wanted) -> Renewal:
        """Stage all that the workbook needs to be as a template is; the file changes on `save`.

        Raises: CannotWrite, ProtectedSheet, NotAWorkbook.
        """
        renewal = renewed(self._parts, self._book, wanted, str(self.path))
        if renewal.is_empty:
            return renewal
        staged = Staged(self._parts.archive, self._parts.changes | renewal.parts)
        xml = {name: data for name, data in renewal.parts.items() if not name.endswith(".bin")}
        book = refuse_unsound(staged, self._parts, xml, {}, str(self.path))
        self._hold(staged, book)
        self._ready.clear()
        self._handed_out.clear()
        return renewal

    def _forget_sheets_of(self, writes: Sequence[TableWrite]) -> None:
        """Have the tables of all sheets that were written on read anew."""
        written_sheets = {self._table(write.table).sheet for write in writes}
        for key, table in self._book.tables.items():
            if table.sheet in written_sheets:
                self._ready.pop(key, None)
                self._handed_out.pop(key, None)

    def save(
        self, out: Path | None = None, *, over: bool = False, keeping: Keeping | None = None
    ) -> None:
        """Put what was staged on disk in one step.

        Args:
            out: save there instead, and leave the workbook that was read as it is.
            over: whether a file that lies there already may be replaced.
            keeping: keeps what the workbook held, before it is replaced.

        Raises: CannotWrite, ChangedMeanwhile, LockedFile.
        """
        target = self.path if out is None else Path(os.path.realpath(out))
        if out is not None and target != self.path:
            if not over:
                refuse_taken(out, may_say_yes=True)
            self._save_elsewhere(target, over=over)
            return
        if not self.for_writing:
            raise ValueError(f"{self.path} was opened for reading alone")

        if self._parts.changes:
            self._put(target, self._read_bytes, Care(keeping=keeping))

    def _save_elsewhere(self, target: Path, *, over: bool) -> None:
        refuse_unwritable(target)
        # Whoever may not read the book may not read what was made of it.
        rights = self.path.stat().st_mode & _RIGHTS
        with locked(target, self._wait):
            remove_leftovers(target)
            if not over:
                refuse_taken(target, may_say_yes=True)
            old = read_ordinary(target) if target.exists() else None
            self._put(target, old, Care(rights))

    def _put(self, target: Path, old: bytes | None, care: Care) -> None:
        new = self.content()
        # Reading it refuses a zip that was put together wrongly, before it is saved.
        archive = Archive(new, str(target))
        replace_file(self.disk, target, new, old, care)
        if target == self.path:
            self._read_bytes = new
            self._hold(Staged(archive), self._book)

    def _hold(self, parts: Staged, book: BookParts) -> None:
        self._parts = parts
        self._book = book
        self._reader = SheetReader(parts, book)

    def last_save(self) -> LastSave:
        """Say who saved the workbook last, and what is there of that which programs leave out."""
        return last_save(self._parts, self._book)

    def dropdown_ends(self) -> dict[str, int]:
        """The last sheet row of the dropdowns beside each table; 0 without any. Slow."""
        return dropdown_ends(self._parts, self._book)

    def _table(self, code: str) -> TablePart:
        try:
            return self._book.tables[code.lower()]
        except KeyError:
            raise NoSuchTable("no-such-table", where=str(self.path), table=code) from None


def refuse_taken(path: Path, *, may_say_yes: bool = False) -> None:
    """Refuse a name that something has already, be it a link that leads nowhere.

    Args: may_say_yes where the same could be asked for with `--yes`.

    Raises: CannotWrite.
    """
    if not os.path.lexists(path):
        return
    if may_say_yes:
        raise CannotWrite("out-exists", where=str(path))
    raise CannotWrite("already-there", where=str(path))


@contextlib.contextmanager
def open_package(
    path: str | Path, *, wait: float = 10.0, for_writing: bool, disk: Disk | None = None
) -> Iterator[PackageHost]:
    """Open a workbook file; for writing, hold it against all others until the end.

    A book that was opened for reading alone can be saved elsewhere, even while Excel has it.

    Leaving without `save` discards what was written.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile; for writing also LockedFile, CannotWrite.
    """
    book = _existing(path)
    with contextlib.ExitStack() as stack:
        if for_writing:
            refuse_unwritable(book)
            stack.enter_context(locked(book, wait))
            remove_leftovers(book)
        data = _bytes_of(book)
        yield PackageHost(book, data, for_writing=for_writing, wait=wait, disk=disk or Disk())


def package_of(data: bytes, name: str) -> PackageHost:
    """Read a workbook that is no file, such as the template.

    Args:
        name: what it is called where something is wrong with it.

    Raises: NotAWorkbook, UnsafeFile.
    """
    return PackageHost(Path(name), data, for_writing=False, wait=0, disk=Disk())


def _existing(path: str | Path) -> Path:
    """Follow links to the file itself; refuse what is none, or larger than any honest workbook.

    Raises: NotAWorkbook, UnsafeFile, CannotWrite.
    """
    try:
        book = Path(os.path.realpath(path))
        status = book.stat()
    except (OSError, ValueError) as error:
        folder = Path(path).parent
        if isinstance(error, FileNotFoundError) and not folder.is_dir():
            raise CannotWrite("folder-missing", where=str(folder)) from None
        raise NotAWorkbook("no-such-file", where=str(path), found=_words(error)) from None

    kind = special_kind(book)
    is_folder = kind == "folder"
    if kind:
        raise NotAWorkbook(
            "folder-not-file" if is_folder else "device-not-file", where=str(book), found=kind
        )
    if status.st_size > guards.MAX_FILE_BYTES:
        megabytes = status.st_size // guards.MEGABYTE
        raise UnsafeFile("file-too-large", where=str(book), megabytes=megabytes)
    return book


def _bytes_of(book: Path) -> bytes:
    try:
        return read_ordinary(book)
    except OSError as error:
        if getattr(error, "winerror", None) in _SHARING_REFUSED:
            raise Holder().refusal(book) from error
        raise NotAWorkbook("cannot-read", where=str(book), found=_words(error)) from error


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error)
