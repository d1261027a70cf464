"""What does an import change in ImportMaps, and what does it say of that?"""

from __future__ import annotations

from collections.abc import Mapping

from salesbook.cells.base import Value
from salesbook.frames import frame_from_rows
from salesbook.intake.book_now import BookNow
from salesbook.intake.changes import TableChange, different_values
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.maps.kept import Kept
from salesbook.intake.maps.map_entries import IMPORT_MAPS
from salesbook.intake.maps.remembered import MapRows, Remembered, says_something
from salesbook.messages import Message


def map_changes(rows: MapRows, book: BookNow, *, does_something: bool) -> tuple[TableChange, ...]:
    """What ImportMaps keeps of the import; nothing where the workbook has no such table.

    Args:
        does_something: whether the import changes any other table.
    """
    if IMPORT_MAPS not in book.tables:
        return ()
    now = book.table(IMPORT_MAPS)
    new_rows = frame_from_rows(IMPORT_MAPS, list(rows.new_rows))
    changes: dict[int, Mapping[str, Value]] = {}
    for position, values in rows.changes.items():
        different = different_values(now.rows[position], values)
        if different:
            changes[position] = different
    # That they were used is worth noting where the import changes something, else it would be all
    # that importing the same file again changes.
    is_worth_noting = does_something or len(new_rows) or rows.leaving
    says_more = any(set(values) - {"used_on"} for values in changes.values())
    if not is_worth_noting and not says_more:
        return ()
    change = TableChange(IMPORT_MAPS, changes, new_rows, leaving=rows.leaving)
    return (change,) if change.does_something else ()


def every_column(
    remembered: Remembered,
    source: ForeignTable,
    header_map: HeaderMap,
    own_columns: Kept,
    book: BookNow,
) -> tuple[TableChange, ...]:
    """What puts all columns of the file into ImportMaps, where they may be changed."""
    if IMPORT_MAPS not in book.tables:
        return ()
    rows = remembered.every_column(source, header_map, own_columns.own_headers, book)
    change = TableChange(IMPORT_MAPS, {}, frame_from_rows(IMPORT_MAPS, rows))
    return (change,) if change.does_something else ()


def map_notes(remembered: Remembered, book: BookNow) -> tuple[Message, ...]:
    """That nothing of what was said can be kept, where the workbook is older than that."""
    if IMPORT_MAPS in book.tables or not says_something(remembered.said):
        return ()
    return (Message("import-map.no-place", {"sheet": IMPORT_MAPS}),)
