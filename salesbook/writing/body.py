"""How does a new body of a table go into its sheet, beside what people typed there?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from salesbook.cells.sameness import same_cell
from salesbook.frames import row_keys
from salesbook.hosts.memory import carried_annotations, new_rows
from salesbook.labels import Language
from salesbook.messages import Finding
from salesbook.reading.table import ReadTable
from salesbook.store import (
    KEEP,
    NO_OWN_CELLS,
    Annotation,
    Cell,
    Mark,
    NewCell,
    OwnCells,
    TableWrite,
)
from salesbook.writing.own_taken_over import own_taken_over
from salesbook.writing.parking import (
    NOTHING_BESIDE,
    Beside,
    ParkedLine,
    annotation_of,
    put_by_people,
)
from salesbook.writing.parking_findings import (
    filter_findings,
    formula_findings,
    lost_findings,
    other_name_findings,
    parked_findings,
    returned_findings,
)
from salesbook.writing.sameness import (
    changes_of,
    content_fingerprint,
    own_fingerprint,
)
from salesbook.writing.values import NUMBER_FORMATS, cells_of, date_formats

Sources = Sequence[int | None]
"""Per new row the old row that it continues; None for a row that was not there."""


@dataclass(frozen=True)
class PreparedWrite:
    """A table's new body, ready for a host, and what becomes of what people put on its rows."""

    write: TableWrite
    findings: tuple[Finding, ...]
    """What was lost, was parked, came back, or could not come back."""
    content: str
    """`content_fingerprint` of the table's own fields once it is written. What people have in columns
    of theirs stays with its row or is parked, so that an undo need not look at it."""
    parked: tuple[ParkedLine, ...] = ()
    """New lines for ParkedNotes."""
    returned: tuple[ParkedLine, ...] = ()
    """Lines that leave ParkedNotes: they stand on their rows again."""
    own: Mapping[str, str] = field(default_factory=dict)
    """`own_fingerprint` by header of the user's own columns that cells were given to."""


@dataclass
class _Body:
    """The columns of a body while they are gathered, header by header."""

    read: ReadTable
    sources: Sources
    beside: Beside
    columns: dict[str, Sequence[NewCell]] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    after: dict[str, list[Cell]] = field(default_factory=dict)
    """What each column holds once it is written, those left out that the sheet calculates."""
    annotations: list[Annotation] = field(default_factory=list)
    """What is put on rows besides what goes along with them."""
    new_headers: tuple[str, ...] = ()
    """Of columns that come right of the table."""
    own: dict[str, str] = field(default_factory=dict)
    """`own_fingerprint` by header of the user's own columns that cells were given to."""

    def put_own(self, own: OwnCells, first_added: int) -> None:
        """Give cells to columns of the user's own; `first_added` is the row of the first added one."""
        self.new_headers = own.new_headers
        columns = own.columns(self.sources, first_added)
        self.columns |= columns
        self.formats |= date_formats(columns)
        for header, cells in columns.items():
            after = self.after.setdefault(header, [None] * len(self.sources))
            for row, cell in enumerate(cells):
                if cell is not KEEP:
                    after[row] = cell
            self.own[header] = own_fingerprint(header, after)

    def put_back(
        self, lines: Sequence[ParkedLine], rows_by_key: Mapping[str, int]
    ) -> list[ParkedLine]:
        """Put what was parked on the rows that are there again, into empty cells only.

        Args:
            lines: what may return; of two for one cell the one that was parked last does.

        Returns: the lines that stand on their rows again.
        """
        taken = self._taken()
        returned = []
        for line in sorted(lines, key=lambda line: (line.parked_on, line.seq), reverse=True):
            row = rows_by_key[line.row_key]
            if line.header not in self.read.cells.headers:
                continue
            annotation = annotation_of(line, row, self.read.cells)
            if annotation is None or not self._is_free(annotation, taken):
                continue
            self._put(annotation)
            taken.add(_slot(annotation))
            returned.append(line)
        return returned

    def _taken(self) -> set[_Slot]:
        """Where something of each kind stands already."""
        new_row_of = new_rows(self.sources)
        return {
            _slot(replace(mark, row=new_row_of[mark.row]))
            for mark in self.beside.annotations
            if mark.row in new_row_of
        }

    def _is_free(self, annotation: Annotation, taken: set[_Slot]) -> bool:
        """Whether nothing stands where this would be put."""
        header, row = annotation.header, annotation.row
        if row is None or _slot(annotation) in taken:
            return False
        if annotation.mark not in (Mark.VALUE, Mark.FORMULA):
            return True
        # On a row that stayed, a formula was parked because the cells that it named are gone.
        if annotation.mark is Mark.FORMULA and self.sources[row] is not None:
            return False
        if header in self.read.cells.calculated:
            return True
        is_ours = header in self.read.field_by_header
        return not is_ours and self.after[header][row] in (None, "")

    def _put(self, annotation: Annotation) -> None:
        header, row = annotation.header, annotation.row
        if row is None or annotation.mark is not Mark.VALUE:
            self.annotations.append(annotation)
            return
        column = list(self.columns.get(header, [KEEP] * len(self.sources)))
        column[row] = annotation.content
        self.columns[header] = column
        if header in self.after:
            self.after[header][row] = annotation.content
        for header_with_date, date_format in date_formats({header: [annotation.content]}).items():
            self.formats.setdefault(header_with_date, date_format)

    def prepared(
        self,
        returned: Sequence[ParkedLine] = (),
        findings: Sequence[Finding] = (),
    ) -> PreparedWrite:
        """The write that puts these columns in place, and what it parks."""
        read, beside = self.read, self.beside
        write = TableWrite(
            read.spec.name,
            self.columns,
            self.sources,
            self.formats,
            self.annotations,
            self.new_headers,
        )
        losses = beside.losses(write.on_old_columns)
        lost = [mark for mark in losses if not self._is_given(mark)]
        leaving = set(range(read.cells.row_count)).difference(
            source for source in self.sources if source is not None
        )
        lost_formulas = [mark for mark in lost if mark.mark is not Mark.FILTER]
        lines, not_parked = beside.parked(read, put_by_people(read, beside.annotations, leaving))
        # Each of these is named with its formula, so that none needs another finding.
        formula_lines, _ = beside.parked(read, lost_formulas)
        return PreparedWrite(
            write,
            (
                *findings,
                *lost_findings(read, not_parked),
                *parked_findings(read, lines),
                *formula_findings(read, lost_formulas),
                *filter_findings(read, lost),
            ),
            self._content(write, lost_formulas),
            (*lines, *formula_lines),
            tuple(returned),
            self.own,
        )

    def _is_given(self, mark: Annotation) -> bool:
        """Whether a cell that a host would lose is given a value anyway."""
        given = self.columns.get(mark.header)
        row = new_rows(self.sources).get(mark.row)
        return given is not None and row is not None and given[row] is not KEEP

    def _content(self, write: TableWrite, lost: Sequence[Annotation]) -> str:
        """The fingerprint of what the table holds once it is written."""
        cells = self.read.cells
        annotations = carried_annotations(cells, self.beside.annotations, write, lost)
        new_row_of = new_rows(self.sources)
        for mark in lost:
            row = new_row_of.get(mark.row)
            if row is not None and mark.header in self.after:
                self.after[mark.header][row] = None
        nothing: list[Cell] = [None] * len(self.sources)
        columns = tuple(self.after.get(header, nothing) for header in cells.headers)
        counted = self.read.counted_headers
        return content_fingerprint(replace(cells, columns=columns), annotations, counted)


_Slot = tuple[int | None, str, str]
"""A row, a header and a kind of thing of which a cell has only one."""


def _slot(annotation: Annotation) -> _Slot:
    mark = annotation.mark
    if mark is Mark.HEIGHT:
        return annotation.row, "", mark
    if mark is Mark.FORMULA:
        return annotation.row, annotation.header, Mark.VALUE
    # A cell that has a note takes no thread, and the other way round.
    if mark is Mark.THREAD:
        return annotation.row, annotation.header, Mark.NOTE
    return annotation.row, annotation.header, mark


def prepare_write(
    read: ReadTable,
    frame: pd.DataFrame,
    *,
    language: Language,
    currency: str,
    beside: Beside = NOTHING_BESIDE,
) -> PreparedWrite:
    """Prepare the body that `frame` makes of a table.

    Columns of ours take the frame's values, unchanged cells and columns are left alone. What people
    put on a row stays with its key: it is parked where the key goes, and comes back where it is
    there again. A field without a column is not written.

    Args:
        beside: what people put on the table's rows, and what waits for rows to return.
    """
    spec = read.spec
    frame = _as_far_as_keys_tell(read, frame)
    sources = _sources(read, frame, beside)
    body = _Body(read, sources, beside)
    for header in read.cells.headers:
        if header in read.cells.calculated:
            continue  # the sheet's own formula fills it
        old_cells = read.column(header)
        field_name = read.field_by_header.get(header)
        if field_name is None:
            body.after[header] = [
                None if source is None else old_cells[source] for source in sources
            ]
            continue

        field_spec = spec.field(field_name)
        new_cells = cells_of(spec.name, field_spec, frame, language=language, currency=currency)
        body.after[header] = new_cells
        changes = _only_changes(new_cells, old_cells, sources)
        if changes == [KEEP] * len(sources):
            continue
        body.columns[header] = changes
        if field_spec.kind in NUMBER_FORMATS:
            body.formats[header] = NUMBER_FORMATS[field_spec.kind]

    body.put_own(beside.own, 0)
    returned, findings = _returned(body, frame)
    return body.prepared(returned, findings)


def _as_far_as_keys_tell(read: ReadTable, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that a sheet without some key column can hold: those with the usual value there.

    A sheet of an earlier release has no column for what a release added to the key. All other rows
    would repeat the keys of these.
    """
    has_column = set(read.field_by_header.values())
    for field_spec in read.spec.fields:
        if field_spec.key and field_spec.default is not None and field_spec.name not in has_column:
            is_usual = frame[field_spec.name] == field_spec.default
            frame = frame[is_usual.to_numpy(dtype=bool)].reset_index(drop=True)
    return frame


def _returned(body: _Body, frame: pd.DataFrame) -> tuple[list[ParkedLine], list[Finding]]:
    """Put back what waits for rows that are there again, unless their keys mean others by now."""
    beside, table = body.beside, body.read.spec.name
    if not beside.waiting or not len(frame):
        return [], []
    rows_by_key = {key: row for row, key in enumerate(row_keys(table, frame))}
    there_again = [line for line in beside.waiting if line.row_key in rows_by_key]

    may_return: list[ParkedLine] = []
    meant_for_others: list[tuple[ParkedLine, str]] = []
    for line in there_again:
        values = frame.iloc[rows_by_key[line.row_key]].to_dict()
        name = beside.name(body.read, line.header, values)
        if line.means(name):
            may_return.append(line)
        else:
            meant_for_others.append((line, name))

    returned = body.put_back(may_return, rows_by_key)
    findings = [*returned_findings(returned), *other_name_findings(meant_for_others)]
    return returned, findings


@dataclass(frozen=True)
class RowChanges:
    """What is to change in a table whose other rows stay as they are."""

    new_rows: pd.DataFrame
    """Frame of the rows to append, below the last row that holds anything."""
    cells: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    """Typed values by field, by the row's position in the table."""
    leaving: Collection[int] = ()
    """Positions of rows that go."""
    own: OwnCells = NO_OWN_CELLS
    """What goes into the user's own columns."""
    taken_over: Mapping[int, int] = field(default_factory=dict)
    """By position of a row that goes: the one that takes what people have on it in columns of their
    own, as far as it has nothing there."""


def prepare_changes(
    read: ReadTable,
    changes: RowChanges,
    *,
    language: Language,
    currency: str,
    beside: Beside = NOTHING_BESIDE,
) -> PreparedWrite:
    """Prepare single changes, new and leaving rows of a table; every other cell is left alone.

    Args:
        beside: what people put on the table's rows.
    """
    new_rows = changes.new_rows
    spec = read.spec
    taken_over = own_taken_over(read, changes.taken_over)
    beside = replace(beside, carried=taken_over.carried)
    staying = [row for row in range(_last_filled(read, beside) + 1) if row not in changes.leaving]
    sources: list[int | None] = [*staying, *([None] * len(new_rows))]
    changed_cells = _changed_cells(read, changes.cells, language=language, currency=currency)
    body = _Body(read, sources, beside)
    for header in read.cells.headers:
        if header in read.cells.calculated:
            continue
        column = read.column(header)
        old_cells = [column[row] for row in staying]
        field_name = read.field_by_header.get(header)
        if field_name is None:
            body.after[header] = [*old_cells, *([None] * len(new_rows))]
            continue

        field_spec = spec.field(field_name)
        added = cells_of(spec.name, field_spec, new_rows, language=language, currency=currency)
        patch = changed_cells.get(field_name, {})
        patched = [patch.get(row, KEEP) for row in staying]
        body.columns[header] = [*patched, *added]
        new_cells = [patch.get(row, cell) for row, cell in zip(staying, old_cells, strict=True)]
        body.after[header] = [*new_cells, *added]
        if field_spec.kind in NUMBER_FORMATS:
            body.formats[header] = NUMBER_FORMATS[field_spec.kind]
    body.put_own(taken_over.added_to(changes.own), len(staying))
    return body.prepared()


def _changed_cells(
    read: ReadTable,
    changes: Mapping[int, Mapping[str, object]],
    *,
    language: Language,
    currency: str,
) -> dict[str, dict[int, Cell]]:
    """New cells by field and row."""
    values_by_field: dict[str, dict[int, object]] = {}
    for row, values in changes.items():
        for field_name, value in values.items():
            values_by_field.setdefault(field_name, {})[row] = value

    cells_by_field: dict[str, dict[int, Cell]] = {}
    for field_name, values_by_row in values_by_field.items():
        rows = list(values_by_row)
        # The row's other fields go along: a measure is money only where its metric says so.
        frame = read.frame.reindex(rows).drop(columns=field_name)
        if "metric" in values_by_field:
            frame["metric"] = (
                pd.Series(values_by_field["metric"]).reindex(rows).fillna(frame["metric"])
            )
        dtype = read.frame[field_name].dtype
        frame[field_name] = pd.Series(list(values_by_row.values()), index=frame.index, dtype=dtype)
        cells = cells_of(
            read.spec.name,
            read.spec.field(field_name),
            frame,
            language=language,
            currency=currency,
        )
        cells_by_field[field_name] = dict(zip(rows, cells, strict=True))
    return cells_by_field


def _last_filled(read: ReadTable, beside: Beside) -> int:
    """The last row in which any column holds something, or on which something was put; or -1."""
    last_marked = max((mark.row or 0 for mark in beside.annotations), default=-1)
    typed_columns = [
        column
        for header, column in zip(read.cells.headers, read.cells.columns, strict=True)
        if header not in read.cells.calculated
    ]
    for row in range(read.cells.row_count - 1, last_marked, -1):
        if any(column[row] not in (None, "") for column in typed_columns):
            return row
    return last_marked


def _sources(read: ReadTable, frame: pd.DataFrame, beside: Beside) -> Sources:
    """Which old row each new row continues.

    By key where people put anything on rows, so that it stays beside its row: columns of their own,
    exceptions, notes, rows without a key; else by place, which leaves more cells as they are.
    """
    has_own_columns = any(_may_be_filled(read, header) for header in read.own_headers)
    if not has_own_columns and not beside.annotations and read.left_out.empty:
        old_row_count = read.cells.row_count
        return [row if row < old_row_count else None for row in range(len(frame))]
    if not len(frame):
        return []
    # A row that could not be used is still the row of its key, unless another one is.
    old_row_by_key = {key: row for row, key in read.left_out_keys.items()}
    old_row_by_key |= {key: row for row, key in read.row_keys.items()}
    return [old_row_by_key.get(key) for key in row_keys(read.spec.name, frame)]


def _may_be_filled(read: ReadTable, header: str) -> bool:
    """Whether a column of people's own may hold something that has to stay beside its row.

    A field that people fill is there in every workbook, filled or not.
    """
    if header in read.cells.calculated:
        return False
    if header not in read.yours_headers:
        return True
    return any(cell not in (None, "") for cell in read.column(header))


def _only_changes(
    new_cells: list[Cell], old_cells: Sequence[Cell], sources: Sources
) -> list[NewCell]:
    """New cells, KEEP where the row's own old one says the same.

    Most often all rows stay in place, or all up to the first that came or went; that part is
    compared at once.
    """
    moved = (row for row, source in enumerate(sources) if source != row)
    staying = next(moved, len(sources))
    in_place = changes_of(new_cells[:staying], list(old_cells[:staying]))
    changes: list[NewCell] = [*in_place, *new_cells[staying:]]
    for row in range(staying, len(sources)):
        if sources[row] == row and same_cell(new_cells[row], old_cells[row]):
            changes[row] = KEEP
    return changes
