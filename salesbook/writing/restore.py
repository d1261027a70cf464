"""What makes a table what it was, without losing what people have put on its rows since?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from salesbook.cells.sameness import same_cell
from salesbook.hosts.formulas import UnsureError, from_r1c1, to_r1c1
from salesbook.hosts.memory import carried_annotations, new_rows
from salesbook.reading.table import ReadTable
from salesbook.store import KEEP, Annotation, Cell, Mark, NewCell, TableWrite
from salesbook.writing.body import PreparedWrite
from salesbook.writing.own_columns import OwnColumnsBack
from salesbook.writing.parking import (
    Beside,
    ParkedLine,
    content_text,
    key_or_place,
    put_by_people,
)
from salesbook.writing.parking_findings import formula_findings, lost_findings, parked_findings
from salesbook.writing.sameness import content_fingerprint, relative_formula
from salesbook.writing.values import date_formats

_ByCell = Mapping[tuple[int | None, str], Annotation]
"""Things of one kind that people typed, by row and header."""


@dataclass
class Restoring:
    """One table on its way back to what it was, cells that are the same left alone.

    Rows are known by their keys. Columns of ours are what they were, formulas as formulas. A row
    that comes back has all that people had put on it; a row that stays keeps what stands on it in
    people's own columns, and its notes, colours and heights, whenever that was put there. Columns
    that came since stay.
    """

    now: ReadTable
    """The table as it is."""
    now_annotations: Sequence[Annotation]
    old: ReadTable
    """The same table as it was."""
    old_annotations: Sequence[Annotation]
    own_back: frozenset[str] = frozenset()
    """Columns of the user's own that also become what they were: runs alone wrote into them."""
    named_columns: Callable[[Collection[str]], frozenset[str]] = frozenset
    """Which headers some formula of the workbook names (`Host.named_columns`)."""
    _columns: dict[str, Sequence[NewCell]] = field(default_factory=dict)
    _after: dict[str, list[Cell]] = field(default_factory=dict)
    """What each column holds afterwards, those left out that the sheet calculates."""
    _put: list[Annotation] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Gather the columns."""
        self._sources = _rows_now(self.now, self.old)
        self._formulas_now = _of_kind(Mark.FORMULA, self.now_annotations)
        self._old_formulas = _of_kind(Mark.FORMULA, self.old_annotations)
        self._old_exceptions = _of_kind(Mark.VALUE, self.old_annotations)
        self._own = OwnColumnsBack(self.now, self.old, self._sources, self.own_back)
        for header in self.now.cells.headers:
            if header not in self.own_back:
                self._restore_column(header)
        self._gone_headers = self._own.gone_headers(self.named_columns)
        own_columns = self._own.columns(self._gone_headers)
        self._columns |= own_columns
        self._put.extend(self._marks_of_rows_that_come_back())

    @property
    def table(self) -> str:
        """The table's code."""
        return self.now.spec.name

    @cached_property
    def _write(self) -> TableWrite:
        annotations = sorted(self._put, key=lambda mark: mark.row or 0)
        return TableWrite(
            self.now.cells.table,
            self._columns,
            self._sources,
            number_formats=date_formats(self._columns),
            annotations=annotations,
            new_headers=self._own.new_headers,
            gone_headers=self._gone_headers,
        )

    def prepared(self, beside: Beside) -> PreparedWrite:
        """The write, and what it parks: what stands now on rows that go.

        Args:
            beside: where it says a day, something is parked; its `annotations` and `waiting` are
                not asked.
        """
        losses = beside.losses(self._write.on_old_columns)
        lost = [mark for mark in losses if mark.mark is not Mark.FILTER]
        leaving = set(range(self.now.cells.row_count)).difference(
            source for source in self._sources if source is not None
        )
        things = [
            thing
            for thing in put_by_people(self.now, self.now_annotations, leaving)
            if thing.mark is not Mark.VALUE or thing.header not in self.own_back
        ]
        lines, not_parked = beside.parked(self.now, things)
        formula_lines, _ = beside.parked(self.now, lost)
        findings = [
            *lost_findings(self.now, not_parked),
            *parked_findings(self.now, lines),
            *formula_findings(self.now, lost),
        ]
        parked = (*lines, *formula_lines)
        return PreparedWrite(
            self._write,
            tuple(findings),
            self._content(lost),
            parked,
            own=self._own.states(self._gone_headers),
        )

    def stands(self, line: ParkedLine) -> bool:
        """Whether what a line of ParkedNotes holds will stand on its row again."""
        row = self._row_of(line)
        if line.table != self.table or row is None or line.header not in self.now.cells.headers:
            return False
        if line.mark is Mark.VALUE and line.header in self._after:
            cell = self._after[line.header][row]
            mark = Annotation(row, line.header, Mark.VALUE, cell)
            return cell not in (None, "") and content_text(mark, self.now.cells) == line.content
        return any(
            (mark.row, mark.header, mark.mark) == (row, line.header, line.mark)
            and content_text(mark, self.now.cells) == line.content
            for mark in self._annotations_after
        )

    def _row_of(self, line: ParkedLine) -> int | None:
        """The row, once all is as it was, that a line is about; None where it is not there."""
        return self._rows_by_key.get(line.row_key)

    @cached_property
    def _rows_by_key(self) -> Mapping[str, int]:
        return {key_or_place(self.old, row): row for row in range(self.old.cells.row_count)}

    @cached_property
    def _annotations_after(self) -> Sequence[Annotation]:
        return carried_annotations(self.now.cells, self.now_annotations, self._write)

    def _restore_column(self, header: str) -> None:
        """Give a column back what it was, or what of it comes back."""
        is_calculated = header in self.now.cells.calculated
        has_old = header in self.old.cells.headers
        column_now: Sequence[Cell] = self.now.column(header)
        is_ours = header in self.now.field_by_header

        new_column: list[NewCell] = []
        for row, source in enumerate(self._sources):
            stays_as_it_is = source is not None and (is_calculated or not is_ours)
            if stays_as_it_is or not has_old:
                new_column.append(KEEP)
            else:
                new_column.append(self._old_cell(header, row, source))
        if any(cell is not KEEP for cell in new_column):
            self._columns[header] = new_column

        if not is_calculated:
            self._after[header] = [
                _kept(column_now, source) if cell is KEEP else cell
                for cell, source in zip(new_column, self._sources, strict=True)
            ]

    def _old_cell(self, header: str, row: int, source: int | None) -> NewCell:
        """What a cell becomes; a formula is put beside, for a cell that is none of ours to give."""
        formula = self._old_formulas.get((row, header))
        if formula is not None:
            formula_now = self._formulas_now.get((source, header))
            if source is not None and self._is_same(formula, formula_now, header):
                return KEEP
            self._put.append(replace(formula, content=self._moved(formula)))
            return KEEP

        old_cell: Cell = self.old.column(header)[row]
        is_calculated_now = header in self.now.cells.calculated
        if header in self.old.cells.calculated:
            exception = self._old_exceptions.get((row, header))
            return KEEP if exception is None else exception.content
        if is_calculated_now:
            # What stood there as a value would be calculated: it comes back as an exception.
            return KEEP if old_cell in (None, "") else old_cell
        cell_now = _kept(self.now.column(header), source)
        is_formula_now = (source, header) in self._formulas_now
        return KEEP if same_cell(old_cell, cell_now) and not is_formula_now else old_cell

    def _is_same(self, old: Annotation, now: Annotation | None, header: str) -> bool:
        if now is None:
            return False
        return _relative(old, self.old, header) == _relative(now, self.now, header)

    def _moved(self, formula: Annotation) -> str:
        """A formula as it reads where the table stands now: rows may have come in above it."""
        old, now = self.old.cells, self.now.cells
        row = formula.row or 0
        old_place = (old.first_row + row, _column_number(self.old, formula.header))
        new_place = (now.first_row + row, _column_number(self.now, formula.header))
        text = str(formula.content)
        if old_place == new_place:
            return text
        try:
            return from_r1c1(to_r1c1(text, *old_place), *new_place)
        except UnsureError:
            return text

    def _marks_of_rows_that_come_back(self) -> list[Annotation]:
        """Notes, threads, links, colours and heights of rows that are not there now."""
        headers = set(self.now.cells.headers)
        return [
            mark
            for mark in self.old_annotations
            if mark.mark not in (Mark.VALUE, Mark.FORMULA)
            and mark.row is not None
            and self._sources[mark.row] is None
            and mark.header in headers
        ]

    def _content(self, lost: Sequence[Annotation]) -> str:
        cells = self.now.cells
        annotations = carried_annotations(cells, self.now_annotations, self._write, lost)
        nothing: list[Cell] = [None] * len(self._sources)
        columns = {header: self._after.get(header, nothing) for header in cells.headers}
        new_row_of = new_rows(self._sources)
        for mark in lost:
            row = new_row_of.get(mark.row)
            if row is not None:
                columns[mark.header] = [*columns[mark.header]]
                columns[mark.header][row] = None
        as_written = replace(cells, columns=tuple(columns.values()))
        return content_fingerprint(as_written, annotations, self.now.counted_headers)


def waiting_after(
    restorings: Sequence[Restoring], sets_of_lines: Iterable[Iterable[ParkedLine]]
) -> list[ParkedLine]:
    """What ParkedNotes holds once tables are what they were: each thing once, and none that stands.

    Args:
        sets_of_lines: what it held then, what it holds now, and what is parked besides.
    """
    waiting: dict[tuple[object, ...], ParkedLine] = {}
    for lines in sets_of_lines:
        for line in lines:
            if not any(restoring.stands(line) for restoring in restorings):
                waiting.setdefault(said(line), line)
    return list(waiting.values())


def said(line: ParkedLine) -> tuple[object, ...]:
    """What two lines have in common that hold the same thing."""
    return (*line.cell, line.name, line.content)


def _rows_now(now: ReadTable, old: ReadTable) -> list[int | None]:
    """For each old row the one of now that has its key.

    Of rows without a key those are the same which say the same, in their order.
    """
    row_now_by_key = {key: row for row in range(now.cells.row_count) if (key := now.key_of(row))}
    rows_now_by_content: dict[tuple[Cell, ...], list[int]] = {}
    shared = [header for header in now.cells.headers if header in old.cells.headers]
    for row in reversed(range(now.cells.row_count)):
        if now.key_of(row) is None:
            rows_now_by_content.setdefault(_content_of(now, shared, row), []).append(row)

    sources: list[int | None] = []
    for row in range(old.cells.row_count):
        key = old.key_of(row)
        if key is not None:
            sources.append(row_now_by_key.pop(key, None))
            continue
        same_rows = rows_now_by_content.get(_content_of(old, shared, row))
        sources.append(same_rows.pop() if same_rows else None)
    return sources


def _content_of(read: ReadTable, headers: Sequence[str], row: int) -> tuple[Cell, ...]:
    cells: list[Cell] = [read.column(header)[row] for header in headers]
    return tuple(None if cell == "" else cell for cell in cells)


def _of_kind(kind: Mark, annotations: Sequence[Annotation]) -> _ByCell:
    return {(mark.row, mark.header): mark for mark in annotations if mark.mark is kind}


def _relative(formula: Annotation, read: ReadTable, header: str) -> str:
    row = read.cells.first_row + (formula.row or 0)
    return relative_formula(str(formula.content), row, _column_number(read, header))


def _column_number(read: ReadTable, header: str) -> int:
    return read.cells.first_column + read.cells.headers.index(header)


def _kept(column: Sequence[Cell], source: int | None) -> Cell:
    return None if source is None else column[source]
