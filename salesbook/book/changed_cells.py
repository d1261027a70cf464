"""Which cells of a table did somebody change since a run wrote it, as far as can be known?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from salesbook.book.session import Session
from salesbook.cells.sameness import same_cell
from salesbook.store import Cell
from salesbook.writing.sameness import content_fingerprint

_MOST_TRIED: Final = 200
"""Guesses of what was typed; each costs a fingerprint of the table."""

_Place = tuple[int, str]
"""A row's position and a header."""


def changed_since(now: Session, before: Session, table: str, left: str) -> list[str]:
    """Addresses of the cells that were typed into since a run.

    What the run left is not kept, only its fingerprint. So cells that differ from before the run are
    put back in thought: where the table then has the fingerprint, just these were typed, and the
    others are the run's. All are tried together, then those of each column, of each row, and each
    alone.

    Args:
        before: the workbook before the run.
        left: the fingerprint of what the run left.

    Returns: in the order of the sheet; none where no guess fits.
    """
    old_cells = _differing(now, before, table)
    for places in _guesses(list(old_cells)):
        if _fingerprint_with(now, table, {place: old_cells[place] for place in places}) == left:
            return _addresses(now, table, places)
    return []


def _differing(now: Session, before: Session, table: str) -> dict[_Place, Cell]:
    """Cells of rows that stood there before the run with another content, and what that was."""
    read, old = now.table(table), before.table(table)
    old_row_by_key = {key: row for row, key in old.row_keys.items()}
    rows = [
        (row, old_row_by_key[key]) for row, key in read.row_keys.items() if key in old_row_by_key
    ]
    differing: dict[_Place, Cell] = {}
    for header in read.cells.headers:
        if header not in read.counted_headers or header not in old.cells.headers:
            continue
        column, old_column = read.column(header), old.column(header)
        for row, old_row in rows:
            if not same_cell(column[row], old_column[old_row]):
                differing[row, header] = old_column[old_row]
    return differing


def _guesses(places: list[_Place]) -> Iterator[list[_Place]]:
    """Sets of cells that may be all that was typed, the likely ones first."""
    groups = [places]
    for part in (1, 0):
        names = dict.fromkeys(place[part] for place in places)
        groups += [[place for place in places if place[part] == name] for name in names]
    groups += [[place] for place in places]
    yield from filter(None, groups[:_MOST_TRIED])


def _fingerprint_with(now: Session, table: str, cells: dict[_Place, Cell]) -> str:
    """The fingerprint that the table would have with other contents of some cells."""
    read = now.table(table)
    columns = []
    for header, column in zip(read.cells.headers, read.cells.columns, strict=True):
        changed = {row: cell for (row, name), cell in cells.items() if name == header}
        columns.append([changed.get(row, cell) for row, cell in enumerate(column)])
    as_it_may_have_been = replace(read.cells, columns=tuple(columns))
    annotations = now.annotations(table)
    return content_fingerprint(as_it_may_have_been, annotations, read.counted_headers)


def _addresses(now: Session, table: str, places: Collection[_Place]) -> list[str]:
    read = now.table(table)
    field_by_header = {header: name for name, header in read.headers.items()}
    return [read.address(row, field_by_header[header]) for row, header in sorted(places)]
