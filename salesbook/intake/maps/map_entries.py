"""What does a row of ImportMaps say, and to which files does it belong?

The rows of one kind of file share a *source*: the file's name without digits, and behind `#` a mark
of its headers: `Deals export #1f3a9c`. A file of the same headers is known by the mark, whatever it
is called; else one of the same name, whatever its headers are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from salesbook import labels
from salesbook.errors import UsageError
from salesbook.intake.book_now import BookNow
from salesbook.intake.columns.header_folding import fold_header
from salesbook.intake.columns.headers import columns_of_header, field_named
from salesbook.labels.words import fold
from salesbook.tables import TABLES

IMPORT_MAPS: Final = "ImportMaps"
ALL_OTHERS: Final = "*"
"""In place of a header: every column that goes into no field."""
_MARK: Final = re.compile(r"#\s*([0-9a-f]{6})\s*$")
"""Matches the mark at the end of `Deals export #1f3a9c`."""
_NOT_IN_A_KIND: Final = re.compile(r"[\d\W_]+")
"""What tells one export of a kind from the next: days, numbers and what stands between words."""

Key = tuple[str, str, str]
"""Header, word and field of a row of ImportMaps; the word is blank for a column as a whole."""


@dataclass(frozen=True, slots=True)
class Entry:
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
    def key(self) -> Key:
        """What tells it from the others of its source."""
        return fold_header(self.header), fold(self.word), self.field


def entries_of(table: str, book: BookNow) -> list[Entry]:
    """What ImportMaps says of a table, in the order of its rows."""
    entries = []
    for position, values in book.table(IMPORT_MAPS).rows.items():
        if values.get("table") != table:
            continue
        texts = {name: str(values.get(name, "")) for name in ("source", "header", "word")}
        used_on = values.get("used_on")
        entries.append(
            Entry(
                position,
                **texts,
                field=str(values.get("field", "")),
                code=str(values.get("code", "")),
                used_on=used_on if isinstance(used_on, dt.date) else None,
            )
        )
    return entries


def mark_of(source: str) -> str:
    """The mark of the headers in a source; blank where somebody deleted it."""
    match = _MARK.search(source)
    return match[1] if match else ""


def _kind_of(source: str) -> str:
    return fold(_MARK.sub("", source))


def chosen_entries(entries: Sequence[Entry], kind: str, mark: str) -> list[Entry]:
    """The rows of the one source that is likest to a file: by headers, else by name, the newest."""
    by_source: dict[str, list[Entry]] = {}
    for entry in entries:
        by_source.setdefault(entry.source, []).append(entry)

    def likeness(source: str) -> tuple[bool, bool, dt.date, str]:
        days = [entry.used_on for entry in by_source[source] if entry.used_on]
        has_same_headers = bool(mark) and mark_of(source) == mark
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


def is_in(header: str, headers: Sequence[str]) -> bool:
    """Whether a file has the column that a row is about."""
    return header == ALL_OTHERS or bool(columns_of_header(header, headers))


def values_of(entry: Entry, table: str, book: BookNow) -> dict[str, Any]:
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


def _code_label(table: str, entry: Entry, book: BookNow) -> str:
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


def field_of(table: str, name: str) -> str:
    """The field that somebody means; what is none stays as it is."""
    try:
        return field_named(table, name, where="")
    except UsageError:
        return name


def is_field(table: str, name: str) -> bool:
    """Whether a name is a field of the table, or steers the import as `_status` does."""
    return bool(name) and (name in TABLES[table].field_names or name.startswith("_"))
