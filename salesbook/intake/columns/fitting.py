"""Does a column hold what the field that its header says may hold, or is it another system's own?

Zoho's deals have a "Forecast Type" of Open, Won and Lost, which is no forecast category, whatever
the header says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from salesbook.cells.base import CellOptions, Reason
from salesbook.cells.field import parse_cell
from salesbook.intake.columns.column_kinds import how_to_read
from salesbook.intake.columns.headers import MappedColumn
from salesbook.intake.columns.said_words import SaidWords, with_meanings
from salesbook.intake.foreign import ForeignTable
from salesbook.tables import Kind

_OTHER_WORDS: Final = frozenset(
    (
        "choice-unknown",
        "flag-unclear",
        "date-unreadable",
        "number-unreadable",
        "cell-is-date",
        "cell-is-flag",
    )
)
"""Reasons of cells that hold something else than their field.

A date that may be read in two ways, or an amount in another currency, is still a date or an amount.
"""

_BY_WORDS: Final = (Kind.CHOICE, Kind.FLAG)
_ENOUGH_OTHERS: Final = 3
"""Different cells of which none is a date or a number: fewer may be slips of the pen."""


def fit_test(
    source: ForeignTable, table: str, options: CellOptions, said: SaidWords
) -> Callable[[MappedColumn], bool]:
    """Make the test whether a column of a file holds at least one value of its field.

    A blank column tells nothing, and may be the field's. A list's words are few, so that one which
    is none of them tells something; of dates and numbers it takes more.
    """
    column_options = replace(options, epoch_1904=source.epoch_1904)

    def fits(mapped: MappedColumn) -> bool:
        kind, how = how_to_read(table, mapped, column_options)
        sound_rows = (row for row in source.rows if row.fault is None)
        # Equal cells are looked at once: a column of 100,000 rows may hold three words.
        different = dict.fromkeys(row.cells[mapped.column] for row in sound_rows)
        cells = with_meanings(list(different), said.get(mapped.field, {}))

        others = 0
        for cell in cells:
            reading = parse_cell(cell, kind, how)
            is_other = isinstance(reading, Reason) and reading.code in _OTHER_WORDS
            if reading is not None and not is_other:
                return True
            others += is_other
        enough = 1 if kind in _BY_WORDS else _ENOUGH_OTHERS
        return others < enough

    return fits
