"""What is a package to be brought to, and what came of it?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Known:
    """Marks of what released versions put into a workbook; what has another mark is somebody's own."""

    validations: Collection[str] = ()
    notes: Collection[str] = ()
    modules: Collection[str] = ()
    ribbons: Collection[str] = ()
    sheets: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Marks of the sheets without a table, by their name in macros."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The template, and what only somebody who knows the words can say about the workbook.

    Headers are matched by what they mean, so a template's header may be another text in the book.
    """

    template: bytes
    columns: Mapping[str, Mapping[str, str]]
    """By table, for those that both have: the book's header by the template's."""
    own_headers: Mapping[str, Mapping[str, str]]
    """By table: columns of people's own that must make room for a new one, with their new header."""
    new_headers: Mapping[str, Mapping[str, str]]
    """By table: columns of ours that were called otherwise once, with what they are called now."""
    rows: Mapping[str, Mapping[int, int]]
    """By table, where single rows have a rule of their own: the book's sheet row by the template's."""
    sheet_names: Mapping[str, Collection[str]]
    """What the sheet with a name in macros may be called, in lower case, in any language."""
    own_suffix: str
    """What a sheet of people's own is called behind its name, such as ` (own)`."""
    kept_settings: str
    """What keys of the hidden settings of macros begin with that are ours alone."""
    filled_tables: Collection[str] = ()
    """Tables that come, if the book lacks them, with the rows that a fresh workbook has."""
    known: Known = Known()
    may_replace_macros: bool = False


@dataclass(slots=True)
class Renewal:
    """What changed, by kind; everything is empty for a book that was up to date."""

    parts: dict[str, bytes | None] = field(default_factory=dict)
    """New content by part name in lower case; None for a part that goes."""
    tables: list[str] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    """Table and header of each column that was added."""
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    """Table, old and new header of each own column that made room."""
    new_headers: list[tuple[str, str, str]] = field(default_factory=list)
    """Table, old and new header of each column of ours that is called otherwise now."""
    sheets: list[str] = field(default_factory=list)
    """Sheets without tables that were replaced or added."""
    kept_sheets: list[tuple[str, str]] = field(default_factory=list)
    """Sheets that somebody had worked on: what they were called, and what they are called now."""
    code_names: int = 0
    styles: int = 0
    rules: int = 0
    notes: int = 0
    views: int = 0
    formulas: int = 0
    """Columns that say again which formula calculates them."""
    buttons: int = 0
    """Those that started no macro any more."""
    names: int = 0
    macros: bool = False
    ribbon: bool = False
    own_modules: dict[str, str] = field(default_factory=dict)
    """Macros of people's own that the template's project does not have: text by module."""
    own_project: bytes = b""
    """The project that held them."""
    own_ribbon: bytes = b""

    @property
    def is_empty(self) -> bool:
        """True where nothing had to change."""
        return not self.parts
