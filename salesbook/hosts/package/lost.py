"""What of a sheet does the reader not tell? Merged areas, errors,
and numbers shown as bare times.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from salesbook.hosts.package.refs import Area
from salesbook.hosts.package.xmlscan import plain, root_prefix
from salesbook.store import NOT_CALCULATED

_MAYBE_ERROR = re.compile(rb"""t\s*=\s*["']e["']""")
_ERROR_KIND = re.compile(rb"""(<(?:[\w.-]+:)?c\s(?:[^>]*?\s)?t\s*=\s*)["']e["']""")
_READABLE_ERRORS = frozenset(b"#DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE!".split())


@dataclass(frozen=True)
class Lost:
    """What is put back into a sheet's cells after they were read."""

    merged: list[Area]
    errors: list[tuple[int, int, str]]
    """The cells of type e, and formulas without a value, by row, column and code."""
    is_readable: bool
    """Whether the reader takes these errors: it gives up on a sheet with one it does not know, as
    #SPILL!.
    """
    xml: Callable[[], bytes]
    """The sheet itself, for the rare cells whose stored number is wanted."""


def find_lost(data: bytes, part: str, xml: Callable[[], bytes]) -> Lost:
    """Look through a sheet.

    Raises: NotAWorkbook.
    """
    prefix = root_prefix(data, b"worksheet", part)
    errors, is_readable = _errors(data, prefix) if _MAYBE_ERROR.search(data) else ([], True)
    return Lost(_merged(data, prefix), [*errors, *_uncalculated(data, prefix)], is_readable, xml)


def with_errors_as_texts(data: bytes) -> bytes:
    """Make texts of a sheet's error values."""
    return _ERROR_KIND.sub(rb'\1"str"', data)


def _merged(data: bytes, prefix: bytes) -> list[Area]:
    pattern = re.compile(rb"<" + prefix + rb"""mergeCell\s+ref\s*=\s*["']([^"']*)["']""")
    areas = (Area.parse(found.decode("ascii", "replace")) for found in pattern.findall(data))
    return [area for area in areas if area]


def _errors(data: bytes, prefix: bytes) -> tuple[list[tuple[int, int, str]], bool]:
    """List the cells of type e, and say whether the reader knows every one."""
    pattern = re.compile(
        rb"<"
        + prefix
        + rb"""c\s(?=[^>]*?\bt\s*=\s*["']e["'])[^>]*?\br\s*=\s*["']([A-Z]+\d+)["'][^>]*(?<!/)>"""
        rb"(?:(?!</" + prefix + rb"c>).)*?<" + prefix + rb"v>([^<]*)</",
        re.DOTALL,
    )
    cells = pattern.findall(data)
    known = sum(code in _READABLE_ERRORS for _, code in cells)
    found = []
    for reference, code in cells:
        area = Area.parse(reference.decode())
        if area:
            found.append((area.top, area.left, plain(code.decode()).strip()))
    return found, known == sum(1 for _ in _ERROR_KIND.finditer(data))


def _uncalculated(data: bytes, prefix: bytes) -> Iterator[tuple[int, int, str]]:
    """List the formulas without a value, as programs write them that do not calculate."""
    ends = (b"</%bf></%bc>" % (prefix, prefix), b"/></%bc>" % prefix)
    if not any(end in data for end in ends):
        return
    pattern = re.compile(
        rb"""<%bc\s(?:[^<>]*?\s)?r\s*=\s*["']([A-Z]+\d+)["'][^<>]*><%bf(?:\s[^<>]*)?(?:/>|>[^<]*</%bf>)</%bc>"""
        % ((prefix,) * 4)
    )
    for reference in pattern.findall(data):
        area = Area.parse(reference.decode())
        if area:
            yield area.top, area.left, NOT_CALCULATED.code


def stored_numbers(data: bytes, letters: str) -> dict[int, float]:
    """Read the numbers that a column's cells store, whatever their formats show, by row."""
    prefix = root_prefix(data, b"worksheet", "")
    pattern = re.compile(
        rb'<%bc r="%b([0-9]{1,7})"[^>]*(?<!/)>(?:<%bf[^>]*/>|<%bf[^>]*>[^<]*</%bf>)?<%bv>([-+.0-9Ee]+)<'
        % (prefix, letters.encode(), *(prefix,) * 4)
    )
    found = {}
    for row, number in pattern.findall(data):
        with contextlib.suppress(ValueError):
            found[int(row)] = float(number)
    return found
