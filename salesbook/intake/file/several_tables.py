"""Which of several tables in one file is meant, one under another or side by side?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from salesbook.errors import AmbiguousFile
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import header_fields
from salesbook.intake.file.header_rows import HeaderRows, headers_at
from salesbook.intake.file.header_words import HeaderWords, header_text
from salesbook.intake.foreign import Apart, RawRow, filled_count, has_one_cell, is_blank
from salesbook.store import Cell

_HALF = 0.5
_ENOUGH_AGAIN = 3
"""Cells that say their own headers from which a row with other cells repeats the headers."""
"""A table with more than this share of the known headers of the best one may be meant as well."""


# One under another.


def is_repeated_header(row: RawRow, header_rows: Sequence[RawRow]) -> bool:
    """True for a row that says the headers once more, each in its column.

    Most of them are enough: no record has three cells that say what their columns are called, but a
    record may have lost its cells to headers that were pasted over them.
    """
    return any(_same_headers(row.cells, header.cells) for header in header_rows)


def _same_headers(cells: Sequence[Cell], headers: Sequence[Cell]) -> bool:
    ours, theirs = _stripped(cells), _stripped(headers)
    if ours == theirs:
        return True
    filled = [pair for pair in zip(ours, theirs, strict=False) if not is_blank(pair[1])]
    same_count = sum(cell == header for cell, header in filled)
    return same_count >= _ENOUGH_AGAIN and same_count > len(theirs) * _HALF


def _stripped(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without blanks around them, and without blank ones at the end."""
    stripped: list[Cell] = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    while stripped and is_blank(stripped[-1]):
        stripped.pop()
    return stripped


@dataclass(frozen=True, slots=True)
class OurTable:
    """The table that is meant, out of several that stand under one another."""

    rows: tuple[RawRow, ...]
    """Its rows, title lines and headers among them."""
    header: HeaderRows
    """Where its headers stand in these rows."""
    others: tuple[Apart, ...]
    earlier: Counter[str]
    """By folded header, how often it stands in tables above."""


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the tables that stand under one another."""

    header: int
    """Index of its header row."""
    first: int
    """Index of its first row, titles among it."""
    last: int


def cut_to_table(
    rows: Sequence[RawRow], found: HeaderRows, words: HeaderWords, *, where: str
) -> OurTable:
    """Take out the tables that stand over and under the one that is meant.

    A row of headers that differ from those above it begins another table, if at least half of its
    cells are headers of some table that salesbook knows. The headers that were found are those of
    most known words; where another table has more than half as many of them and is no better a
    table of another kind, nobody can tell which is meant, unless the user names a header.

    Raises: AmbiguousFile.
    """
    header_indices = _header_indices(rows, found, words)
    if len(header_indices) < 2:
        return OurTable(tuple(rows), found, (), Counter())

    sections = _sections(rows, header_indices)
    names = [_folded(rows[section.header].cells) for section in sections]
    ours = next(section for section in sections if section.header == found.last)
    numbered = _part_of_number(names, words.numbered)
    if numbered is not None:
        if sections[numbered] is not ours:
            found = headers_at(rows, sections[numbered].header, words)
        ours = sections[numbered]
    elif rivals := _rivals(rows, ours, sections, words):
        meant = [
            (sections.index(section), rows[section.header].cells) for section in (ours, *rivals)
        ]
        raise _which_table(meant, names, words.table, where)

    apart = tuple(
        Apart(
            "other-table",
            rows[section.first].number,
            rows[section.last].last_line,
            _shown(rows[section.header].cells),
        )
        for section in sections
        if section is not ours
    )
    earlier = Counter(name for others in names[: sections.index(ours)] for name in others)
    moved = HeaderRows(found.first - ours.first, found.last - ours.first, found.headers)
    return OurTable(tuple(rows[ours.first : ours.last + 1]), moved, apart, earlier)


def _part_of_number(
    names: Sequence[Sequence[str]], numbered: Sequence[tuple[str, int]]
) -> int | None:
    """Which of several tables has the header that the user counts, as the 2 of `Amount#2`.

    Equal headers are counted through all the tables.

    Args:
        names: folded headers of each table.
    """
    for wanted, number in numbered:
        count = 0
        for index, headers in enumerate(names):
            count += headers.count(wanted)
            if count >= number > 0:
                return index
    return None


def _rivals(
    rows: Sequence[RawRow], ours: _Section, sections: Sequence[_Section], words: HeaderWords
) -> list[_Section]:
    """Other tables that may be meant as well."""
    our_cells = rows[ours.header].cells
    rivals = []
    for other in sections:
        cells = rows[other.header].cells
        only_ours_is_named = words.is_named(our_cells) and not words.is_named(cells)
        if other is not ours and not only_ours_is_named and _may_be_meant(cells, our_cells, words):
            rivals.append(other)
    return rivals


def _may_be_meant(cells: Sequence[Cell], our_cells: Sequence[Cell], words: HeaderWords) -> bool:
    known = words.count(cells)
    _, known_elsewhere = words.best_table(cells)
    is_of_another_kind = known_elsewhere > known
    is_named = words.is_named(cells)
    return is_named or (known > words.count(our_cells) * _HALF and not is_of_another_kind)


def _header_indices(rows: Sequence[RawRow], found: HeaderRows, words: HeaderWords) -> list[int]:
    """Indices of all rows that begin a table, the headers that were found among them."""
    indices: list[int] = []
    header = rows[found.first : found.last + 1]
    for index, row in enumerate(rows):
        if found.first <= index <= found.last:
            if index == found.last:
                indices.append(index)
        elif _begins_table(rows, index, words) and not is_repeated_header(row, header):
            indices.append(index)
    return indices


def _begins_table(rows: Sequence[RawRow], index: int, words: HeaderWords) -> bool:
    """True for headers that stand apart from what is above: at the top, or under a blank line or a
    title.
    """
    row = rows[index]
    if index > 0:
        before = rows[index - 1]
        follows_blank_line = row.number > before.last_line + 1
        stands_apart = follows_blank_line or has_one_cell(before.cells)
        if not stands_apart:
            return False
    return words.is_header_row(row.cells)


def _sections(rows: Sequence[RawRow], header_indices: Sequence[int]) -> list[_Section]:
    """The tables, each with the title lines right over its headers."""
    firsts = []
    for index in header_indices:
        first = index
        while first > 0 and has_one_cell(rows[first - 1].cells):
            first -= 1
        firsts.append(first)
    firsts[0] = 0
    lasts = [*(first - 1 for first in firsts[1:]), len(rows) - 1]
    return [
        _Section(header, first, last)
        for header, first, last in zip(header_indices, firsts, lasts, strict=True)
    ]


def _which_table(
    meant: Sequence[tuple[int, Sequence[Cell]]],
    names: Sequence[Sequence[str]],
    table: str,
    where: str,
) -> AmbiguousFile:
    """The refusal that says of each table how it is meant.

    Args:
        meant: the tables that may be meant: place among all of the file, and headers.
        names: folded headers of all tables of the file.
        table: of the workbook, that is to take the rows; blank where nobody knows it yet.
    """
    shown = [_shown(cells) for _, cells in meant]
    namings = [_naming(table, cells, place, names) if table else "" for place, cells in meant]
    first, second, *_ = shown
    return AmbiguousFile(
        "two-tables",
        where=where,
        first=first,
        second=second,
        option="--column",
        # Where one of them cannot be named, nobody could choose it: then nothing is asked.
        choices=tuple(namings) if all(namings) else (),
        examples=tuple(shown),
    )


def _naming(table: str, cells: Sequence[Cell], place: int, names: Sequence[Sequence[str]]) -> str:
    """What `--column` says to mean one of several tables: `amount=Amount#2`; blank if nothing does.

    A header is named that goes into its field anyway: it is the only one that may, in its table.
    """
    texts = list(filter(None, map(header_text, cells)))
    fields = Counter(field for text in texts for field in header_fields(table, text))
    for text in texts:
        may_be = [field for field in header_fields(table, text) if not field.startswith("_")]
        if len(may_be) != 1 or fields[may_be[0]] > 1:
            continue
        folded = fold_header(text)
        in_all = sum(headers.count(folded) for headers in names)
        before = sum(headers.count(folded) for headers in names[:place])
        return f"{may_be[0]}={text}" if in_all == 1 else f"{may_be[0]}={text}#{before + 1}"
    return ""


def _folded(cells: Sequence[Cell]) -> list[str]:
    return [fold_header(header_text(cell)) for cell in cells]


def _shown(cells: Sequence[Cell]) -> str:
    return ", ".join(text for text in map(header_text, cells) if text)


# Side by side.


def our_columns(
    headers: Sequence[str], rows: Sequence[RawRow], words: HeaderWords, *, where: str
) -> range | None:
    """Find the columns of the table that is meant, where another stands beside it.

    Blank columns may part two tables, or only groups of one. They are two tables where a header
    stands on both sides, where one ends before the other, or where one side is better known as a
    table of another kind.

    Returns: its columns; None where there is one table alone.
    Raises: AmbiguousFile where both sides may be meant.
    """
    spans = _spans(headers, rows)
    if len(spans) < 2 or not _are_apart(spans, headers, rows, words):
        return None

    parts = [headers[span.start : span.stop] for span in spans]
    names = [_folded(part) for part in parts]
    numbered = _part_of_number(names, words.numbered)
    if numbered is not None:
        return spans[numbered]

    scores = [words(part) for part in parts]
    best = scores.index(max(scores))
    rivals = []
    for index, part in enumerate(parts):
        only_ours_is_named = words.is_named(parts[best]) and not words.is_named(part)
        if index != best and not only_ours_is_named and _may_be_meant(part, parts[best], words):
            rivals.append(index)
    if rivals:
        meant = [(index, parts[index]) for index in (best, *rivals)]
        raise _which_table(meant, names, words.table, where)
    return spans[best]


def with_columns_alone(
    columns: range, headers: Sequence[str], rows: Sequence[RawRow]
) -> tuple[tuple[str, ...], list[RawRow]]:
    """Blank out all other columns, which keep their places; rows that hold nothing more go."""
    kept_headers = tuple(
        header if column in columns else "" for column, header in enumerate(headers)
    )
    kept = [_blanked(row, columns) for row in rows]
    return kept_headers, [row for row in kept if row.fault or not all(map(is_blank, row.cells))]


def _spans(headers: Sequence[str], rows: Sequence[RawRow]) -> list[range]:
    """Columns that stand together, parted by columns that hold nothing at all."""
    filled = {column for column, header in enumerate(headers) if header}
    empty = set(range(len(headers))) - filled
    for row in rows:
        if not empty:
            break
        empty -= {
            column
            for column in empty
            if column < len(row.cells) and not is_blank(row.cells[column])
        }

    spans: list[range] = []
    start = None
    for column in range(len(headers) + 1):
        is_end = column == len(headers) or column in empty
        if not is_end:
            start = column if start is None else start
        elif start is not None:
            spans.append(range(start, column))
            start = None
    return spans


def _are_apart(
    spans: Sequence[range], headers: Sequence[str], rows: Sequence[RawRow], words: HeaderWords
) -> bool:
    names = [{fold_header(headers[column]) for column in span} - {""} for span in spans]
    some_repeated = any(
        left & right for index, left in enumerate(names) for right in names[index + 1 :]
    )
    if some_repeated:
        return True
    if any(_is_of_another_kind(span, headers, words) for span in spans):
        return True
    return any(_is_partly_blank(span, rows) for span in spans)


def _is_partly_blank(span: range, rows: Sequence[RawRow]) -> bool:
    return any(
        all(is_blank(cell) for cell in row.cells[span.start : span.stop])
        for row in rows
        if not row.fault and filled_count(row.cells) > 1
    )


def _is_of_another_kind(span: range, headers: Sequence[str], words: HeaderWords) -> bool:
    cells = headers[span.start : span.stop]
    table, known = words.best_table(cells)
    return table != words.table and known >= 2 and known > words.count(cells)


def _blanked(row: RawRow, span: range) -> RawRow:
    if row.fault:
        return row
    cells = [cell if column in span else None for column, cell in enumerate(row.cells)]
    return replace(row, cells=tuple(cells))
