"""What is the reader given? A package of one sheet that holds nothing but what was checked.

Counts and extents that a part claims are left out, because the reader reserves memory for whatever they say.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from salesbook.hosts.package.guards import refuse_styles
from salesbook.hosts.package.parts import BookParts
from salesbook.hosts.package.strings import SharedStrings

Content = Callable[[str], bytes]
Pieces = tuple[bytes | memoryview, ...]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_COUNT = re.compile(rb"""\s(?:uniqueCount|count)\s*=\s*(?:"[^"<>]*"|'[^'<>]*')""")
_DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension\s[^>]*?(?:/>|>\s*</(?:[\w.-]+:)?dimension\s*>)")
_ERROR_KIND = re.compile(rb"""(<(?:[\w.-]+:)?c\s(?:[^>]*?\s)?t\s*=\s*)["']e["']""")


def small_package(
    content: Content, book: BookParts, sheet: bytes, strings: SharedStrings | None
) -> io.BytesIO:
    """Build a package of one sheet with the strings and styles it needs.

    Raises: UnsafeFile, NotAWorkbook.
    """
    sheet, texts = strings.needed_by(sheet) if strings else (sheet, None)
    parts: dict[str, tuple[str, Pieces]] = {
        "sheet.xml": ("worksheet", _without_dimension(_without_errors(sheet)))
    }
    if book.styles:
        styles = content(book.styles)
        refuse_styles(styles, book.styles)
        parts["styles.xml"] = ("styles", (_COUNT.sub(b"", styles),))
    if texts is not None:
        parts["sharedStrings.xml"] = ("sharedStrings", (texts,))
    return _zipped(parts, book.is_1904)


def _without_dimension(sheet: bytes) -> Pieces:
    found = _DIMENSION.search(sheet, 0, max(0, sheet.find(b"sheetData")))
    whole = memoryview(sheet)
    return (whole[: found.start()], whole[found.end() :]) if found else (whole,)


def may_hold_errors(sheet: bytes) -> bool:
    """Say whether some cell may hold an error value."""
    return b'"e"' in sheet or b"'e'" in sheet


def _without_errors(sheet: bytes) -> bytes:
    """Make error values texts: the reader gives up on a sheet that holds one it does not know, as #SPILL!."""
    return _ERROR_KIND.sub(rb'\1"str"', sheet) if may_hold_errors(sheet) else sheet


def _zipped(parts: dict[str, tuple[str, Pieces]], is_1904: bool) -> io.BytesIO:
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
        for name, (_, pieces) in parts.items():
            with package.open(f"xl/{name}", "w") as member:
                for piece in pieces:
                    member.write(piece)
    buffer.seek(0)
    return buffer


def _relations(links: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>'
