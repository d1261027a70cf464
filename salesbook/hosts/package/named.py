"""What do cells show that the workbook has a name for, and how does one of them get another text?

`<definedName name="sheet_switches">Start!$E$14:$G$20</definedName>`
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from salesbook.hosts.area import Area, cell_name
from salesbook.hosts.package.archive import Staged
from salesbook.hosts.package.cellxml import after_reference, style_of
from salesbook.hosts.package.edits import Edits
from salesbook.hosts.package.parts import BookParts, SheetPart
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.xmlscan import (
    attribute,
    element_pattern,
    plain,
    root_prefix,
    start_tag,
    tag_pattern,
    whole_number,
)

_YES = ("1", "true", "on")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>([^<]*)<")
"""Matches a cell's value: `<v>14</v>`."""
_RUN = re.compile(rb"<(?:[\w.-]+:)?t(?:\s[^>]*)?>([^<]*)<")
"""Matches a piece of text, `<t xml:space="preserve">Hidden</t>`."""
_SHARED = re.compile(rb"<((?:[\w.-]+:)?)si(?:\s[^>]*)?(?:/>|>(.*?)</\1si\s*>)", re.DOTALL)
"""Matches one of the texts that cells share, `<si><t>Hidden</t></si>`."""


@dataclass(frozen=True, slots=True)
class NamedCells:
    """The cells that a workbook means by a name."""

    sheet: SheetPart
    area: Area


def find_named(parts: Staged, book: BookParts, name: str) -> NamedCells | None:
    """Find the one area that a name of the whole workbook means; None where it means anything else."""
    workbook = parts.content(book.workbook)
    prefix = root_prefix(workbook, b"workbook", book.workbook)
    for match in element_pattern(prefix, b"definedName").finditer(workbook):
        tag = start_tag(match[0])
        is_local = attribute(tag, b"localSheetId") is not None
        if is_local or (attribute(tag, b"name") or "").lower() != name.lower():
            continue
        sheet_name, _, cells = plain((match[2] or b"").decode()).strip().rpartition("!")
        if sheet_name.startswith("'"):
            sheet_name = sheet_name[1:-1].replace("''", "'")
        area = Area.parse(cells.replace("$", ""))
        sheets = [sheet for sheet in book.sheets if sheet.name.lower() == sheet_name.lower()]
        return NamedCells(sheets[0], area) if area and sheets else None
    return None


def shown_texts(parts: Staged, book: BookParts, name: str) -> Sequence[Sequence[str]]:
    """What the cells of a name show, row by row; a formula shows what was stored with it."""
    named = find_named(parts, book, name)
    if named is None:
        return ()
    rows = SheetRows(parts.content(named.sheet.part), named.sheet.part, named.sheet.name)
    shown = []
    for number in range(named.area.top, named.area.bottom + 1):
        cells = rows.row(number).cells
        shown.append([_text(cells.get(column), parts, book) for column in named.area.columns])
    return shown


def _text(cell: bytes | None, parts: Staged, book: BookParts) -> str:
    if cell is None:
        return ""
    kind = attribute(start_tag(cell), b"t")
    if kind == "inlineStr":
        return _joined(cell)
    value = _VALUE.search(cell)
    if value is None:
        return ""
    if kind != "s":
        return plain(value[1].decode())
    texts = parts.content(book.strings) if book.strings else b""
    place = whole_number(value[1].decode())
    match = next(islice(_SHARED.finditer(texts), place, None), None)
    return _joined(match[2] or b"") if match else ""


def _joined(xml: bytes) -> str:
    return "".join(plain(run.decode()) for run in _RUN.findall(xml))


def put_texts(
    edits: Edits, parts: Staged, book: BookParts, name: str, texts: Mapping[tuple[int, int], str]
) -> None:
    """Give cells of a name other texts; nothing where the name or the sheet is closed to it.

    Args:
        texts: by row and column inside the area, from 0. A formula gives way.
    """
    named = find_named(parts, book, name)
    if named is None or not texts:
        return
    sheet, area = named.sheet, named.area
    rows = SheetRows(edits.content(sheet.part), sheet.part, sheet.name)
    protection = tag_pattern(rows.prefix, b"sheetProtection").search(rows.tail)
    if protection and attribute(protection[0], b"sheet") in _YES:
        return

    prefix = rows.prefix.decode()
    for (down, right), text in texts.items():
        row, column = area.top + down, area.left + right
        cells = rows.edit(row).cells
        old = cells.get(column)
        reference = cell_name(row, column)
        rest = after_reference(text, style_of(old) if old else 0, prefix, False, reference)
        cells[column] = f'<{prefix}c r="{reference}"{rest}'.encode()
    edits.change(sheet.part, rows.render(rows.head, rows.tail))
