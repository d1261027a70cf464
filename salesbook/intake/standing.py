"""Does a row count at all? A payment must have come in, an activity or a move must have happened.

A list of payments holds some that failed, and a list of tasks some that nobody has done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Final

from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import aliases
from salesbook.intake.columns.headers import HeaderMap
from salesbook.intake.foreign import ForeignTable, is_blank
from salesbook.intake.rows import FileRow
from salesbook.intake.stage_log.made_fields import LOG
from salesbook.labels.words import fold
from salesbook.store import Cell

STATUS: Final = "_status"


def reject_uncounted(
    rows: Sequence[FileRow],
    source: ForeignTable,
    header_map: HeaderMap,
    table: str,
    as_of: dt.date,
) -> None:
    """Reject the rows of a file that are no payments or activities, whatever else they hold.

    Args:
        as_of: the day of the import: nothing has been done later.
    """
    if table == "Payments":
        _reject_unpaid(rows, header_map)
    elif table == "Activities":
        _reject_undone(rows, source)
        _reject_later(rows, "done_on", "activity-not-yet", as_of)
    elif table == LOG:
        _reject_later(rows, "entered_on", "move-not-yet", as_of)


# Payments.


def _reject_unpaid(rows: Sequence[FileRow], header_map: HeaderMap) -> None:
    """Reject payments that have not come in, where the file has a column that says so.

    A payment that was paid back is none, but its paying back is one with a negative amount. Of a
    cell left blank beside cells that are filled nobody knows whether the money is there.
    """
    statuses = [column for column in header_map.columns if column.field == STATUS]
    if not statuses:
        return
    column = statuses[0]
    sound_rows = [row for row in rows if row.values or row.foreign]
    some_say = any(not is_blank(row.cells[column.column]) for row in sound_rows)

    for row in sound_rows:
        status = row.values.pop(STATUS, None)
        found = str(row.cells[column.column])
        if status in ("failed", "pending"):
            row.reject(column.header, f"payment-{status}", found=found)
        elif status == "refunded" and not _is_paying_back(row):
            row.reject(column.header, "payment-refunded", found=found)
        elif some_say and is_blank(row.cells[column.column]):
            row.reject(column.header, "payment-without-status", header=column.header)


def _is_paying_back(row: FileRow) -> bool:
    """True for a negative amount, in whatever currency."""
    foreign = row.foreign.get("amount")
    if foreign is not None:
        return foreign.amount < 0
    amount = row.values.get("amount")
    return isinstance(amount, int | float) and amount < 0


# Activities.


def _reject_undone(rows: Sequence[FileRow], source: ForeignTable) -> None:
    """Reject what is planned: its day is the day on which it is due, and nothing was done on it."""
    columns = _columns_of_doneness(source)
    words = _undone_words()["no"]
    for row in rows:
        if row.values and any(_word(row.cells[column]) in words for column in columns):
            row.reject("", "activity-not-done")


def _columns_of_doneness(source: ForeignTable) -> list[int]:
    """The columns that tell whether an activity has taken place.

    A bare `Status` does in a list of tasks: that one whose headers are a task's, or in whose column
    stands a word that only tasks have. `Open` alone may be the customer's.
    """
    undone = _undone()
    folded = [fold_header(header) for header in source.headers]
    has_tasks = not undone["tasks"].isdisjoint(folded)
    telling = [column for column, header in enumerate(folded) if header in undone["headers"]]
    bare = [column for column, header in enumerate(folded) if header in undone["bare"]]
    if has_tasks:
        return telling + bare

    of_tasks = _undone_words()["of_tasks"]
    sound_rows = [row for row in source.rows if row.fault is None]
    return telling + [
        column for column in bare if any(_word(row.cells[column]) in of_tasks for row in sound_rows)
    ]


def _reject_later(rows: Sequence[FileRow], name: str, code: str, as_of: dt.date) -> None:
    """Reject what happens on days to come: it is planned, or its date is wrong."""
    for row in rows:
        day = row.values.get(name)
        if isinstance(day, dt.date) and day > as_of and not row.faults:
            row.reject(name, code, day=day, today=as_of)


def _word(cell: Cell) -> str:
    """A cell folded; a sheet's 0 and 0.0 are the same word."""
    is_whole = isinstance(cell, float) and cell.is_integer()
    return fold(str(int(cell) if is_whole else cell))  # type: ignore[arg-type]


@cache
def _undone() -> dict[str, frozenset[str]]:
    """Headers that tell whether a task is done, and headers of lists in which more of them do."""
    said = aliases()["undone"]
    return {name: frozenset(map(fold_header, headers)) for name, headers in said.items()}


@cache
def _undone_words() -> dict[str, frozenset[str]]:
    """Words for no, and those for yes and no that only tasks have."""
    said = aliases()["undone_words"]
    return {name: frozenset(map(fold, words)) for name, words in said.items()}
