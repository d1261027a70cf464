"""How do changed cells get into a sheet in as few calls as they form blocks?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesbook.hosts.excel.body import Contents, Mask
from salesbook.hosts.excel.calls import is_unknown_name
from salesbook.hosts.excel.cells import Content, Formula, spelled
from salesbook.hosts.excel.formats import TEXT, ColumnFormats, FormatChange
from salesbook.hosts.excel.table import Layout, LiveTable

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
        rows = [place for place, column in enumerate(touched) if any(column)]
        codes = {place: self._fit(place, want[place], touched[place], as_text) for place in rows}
        runs = {place: tuple(_runs(want[place], touched[place])) for place in rows}
        for first, last in _neighbours(runs):
            for top, bottom in runs[first]:
                rectangle = [
                    [_spelling(want, codes, place, row) for place in range(first, last + 1)]
                    for row in range(top, bottom + 1)
                ]
                self._assign("value", (top, first, bottom, last), rectangle)
        for place in rows:
            for top, bottom in _formula_runs(want[place], touched[place]):
                texts = [[content.text] for content in want[place][top : bottom + 1]]  # type: ignore[union-attr]
                try:
                    self._assign("formula2", (top, place, bottom, place), texts)
                except Exception as error:
                    if not is_unknown_name(error):
                        raise
                    self._assign("formula", (top, place, bottom, place), texts)

    def restore_formats(self) -> None:
        """Undo the changes of format, the last first."""
        while self.format_changes:
            change = self.format_changes.pop()
            change.put(self.live.calls, self.live.sheet, change.before)

    def _fit(
        self, place: int, values: Sequence[Content], touched: Sequence[bool], as_text: bool
    ) -> Codes:
        """Set the formats that the values of one column need. Returns:
        which cells are text cells.
        """
        marked = [row for row, is_touched in enumerate(touched) if is_touched]
        first, last = marked[0], marked[-1]
        top, column = self.layout.top, self.layout.left + place
        formats = ColumnFormats(self.live.calls, self.live.sheet, column, top + first, top + last)
        inside = slice(first, last + 1)
        wanted = self.formats.get(self.layout.headers[place])
        changes = formats.fit(values[inside], touched[inside], wanted)
        if as_text:
            changes += [
                FormatChange(column, top + row, top + row, formats.codes[row - first], TEXT)
                for row in marked
                if isinstance(values[row], str) and formats.codes[row - first] != TEXT
            ]
        for change in changes:
            self.format_changes.append(change)
            change.put(self.live.calls, self.live.sheet, change.after)
        return Codes(first, formats.codes, is_plain=as_text)

    def _assign(self, what: str, corners: tuple[int, int, int, int], rows: list[list[Any]]) -> None:
        top, left, bottom, right = corners
        layout = self.layout
        cells = self.live.span(
            layout.top + top, layout.left + left, layout.top + bottom, layout.left + right
        )
        self.live.calls(lambda: setattr(cells, what, rows))


@dataclass(frozen=True, slots=True)
class Codes:
    """The number formats of one column's cells from some row on."""

    first: int
    codes: Sequence[str]
    is_plain: bool
    """True where the cells were made text cells so that no sign is needed."""

    def spelling(self, value: Content, row: int) -> Any:
        """How a value must be assigned in that row."""
        at = row - self.first
        code = self.codes[at] if 0 <= at < len(self.codes) else ""
        if isinstance(value, str) and self.is_plain:
            return value
        return spelled(value, in_text_format=code == TEXT)  # type: ignore[arg-type]


def _spelling(want: Contents, codes: dict[int, Codes], place: int, row: int) -> Any:
    return codes[place].spelling(want[place][row], row)


def _runs(column: Sequence[Content], touched: Sequence[bool]) -> Iterator[Run]:
    """Runs of touched cells with plain values; a very long text is a run of its own."""
    is_plain = [not isinstance(content, Formula) for content in column]
    marks = [is_touched and plain for is_touched, plain in zip(touched, is_plain, strict=True)]
    found = list(_stretches(marks))
    if len(found) > _MANY_RUNS:
        found = list(_stretches(_bridged(marks, is_plain)))
    for first, last in found:
        start = first
        for row in range(first, last + 1):
            content = column[row]
            if isinstance(content, str) and len(content) > _LONG:
                if start < row:
                    yield start, row - 1
                yield row, row
                start = row + 1
        if start <= last:
            yield start, last


def _bridged(marks: Sequence[bool], is_plain: Sequence[bool]) -> list[bool]:
    """The marks with every plain cell between the first and the last."""
    first = marks.index(True)
    last = len(marks) - 1 - list(reversed(marks)).index(True)
    return [plain and first <= row <= last for row, plain in enumerate(is_plain)]


def _formula_runs(column: Sequence[Content], touched: Sequence[bool]) -> Iterator[Run]:
    marks = [
        on and isinstance(content, Formula) for on, content in zip(touched, column, strict=True)
    ]
    return _stretches(marks)


def _stretches(marks: Sequence[bool]) -> Iterator[Run]:
    start = None
    for row, mark in enumerate([*marks, False]):
        if mark and start is None:
            start = row
        elif not mark and start is not None:
            yield start, row - 1
            start = None


def _neighbours(runs: dict[int, tuple[Run, ...]]) -> Iterator[tuple[int, int]]:
    """First and last column of each set of neighbours that change in the same rows."""
    places = sorted(place for place, found in runs.items() if found)
    start = 0
    for at, place in enumerate(places):
        after = places[at + 1] if at + 1 < len(places) else None
        if after != place + 1 or runs[after] != runs[place]:
            yield places[start], place
            start = at + 1
