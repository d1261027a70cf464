"""Which rows of a file equal an earlier one: lines of their own, or the same row once more?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from salesbook.cells.base import plain_text
from salesbook.intake.matching.identity import goes_by_names
from salesbook.intake.matching.matcher import has_made_keys, key_of
from salesbook.intake.rows import FileRow
from salesbook.store import Cell


@dataclass(frozen=True)
class Repeat:
    """A row that is an earlier row of the file once more, key and all."""

    row: FileRow
    first: FileRow


@dataclass
class PartedRows:
    """The rows of a file, parted by whether they equal an earlier one."""

    kept: list[FileRow] = field(default_factory=list)
    """Those that are brought into the table, in the file's order."""
    equal_lines: list[FileRow] = field(default_factory=list)
    """Those of the kept ones that equal an earlier row and yet are lines of their own."""
    repeats: list[Repeat] = field(default_factory=list)
    """What becomes of the first becomes of them."""
    dropped: list[FileRow] = field(default_factory=list)
    """Those that the user does not want."""


def numbers_lines(table: str, filled: Collection[str]) -> bool:
    """Whether an order's lines are numbered by their place, for want of numbers in the file.

    Args:
        filled: fields that some row of the file fills.
    """
    return table == "Orders" and "line_no" not in filled


def part_rows(rows: Sequence[FileRow], table: str, *, drop_equal: bool) -> PartedRows:
    """Part rows into those that are new, and those equal to an earlier one, cell by cell.

    Of orders, activities and whatever else has no name, two equal lines are two sales or two calls
    unless a key says otherwise: an invoice lists the same item twice, and to drop one would lose
    its money. Where a key or a name stands in the file, equal rows are one row.

    Args:
        drop_equal: whether rows that equal an earlier one are left out, whatever they are.
    """
    stands_for_itself = _line_test(rows, table)
    parted = PartedRows()
    first_of_content: dict[tuple[object, ...], FileRow] = {}
    for row in rows:
        first = first_of_content.setdefault(_content(row.cells), row)
        if first is row:
            parted.kept.append(row)
        elif drop_equal:
            parted.dropped.append(row)
        elif stands_for_itself(row):
            parted.kept.append(row)
            parted.equal_lines.append(row)
        else:
            parted.repeats.append(Repeat(row, first))
    return parted


def _line_test(rows: Sequence[FileRow], table: str) -> Callable[[FileRow], bool]:
    """What tells whether a row that equals an earlier one is a line of its own."""
    if goes_by_names(table) or not has_made_keys(table):
        return lambda _row: False
    has_line_numbers = any("line_no" in row.values for row in rows if not row.faults)
    if numbers_lines(table, ("line_no",) if has_line_numbers else ()):
        return lambda _row: True

    def has_no_key(row: FileRow) -> bool:
        return isinstance(key_of(table, row.values), str)

    return has_no_key


def _content(cells: tuple[Cell, ...]) -> tuple[object, ...]:
    """What two rows must share to be equal."""
    # Nearly every row of a text file is plain text: one look at all its cells is much faster than
    # one at each. A cell that is no text makes `join` fail. The row's own cells take no memory.
    try:
        if "".join(cells).isascii():  # type: ignore[arg-type]
            stripped = tuple(map(str.strip, cells))  # type: ignore[arg-type]
            return cells if stripped == cells else stripped
    except TypeError:
        pass
    return tuple(_comparable(cell) for cell in cells)


def _comparable(cell: Cell) -> object:
    """A cell as it is compared: 1 and True, which Python calls equal, stay apart."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return plain_text(cell)
    return type(cell).__name__, cell
