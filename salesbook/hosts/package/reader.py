"""What is the reader given? A package of the checked sheets as the file holds them, packed and all.

Counts and extents that a part claims are believed only where they can be true, because the reader
reserves memory for whatever they say. Where one cannot, or the reader would give up, a sheet is
read from a package of its own that leaves them out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from salesbook.errors import NotAWorkbook
from salesbook.hosts.package.archive import Packed
from salesbook.hosts.package.extent import refuse_wide_extent
from salesbook.hosts.package.guards import refuse_entities, refuse_styles
from salesbook.hosts.package.lost import Lost, find_lost, with_errors_as_texts
from salesbook.hosts.package.parts import BookParts, SheetPart
from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.staged import Staged
from salesbook.hosts.package.xmlscan import attribute, tag_pattern
from salesbook.hosts.package.zipped import stored, with_head, zipped

HEAD = b"<worksheet><mergeCells/></worksheet><!--mlvtshkz-->"
"""Goes before a sheet, whose XML the reader would go through twice, the second time for this
element alone.

The comment makes its check sum 0.
"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PREFIX = rb"(?:[\w.-]+:)?"
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_CELLS = re.compile(rb"<%bsheetData[\s/>]" % _PREFIX)
_DIMENSION = re.compile(rb"<%bdimension\s[^>]*?(?:/>|>\s*</%bdimension\s*>)" % (_PREFIX, _PREFIX))
_BEFORE_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml[^<>]*\?>)?\s*")
_TEXTS_ROOT = re.compile(rb"<%bsst(?=[\s/>])[^>]*>" % _PREFIX)
_LEAST_TEXT_BYTES = len("<si/>")


class SheetReader:
    """A package's sheets with tables. What they share, texts and formats, is read with the first of
    them.
    """

    def __init__(self, parts: Staged, book: BookParts) -> None:
        self._parts, self._book = parts, book
        sheets = dict.fromkeys(table.sheet for table in book.tables.values())
        as_saved = [sheet for sheet in sheets if parts.packed(sheet.part)]
        self._places = {sheet: place for place, sheet in enumerate(as_saved)}

    def rows(self, sheet: SheetPart, last: int) -> tuple[list[list[Any]], Lost]:
        """Check a sheet and read its rows up to the last that is wanted, and what the reader does
        not tell.

        Raises: NotAWorkbook, UnsafeFile.
        """
        own, lost = self._checked(sheet)
        try:
            book, place = (
                (self._saved, self._places[sheet]) if own is None else (self._opened([own]), 0)
            )
            cells = book.get_sheet_by_index(place)
            found: list[list[Any]] = cells.to_python(skip_empty_area=False, nrows=last)
        except (CalamineError, ValueError, IndexError, OSError) as error:
            raise NotAWorkbook("damaged-part", where=sheet.part) from error
        return found, lost

    def _checked(self, sheet: SheetPart) -> tuple[Packed | None, Lost]:
        """Check a sheet; give it anew where it cannot be read as it was saved."""
        data = self._parts.content(sheet.part)
        refuse_entities(data, sheet.part)
        refuse_wide_extent(data, sheet.part, sheet.name)
        lost = find_lost(data, sheet.part, lambda: self._parts.content(sheet.part))
        cells = _CELLS.search(data)
        if not cells:  # the reader would find the sheet blank
            raise NotAWorkbook("damaged-part", where=sheet.part)
        extent = _DIMENSION.search(data, 0, cells.start())
        is_plain = lost.is_readable and (not extent or _is_area(extent[0]))
        if is_plain and sheet in self._places:
            return None, lost
        if extent:
            data = data[: extent.start()] + data[extent.end() :]
        return stored(data if lost.is_readable else with_errors_as_texts(data)), lost

    @cached_property
    def _saved(self) -> CalamineWorkbook:
        return self._opened(
            [packed for sheet in self._places if (packed := self._parts.packed(sheet.part))]
        )

    def _opened(self, sheets: Sequence[Packed]) -> CalamineWorkbook:
        """Open a package of these sheets with the texts and formats they need."""
        parts = {f"sheet{place}.xml": with_head(sheet, HEAD) for place, sheet in enumerate(sheets)}
        links = "".join(_link(f"r{place}", "worksheet", name) for place, name in enumerate(parts))
        for kind, shared in (("styles", self._styles()), ("sharedStrings", self._texts())):
            if shared:
                parts[f"{kind}.xml"] = shared
                links += _link(kind, kind, f"{kind}.xml")
        names = "".join(
            f'<sheet name="S{place}" sheetId="{place + 1}" r:id="r{place}"/>'
            for place in range(len(sheets))
        )
        workbook = (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
            f'<workbookPr date1904="{int(self._book.is_1904)}"/><sheets>{names}</sheets></workbook>'
        )
        package = {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": _relations(_link("r", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": workbook,
            "xl/_rels/workbook.xml.rels": _relations(links),
        }
        members = {name: stored(text.encode()) for name, text in package.items()}
        members |= {f"xl/{name}": packed for name, packed in parts.items()}
        return CalamineWorkbook.from_filelike(io.BytesIO(zipped(members)))

    def _styles(self) -> Packed | None:
        part = self._book.styles
        if not part:
            return None
        data = self._parts.content(part)
        refuse_styles(data, part)
        return stored(_COUNT.sub(b"", data))

    def _texts(self) -> Packed | None:
        part = self._book.strings
        if not part:
            return None
        data = self._parts.content(part)
        refuse_entities(data, part)
        packed = self._parts.packed(part)
        if packed and _counts_truly(data):
            return packed
        return stored(_TEXTS_ROOT.sub(lambda tag: _COUNT.sub(b"", tag[0]), data))


def _is_area(extent: bytes) -> bool:
    return Area.parse(attribute(extent, b"ref") or "") is not None


def _counts_truly(texts: bytes) -> bool:
    """Say whether there can be as many texts as the part claims."""
    start = _BEFORE_ROOT.match(texts)
    root = tag_pattern(_PREFIX, b"sst").match(texts, start.end() if start else 0)
    if not root:
        return False
    count = attribute(root[1], b"uniqueCount")
    if count is None:
        return True
    digits = count if count.isascii() and count.isdigit() and len(count) < 10 else ""
    return bool(digits) and int(digits) * _LEAST_TEXT_BYTES <= len(texts)


def _link(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'
