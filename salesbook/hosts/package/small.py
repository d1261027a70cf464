"""What is the reader given? A package of one sheet that holds nothing but what was checked.

Counts and extents that a part claims are left out, because the reader reserves memory for whatever they say.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from salesbook.errors import UnsafeFile
from salesbook.hosts.package.guards import MAX_STYLES_BYTES, MEGABYTE, refuse_entities
from salesbook.hosts.package.parts import BookParts

Content = Callable[[str], bytes]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension\s[^>]*?(?:/>|>\s*</(?:[\w.-]+:)?dimension\s*>)")
_ERROR_KIND = re.compile(rb"""(<(?:[\w.-]+:)?c\s(?:[^>]*?\s)?t\s*=\s*)["']e["']""")
_ROOT = re.compile(rb"<(?:[\w.-]+:)?sst(?=[\s/>])[^>]*>")


def small_package(content: Content, book: BookParts, sheet: bytes) -> io.BytesIO:
    """Build a package of one sheet with the strings and styles it needs.

    Raises: UnsafeFile, NotAWorkbook.
    """
    parts = {"sheet.xml": ("worksheet", _without_errors(_without_dimension(sheet)))}
    if book.styles:
        styles = content(book.styles)
        if len(styles) > MAX_STYLES_BYTES:
            raise UnsafeFile("part-too-large", where=book.styles, megabytes=len(styles) // MEGABYTE)
        refuse_entities(styles, book.styles)
        parts["styles.xml"] = ("styles", _COUNT.sub(b"", styles))
    if book.strings:
        strings = content(book.strings)
        refuse_entities(strings, book.strings)
        uncounted = _ROOT.sub(lambda tag: _COUNT.sub(b"", tag[0]), strings, count=1)
        parts["sharedStrings.xml"] = ("sharedStrings", uncounted)
    return _zipped(parts, book.is_1904)


def _without_dimension(sheet: bytes) -> bytes:
    found = _DIMENSION.search(sheet, 0, max(0, sheet.find(b"sheetData")))
    return sheet[: found.start()] + sheet[found.end() :] if found else sheet


def _without_errors(sheet: bytes) -> bytes:
    """Make error values texts: the reader gives up on a sheet that holds one it does not know, as #SPILL!."""
    if b'"e"' not in sheet and b"'e'" not in sheet:
        return sheet
    return _ERROR_KIND.sub(rb'\1"str"', sheet)


def _zipped(parts: dict[str, tuple[str, bytes]], is_1904: bool) -> io.BytesIO:
    links = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/{kind}" Target="{name}"/>'
        for i, (name, (kind, _)) in enumerate(parts.items())
    )
    workbook = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(is_1904)}"/>'
        f'<sheets><sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>'
    )
    root = f'<Relationship Id="r0" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("_rels/.rels", _relations(root))
        package.writestr("xl/workbook.xml", workbook)
        package.writestr("xl/_rels/workbook.xml.rels", _relations(links))
        for name, (_, data) in parts.items():
            package.writestr(f"xl/{name}", data)
    buffer.seek(0)
    return buffer


def _relations(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'
