"""Which line of its order is a row of a file that has order numbers and no line numbers?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from salesbook.cells.base import Value
from salesbook.intake.book_now import TableNow
from salesbook.intake.contents import Contents
from salesbook.intake.identity import SameRef
from salesbook.intake.rows import FileRow

_KEY = ("order_id", "line_no")


def number_lines(
    rows: Sequence[FileRow], now: TableNow, fields: Sequence[str], same_ref: SameRef
) -> None:
    """Give every line of an order its number.

    A line that the table has already, cell for cell, keeps the number that it has there, wherever
    it stands in the file: the same order exported in another order is the same order. The others
    take the numbers that are left, in the file's order and from the lowest: a line that changed in
    the place of the one that it replaces, a line that came with a number behind the last.

    Args:
        rows: those of the file that have an order and no fault.
        fields: those that the file fills.
    """
    compared = tuple(name for name in fields if name not in _KEY)
    contents = Contents(now, compared, same_ref)
    rows_of: dict[Value, list[FileRow]] = {}
    for row in rows:
        if "order_id" in row.values:
            rows_of.setdefault(row.values["order_id"], []).append(row)

    positions_of: dict[Value, list[int]] = {}
    for position, known in now.rows.items():
        if known["order_id"] in rows_of:
            positions_of.setdefault(known["order_id"], []).append(position)

    for order, lines in rows_of.items():
        said = [
            {name: value for name, value in line.values.items() if name not in _KEY}
            for line in lines
        ]
        pairs = contents.pair(said, positions_of.get(order, ()))
        numbers = {place: now.key_of_row(position)[1] for place, position in pairs.items()}
        taken = set(numbers.values())
        free = (number for number in count(1) if number not in taken)
        for place, line in enumerate(lines):
            line.values["line_no"] = numbers[place] if place in numbers else next(free)
