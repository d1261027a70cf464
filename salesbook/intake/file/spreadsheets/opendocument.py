"""What does an .ods spreadsheet hold? One part of XML with all sheets, in which things repeat.

`<table:table-row table:number-rows-repeated="3">` is three rows, and a cell may stand for many in
the same way. A cell says itself that it is per cent or money, and of which currency.
Source: OpenDocument 1.3 part 3, 9.1 (tables) and 19.385 (office:value-type).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final
from xml.parsers import expat

from salesbook.errors import PasswordProtected
from salesbook.hosts.package import MAX_CELLS, Archive, refuse_entities
from salesbook.hosts.sheet_cells import SheetCells, Tab, WantsFormat
from salesbook.intake.file.spreadsheets.calamine import CalamineBook, damaged
from salesbook.intake.file.spreadsheets.opendocument_formats import CellFormats
from salesbook.intake.file.spreadsheets.seen import Seen
from salesbook.intake.file.spreadsheets.shown import tells_something
from salesbook.store import NOT_CALCULATED, CellError

CONTENT: Final = "content.xml"
_STYLES: Final = "styles.xml"
"""The part of the styles that people made; those of single cells stand before the sheets."""
_MANIFEST: Final = "META-INF/manifest.xml"
_ENCRYPTED_PART: Final = "encrypted-package"
"""The only content of a file that LibreOffice encrypted as a whole."""
_AROUND_NUMBERS: Final = re.compile(r"[-+()\d\s.,'%]")
"""Matches what stands around a currency in the text of a cell: `-$1,234.50`."""
_NUMBERS: Final = frozenset(("float", "percentage", "currency"))
_HIDDEN: Final = ("collapse", "filter")
_MOST_DIGITS: Final = 9


class OpenDocument:
    """An .ods spreadsheet.

    Raises: NotAWorkbook, PasswordProtected, UnsafeFile.
    """

    def __init__(self, archive: Archive, where: str) -> None:
        self._where = where
        _refuse_encrypted(archive, where)
        if CONTENT not in archive:
            raise damaged(where, CONTENT)
        content = archive.inflate(CONTENT)
        refuse_entities(content, f"{where}: {CONTENT}")
        formats = CellFormats()
        if _STYLES in archive:
            styles = archive.inflate(_STYLES)
            refuse_entities(styles, f"{where}: {_STYLES}")
            _parse(formats, styles, where)
        walk = _Walk(formats)
        _parse(walk, content, where)
        self._sheets = walk.sheets
        for name, seen in self._sheets.items():
            seen.refuse_sparse(f"{where}, {name}")
        self._book = CalamineBook(archive.data, where)

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The sheets in the order of their tabs."""
        return self._book.tabs

    @property
    def is_1904(self) -> bool:
        """Never: dates are written out, and a number is no date."""
        return False

    def cells(self, place: int, wants: WantsFormat, first_rows: int = 0) -> SheetCells:
        """Read a sheet, always all of it. Raises: NotAWorkbook."""
        seen = self._sheets.get(self.tabs[place].name, Seen())
        shown = replace(seen, styled=[found for found in seen.styled if wants(found[2])])
        return shown.beside(self._book.rows(place))


def _refuse_encrypted(archive: Archive, where: str) -> None:
    """Refuse a file whose manifest says how its parts are encrypted. Raises: PasswordProtected."""
    is_encrypted = _ENCRYPTED_PART in archive
    if not is_encrypted and _MANIFEST in archive:
        is_encrypted = b":encryption-data" in archive.inflate(_MANIFEST)
    if is_encrypted:
        raise PasswordProtected("password-protected", where=where)


@dataclass(slots=True)
class _Cell:
    """A cell as it is read: what its tag says, and its text so far."""

    attributes: dict[str, str]
    count: int
    texts: list[str] = field(default_factory=list)


class _Walk:
    """Goes through the tags of all sheets."""

    def __init__(self, formats: CellFormats) -> None:
        self.sheets: dict[str, Seen] = {}
        self._formats = formats
        self._column_styles: list[tuple[int, str]] = []
        """Up to which column which style goes for cells that name none."""
        self._row_style = ""
        self._seen: Seen | None = None
        self._depth = 0
        """Of tables; a table may stand within a cell's drawing."""
        self._row = self._column = 0
        self._row_count = 1
        self._row_is_hidden = self._row_is_filled = False
        self._cell: _Cell | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._seen = self.sheets[attributes.get("table:name", "")] = Seen()
                self._row = 0
                self._column_styles = []
        if self._seen is None:
            self._formats.start(tag, attributes)
        if self._seen is None or self._depth != 1:
            return

        if tag == "table:table-column":
            last = self._column_styles[-1][0] if self._column_styles else 0
            last += _count(attributes, "table:number-columns-repeated")
            style = attributes.get("table:default-cell-style-name", "")
            self._column_styles.append((last, style))
        elif tag == "table:table-row":
            self._row_count = _count(attributes, "table:number-rows-repeated")
            self._column = 0
            self._row_is_filled = False
            self._row_style = attributes.get("table:default-cell-style-name", "")
            self._row_is_hidden = attributes.get("table:visibility") in _HIDDEN
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._cell = _Cell(attributes, _count(attributes, "table:number-columns-repeated"))

    def text(self, text: str) -> None:
        if self._cell is not None:
            self._cell.texts.append(text)
        elif self._seen is None:
            self._formats.text(text)

    def end(self, tag: str) -> None:
        if tag == "table:table":
            self._depth -= 1
            if self._depth == 0:
                self._seen = None
        if self._seen is None:
            self._formats.end(tag)
            return
        if self._depth != 1:
            return

        if tag == "table:table-row":
            # Thousands of blank rows may be hidden below the last one that holds something.
            if self._row_is_hidden and self._row_is_filled:
                self._seen.hidden.update(self._rows())
            self._row += self._row_count
        elif tag in ("table:table-cell", "table:covered-table-cell") and self._cell is not None:
            self._end_cell(self._seen, self._cell)
            self._column += self._cell.count
            self._cell = None

    def _rows(self) -> range:
        """The numbers of the rows that the row at hand stands for."""
        return range(self._row + 1, self._row + self._row_count + 1)

    def _end_cell(self, seen: Seen, cell: _Cell) -> None:
        kind = cell.attributes.get("office:value-type", "")
        has_formula = "table:formula" in cell.attributes
        if not kind and not has_formula and not cell.texts:
            return

        self._row_is_filled = True
        seen.cells += cell.count * self._row_count
        seen.last_row = max(seen.last_row, self._row + self._row_count)
        seen.last_column = max(seen.last_column, self._column + cell.count)
        # Refused later, for all that it claims: it must not be counted out before.
        if seen.cells > MAX_CELLS:
            return

        code = self._format_of(cell, kind) if kind in _NUMBERS else ""
        error = _error_of(cell, kind)
        if not code and not error:
            return
        for row in self._rows():
            for column in range(self._column + 1, self._column + cell.count + 1):
                if code:
                    seen.styled.append((row, column, code))
                if error:
                    seen.errors[row, column] = error

    def _format_of(self, cell: _Cell, kind: str) -> str:
        """The number format of a cell, by its style or by what the cell says of itself."""
        style = cell.attributes.get("table:style-name") or self._row_style
        style = style or self._style_of_column()
        code = self._formats.code_of(style)
        if tells_something(code):
            return code
        if kind == "percentage":
            return "0%"
        # A cell in the money of the computer that wrote it names no currency, and shows one.
        currency = cell.attributes.get("office:currency", "")
        if kind == "currency" and not currency:
            currency = _AROUND_NUMBERS.sub("", "".join(cell.texts))
        return f"[${currency}]0" if currency else ""

    def _style_of_column(self) -> str:
        for last, style in self._column_styles:
            if self._column < last:
                return style
        return ""


def _error_of(cell: _Cell, kind: str) -> CellError | None:
    """The error that the cell shows, or that its formula has no value."""
    if cell.attributes.get("calcext:value-type") == "error":
        return CellError("".join(cell.texts).strip() or "#VALUE!")
    if "table:formula" in cell.attributes and not kind and not cell.texts:
        return NOT_CALCULATED
    return None


def _count(attributes: dict[str, str], name: str) -> int:
    """How often a row or a cell stands there."""
    text = attributes.get(name, "1")
    is_count = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return max(1, int(text)) if is_count else 1


def _parse(walk: _Walk | CellFormats, data: bytes, where: str) -> None:
    """Have somebody go through the tags of a part. Raises: NotAWorkbook."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(where, CONTENT) from error
