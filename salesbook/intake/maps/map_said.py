"""What did the user say of a file that would not have been done unasked?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from salesbook.cells.base import CellOptions, error_in
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.fitting import fit_test
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.headers import (
    HeaderMap,
    WhatIsBelow,
    columns_of_header,
    columns_that_may_be,
    map_headers,
    typed_header,
)
from salesbook.intake.columns.said_values import says_value
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.maps.map_entries import ALL_OTHERS, Entry, Key, field_of
from salesbook.intake.options import ImportOptions


@dataclass
class Said:
    """What the user said of a file that would not have been done unasked, as rows of ImportMaps."""

    said: ImportOptions
    source: ForeignTable
    header_map: HeaderMap
    known_headers: frozenset[str]
    """Headers that rows of ImportMaps are about: there also counts what is said in spite of them."""
    unasked: Mapping[str, int]
    """The column that each field would get if nobody said anything."""
    entries: dict[Key, Entry] = field(default_factory=dict)

    def add_all(self, own_headers: Mapping[str, str]) -> dict[Key, Entry]:
        """Gather all that he said, by what each row is about."""
        self._add_columns()
        self._add_left_out()
        self._add_words()
        for header in self.said.kept:
            own_header = own_headers.get(fold_header(header))
            if own_header:
                self._add(header, own_header)
        if self.said.keep_all:
            self._add(ALL_OTHERS, ALL_OTHERS)
        return self.entries

    def _add(self, header: str, field: str, word: str = "", code: str = "") -> None:
        entry = Entry(None, "", header, word, field, code)
        self.entries[entry.key] = entry

    def _field(self, name: str) -> str:
        return field_of(self.said.into, name)

    def _add_columns(self) -> None:
        for name, header in self.said.columns.items():
            # A value of all rows is one of this file: of the next one somebody says it anew.
            if says_value(header):
                continue
            columns = columns_of_header(header, self.source.headers)
            is_known = fold_header(header) in self.known_headers
            if columns and (is_known or self.unasked.get(self._field(name)) != columns[0]):
                self._add(header, self._field(name))

    def _add_left_out(self) -> None:
        """A column whose field is not wanted goes nowhere, or into the other fields that it fills.

        All that may hold the field, or the second best would fill it the next time.
        """
        headers = self.source.headers
        for name in fields_left_out(self.said):
            for column in columns_that_may_be(self.said.into, headers, name):
                takers = [mapped for mapped in self.header_map.columns if mapped.column == column]
                # A date of closed deals alone would become one of all deals.
                if any(taker.only for taker in takers):
                    continue
                for target in [taker.field for taker in takers] or [""]:
                    self._add(typed_header(column, headers), target)

    def _add_words(self) -> None:
        header_by_field = {mapped.field: mapped.header for mapped in self.header_map.columns}
        for (name, word), code in self.said.words.items():
            field = self._field(name)
            # A cell of the workbook that says #N/A is an error there, and no word to go by.
            if field in header_by_field and error_in(word) is None:
                self._add(header_by_field[field], field, word, code)


def fields_left_out(said: ImportOptions) -> list[str]:
    """Fields that the user does not want from the file, in any of the two ways to say so."""
    blank = [name for name, header in said.columns.items() if not header]
    return [field_of(said.into, name) for name in (*blank, *sorted(said.ignored))]


def columns_unasked(
    table: str, source: ForeignTable, book: BookNow, options: CellOptions
) -> dict[str, int]:
    """The column that each field would get if nobody said anything."""

    def same(_left: int, _right: int) -> bool:
        # Two equal headers are no matter here: the first will do.
        return True

    below = WhatIsBelow(same=same, fits=fit_test(source, table, options, {}))
    lacking = book.table(table).lacking
    unasked = map_headers(table, source.headers, {}, below=below, lacking=lacking)
    return {mapped.field: mapped.column for mapped in unasked.columns}
