"""What has somebody said of files like this one before, and what of this one is worth keeping?

ImportMaps keeps it, a row per column or word, under a *source*: the file's name without digits, and
behind `#` a mark of its headers: `Deals export #1f3a9c`. A file of the same headers is known by the
mark, whatever it is called; else one of the same name, whatever its headers are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from salesbook import labels
from salesbook.intake.book_now import BookNow
from salesbook.intake.foreign import ForeignTable
from salesbook.intake.headers import (
    HeaderMap,
    columns_of_header,
    fold_header,
    map_headers,
    typed_header,
)
from salesbook.intake.options import ImportOptions
from salesbook.labels.words import fold
from salesbook.messages import Fact, Message
from salesbook.tables import TABLES

IMPORT_MAPS: Final = "ImportMaps"
ALL_OTHERS: Final = "*"
"""In place of a header: every column that goes into no field."""
_MARK: Final = re.compile(r"#\s*([0-9a-f]{6})\s*$")
"""Matches the mark at the end of `Deals export #1f3a9c`."""
_NOT_IN_A_KIND: Final = re.compile(r"[\d\W_]+")
"""What tells one export of a kind from the next: days, numbers and what stands between words."""
_MOST_HEADERS_NAMED: Final = 6

_Key = tuple[str, str, str]
"""Header, word and field of a row of ImportMaps; the word is blank for a column as a whole."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of ImportMaps."""

    position: int | None
    """In the table; None for one that is not there yet."""
    source: str
    header: str
    word: str
    field: str
    """A field's name, or the header of a column of the user's own; blank: it goes nowhere."""
    code: str
    used_on: dt.date | None = None

    @property
    def key(self) -> _Key:
        """What tells it from the others of its source."""
        return fold_header(self.header), fold(self.word), self.field


@dataclass(frozen=True)
class MapRows:
    """What an import changes in ImportMaps."""

    changes: Mapping[int, Mapping[str, Any]]
    new_rows: Sequence[Mapping[str, Any]]
    leaving: Sequence[int]


@dataclass(frozen=True)
class Remembered:
    """What ImportMaps says of a file, and what an import of it will leave there."""

    options: ImportOptions
    """What the user says, and where he says nothing, what he said before."""
    settled: frozenset[int]
    """Columns of the file of which a row says where they go: nowhere else."""
    own_headers: Mapping[str, str]
    """Header of the user's own column by folded header of the file."""
    entries: tuple[_Entry, ...]
    """The rows of ImportMaps that are about such a file."""
    source: str
    """Under which the file's rows are kept."""
    notes: tuple[Message, ...] = ()

    def rows_to_keep(
        self,
        said: ImportOptions,
        source: ForeignTable,
        header_map: HeaderMap,
        own_headers: Mapping[str, str],
        book: BookNow,
    ) -> MapRows:
        """What to write into ImportMaps once the import is done.

        Args:
            said: what the user said of this import alone: it goes before what he said then.
            own_headers: header of his own column by folded header of the file, of those that came
                along.
        """
        unasked = _unasked(said.into, source, book)
        known_headers = frozenset(fold_header(entry.header) for entry in self.entries)
        new_entries = _Said(said, source, header_map, known_headers, unasked).add_all(own_headers)
        said_headers = {key[0] for key, entry in new_entries.items() if not entry.word}
        # A field is filled by one column alone, so that another one loses it.
        filled = {_field_of(said.into, name) for name, header in said.columns.items() if header}
        left_out = set(_fields_left_out(said))

        leaving: list[int] = []
        after: dict[_Key, _Entry] = {}
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
            values = _values(replace(entry, source=self.source), said.into, book)
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
                entry = _Entry(None, self.source, header, "", target, "")
                rows.append(_values(entry, self.options.into, book))
        return rows


def _values(entry: _Entry, table: str, book: BookNow) -> dict[str, Any]:
    """A row of ImportMaps as typed values; what is blank is left out."""
    row = {
        "source": entry.source,
        "table": table,
        "header": entry.header,
        "word": entry.word,
        "field": entry.field,
        "code": _code_label(table, entry, book),
        "used_on": book.as_of,
    }
    return {name: value for name, value in row.items() if value != ""}


def _code_label(table: str, entry: _Entry, book: BookNow) -> str:
    """What a word means as the workbook calls it: the label of a choice, else as it was said."""
    spec = _field_spec(table, entry.field)
    if spec is None or not spec.choices:
        return entry.code
    owner = f"{table}.{entry.field}"
    code = labels.code_of_choice(owner, entry.code, spec.choices)
    return labels.choice(owner, code, book.policy.rules.language) if code else entry.code


def _field_spec(table: str, field: str) -> Any:
    is_field = field in TABLES[table].field_names
    return TABLES[table].field(field) if is_field else None


def kind_of_file(file: Path, sheet: str = "") -> str:
    """What the exports of one kind have in common in their names: `Deals_2026-11.csv` is `Deals`.

    Args:
        sheet: of a workbook.
    """
    name = f"{file.stem} {sheet}" if sheet else file.stem
    return _NOT_IN_A_KIND.sub(" ", name).strip()


def mark_of_headers(headers: Sequence[str]) -> str:
    """Six digits that the same headers have in common, in whatever order and spelling."""
    folded = sorted({fold_header(header) for header in headers if header})
    digest = hashlib.blake2b("\x1f".join(folded).encode("utf-8", "surrogatepass"), digest_size=3)
    return digest.hexdigest()


def known_headers_of(table: str, book: BookNow) -> tuple[str, ...]:
    """Headers of which some row of ImportMaps says where they go: a file's headers are told by them."""
    entries = _entries(table, book)
    return tuple(entry.header for entry in entries if entry.header != ALL_OTHERS)


def remember(file: Path, said: ImportOptions, source: ForeignTable, book: BookNow) -> Remembered:
    """Look up what somebody said of such a file before, and put it under what he says now."""
    kind = kind_of_file(file, source.sheet)
    # Letters in place of headers are the same in every file, so that they tell none.
    mark = mark_of_headers(source.headers) if said.has_headers else ""
    own_source = f"{kind} #{mark}".strip() if mark else kind

    chosen = _chosen(_entries(said.into, book), kind, mark)
    if not chosen:
        return Remembered(said, frozenset(), {}, (), own_source)

    is_same_file = not mark or _mark_of(chosen[0].source) == mark
    entries = [entry for entry in chosen if _is_in(entry.header, source.headers)]
    return _applied(
        said, source, book, tuple(entries), chosen[0].source if is_same_file else own_source
    )


def _entries(table: str, book: BookNow) -> list[_Entry]:
    """What ImportMaps says of a table, in the order of its rows."""
    entries = []
    for position, values in book.table(IMPORT_MAPS).rows.items():
        if values.get("table") != table:
            continue
        texts = {name: str(values.get(name, "")) for name in ("source", "header", "word")}
        used_on = values.get("used_on")
        entries.append(
            _Entry(
                position,
                **texts,
                field=str(values.get("field", "")),
                code=str(values.get("code", "")),
                used_on=used_on if isinstance(used_on, dt.date) else None,
            )
        )
    return entries


def _mark_of(source: str) -> str:
    match = _MARK.search(source)
    return match[1] if match else ""


def _kind_of(source: str) -> str:
    return fold(_MARK.sub("", source))


def _chosen(entries: Sequence[_Entry], kind: str, mark: str) -> list[_Entry]:
    """The rows of the one source that is likest to a file: by headers, else by name, the newest."""
    by_source: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_source.setdefault(entry.source, []).append(entry)

    def likeness(source: str) -> tuple[bool, bool, dt.date, str]:
        days = [entry.used_on for entry in by_source[source] if entry.used_on]
        has_same_headers = bool(mark) and _mark_of(source) == mark
        return (
            has_same_headers,
            _kind_of(source) == fold(kind),
            max(days, default=dt.date.min),
            source,
        )

    best = max(by_source, key=likeness, default=None)
    if best is None or not any(likeness(best)[:2]):
        return []
    return by_source[best]


def _is_in(header: str, headers: Sequence[str]) -> bool:
    return header == ALL_OTHERS or bool(columns_of_header(header, headers))


def _applied(
    said: ImportOptions,
    source: ForeignTable,
    book: BookNow,
    entries: Sequence[_Entry],
    own_source: str,
) -> Remembered:
    """What rows of ImportMaps add to what the user says, and which columns they settle."""
    table = said.into
    lacking = book.table(table).lacking
    left_out = set(_fields_left_out(said))
    said_fields = {_field_of(table, name) for name in said.columns} | left_out
    said_words = {(_field_of(table, name), fold(word)) for name, word in said.words}
    said_columns = {
        column
        for header in (*said.columns.values(), *said.kept)
        for column in columns_of_header(header, source.headers)
    }

    columns = dict(said.columns)
    words = dict(said.words)
    keep_all = said.keep_all
    kept = list(said.kept)
    settled: set[int] = set()
    own_headers: dict[str, str] = {}
    used: list[_Entry] = []
    for entry in entries:
        if entry.word:
            if (entry.field, fold(entry.word)) not in said_words:
                words[entry.field, entry.word] = _code_of(table, entry)
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
                settled.add(column)
            continue
        settled.add(column)
        used.append(entry)
        if entry.field in TABLES[table].field_names:
            columns[entry.field] = entry.header
        elif entry.field:
            kept.append(entry.header)
            own_headers[fold_header(entry.header)] = entry.field

    options = replace(said, columns=columns, words=words, keep_all=keep_all, kept=tuple(kept))
    return Remembered(
        options, frozenset(settled), own_headers, tuple(entries), own_source, _notes(used)
    )


def _notes(entries: Sequence[_Entry]) -> tuple[Message, ...]:
    """That a mapping was used, of which day, and for which headers."""
    if not entries:
        return ()
    headers = list(dict.fromkeys(entry.header for entry in entries))
    named = ", ".join(headers[:_MOST_HEADERS_NAMED])
    if len(headers) > _MOST_HEADERS_NAMED:
        named += " …"
    day = max((entry.used_on for entry in entries if entry.used_on), default=None)
    facts: dict[str, Fact] = {"headers": named, "sheet": IMPORT_MAPS, "count": len(entries)}
    if day is None:
        return (Message("import-map.used", facts),)
    return (Message("import-map.used-of-day", {**facts, "day": day}),)


def _field_of(table: str, name: str) -> str:
    """The field that somebody means; what is none stays as it is."""
    return labels.field_of_header(table, name, TABLES[table].field_names) or name


def _code_of(table: str, entry: _Entry) -> str:
    """What a word means as a code, where its field has a list of them."""
    spec = _field_spec(table, entry.field)
    if spec is None or not spec.choices:
        return entry.code
    return labels.code_of_choice(f"{table}.{entry.field}", entry.code, spec.choices) or entry.code


def says_something(said: ImportOptions) -> bool:
    """Whether the user says anything of columns or words, so that there is something to keep."""
    return bool(said.columns or said.ignored or said.words or said.kept or said.keep_all)


@dataclass
class _Said:
    """What the user said of a file that would not have been done unasked, as rows of ImportMaps."""

    said: ImportOptions
    source: ForeignTable
    header_map: HeaderMap
    known_headers: frozenset[str]
    """Headers that rows of ImportMaps are about: there also counts what is said in spite of them."""
    unasked: Mapping[str, int]
    """The column that each field would get if nobody said anything."""
    entries: dict[_Key, _Entry] = field(default_factory=dict)

    def add_all(self, own_headers: Mapping[str, str]) -> dict[_Key, _Entry]:
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
        entry = _Entry(None, "", header, word, field, code)
        self.entries[entry.key] = entry

    def _field(self, name: str) -> str:
        return _field_of(self.said.into, name)

    def _add_columns(self) -> None:
        for name, header in self.said.columns.items():
            columns = columns_of_header(header, self.source.headers)
            is_known = fold_header(header) in self.known_headers
            if columns and (is_known or self.unasked.get(self._field(name)) != columns[0]):
                self._add(header, self._field(name))

    def _add_left_out(self) -> None:
        """A column whose field is not wanted goes nowhere, or into the other field that it fills."""
        for name in _fields_left_out(self.said):
            column = self.unasked.get(name)
            if column is None:
                continue
            takers = [mapped.field for mapped in self.header_map.columns if mapped.column == column]
            self._add(self.source.headers[column], takers[0] if takers else "")

    def _add_words(self) -> None:
        header_by_field = {mapped.field: mapped.header for mapped in self.header_map.columns}
        for (name, word), code in self.said.words.items():
            field = self._field(name)
            if field in header_by_field:
                self._add(header_by_field[field], field, word, code)


def _fields_left_out(said: ImportOptions) -> list[str]:
    """Fields that the user does not want from the file, in any of the two ways to say so."""
    blank = [name for name, header in said.columns.items() if not header]
    return [_field_of(said.into, name) for name in (*blank, *sorted(said.ignored))]


def _unasked(table: str, source: ForeignTable, book: BookNow) -> dict[str, int]:
    """The column that each field would get if nobody said anything."""

    def same(_left: int, _right: int) -> bool:
        # Two equal headers are no matter here: the first will do.
        return True

    unasked = map_headers(table, source.headers, {}, same=same, lacking=book.table(table).lacking)
    return {mapped.field: mapped.column for mapped in unasked.columns}
