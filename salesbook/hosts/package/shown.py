"""What do cells with formulas show, and charts that draw them? Values stored by whoever calculates.

A formula's cell holds its text and the value last shown: `<c r="B2"><f>A1*2</f><v>14</v></c>`. A
program that does not calculate when it loads a workbook shows that value: LibreOffice, a preview,
Excel's Protected View. A chart holds a copy of all that it draws, as
`<c:numRef><c:f>ChartData!$D$14:$D$25</c:f><c:numCache>...</c:numCache></c:numRef>`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from salesbook.hosts.area import Area
from salesbook.hosts.formulas import Reading, reading
from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.cellxml import number_text, with_value
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.parts import BookParts, SheetPart, relations
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.saved_by import code_name
from salesbook.hosts.package.sheet_formulas import Place, read_formulas
from salesbook.hosts.package.xmlscan import plain
from salesbook.store import NOT_CALCULATED, Cell, CellError

_DRAWN: Final = re.compile(
    rb"<(?P<p>[\w.-]+:)(?P<kind>num|str)Ref>\s*<(?P=p)f>(?P<place>[^<]*)</(?P=p)f>\s*"
    rb"(?:<(?P=p)(?:num|str)Cache>.*?</(?P=p)(?:num|str)Cache>\s*)?</(?P=p)(?P=kind)Ref>",
    re.DOTALL,
)
"""Matches what a chart draws: where its cells are, and the copy of what they show."""
_FORMAT: Final = re.compile(rb"<(?:[\w.-]+:)formatCode>[^<]*</(?:[\w.-]+:)formatCode>")


_CLOSING_ROWS: Final = re.compile(rb"</(?:[\w.-]+:)?sheetData>")


def _start_of_row(data: bytes, row: int) -> int:
    """Where the first row from a number on begins; 0 where none says its number in the usual way."""
    for match in re.finditer(rb'<(?:[\w.-]+:)?row r="(\d{1,7})"', data):
        if int(match[1]) >= row:
            return match.start()
    return 0


@dataclass(slots=True)
class Shown:
    """Values to be stored in the sheets of a page."""

    parts: Staged
    book: BookParts
    edits: Edits
    values: dict[str, dict[Place, Cell]] = field(default_factory=dict)
    """By a sheet's name in small letters what its cells show, as far as it was stored."""

    def store(self, by_sheet: Mapping[str, Mapping[Reading, Cell]]) -> None:
        """Store values where a formula says what one of these says.

        Args:
            by_sheet: by a sheet's name the value of each formula; NOT_CALCULATED where nobody knows
                it.
        """
        for sheet in self.book.sheets:
            if sheet.name in by_sheet:
                self._store_in(sheet, by_sheet[sheet.name])
        for sheet in self.book.sheets:
            if sheet.name in by_sheet:
                self._redraw(sheet)

    def store_above(self, sheets: Mapping[SheetPart, int], values: Mapping[Reading, Cell]) -> None:
        """Store values in the rows above a row of some sheets.

        A sheet may be long, and what stands above its table is soon read: the rest stays as it is.
        """
        for sheet, row in sheets.items():
            data = self.edits.content(sheet.part)
            end = _start_of_row(data, row)
            closing = _CLOSING_ROWS.search(data, end)
            if end and closing:
                # As a sheet that ends there, with the tags that close it.
                top = data[:end] + data[closing.start() :]
                new_top = self._with_values(top, sheet, values, {})
                rest = data[end : closing.start()]
                length = len(data) - closing.start()
                self.edits.change(sheet.part, new_top[:-length] + rest + new_top[-length:])

    def _store_in(self, sheet: SheetPart, values: Mapping[Reading, Cell]) -> None:
        stored: dict[Place, Cell] = {}
        new = self._with_values(self.edits.content(sheet.part), sheet, values, stored)
        self.values[sheet.name.casefold()] = stored
        self.edits.change(sheet.part, new)

    def _with_values(
        self,
        data: bytes,
        sheet: SheetPart,
        values: Mapping[Reading, Cell],
        stored: dict[Place, Cell],
    ) -> bytes:
        """A sheet whose formulas show these values; what was stored is noted by its place."""
        rows = SheetRows(data, sheet.part, sheet.name)
        for place, text in read_formulas(rows).texts.items():
            said = reading(text)
            if said not in values:
                continue
            stored[place] = values[said]
            row, column = place
            old = rows.row(row).cells[column]
            new = with_value(old, values[said], rows.prefix)
            if new != old:
                rows.edit(row).cells[column] = new
        return rows.render(rows.head, rows.tail) if rows.is_edited else data

    def _redraw(self, sheet: SheetPart) -> None:
        """Let the charts on a sheet hold what their cells show, as far as that is known."""
        for drawing in _related(self.parts, sheet.part, "drawing"):
            for chart in _related(self.parts, drawing, "chart"):
                old = self.edits.content(chart)
                self.edits.change(chart, _DRAWN.sub(self._drawn, old))

    def _drawn(self, match: re.Match[bytes]) -> bytes:
        cells = self._cells(plain(match["place"].decode()))
        if cells is None:
            return match[0]
        p = match["p"].decode()
        # A series of texts is another element than one of numbers; a value is always numbers.
        is_text = match["kind"] == b"str"
        kind = "str" if is_text else "num"
        format_code = _FORMAT.search(match[0])
        points = "".join(
            f'<{p}pt idx="{index}"><{p}v>{escape(text)}</{p}v></{p}pt>'
            for index, cell in enumerate(cells)
            if (text := _drawn_text(cell, is_text=is_text)) is not None
        )
        head = f"<{p}{kind}Ref><{p}f>{match['place'].decode()}</{p}f><{p}{kind}Cache>"
        formatted = format_code[0].decode() if format_code and not is_text else ""
        count = f'<{p}ptCount val="{len(cells)}"/>'
        made = f"{head}{formatted}{count}{points}</{p}{kind}Cache></{p}{kind}Ref>"
        return made.encode()

    def _cells(self, place: str) -> list[Cell] | None:
        """What the cells of `ChartData!$D$14:$D$25` show; None where one of them is not ours."""
        sheet, _, cells = place.rpartition("!")
        if sheet.startswith("'"):
            sheet = sheet[1:-1].replace("''", "'")
        area = Area.parse(cells.replace("$", ""))
        values = self.values.get(sheet.casefold())
        if area is None or values is None:
            return None
        places = [
            (row, column)
            for row in range(area.top, area.bottom + 1)
            for column in range(area.left, area.right + 1)
        ]
        if any(values.get(one, NOT_CALCULATED) == NOT_CALCULATED for one in places):
            return None
        return [values[one] for one in places]


def _drawn_text(cell: Cell, *, is_text: bool) -> str | None:
    """What a chart holds of a cell; a text among numbers is drawn as nothing."""
    if isinstance(cell, CellError):
        return cell.code
    if isinstance(cell, str):
        return cell if is_text else None
    return number_text(cell, "") if isinstance(cell, int | float) else None


def _related(parts: Staged, source: str, kind: str) -> Iterator[str]:
    for relation in relations(parts, source):
        if relation.kind == kind and relation.target in parts:
            yield relation.target


def sheet_called(
    parts: Staged, book: BookParts, wanted: str, names: Collection[str]
) -> SheetPart | None:
    """Find a sheet by the name that macros know it by; of a book that lost those, by its tab.

    Args:
        names: what its tab may be called, in small letters.
    """
    by_tab = None
    for sheet in book.sheets:
        name = code_name(parts, sheet.part)
        if name == wanted:
            return sheet
        if not name and sheet.name.casefold() in names:
            by_tab = sheet
    return by_tab
