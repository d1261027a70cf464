"""How do changed cells get into a sheet in as few calls as they form blocks?

A call to Excel costs about as much for one cell as for thousands. Changed cells of a column form
runs; columns side by side whose runs are the same go as rectangles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesbook.hosts.excel.body import Contents, Mask
from salesbook.hosts.excel.calls import is_unknown_name
from salesbook.hosts.excel.cells import Content, Formula, spelled
from salesbook.hosts.excel.formats import ColumnFormats, FormatChange
from salesbook.hosts.excel.table import Layout, LiveTable
from salesbook.hosts.number_formats import TEXT

_LONG: Final = 8_000
"""Excel has refused blocks with longer texts in them; such a cell goes alone."""
_MANY_RUNS: Final = 300
"""Beyond so many separate runs in a column, cells between them that hold plain values go along."""

Run = tuple[int, int]
"""First and last row, counted from 0."""


@dataclass
class Writer:
    """Puts contents into one table's sheet and remembers which number formats it changed."""

    live: LiveTable
    layout: Layout
    formats: dict[str, str] = field(default_factory=dict)
    """Number formats for dates by header."""
    format_changes: list[FormatChange] = field(default_factory=list)

    def put(self, want: Contents, touched: Mask, *, as_text: bool = False) -> None:
        """Write the touched cells.

        Args:
            as_text: format cells for text that take any, where guarding them with a sign did not
                do.
        """
        places = [place for place, column in enumerate(touched) if any(column)]
        formats = {
            place: self._fit(place, want[place], touched[place], as_text) for place in places
        }
        self._put_values(want, touched, formats)
        for place in places:
            self._put_formulas(place, want[place], touched[place])

    def _put_values(
        self, want: Contents, touched: Mask, formats: dict[int, WrittenFormats]
    ) -> None:
        """Write the plain values, as rectangles of columns whose runs are the same."""
        runs = {place: tuple(_value_runs(want[place], touched[place])) for place in formats}
        for first, last in _equal_neighbours(runs):
            columns = range(first, last + 1)
            for top, bottom in runs[first]:
                rectangle = []
                for row in range(top, bottom + 1):
                    values = [formats[place].spelling(want[place][row], row) for place in columns]
                    rectangle.append(values)
                self._assign("value", (top, first, bottom, last), rectangle)

    def _put_formulas(self, place: int, column: Sequence[Content], touched: Sequence[bool]) -> None:
        """Write the formulas of one column, run by run."""
        for top, bottom in _formula_runs(column, touched):
            formulas = [[content.text] for content in column[top : bottom + 1]]  # type: ignore[union-attr]
            self._assign_formulas((top, place, bottom, place), formulas)

    def restore_formats(self) -> None:
        """Undo the changes of format, the last first."""
        while self.format_changes:
            change = self.format_changes[-1]
            change.put(self.live.calls, self.live.sheet, change.before)
            # Only now: what Excel refuses once may go at the second attempt.
            self.format_changes.pop()

    def _fit(
        self, place: int, values: Sequence[Content], touched: Sequence[bool], as_text: bool
    ) -> WrittenFormats:
        """Set the formats that the values of one column need."""
        touched_rows = [row for row, is_touched in enumerate(touched) if is_touched]
        first, last = touched_rows[0], touched_rows[-1]
        top = self.layout.top
        column = self.layout.left + place
        formats = ColumnFormats(self.live.calls, self.live.sheet, column, top + first, top + last)
        inside = slice(first, last + 1)
        date_format = self.formats.get(self.layout.headers[place])
        changes = formats.fit(values[inside], touched[inside], date_format)
        if as_text:
            for row in touched_rows:
                code = formats.codes[row - first]
                if isinstance(values[row], str) and code != TEXT:
                    changes.append(FormatChange(column, top + row, top + row, code, TEXT))

        for change in changes:
            self.format_changes.append(change)
            change.put(self.live.calls, self.live.sheet, change.after)

        return WrittenFormats(first, formats.codes, takes_any_text=as_text)

    def _assign_formulas(self, corners: tuple[int, int, int, int], texts: list[list[str]]) -> None:
        """Assign formulas, by the older property where a version of Excel has no other."""
        try:
            self._assign("formula2", corners, texts)
        except Exception as error:
            if not is_unknown_name(error):
                raise
            self._assign("formula", corners, texts)

    def _assign(
        self, property_name: str, corners: tuple[int, int, int, int], rows: list[list[Any]]
    ) -> None:
        """Assign a property of some cells.

        Args:
            corners: first row, first column, last row and last column, counted from 0.
        """
        top, left, bottom, right = corners
        first_row, first_column = self.layout.top, self.layout.left
        cells = self.live.span(
            first_row + top, first_column + left, first_row + bottom, first_column + right
        )
        self.live.calls(lambda: setattr(cells, property_name, rows))


@dataclass(frozen=True, slots=True)
class WrittenFormats:
    """The number formats of one column's cells from some row on."""

    first: int
    codes: Sequence[str]
    takes_any_text: bool
    """True where the cells were made text cells so that no sign is needed."""

    def spelling(self, value: Content, row: int) -> Any:
        """How a value must be assigned in that row."""
        if isinstance(value, str) and self.takes_any_text:
            return value
        index = row - self.first
        code = self.codes[index] if 0 <= index < len(self.codes) else ""
        return spelled(value, in_text_format=code == TEXT)  # type: ignore[arg-type]


def _value_runs(column: Sequence[Content], touched: Sequence[bool]) -> Iterator[Run]:
    """Runs of touched cells with plain values; a very long text is a run of its own."""
    is_plain = [not isinstance(content, Formula) for content in column]
    marks = [is_touched and plain for is_touched, plain in zip(touched, is_plain, strict=True)]
    runs = list(_stretches(marks))
    if len(runs) > _MANY_RUNS:
        runs = list(_stretches(_bridged(marks, is_plain)))

    for first, last in runs:
        start = first
        for row in range(first, last + 1):
            content = column[row]
            is_long = isinstance(content, str) and len(content) > _LONG
            if not is_long:
                continue
            if start < row:
                yield start, row - 1
            yield row, row
            start = row + 1
        if start <= last:
            yield start, last


def _bridged(marks: Sequence[bool], is_plain: Sequence[bool]) -> list[bool]:
    """The marks with every plain cell between the first and the last."""
    first = marks.index(True)
    marks_after_last = list(reversed(marks)).index(True)
    last = len(marks) - 1 - marks_after_last
    return [plain and first <= row <= last for row, plain in enumerate(is_plain)]


def _formula_runs(column: Sequence[Content], touched: Sequence[bool]) -> Iterator[Run]:
    marks = [
        is_touched and isinstance(content, Formula)
        for is_touched, content in zip(touched, column, strict=True)
    ]
    return _stretches(marks)


def _stretches(marks: Sequence[bool]) -> Iterator[Run]:
    """First and last row of each unbroken stretch of marks."""
    start = None
    for row, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = row
        elif not mark and start is not None:
            yield start, row - 1
            start = None


def _equal_neighbours(runs: dict[int, tuple[Run, ...]]) -> Iterator[tuple[int, int]]:
    """First and last column of each set of neighbours that change in the same rows."""
    first: int | None = None
    last = 0
    for place in sorted(column for column, column_runs in runs.items() if column_runs):
        is_new_set = first is None or place != last + 1 or runs[place] != runs[first]
        if is_new_set:
            if first is not None:
                yield first, last
            first = place
        last = place

    if first is not None:
        yield first, last
