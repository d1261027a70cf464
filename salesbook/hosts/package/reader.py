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
from salesbook.hosts.area import Area
from salesbook.hosts.package.archive import Packed, Staged
from salesbook.hosts.package.extent import refuse_wide_extent
from salesbook.hosts.package.guards import refuse_entities, refuse_styles
from salesbook.hosts.package.lost import Lost, find_lost, with_errors_as_texts
from salesbook.hosts.package.parts import BookParts, SheetPart
from salesbook.hosts.package.xmlscan import attribute, replaced, tag_pattern, whole_number
from salesbook.hosts.package.zipping import stored, with_head, zipped

HEAD = b"<worksheet><mergeCells/></worksheet><!--mlvtshkz-->"
"""Goes before a sheet, to save a second pass through its XML.

The reader would go through it once more for `mergeCells` alone; here it finds one at once. The
comment makes the check sum of these bytes 0, see `with_head`.
"""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PREFIX = rb"(?:[\w.-]+:)?"
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
"""Matches what a part claims to hold: ` count="1000"` or ` uniqueCount='12'`."""
_CELLS = re.compile(rb"<%bsheetData[\s/>]" % _PREFIX)
"""Matches where the rows begin: `<sheetData>` or `<x:sheetData/`."""
_DIMENSION = re.compile(rb"<%bdimension\s[^>]*?(?:/>|>\s*</%bdimension\s*>)" % (_PREFIX, _PREFIX))
"""Matches what a sheet claims as its extent: `<dimension ref="A1:F9"/>`."""
_BEFORE_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml[^<>]*\?>)?\s*")
"""Matches a byte order mark and `<?xml version="1.0"?>`, or nothing."""
_TEXTS_ROOT = re.compile(rb"<%bsst(?=[\s/>])[^>]*>" % _PREFIX)
"""Matches the start tag of the shared texts: `<sst count="9" uniqueCount="7">`."""
_LEAST_TEXT_BYTES = len("<si/>")


class SheetReader:
    """A package's sheets with tables.

    What they share, texts and formats, is read with the first of them.
    """

    def __init__(self, parts: Staged, book: BookParts) -> None:
        self._parts = parts
        self._book = book
        sheets = dict.fromkeys(table.sheet for table in book.tables.values())
        as_saved = [sheet for sheet in sheets if parts.packed(sheet.part)]
        self._places = {sheet: place for place, sheet in enumerate(as_saved)}
        """Where each sheet that the file holds as it is stands in the package for the reader."""

    def rows(self, sheet: SheetPart, last: int) -> tuple[list[list[Any]], Lost]:
        """Check a sheet and read its rows.

        Args:
            last: the last row that is wanted.

        Returns: the rows from the sheet's first on, and what the reader does not tell.

        Raises: NotAWorkbook, UnsafeFile.
        """
        anew, lost = self._checked(sheet)
        try:
            if anew is None:
                cells = self._saved.get_sheet_by_index(self._places[sheet])
            else:
                cells = self._opened([anew]).get_sheet_by_index(0)
            rows: list[list[Any]] = cells.to_python(skip_empty_area=False, nrows=last)
        except (CalamineError, ValueError, IndexError, OSError) as error:
            raise NotAWorkbook("damaged-part", where=sheet.part) from error

        return rows, lost

    def _checked(self, sheet: SheetPart) -> tuple[Packed | None, Lost]:
        """Check a sheet; give it anew where it cannot be read as it was saved."""
        data = self._parts.content(sheet.part)
        refuse_entities(data, sheet.part)
        refuse_wide_extent(data, sheet.part, sheet.name)
        lost = find_lost(data, sheet.part, lambda: self._parts.content(sheet.part))
        extent = _DIMENSION.search(data, 0, rows_start(data, sheet.part))
        has_plain_extent = not extent or _is_area(extent[0])
        if lost.is_readable and has_plain_extent and sheet in self._places:
            return None, lost

        if extent:
            data = replaced(data, extent, b"")

        if not lost.is_readable:
            data = with_errors_as_texts(data)

        return stored(data), lost

    @cached_property
    def _saved(self) -> CalamineWorkbook:
        """The sheets that the file holds as they are."""
        sheets = [self._parts.packed(sheet.part) for sheet in self._places]
        return self._opened([packed for packed in sheets if packed])

    def _opened(self, sheets: Sequence[Packed]) -> CalamineWorkbook:
        """Open a package of these sheets with the texts and formats they need."""
        texts = readable_texts(self._parts, self._book.strings)
        return opened(sheets, self._styles(), texts, is_1904=self._book.is_1904)

    def _styles(self) -> Packed | None:
        part = self._book.styles
        if not part:
            return None
        data = self._parts.content(part)
        refuse_styles(data, part)
        return stored(_COUNT.sub(b"", data))


def opened(
    sheets: Sequence[Packed], styles: Packed | None, texts: Packed | None, *, is_1904: bool
) -> CalamineWorkbook:
    """Open a small package made of these parts alone.

    Raises: whatever the reader raises for parts that it cannot read.
    """
    parts: dict[str, Packed] = {}
    links = ""
    sheet_tags = ""
    for place, sheet in enumerate(sheets):
        name = f"sheet{place}.xml"
        parts[name] = with_head(sheet, HEAD)
        links += _link(f"r{place}", "worksheet", name)
        sheet_tags += f'<sheet name="S{place}" sheetId="{place + 1}" r:id="r{place}"/>'

    for kind, shared in (("styles", styles), ("sharedStrings", texts)):
        if shared:
            parts[f"{kind}.xml"] = shared
            links += _link(kind, kind, f"{kind}.xml")

    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f'<workbookPr date1904="{int(is_1904)}"/>'
        f"<sheets>{sheet_tags}</sheets></workbook>"
    )
    root_link = _link("r", "officeDocument", "xl/workbook.xml")
    members = {
        "[Content_Types].xml": stored(b"<Types/>"),
        "_rels/.rels": stored(_relations(root_link)),
        "xl/workbook.xml": stored(workbook.encode()),
        "xl/_rels/workbook.xml.rels": stored(_relations(links)),
    }
    for name, packed in parts.items():
        members[f"xl/{name}"] = packed

    return CalamineWorkbook.from_filelike(io.BytesIO(zipped(members)))


def readable_texts(parts: Staged, part: str | None) -> Packed | None:
    """Check the shared texts and give them so that the reader reserves no memory in vain.

    Raises: NotAWorkbook, UnsafeFile.
    """
    if not part:
        return None
    data = parts.content(part)
    refuse_entities(data, part)
    packed = parts.packed(part)
    if packed and _counts_truly(data):
        return packed
    return stored(_TEXTS_ROOT.sub(lambda tag: _COUNT.sub(b"", tag[0]), data))


def without_extent(sheet: bytes, part: str) -> bytes:
    """Take away what a sheet claims as its extent. Raises: NotAWorkbook where it has no rows."""
    extent = _DIMENSION.search(sheet, 0, rows_start(sheet, part))
    return replaced(sheet, extent, b"") if extent else sheet


def rows_start(sheet: bytes, part: str) -> int:
    """Find where a sheet's rows begin. Raises: NotAWorkbook where it has none, not even blank."""
    cells = _CELLS.search(sheet)
    if not cells:  # the reader would find the sheet blank
        raise NotAWorkbook("damaged-part", where=part)
    return cells.start()


def _is_area(extent: bytes) -> bool:
    return Area.parse(attribute(extent, b"ref") or "") is not None


def _counts_truly(texts: bytes) -> bool:
    """Say whether there can be as many texts as the part claims."""
    before_root = _BEFORE_ROOT.match(texts)
    root_start = before_root.end() if before_root else 0
    root = tag_pattern(_PREFIX, b"sst").match(texts, root_start)
    if not root:
        return False

    count = attribute(root[1], b"uniqueCount")
    if count is None:
        return True

    claimed = whole_number(count, default=-1)
    return 0 <= claimed <= len(texts) // _LEAST_TEXT_BYTES


def _link(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations(links: str) -> bytes:
    return f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'.encode()
