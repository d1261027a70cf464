"""What of a sheet does the reader not tell? Merged areas, errors, formulas, numbers shown as times."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from salesbook.errors import CannotWrite
from salesbook.hosts.area import Area
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.sheet_formulas import SheetFormulas, read_formulas
from salesbook.hosts.package.xmlscan import plain, root_prefix
from salesbook.store import NOT_CALCULATED

_MAYBE_ERROR = re.compile(rb"""t\s*=\s*["']e["']""")
"""Matches `t="e"`, with which a cell says that it holds an error; a quick look."""
_ERROR_KIND = re.compile(rb"""(<(?:[\w.-]+:)?c\s(?:[^>]*?\s)?t\s*=\s*)["']e["']""")
"""Matches a cell's start tag up to that type: `<c r="B2" s="4" t="e"`."""
_READABLE_ERRORS = frozenset(b"#DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE!".split())


@dataclass(frozen=True, slots=True)
class LostError:
    """An error value that the reader leaves blank."""

    row: int
    column: int
    code: str


@dataclass(frozen=True)
class Lost:
    """What is put back into a sheet's cells after they were read."""

    merged: list[Area]
    errors: list[LostError]
    """The cells of type e, and formulas without a value."""
    is_readable: bool
    """False where the reader gives up on the sheet: it does not know every error, as #SPILL!."""
    formulas: SheetFormulas
    """None where the sheet is so odd that no write would take it."""
    xml: Callable[[], bytes]
    """The sheet itself, for the rare cells whose stored number is wanted."""


def find_lost(data: bytes, part: str, xml: Callable[[], bytes]) -> Lost:
    """Look through a sheet.

    Raises: NotAWorkbook.
    """
    prefix = root_prefix(data, b"worksheet", part)
    errors: list[LostError] = []
    is_readable = True
    if may_hold_errors(data):
        errors, is_readable = find_errors(data, prefix)

    errors = [*errors, *find_uncalculated(data, prefix)]
    formulas = SheetFormulas()
    with contextlib.suppress(CannotWrite):
        formulas = read_formulas(SheetRows(data, part, part))

    return Lost(_merged(data, prefix), errors, is_readable, formulas, xml)


def may_hold_errors(data: bytes) -> bool:
    """Say at a quick look whether a sheet may hold cells of type e."""
    return _MAYBE_ERROR.search(data) is not None


def with_errors_as_texts(data: bytes) -> bytes:
    """Make texts of a sheet's error values."""
    return _ERROR_KIND.sub(rb'\1"str"', data)


def _merged(data: bytes, prefix: bytes) -> list[Area]:
    # Matches <mergeCell ref="B2:C3"
    pattern = re.compile(rb"<" + prefix + rb"""mergeCell\s+ref\s*=\s*["']([^"']*)["']""")
    areas = [Area.parse(text.decode("ascii", "replace")) for text in pattern.findall(data)]
    return [area for area in areas if area]


def find_errors(data: bytes, prefix: bytes) -> tuple[list[LostError], bool]:
    """List the cells of type e, and say whether the reader knows every one."""
    # Matches <c r="B2" s="4" t="e"><f>1/0</f><v>#DIV/0!</v, the attributes in any order: the
    # reference is group 1, the error group 2. Not <c .../>, which holds none.
    pattern = re.compile(
        rb"<"
        + prefix
        + rb"""c\s(?=[^>]*?\bt\s*=\s*["']e["'])[^>]*?\br\s*=\s*["']([A-Z]+\d+)["'][^>]*(?<!/)>"""
        rb"(?:(?!</" + prefix + rb"c>).)*?<" + prefix + rb"v>([^<]*)</",
        re.DOTALL,
    )
    cells = pattern.findall(data)
    errors = []
    for reference, code in cells:
        area = Area.parse(reference.decode())
        if area:
            errors.append(LostError(area.top, area.left, plain(code.decode()).strip()))

    readable_count = sum(code in _READABLE_ERRORS for _, code in cells)
    error_count = sum(1 for _ in _ERROR_KIND.finditer(data))
    return errors, readable_count == error_count


def find_uncalculated(data: bytes, prefix: bytes) -> Iterator[LostError]:
    """List the formulas without a value, as programs write them that do not calculate.

    A formula that gives a blank text has a value: there the cell is of the type `str`.
    """
    ends = (b"</%bf></%bc>" % (prefix, prefix), b"/></%bc>" % prefix, b"></%bv>" % prefix)
    if not any(end in data for end in ends):
        return

    # Matches <c r="C2" s="1"><f>A2*2</f></c>, <c r="C3"><f t="shared" si="0"/></c>, and the same
    # with <v></v> or <v/> behind the formula. Not <c r="C4" t="str"><f>""</f><v></v></c>.
    pattern = re.compile(
        rb"""<%(p)bc\s(?![^<>]*\bt\s*=\s*["']str["'])(?:[^<>]*?\s)?"""
        rb"""r\s*=\s*["']([A-Z]+\d+)["'][^<>]*>"""
        rb"""<%(p)bf(?:\s[^<>]*)?(?:/>|>[^<]*</%(p)bf>)"""
        rb"""(?:<%(p)bv\s*/>|<%(p)bv></%(p)bv>)?</%(p)bc>""" % {b"p": prefix}
    )
    for reference in pattern.findall(data):
        area = Area.parse(reference.decode())
        if area:
            yield LostError(area.top, area.left, NOT_CALCULATED.code)


def stored_numbers(data: bytes, letters: str) -> dict[int, float]:
    """Read the numbers that a column's cells store, whatever their formats show, by row."""
    prefix = root_prefix(data, b"worksheet", "")
    # Matches <c r="B2" s="3"><v>0.5625</v> with or without a formula before the value.
    pattern = re.compile(
        rb'<%bc r="%b([0-9]{1,7})"[^>]*(?<!/)>(?:<%bf[^>]*/>|<%bf[^>]*>[^<]*</%bf>)?'
        rb"<%bv>([-+.0-9Ee]+)<" % (prefix, letters.encode(), *(prefix,) * 4)
    )
    numbers = {}
    for row, number in pattern.findall(data):
        with contextlib.suppress(ValueError):
            numbers[int(row)] = float(number)

    return numbers
