"""Where does a table begin and end in a file? Titles over it, headers in it, totals under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from salesbook.cells.base import Reason
from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.file.header_rows import (
    HeaderRows,
    column_letters,
    find_headers,
    wide_rows_above,
)
from salesbook.intake.file.header_words import HeaderWords, header_text
from salesbook.intake.file.several_tables import (
    cut_to_table,
    is_repeated_header,
    our_columns,
    with_columns_alone,
)
from salesbook.intake.file.sums_and_notes import mark_sums_and_notes
from salesbook.intake.foreign import Apart, ForeignTable, RawRow, has_one_cell, is_blank
from salesbook.messages import Message
from salesbook.store import Cell

_RULE_SIGNS: Final = frozenset("-=_+:|*─━═ \t")
_SHORTEST_RULE: Final = 3
_MOST_SHOWN: Final = 8
_MOST_TOO_LONG: Final = 0.8
"""Share of rows with more cells than headers from which the headers are too few, not the rows."""
_ENOUGH_ROWS: Final = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as it was found in a file's rows."""

    headers: tuple[str, ...]
    rows: tuple[RawRow, ...]
    apart: tuple[Apart, ...]
    notes: tuple[Message, ...]
    earlier: Mapping[str, int] = field(default_factory=dict)

    def table(self, **source: Any) -> ForeignTable:
        """The foreign table, with what is known of its source."""
        titles = tuple(part.text for part in self.apart if part.kind == "title")
        return ForeignTable(
            self.headers,
            self.rows,
            above=titles,
            apart=self.apart,
            notes=self.notes,
            earlier=self.earlier,
            empty_columns=_empty_columns(self.headers, self.rows),
            **source,
        )


def lay_out(rows: Sequence[RawRow], words: HeaderWords, *, where: str) -> Layout:
    """Find the headers and square the rows under them.

    Every row of the file that holds something is one of the table's rows, or apart. Under the
    headers, a row that is too short has its last cells missing; one with more cells than headers
    has a fault, as has a totals row.

    Raises: ColumnMissing where no row has a header that is known, or one as wide as a table stands
        above; AmbiguousFile where two tables are meant, or the rows do not fit under the headers.
    """
    rules = [row for row in rows if _is_rule(row)]
    if rules:
        rows = [row for row in rows if not _is_rule(row)]
    apart = [Apart("rule", row.number, row.last_line, "") for row in rules]
    if not words.has_headers:
        return _without_headers(rows, apart, words)

    found = find_headers(rows, words, where=where)
    notes: list[Message] = []
    ours = cut_to_table(rows, found, words, where=where)
    rows, found, earlier = ours.rows, ours.header, ours.earlier
    apart += ours.others
    if ours.others:
        notes.append(_note_of_others(ours.others))

    titles, tables_above = _titles(rows, found)
    if tables_above:
        notes.append(_note_of_others(tables_above))
    apart += tables_above
    header_rows = rows[found.first : found.last + 1]
    below, repeated = _without_repeated_headers(rows[found.last + 1 :], header_rows, titles)
    apart += [*titles, *(_apart("header", row) for row in header_rows), *repeated]
    times = sum(part.kind == "header" for part in repeated)
    if times:
        first = next(part.first for part in repeated if part.kind == "header")
        notes.append(Message("import.headers-again", {"count": times, "row": first}))

    headers = found.headers
    columns = our_columns(headers, below, words, where=where)
    if columns is not None:
        beside = _apart_beside(columns, headers, header_rows[0].number, rows[-1].last_line)
        apart.append(beside)
        notes.append(_note_of_others([beside]))
        earlier = earlier + Counter(map(fold_header, headers[: columns.start]))
        headers, below = with_columns_alone(columns, headers, below)
    headers = _as_wide_as_needed(headers, below)
    body, note = _squared_rows(headers, below, where)
    apart.sort(key=lambda part: part.first)
    notes += [note] if note else []
    marked = tuple(mark_sums_and_notes(body))
    return Layout(headers, marked, tuple(apart), tuple(notes), dict(earlier))


def _apart_beside(columns: range, headers: Sequence[str], first: int, last: int) -> Apart:
    """What stands beside the columns that are meant."""
    others = [header for column, header in enumerate(headers) if column not in columns]
    return Apart("other-table", first, last, ", ".join(filter(None, others)))


def _is_rule(row: RawRow) -> bool:
    """True for a line of dashes, as lists have them under their headers and around pages."""
    longest = 0
    for cell in row.cells:
        if is_blank(cell):
            continue
        text = cell.strip() if isinstance(cell, str) else ""
        if not text or not _RULE_SIGNS.issuperset(text):
            return False
        longest = max(longest, len(text))
    # One dash in a cell says that it is empty.
    return longest >= _SHORTEST_RULE and row.fault is None


def _apart(kind: Any, row: RawRow) -> Apart:
    texts = map(header_text, row.cells)
    return Apart(kind, row.number, row.last_line, " ".join(text for text in texts if text))


def _titles(rows: Sequence[RawRow], found: HeaderRows) -> tuple[list[Apart], list[Apart]]:
    """Title lines over the headers; and a table above in words that nobody knows, row by row."""
    above = rows[: found.first]
    wide_rows = wide_rows_above(rows, found.first)
    if len(wide_rows) < _ENOUGH_ROWS:
        return [_apart("title", row) for row in above], []
    tables = [_apart("other-table", row) for row in wide_rows]
    return [_apart("title", row) for row in above if row not in wide_rows], tables


def _note_of_others(others: Sequence[Apart]) -> Message:
    """What is said of other tables in the file."""
    first = others[0]
    return Message("import.other-table", {"row": first.first, "headers": first.text})


def _without_headers(rows: Sequence[RawRow], apart: list[Apart], words: HeaderWords) -> Layout:
    """All rows of a file that has no headers; a first row of headers after all is told apart."""
    if rows and words.is_header_row(rows[0].cells):
        apart.append(_apart("header", rows[0]))
        rows = rows[1:]
    width = max((len(row.cells) for row in rows), default=0)
    body = [_squared(row, width) for row in rows]
    while width and all(is_blank(row.cells[width - 1]) for row in body if not row.fault):
        width -= 1
    body = [_squared(row, width) for row in body]
    apart.sort(key=lambda part: part.first)
    return Layout(column_letters(width), tuple(mark_sums_and_notes(body)), tuple(apart), ())


def _without_repeated_headers(
    rows: Sequence[RawRow], header_rows: Sequence[RawRow], titles: Sequence[Apart]
) -> tuple[list[RawRow], list[Apart]]:
    """Take out headers that stand again at the head of a page, with the title lines over them.

    A row of one cell over them is a title where it stands over the first headers as well, whatever
    its numbers (`Page 2`), or behind a blank line; else it may be a row of the table.
    """
    kept: list[RawRow] = []
    # By kept row, the last line of what stands over it.
    lines_before: list[int] = []
    apart: list[Apart] = []
    known_titles = {_without_digits(title.text) for title in titles}

    def ends_with_title() -> bool:
        row = kept[-1]
        if row.fault or not has_one_cell(row.cells):
            return False
        follows_blank_line = row.number > lines_before[-1] + 1
        return follows_blank_line or _without_digits(_apart("title", row).text) in known_titles

    header_cells = {cell for header in header_rows for cell in header.cells if not is_blank(cell)}
    line_before = header_rows[-1].last_line
    for row in rows:
        lines_before.append(line_before)
        line_before = row.last_line
        # Most rows hold none of the headers: one look is enough.
        if header_cells.isdisjoint(row.cells) or not is_repeated_header(row, header_rows):
            kept.append(row)
            continue
        lines_before.pop()
        while kept and ends_with_title():
            apart.append(_apart("title", kept.pop()))
            lines_before.pop()
        apart.append(_apart("header", row))
    return kept, apart


def _without_digits(text: str) -> str:
    return "".join(sign for sign in text if not sign.isdigit())


def _as_wide_as_needed(headers: Sequence[str], rows: Sequence[RawRow]) -> tuple[str, ...]:
    """The headers without blank ones at the end under which nothing stands.

    A blank header in its own place is a column without a name: it is kept, and told as not taken.
    """
    width = len(headers)
    while width and not headers[width - 1]:
        column = width - 1
        if any(len(row.cells) > column and not is_blank(row.cells[column]) for row in rows):
            break
        width -= 1
    return tuple(headers[:width])


def _squared_rows(
    headers: Sequence[str], rows: Sequence[RawRow], where: str
) -> tuple[list[RawRow], Message | None]:
    """The rows with one cell per header, and what to know of how they fit.

    Where nearly all rows have one cell more than there are headers, a header is missing. Numbers
    that count the rows show that it is the first; else nobody can tell which it is.

    Raises: AmbiguousFile.
    """
    width = len(headers)
    sound = [row for row in rows if not row.fault]
    too_long = [
        row for row in sound if len(row.cells) > width and not all(map(is_blank, row.cells[width:]))
    ]
    are_most = len(too_long) >= max(_ENOUGH_ROWS, len(sound) * _MOST_TOO_LONG)
    if are_most:
        if not _count_rows(too_long, width) or len(too_long) < len(sound):
            raise AmbiguousFile(
                "header-too-short",
                where=where,
                row=too_long[0].number,
                cells=max(len(row.cells) for row in too_long),
                headers=width,
            )
        body = [replace(row, cells=row.cells[1:]) if not row.fault else row for row in rows]
        note = Message("import.index-column", {"row": too_long[0].number})
        return [_squared(row, width) for row in body], note

    longest = max((len(row.cells) for row in sound), default=width)
    body = [_squared(row, width) for row in rows]
    if longest < width and len(sound) >= _ENOUGH_ROWS:
        without = tuple(headers[longest:][:_MOST_SHOWN])
        return body, Message("import.rows-shorter", {"cells": longest, "headers": without})
    return body, None


def _count_rows(rows: Sequence[RawRow], width: int) -> bool:
    """True where the rows have one cell more than headers, and the first counts them from 0 or 1."""
    firsts = [str(row.cells[0]).strip() for row in rows]
    if any(len(row.cells) != width + 1 for row in rows):
        return False
    return any(
        firsts == [str(number) for number in range(start, start + len(rows))] for start in (0, 1)
    )


def _squared(row: RawRow, width: int) -> RawRow:
    """The row with one cell per header; with a fault where it has more cells that hold something.

    A row that is spoiled already keeps its surplus cells, for the rejects file to show.
    """
    cells = row.cells
    if len(cells) == width:
        return row
    if len(cells) < width:
        return replace(row, cells=(*cells, *[None] * (width - len(cells))))

    if row.fault:
        return row
    if all(map(is_blank, cells[width:])):
        return replace(row, cells=cells[:width])
    return replace(row, fault=Reason("row-too-long", {"cells": len(cells), "headers": width}))


def _empty_columns(headers: Sequence[str], rows: Sequence[RawRow]) -> frozenset[int]:
    """Columns without a header that hold nothing: a sheet that starts at B2 has one."""
    unnamed = [column for column, header in enumerate(headers) if not header]

    def is_empty(column: int) -> bool:
        cells: list[Cell] = [row.cells[column] for row in rows if len(row.cells) > column]
        return all(map(is_blank, cells))

    return frozenset(filter(is_empty, unnamed))
