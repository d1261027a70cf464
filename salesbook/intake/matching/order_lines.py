"""Which line of its order is a row of a file that has order numbers and no line numbers?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from salesbook.cells.base import Value
from salesbook.intake.book_now import TableNow
from salesbook.intake.matching.contents import Contents
from salesbook.intake.matching.identity import SameRef
from salesbook.intake.rows import FileRow

_KEY: Final = ("order_id", "line_no")
ORDER_HEAD: Final = frozenset(
    "order_id deal_id customer_id rep_id partner_id partner_share ordered_on due_on delivered_on"
    " status refund_of".split()
)
"""Fields that every line of an order has from its head."""


@dataclass(frozen=True)
class Numbering:
    """What the lines of a file's orders are, beyond the numbers that they got."""

    unclear: Mapping[int, frozenset[int]]
    """By place in the file, positions of the lines that a line may be as well as a new one."""
    further: Mapping[int, tuple[int, ...]]
    """By place in the file, positions of the other lines of an order that it is about as a whole."""


def number_lines(
    rows: Sequence[FileRow],
    now: TableNow,
    fields: Sequence[str],
    same_ref: SameRef,
    *,
    always_new: bool = False,
) -> Numbering:
    """Give every line of an order its number.

    A line that the table has already, cell for cell, keeps the number that it has there, wherever
    it stands in the file: the same order exported in another order is the same order. Where the
    file has at least as many lines of an order as the table, it has all of them: the others take
    the numbers that are left, from the lowest, a line that changed in the place of the one that it
    replaces. Where it has fewer, nobody knows whether a line that is none of the table's is one
    more or another one changed. A file that says nothing of lines, such as order and status, is
    about whole orders.

    Args:
        rows: those of the file that have an order and no fault.
        fields: those that the file fills.
        always_new: whether lines that may be others are lines more.
    """
    compared = tuple(name for name in fields if name not in _KEY)
    is_about_orders = bool(compared) and ORDER_HEAD.issuperset(compared)
    contents = Contents(now, compared, same_ref)
    places_of: dict[Value, list[int]] = {}
    for place, row in enumerate(rows):
        if "order_id" in row.values:
            places_of.setdefault(row.values["order_id"], []).append(place)

    positions_of: dict[Value, list[int]] = {}
    for position, known in now.rows.items():
        if known["order_id"] in places_of:
            positions_of.setdefault(known["order_id"], []).append(position)

    unclear: dict[int, frozenset[int]] = {}
    further: dict[int, tuple[int, ...]] = {}
    for order, places in places_of.items():
        positions = positions_of.get(order, [])
        if is_about_orders and len(places) == 1 and positions:
            first, *others = sorted(positions, key=now.key_of_row)
            rows[places[0]].values["line_no"] = now.key_of_row(first)[1]
            further[places[0]] = tuple(others)
            continue

        said = [
            {name: value for name, value in rows[place].values.items() if name not in _KEY}
            for place in places
        ]
        pairs = contents.pair(said, positions)
        numbers = {places[index]: now.key_of_row(position)[1] for index, position in pairs.items()}
        left = frozenset(positions).difference(pairs.values())
        has_fewer = len(places) < len(positions)
        taken = set(numbers.values())
        if has_fewer and always_new:
            taken |= {now.key_of_row(position)[1] for position in left}
        free = (number for number in count(1) if number not in taken)
        for place in places:
            if place not in numbers and has_fewer and not always_new:
                unclear[place] = left
            rows[place].values["line_no"] = numbers[place] if place in numbers else next(free)
    return Numbering(unclear, further)


def reject_unnumbered(
    rows: Sequence[FileRow], now: TableNow, fields: Sequence[str], same_ref: SameRef
) -> None:
    """Reject lines without number in a file that numbers others, unless the order has one line.

    A blank number counts as 1; it must not make a line the first one of several.

    Args:
        rows: those of the file that have no fault.
        fields: those that the file fills.
    """
    bare = [row for row in rows if "order_id" in row.values and "line_no" not in row.values]
    if not bare:
        return
    lines_in_file = Counter(row.values.get("order_id") for row in rows)
    numbers_in_table: dict[Value, set[Value]] = {}
    for position, known in now.rows.items():
        numbers_in_table.setdefault(known["order_id"], set()).add(now.key_of_row(position)[1])

    compared = tuple(name for name in fields if name not in _KEY)
    contents = Contents(now, compared, same_ref)
    for row in bare:
        order = row.values["order_id"]
        has_others = bool(numbers_in_table.get(order, set()) - {1})
        if lines_in_file[order] == 1 and not has_others:
            continue
        first = now.by_key.get((order, 1))
        said = {name: value for name, value in row.values.items() if name not in _KEY}
        is_alone = lines_in_file[order] == 1
        if first is None or not is_alone or not contents.pair([said], [first]):
            row.reject("line_no", "missing-key")
