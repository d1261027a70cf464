"""Which rows of a file are its headers? One, or a group's name over the columns' names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from salesbook.cells.base import shown
from salesbook.errors import AmbiguousFile, ColumnMissing
from salesbook.intake.columns.header_meanings import note_of
from salesbook.intake.file.header_words import (
    HeaderWords,
    data_count,
    header_text,
    is_data,
    looks_like_headers,
)
from salesbook.intake.file.sums_and_notes import SPARSE
from salesbook.intake.foreign import ForeignTable, RawRow, filled_count, is_blank
from salesbook.labels.words import fold
from salesbook.store import Cell

HEAD_ROWS: Final = 40
_MOST_HEADERS_SHOWN: Final = 20
_MOST_HEADER_LINES: Final = 3
_ENOUGH_KNOWN: Final = 2
_ENOUGH_UNDER_WIDE: Final = 3
"""Known headers from which a row has them even under a wide row in words that nobody knows."""
_ENOUGH_WIDE: Final = 2
"""A single wide row above the headers may hold sums, or the names of groups."""
_DATEV_MARKS: Final = ("EXTF", "DTVF")
"""With these a DATEV file begins its line of settings, which is as wide as a table."""
_NAMES: Final = frozenset(("name", "名称", "名稱", "姓名"))
"""Under the only column of `Rep` these say no more than it."""
_UNIT: Final = re.compile(r"[(\[（【].*[)\]）】]")
"""`(EUR)`, `[%]`, `（万元）` in a line of its own under the headers."""


@dataclass(frozen=True, slots=True)
class HeaderRows:
    """Where the headers stand, and what they are."""

    first: int
    """Index of the first row that belongs to them."""
    last: int
    headers: tuple[str, ...]
    """One for each cell of the widest header row; blank where there is none."""


def find_headers(rows: Sequence[RawRow], words: HeaderWords, *, where: str) -> HeaderRows:
    """Find the row with the most known headers among the first ones, and what belongs to it.

    A row that is nearly as wide above it is the true header row in words that nobody knows, and
    the known words further down are cells: unless the row is beyond doubt.

    Raises: ColumnMissing where no row has known headers, or where it may be a row of data.
    """
    head = rows[:HEAD_ROWS]
    counts = [words(row.cells) for row in head]
    most_known = max(counts, default=0)
    index = counts.index(most_known) if most_known else 0

    group_index = _row_under_groups(head, words, most_known)
    if group_index is not None:
        return headers_at(rows, group_index, words)
    if not most_known:
        raise _no_headers(rows, where)

    row = rows[index]
    wide_above = wide_rows_above(rows, index)
    needed = _ENOUGH_UNDER_WIDE if wide_above else _ENOUGH_KNOWN
    if not _is_beyond_doubt(row, words, needed):
        if wide_above:
            raise _no_headers(wide_above, where)
        if data_count(row.cells) >= most_known and not words.is_named(row.cells):
            raise _no_headers(rows, where)
    elif _are_right_above(wide_above, row):
        # Rows of data without headers, in the middle of which headers stand: no title is so.
        raise _no_headers(wide_above, where)
    return headers_at(rows, index, words)


def _is_beyond_doubt(row: RawRow, words: HeaderWords, needed: int) -> bool:
    """True where the user names a header, or at least half of the row are known ones, none data.

    Args:
        needed: how many known headers there must be at least.
    """
    if words.is_named(row.cells):
        return True
    known = words.count(row.cells)
    is_mostly_known = known >= needed and known * 2 >= filled_count(row.cells)
    return is_mostly_known and looks_like_headers(row.cells)


def _are_right_above(wide_rows: Sequence[RawRow], header: RawRow) -> bool:
    """True where several wide rows end right above the headers, without a blank line between."""
    return (
        len(wide_rows) >= _ENOUGH_WIDE
        and wide_rows[-1].last_line + 1 == header.number
        and wide_rows[-2].last_line + 1 == wide_rows[-1].number
        and any(map(is_data, wide_rows[-1].cells))
    )


def wide_rows_above(rows: Sequence[RawRow], index: int) -> list[RawRow]:
    """Rows above that are too wide for titles; DATEV's line of settings is none."""
    titles_have = max(2, filled_count(rows[index].cells) * SPARSE)
    return [
        row
        for row in rows[:index]
        if filled_count(row.cells) > titles_have and row.cells[0] not in _DATEV_MARKS
    ]


def _no_headers(rows: Sequence[RawRow], where: str) -> ColumnMissing:
    """The refusal of a file without known headers: it has others, or none at all."""
    cells = rows[0].cells if rows else ()
    texts = [shown(header_text(cell)) for cell in cells[:_MOST_HEADERS_SHOWN]]
    headers = tuple(texts)
    holds_data = any(map(is_data, cells))
    if holds_data:
        return ColumnMissing("headerless", where=where, headers=headers)
    return ColumnMissing("no-known-header", where=where, headers=headers, option="--column")


def column_letters(count: int) -> tuple[str, ...]:
    """A, B, ..., Z, AA, ...: what columns are called in a file without headers."""
    letters: list[str] = []
    for number in range(1, count + 1):
        text = ""
        while number:
            number, place = divmod(number - 1, 26)
            text = chr(ord("A") + place) + text
        letters.append(text)
    return tuple(letters)


# Headers over several lines.


def _row_under_groups(head: Sequence[RawRow], words: HeaderWords, most_known: int) -> int | None:
    """The row that has more known headers under the groups above it than any row has alone."""
    best = None
    for index in range(1, len(head)):
        upper, lower = head[index - 1], head[index]
        if not _is_group_row(upper, lower):
            continue
        known = words(_combined(_texts(upper), _texts(lower), words))
        if known > most_known:
            best, most_known = index, known
    return best


def headers_at(rows: Sequence[RawRow], index: int, words: HeaderWords) -> HeaderRows:
    """Take the headers of a row, with the lines over and under them that belong to them."""
    first = last = index
    headers = _texts(rows[index])
    if index + 1 < len(rows) and _is_continued(rows[index], rows[index + 1], words):
        last = index + 1
        headers = _combined(headers, _texts(rows[last]), words, keeps_groups=True)
    elif index + 1 < len(rows):
        _refuse_units(rows[index], rows[index + 1])

    while first > 0 and last - first + 1 < _MOST_HEADER_LINES:
        upper, lower = rows[first - 1], rows[first]
        if not _is_group_row(upper, lower):
            break
        combined = _combined(_texts(upper), headers, words)
        if combined == headers:
            break
        first -= 1
        headers = combined
    return HeaderRows(first, last, tuple(headers))


def _texts(row: RawRow) -> list[str]:
    return list(map(header_text, row.cells))


def _is_group_row(upper: RawRow, lower: RawRow) -> bool:
    """Whether a row names groups of the columns that the row right below it names.

    It has several texts that reach over more than half of the table, and a cell is blank or repeated
    where a group goes on; a title has one cell, or a few at the left.
    """
    is_right_above = upper.last_line + 1 == lower.number
    if not is_right_above or not (
        looks_like_headers(upper.cells) and looks_like_headers(lower.cells)
    ):
        return False

    names = [header_text(cell) for cell in upper.cells if not is_blank(cell)]
    if len(names) < _ENOUGH_KNOWN or len(names) != filled_count(upper.cells):
        return False
    reach = max(column for column, cell in enumerate(upper.cells) if not is_blank(cell)) + 1
    width = max(column for column, cell in enumerate(lower.cells) if not is_blank(cell)) + 1
    if reach * 2 <= width:
        return False

    is_repeated = len(set(names)) < len(names)
    has_blanks = any(
        is_blank(above) and not is_blank(below)
        for above, below in zip(_padded(upper.cells, width), lower.cells, strict=False)
    )
    return is_repeated or has_blanks


def _padded(cells: Sequence[Cell], width: int) -> list[Cell]:
    return [*cells, *[None] * (width - len(cells))]


def _is_continued(upper: RawRow, lower: RawRow, words: HeaderWords) -> bool:
    """Whether the row under the headers names the columns of groups, or units, and is no data.

    It has names only where a group goes over several columns, in all of them; under a header of a
    single column there is nothing, or a unit. Where all headers are groups, a name must be known.
    """
    if upper.last_line + 1 != lower.number or not looks_like_headers(lower.cells):
        return False
    texts = _texts(lower)
    if all(not text or _UNIT.fullmatch(text) for text in texts):
        return True

    spans = _spans(upper.cells, lower.cells)
    single = {columns[0] for columns in spans if len(columns) == 1}
    grouped = {column for columns in spans if len(columns) > 1 for column in columns}
    # A unit may stand under any header: `(EUR)` under `Tax`, beside `No.` and `Name` of a customer.
    filled = {column for column, text in enumerate(texts) if text}
    names_something = {column for column in filled if not _UNIT.fullmatch(texts[column])}
    if not grouped or filled & grouped != grouped or not names_something <= grouped:
        return False
    groups = _spread(_texts(upper), texts, len(lower.cells))
    names = texts
    return bool(single) or any(
        name and (words.knows(name) or words.knows(f"{group} {name}"))
        for group, name in zip(groups, names, strict=True)
    )


def _refuse_units(upper: RawRow, lower: RawRow) -> None:
    """Refuse a line under the headers that says units and does not fit under them.

    Taken for a row it would be rejected, and its units would be lost with it.

    Raises: AmbiguousFile.
    """
    if upper.last_line + 1 != lower.number or not looks_like_headers(lower.cells):
        return
    units = [text for text in _texts(lower) if _UNIT.fullmatch(text) and note_of(f"x {text}")]
    if units:
        shown = tuple(filter(None, _texts(lower)))
        raise AmbiguousFile("header-line-unclear", where=str(lower.number), found=shown)


def _spans(cells: Sequence[Cell], lower: Sequence[Cell]) -> list[list[int]]:
    """Columns of each header: its own and the blank ones that follow with a text under them."""
    spans: list[list[int]] = []
    for column in range(max(len(cells), len(lower))):
        has_header = column < len(cells) and not is_blank(cells[column])
        has_lower = column < len(lower) and not is_blank(lower[column])
        if has_header:
            spans.append([column])
        elif spans and has_lower:
            spans[-1].append(column)
    return spans


def _combined(
    upper: Sequence[str], lower: Sequence[str], words: HeaderWords, *, keeps_groups: bool = False
) -> list[str]:
    """Headers of two lines as one.

    `Customer` over `Name` is "Customer Name" where that is known, or where another column is called
    Name too; else the lower one alone is the header, if it is known alone. `Rep` over `Name` alone
    is the rep.

    Args:
        keeps_groups: whether a lower header says nothing without its group, as `Net` of `Amount`.
    """
    width = max(len(upper), len(lower))
    groups = _spread(upper, lower, width)
    folded = [fold(text) for text in lower]

    headers: list[str] = []
    for column in range(width):
        group = groups[column]
        name = lower[column] if column < len(lower) else ""
        joined = f"{group} {name}".strip()
        is_unique = bool(name) and folded.count(fold(name)) == 1
        if not group or not name or words.knows(joined):
            headers.append(joined)
        elif fold(name) in _NAMES and groups.count(group) == 1 and words.knows(group):
            headers.append(group)
        elif is_unique and (words.knows(name) or not keeps_groups):
            headers.append(name)
        else:
            headers.append(joined)
    return headers


def _spread(upper: Sequence[str], lower: Sequence[str], width: int) -> list[str]:
    """The group over each column: a name goes on over blank cells that have a lower header."""
    groups: list[str] = []
    group = ""
    for column in range(width):
        name = upper[column] if column < len(upper) else ""
        has_lower = column < len(lower) and bool(lower[column])
        if name:
            group = name
        elif not has_lower:
            group = ""
        groups.append(group)
    return groups


def refuse_without_columns(source: ForeignTable, *, where: str) -> AmbiguousFile:
    """The refusal of a file without headers whose columns nobody has named."""
    cells = source.rows[0].cells if source.rows else ()
    shown = tuple(
        f"{letter}: {header_text(cell)}"
        for letter, cell in zip(source.headers, cells, strict=False)
    )
    return AmbiguousFile("columns-without-names", where=where, cells=shown)
