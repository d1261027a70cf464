"""What has somebody said of files like this one before, and what of this one is worth keeping?

ImportMaps keeps it, a row per column or word of a kind of file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from salesbook.cells.base import CellOptions
from salesbook.errors import AmbiguousFile, UsageError
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.header_meanings import header_meanings
from salesbook.intake.columns.headers import HeaderMap, columns_of_header, typed_header
from salesbook.intake.columns.said_words import said_words
from salesbook.intake.columns.systems import System, system_of
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.maps.map_entries import (
    ALL_OTHERS,
    IMPORT_MAPS,
    Entry,
    Key,
    chosen_entries,
    entries_of,
    field_of,
    is_field,
    is_in,
    kind_of_file,
    mark_of,
    mark_of_headers,
    values_of,
)
from salesbook.intake.maps.map_said import Said, columns_unasked, fields_left_out
from salesbook.intake.options import ImportOptions
from salesbook.labels.words import fold
from salesbook.messages import Fact, Message, some_of

_MOST_HEADERS_NAMED: Final = 6


@dataclass(frozen=True)
class MapRows:
    """What an import changes in ImportMaps."""

    changes: Mapping[int, Mapping[str, Any]]
    new_rows: Sequence[Mapping[str, Any]]
    leaving: Sequence[int]


@dataclass(frozen=True)
class Remembered:
    """What ImportMaps says of a file, and what an import of it will leave there."""

    said: ImportOptions
    """What the user says of this import: it goes before what he said then."""
    cell_options: CellOptions
    """How cells of the file are read."""
    options: ImportOptions
    """The same, and where he says nothing, what he said before."""
    settled: Mapping[int, dt.date | None]
    """Columns of the file of which a row says where they go, nowhere else; and when it was last
    gone by.
    """
    own_headers: Mapping[str, str]
    """Header of the user's own column by folded header of the file."""
    entries: tuple[Entry, ...]
    """The rows of ImportMaps that are about such a file."""
    source: str
    """Under which the file's rows are kept."""
    notes: tuple[Message, ...] = ()

    def rows_to_keep(
        self,
        source: ForeignTable,
        header_map: HeaderMap,
        own_headers: Mapping[str, str],
        book: BookNow,
    ) -> MapRows:
        """What to write into ImportMaps once the import is done.

        Args:
            own_headers: header of his own column by folded header of the file, of those that came
                along.
        """
        said = self.said
        unasked: Mapping[str, int] = {}
        if said.columns or said.ignored:
            unasked = columns_unasked(said.into, source, book, self.cell_options)
        known_headers = frozenset(fold_header(entry.header) for entry in self.entries)
        new_entries = Said(said, source, header_map, known_headers, unasked).add_all(own_headers)
        said_headers = {key[0] for key, entry in new_entries.items() if not entry.word}
        # A field is filled by one column alone, so that another one loses it.
        filled = {field_of(said.into, name) for name, header in said.columns.items() if header}
        left_out = set(fields_left_out(said))

        leaving: list[int] = []
        after: dict[Key, Entry] = {}
        for entry in self.entries:
            is_of_column = not entry.word
            is_said_otherwise = is_of_column and (
                fold_header(entry.header) in said_headers or entry.field in filled
            )
            if is_of_column and entry.field in left_out:
                entry = replace(entry, field="")
            if entry.key in new_entries:
                instead = new_entries.pop(entry.key)
                after[entry.key] = replace(instead, position=entry.position, source=entry.source)
            elif not is_said_otherwise and entry.key not in after:
                after[entry.key] = entry
            elif entry.source == self.source and entry.position is not None:
                leaving.append(entry.position)
        after |= new_entries

        changes: dict[int, Mapping[str, Any]] = {}
        new_rows: list[Mapping[str, Any]] = []
        for entry in after.values():
            values = values_of(replace(entry, source=self.source), said.into, book)
            if entry.position is not None and entry.source == self.source:
                # A cell that becomes blank is written as one: it must not keep what it said.
                changes[entry.position] = {"field": "", "code": None} | values
            else:
                new_rows.append(values)
        return MapRows(changes, new_rows, leaving)

    def every_column(
        self,
        source: ForeignTable,
        header_map: HeaderMap,
        own_headers: Mapping[str, str],
        book: BookNow,
    ) -> list[Mapping[str, Any]]:
        """Rows for ImportMaps that say of each column where it goes, as far as none says so yet."""
        told = {
            fold_header(entry.header)
            for entry in self.entries
            if entry.source == self.source and not entry.word
        }
        rows: list[Mapping[str, Any]] = []
        for column, text in enumerate(source.headers):
            header = typed_header(column, source.headers) if text else ""
            takers = [mapped for mapped in header_map.columns if mapped.column == column]
            # What steers the import, or fills a field of some rows alone, no row can say.
            is_special = any(taker.only or taker.field.startswith("_") for taker in takers)
            if not text or is_special or fold_header(header) in told:
                continue
            own_header = own_headers.get(fold_header(text), "")
            targets = [*(taker.field for taker in takers), own_header]
            for target in list(filter(None, targets)) or [""]:
                entry = Entry(None, self.source, header, "", target, "")
                rows.append(values_of(entry, self.options.into, book))
        return rows


def known_headers_of(table: str, book: BookNow) -> tuple[str, ...]:
    """Headers of which some row of ImportMaps says where they go: a file's headers are told by them."""
    entries = entries_of(table, book)
    return tuple(entry.header for entry in entries if entry.header != ALL_OTHERS)


def remember(
    file: Path,
    said: ImportOptions,
    source: ForeignTable,
    book: BookNow,
    cell_options: CellOptions,
) -> Remembered:
    """Look up what somebody said of such a file before, and put it under what he says now."""
    kind = kind_of_file(file, source.sheet)
    # Letters in place of headers are the same in every file, so that they tell none.
    mark = mark_of_headers(source.headers) if said.has_headers else ""
    own_source = f"{kind} #{mark}".strip() if mark else kind

    chosen = chosen_entries(entries_of(said.into, book), kind, mark)
    if not chosen:
        return Remembered(said, cell_options, said, {}, {}, (), own_source)

    is_same_file = not mark or mark_of(chosen[0].source) == mark
    entries = [entry for entry in chosen if is_in(entry.header, source.headers)]
    if is_same_file:
        own_source = chosen[0].source
    before = Remembered(said, cell_options, said, {}, {}, tuple(entries), own_source)
    if not is_same_file:
        _refuse_better_columns(before, source)
    return _applied(before, source, book)


def _refuse_better_columns(before: Remembered, source: ForeignTable) -> None:
    """Refuse to fill a field as another file did, where this one has a column of that very name.

    A file with other headers may be of another kind though its name is alike: a column `Net` that
    was once taken for the amount is not, where `Amount` stands beside it.

    Raises: AmbiguousFile.
    """
    said, table = before.said, before.said.into
    system = system_of(source.headers)
    said_fields = {field_of(table, name) for name in said.columns} | set(fields_left_out(said))
    of_columns = [entry for entry in before.entries if not entry.word]
    settled = {
        column for entry in of_columns for column in columns_of_header(entry.header, source.headers)
    }
    for entry in of_columns:
        if not is_field(table, entry.field) or entry.field in said_fields:
            continue
        own_column = columns_of_header(entry.header, source.headers)[0]
        own_rank = _rank(table, entry.field, source.headers[own_column], system)
        for column, header in enumerate(source.headers):
            rank = _rank(table, entry.field, header, system)
            if column not in settled and rank is not None and (own_rank is None or rank < own_rank):
                raise AmbiguousFile(
                    "two-headers",
                    where=header,
                    field=entry.field,
                    option="--column",
                    choices=(typed_header(column, source.headers), entry.header),
                )


def _rank(table: str, field: str, header: str, system: System | None) -> int | None:
    """How well a header says a field, 0 best; None where it does not."""
    meanings, _ = header_meanings(table, header, system) if header else ((), None)
    return min((meaning.rank for meaning in meanings if meaning.field == field), default=None)


def _applied(before: Remembered, source: ForeignTable, book: BookNow) -> Remembered:
    """What rows of ImportMaps add to what the user says, and which columns they settle."""
    said, table = before.said, before.said.into
    lacking = book.table(table).lacking
    left_out = set(fields_left_out(said))
    said_fields = {field_of(table, name) for name in said.columns} | left_out
    said_words = {(field_of(table, name), fold(word)) for name, word in said.words}
    said_columns = {
        column
        for header in (*said.columns.values(), *said.kept)
        for column in columns_of_header(header, source.headers)
    }

    columns = dict(said.columns)
    words = dict(said.words)
    keep_all = said.keep_all
    kept = list(said.kept)
    settled: dict[int, dt.date | None] = {}
    own_headers: dict[str, str] = {}
    used: list[Entry] = []
    notes: list[Message] = []
    for entry in before.entries:
        if entry.word:
            is_said = (entry.field, fold(entry.word)) in said_words
            if not is_said and _apply_word(before, entry, words, notes):
                used.append(entry)
            continue
        if entry.header == ALL_OTHERS:
            keep_all = keep_all or bool(entry.field)
            used.append(entry)
            continue

        column = columns_of_header(entry.header, source.headers)[0]
        if column in said_columns or entry.field in lacking:
            continue
        if entry.field in said_fields:
            # What he leaves out now must not go into another field instead.
            if entry.field in left_out:
                settled[column] = entry.used_on
            continue
        settled[column] = entry.used_on
        used.append(entry)
        if is_field(table, entry.field):
            columns[entry.field] = entry.header
        elif entry.field:
            kept.append(entry.header)
            own_headers[fold_header(entry.header)] = entry.field

    options = replace(said, columns=columns, words=words, keep_all=keep_all, kept=tuple(kept))
    return replace(
        before,
        options=options,
        settled=settled,
        own_headers=own_headers,
        notes=(*_notes(used), *notes),
    )


def _apply_word(
    before: Remembered,
    entry: Entry,
    words: dict[tuple[str, str], str],
    notes: list[Message],
) -> bool:
    """Let a word mean what its row says; where its field knows no such thing, that is told.

    Returns: whether the row was gone by.
    """
    words_of_row = {(entry.field, entry.word): entry.code}
    try:
        said_words(before.said.into, words_of_row, before.cell_options)
    except UsageError:
        facts: dict[str, Fact] = {
            "word": entry.word,
            "code": entry.code or None,
            "sheet": IMPORT_MAPS,
        }
        notes.append(Message("import-map.unknown-code", facts))
        return False
    words |= words_of_row
    return True


def _notes(entries: Sequence[Entry]) -> tuple[Message, ...]:
    """That a mapping was used, of which day, and for which headers."""
    if not entries:
        return ()
    headers = list(dict.fromkeys(entry.header for entry in entries))
    named = some_of(headers, _MOST_HEADERS_NAMED)
    day = max((entry.used_on for entry in entries if entry.used_on), default=None)
    facts: dict[str, Fact] = {"headers": named, "sheet": IMPORT_MAPS, "count": len(entries)}
    if day is None:
        return (Message("import-map.used", facts),)
    return (Message("import-map.used-of-day", {**facts, "day": day}),)


def says_something(said: ImportOptions) -> bool:
    """Whether the user says anything of columns or words, so that there is something to keep."""
    return bool(said.columns or said.ignored or said.words or said.kept or said.keep_all)
