"""Tables of the workbook that is open in Excel: read in blocks, written all or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from salesbook.errors import CannotWrite, NoSuchTable, SalesbookError
from salesbook.hosts.area import Area
from salesbook.hosts.excel.body import row_map, table_formulas
from salesbook.hosts.excel.calls import Calls, bounded_retries, native, refusal
from salesbook.hosts.excel.filters import FiltersAside, WrittenArea, filter_losses
from salesbook.hosts.excel.marks import read_marks
from salesbook.hosts.excel.quiet import no_filling
from salesbook.hosts.excel.replacing import (
    Reading,
    Replacement,
    prepare_replacement,
    shown_cells,
)
from salesbook.hosts.excel.reshaping import Reshaping, prepare_reshaping
from salesbook.hosts.excel.sorting import drop_stale_sorting
from salesbook.hosts.excel.table import LiveTable, is_hidden, rows_of
from salesbook.hosts.fitting import refuse_twice
from salesbook.hosts.formulas import Carrying
from salesbook.hosts.formulas.naming import named_in
from salesbook.store import Annotation, Mark, TableCells, TableWrite

if TYPE_CHECKING:
    import xlwings as xw

_PATIENCE_TO_RESTORE: Final = 120.0


class ExcelHost:
    """A workbook open in Excel; no other book and no other instance of Excel is looked at.

    Args:
        patience: seconds to go on asking while a cell is being edited or a box is open.
    """

    def __init__(self, book: xw.Book, *, patience: float = 10.0) -> None:
        self._book = book
        with bounded_retries():
            self._calls = Calls("", patience)
            self.name = self._calls.where = self._calls(lambda: str(book.name))
            self._tables = self._find_tables()
            self._epoch_1904 = bool(self._calls(lambda: native(book.api, "Date1904", "date_1904")))
        self._read: dict[str, Reading] = {}

    def _find_tables(self) -> dict[str, LiveTable]:
        tables = {}
        for sheet in self._calls(lambda: list(self._book.sheets)):
            for table in self._calls(lambda sheet=sheet: list(sheet.tables)):  # type: ignore[misc]
                code = str(self._calls(lambda table=table: table.name))  # type: ignore[misc]
                tables[code.lower()] = LiveTable(self._calls, sheet, table, code)
        return tables

    def table_codes(self) -> tuple[str, ...]:
        """Codes of the tables that are there, in the order of the sheets."""
        return tuple(live.code for live in self._tables.values())

    def sheet_of(self, table: str) -> str | None:
        """The name of the sheet that holds a table; None where there is no such table."""
        live = self._tables.get(table.lower())
        return live.sheet_name if live else None

    def read(self, table: str) -> TableCells:
        """Hand out one table's raw cells. Raises: NoSuchTable, LockedFile."""
        live = self._table(table)
        with bounded_retries(), _own_refusals(live.sheet_name):
            layout = live.layout()
            contents = live.contents(layout, layout.rows)
            merged: set[Area] = set()
            if layout.rows:
                bottom = layout.top + layout.rows - 1
                merged.update(live.merged(Area(layout.top, layout.left, bottom, layout.right)))

        cells = shown_cells(live, layout, contents)
        corners = sorted((area.top, area.left, area.bottom, area.right) for area in merged)
        cells = replace(
            cells,
            epoch_1904=self._epoch_1904,
            calculated=table_formulas(cells, contents).calculated,
            merged=tuple(corners),
        )
        self._read[live.code] = Reading(cells, contents)
        return cells

    def headers(self, table: str) -> Sequence[str]:
        """Hand out one table's headers. Raises: NoSuchTable, LockedFile."""
        live = self._table(table)
        was_read = self._read.get(live.code)
        if was_read is not None:
            return was_read.cells.headers
        with bounded_retries(), _own_refusals(live.sheet_name):
            return live.layout().headers

    def annotations(self, table: str) -> Sequence[Annotation]:
        """What people put on the rows of one table, by row, then by column.

        Raises: NoSuchTable, LockedFile.
        """
        live = self._table(table)
        with bounded_retries(), _own_refusals(live.sheet_name):
            layout = live.layout()
            if not layout.rows:
                return ()
            contents = live.contents(layout, layout.rows)
            marks = read_marks(live, layout, contents, layout.rows)

        exceptions = table_formulas(shown_cells(live, layout, contents), contents).annotations()
        places = {header: place for place, header in enumerate(layout.headers)}
        kinds = list(Mark)
        return sorted(
            [*exceptions, *marks.annotations()],
            key=lambda mark: (mark.row or 0, places[mark.header], kinds.index(mark.mark)),
        )

    def losses(self, write: TableWrite) -> Sequence[Annotation]:
        """What a write could not take along though its row stays.

        Raises: NoSuchTable, LockedFile.
        """
        live = self._table(write.table)
        write = write.on_old_columns
        with bounded_retries(), _own_refusals(live.sheet_name):
            layout = live.layout()
            contents = live.contents(layout, max(1, layout.rows))
        formulas = table_formulas(shown_cells(live, layout, contents), contents)
        lost_formulas = formulas.losses(Carrying(live.sheet_name, row_map(layout, write)), write)
        return [*lost_formulas, *self._cleared_filters(live, write)]

    def _cleared_filters(self, live: LiveTable, write: TableWrite) -> Sequence[Annotation]:
        """The criteria of a filter that a write would clear, if it changes anything at all."""
        with bounded_retries(), _own_refusals(live.sheet_name):
            losses = filter_losses(self._calls, live.table, live.layout().headers)
            if not losses:
                return ()
            try:
                replacement = prepare_replacement(live, write, self._read.get(live.code))
            except SalesbookError:
                # Then the write itself refuses, and says why.
                return ()
            return losses if replacement.is_needed else ()

    def named_columns(self, headers: Collection[str]) -> frozenset[str]:
        """Those headers that some formula of the workbook names. Slow: it asks for all of them.

        Raises: LockedFile.
        """
        named: frozenset[str] = frozenset()
        with bounded_retries(), _own_refusals(self.name):
            for sheet in self._calls(lambda: list(self._book.sheets)):
                used = self._calls(lambda sheet=sheet: sheet.used_range)  # type: ignore[misc]
                for row in rows_of(self._calls(lambda used=used: used.formula)):  # type: ignore[misc]
                    texts = [str(text).casefold() for text in row if str(text).startswith("=")]
                    named |= named_in(texts, headers)
        return named

    def write(self, writes: Sequence[TableWrite]) -> None:
        """Put all bodies in place.

        If Excel refuses one in the middle, all tables get their old ones back.
        """
        refuse_twice(writes)
        lives = [self._table(write.table) for write in writes]
        with bounded_retries():
            with _own_refusals(self.name):
                reshapings = [
                    prepare_reshaping(live, write, self._read.get(live.code))
                    for live, write in zip(lives, writes, strict=True)
                    if write.new_headers or write.gone_headers
                ]
            try:
                self._reshape(reshapings)
                self._write(lives, writes)
            except BaseException:
                # All of it or nothing: columns must not stay without what belongs into them.
                for reshaping in reversed(reshapings):
                    _attempt(reshaping.take_back)
                raise

        for live in lives:
            self._read.pop(live.code, None)

    def _reshape(self, reshapings: Sequence[Reshaping]) -> None:
        """Give tables the columns that come right of them, and take their last ones away."""
        for reshaping in reshapings:
            with _own_refusals(reshaping.live.sheet_name):
                reshaping.apply()
            # It was held against what was read of it before its columns changed.
            self._read.pop(reshaping.live.code, None)

    def _write(self, lives: Sequence[LiveTable], writes: Sequence[TableWrite]) -> None:
        """Put bodies in place whose tables have their columns by now."""
        with _own_refusals(self.name):
            replacements = [
                prepare_replacement(
                    live,
                    replace(write, new_headers=(), gone_headers=()),
                    self._read.get(live.code),
                )
                for live, write in zip(lives, writes, strict=True)
            ]
            needed = [replacement for replacement in replacements if replacement.is_needed]
            filters = FiltersAside(self._calls, [_written_area(one) for one in needed])
        with no_filling(self._calls, self._book.app):
            self._replace(needed, filters)

    def reveal(self, tables: Sequence[str]) -> None:
        """Show the sheets of these tables, where somebody can show them.

        Raises: NoSuchTable.
        """
        for table in tables:
            sheet = self._table(table).sheet
            # That Excel refuses, as in a protected workbook, is no reason to stop: all is written.
            with contextlib.suppress(Exception):
                if is_hidden(sheet):
                    sheet.visible = True

    def hide(self, tables: Sequence[str]) -> None:
        """Hide the sheets of these tables, where Excel lets them be hidden.

        Raises: NoSuchTable.
        """
        for table in tables:
            sheet = self._table(table).sheet
            with contextlib.suppress(Exception):
                sheet.visible = False

    def named_texts(self, name: str) -> Sequence[Sequence[str]]:
        """What the cells show that the workbook knows by a name, row by row; none without the name."""
        with contextlib.suppress(Exception):
            rows = self._book.names[name].refers_to_range.options(ndim=2).value
            return [["" if cell is None else str(cell) for cell in row] for row in rows]
        return ()

    def put_named(self, name: str, texts: Mapping[tuple[int, int], str]) -> None:
        """Put texts into cells of a name, by row and column inside it, from 0."""
        # That Excel refuses, as on a protected sheet, is no reason to stop: all is written.
        with contextlib.suppress(Exception):
            cells = self._book.names[name].refers_to_range
            for (down, right), text in texts.items():
                cell = cells.sheet.range((cells.row + down, cells.column + right))
                cell.value = text

    def _replace(self, needed: Sequence[Replacement], filters: FiltersAside) -> None:
        begun: list[Replacement] = []
        try:
            filters.clear()
            for replacement in needed:
                begun.append(replacement)
                replacement.apply()
            filters.put_back()
        except BaseException:
            self._take_back(begun, filters)
            with _own_refusals(begun[-1].live.sheet_name if begun else self.name):
                raise

        for replacement in begun:
            # All is written: what is left of copies lies where nobody looks.
            _attempt(replacement.marks.forget)
            # And an arrow that says too much of the order does no harm.
            _attempt(lambda it=replacement: _settle_sorting(self._calls, it))  # type: ignore[misc]

    def _take_back(self, begun: Sequence[Replacement], filters: FiltersAside) -> None:
        """Undo in reverse. One table that resists does not keep the others from being restored."""
        failed: list[tuple[str, BaseException]] = []
        if self._calls.patience:
            # A workbook left half written is worse than a long wait.
            self._calls.patience = max(self._calls.patience, _PATIENCE_TO_RESTORE)

        with contextlib.suppress(Exception):
            filters.clear()

        for replacement in reversed(begun):
            # What resists once, as a cell that is being edited, may let itself be done again.
            error = _attempt(replacement.take_back) and _attempt(replacement.take_back)
            if error:
                failed.append((replacement.live.sheet_name, error))
            else:
                _attempt(replacement.marks.forget)

        with contextlib.suppress(Exception):
            filters.put_back()

        if failed:
            sheets = ", ".join(sheet for sheet, _ in failed)
            raise CannotWrite("roll-back-failed", where=sheets, sheets=sheets) from failed[0][1]

    def _table(self, code: str) -> LiveTable:
        try:
            return self._tables[code.lower()]
        except KeyError:
            raise NoSuchTable("no-such-table", where=self.name, table=code) from None


def _settle_sorting(calls: Calls, replacement: Replacement) -> None:
    live, left = replacement.live, replacement.layout.left
    drop_stale_sorting(calls, live.table, left, replacement.want)


def _written_area(replacement: Replacement) -> WrittenArea:
    """Say where a table that is written lies, before and after."""
    live, layout = replacement.live, replacement.layout
    area = layout.area(replacement.rows)
    return WrittenArea(live.sheet, live.sheet_name, live.code, area)


@contextlib.contextmanager
def _own_refusals(where: str) -> Iterator[None]:
    """Say in our words what Excel refuses."""
    try:
        yield
    except Exception as error:
        ours = refusal(error, where)
        raise ours from (None if ours is error else error)


def _attempt(action: Callable[[], None]) -> BaseException | None:
    """What went wrong, if anything: restoring goes on through every error and a second Esc."""
    try:
        action()
    except BaseException as error:
        return error
    return None
