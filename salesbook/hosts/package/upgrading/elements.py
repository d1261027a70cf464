"""Where do the children of a part's root stand, and where does a new one belong?

Parts are cut, not parsed into trees, so that everything that is not touched keeps its bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from xml.parsers import expat

from salesbook.errors import CannotWrite
from salesbook.hosts.package.guards import refuse_entities

WORKSHEET_ORDER: Final = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing "
    "legacyDrawing legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts "
    "extLst"
).split()
"""The order in which the schema wants a sheet's elements; Excel repairs a file in another one."""
WORKBOOK_ORDER: Final = (
    "fileVersion fileSharing workbookPr workbookProtection bookViews sheets functionGroups "
    "externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
).split()
STYLES_ORDER: Final = (
    "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst"
).split()

_TAG: Final = re.compile(rb"""</?[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
"""Matches `<name a="x > y"/>` or `</name>`: a value may hold what would end the tag."""

_REMEMBERED: Final = 100


@dataclass(frozen=True, slots=True)
class Element:
    """One element and the bytes that it takes."""

    name: str
    start: int
    end: int
    """Behind its end tag."""


@lru_cache(maxsize=_REMEMBERED)
def elements(data: bytes, part: str, depth: int = 1) -> tuple[Element, ...]:
    """List the elements at one depth below the root, in order.

    A part is asked for one element after the other, so that where they stand is remembered.

    Raises: CannotWrite for a part whose main namespace goes by a prefix, or that is broken.
    """
    refuse_entities(data, part)
    found: list[Element] = []
    open_elements: list[tuple[str, int]] = []
    parser = expat.ParserCreate()

    def begin(name: str, _: dict[str, str]) -> None:
        open_elements.append((name, parser.CurrentByteIndex))

    def end(_: str) -> None:
        name, start = open_elements.pop()
        if len(open_elements) != depth:
            return
        opening = _TAG.match(data, start)
        is_empty = opening is not None and opening[0].endswith(b"/>")
        closing = opening if is_empty else _TAG.match(data, parser.CurrentByteIndex)
        if closing is None:
            raise CannotWrite("unusual-xml", where=part, found=name)
        found.append(Element(name, start, closing.end()))

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise CannotWrite("unusual-xml", where=part, found=str(error)) from error
    return tuple(found)


def children(container: bytes, part: str) -> list[bytes]:
    """Cut an element of its own into its children."""
    return [container[child.start : child.end] for child in elements(container, part)]


def element(data: bytes, part: str, name: str) -> bytes:
    """Take out the first child of that name; empty where there is none."""
    for child in elements(data, part):
        if child.name == name:
            return data[child.start : child.end]
    return b""


def with_element(
    data: bytes, part: str, name: str, new: bytes, order: list[str] = WORKSHEET_ORDER
) -> bytes:
    """Put an element in the place of the one of its name, or where the schema wants it.

    Empty bytes take it out.
    """
    present = elements(data, part)
    for child in present:
        if child.name == name:
            return data[: child.start] + new + data[child.end :]
    if not new:
        return data

    later = set(order[order.index(name) + 1 :])
    for child in present:
        if child.name in later:
            return data[: child.start] + new + data[child.start :]
    end = data.rindex(b"</")
    return data[:end] + new + data[end:]
