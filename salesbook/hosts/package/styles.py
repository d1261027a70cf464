"""Which cell formats does the workbook have, and which must be appended so that a date shows as
one?
"""

from __future__ import annotations

import re
from functools import cached_property
from xml.sax.saxutils import quoteattr

from salesbook.errors import CannotWrite
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.xmlscan import (
    attribute,
    attributes,
    root_prefix,
    tag_pattern,
    whole_number,
    with_attribute,
)

MAX_FORMATS = 65_490
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
_BUILT_IN_TIMES = frozenset((18, 19, 20, 21, 32, 33, 45, 46, 47, 55, 56))
_BUILT_IN_CODES = {"General": 0, "mm-dd-yy": 14, "m/d/yy h:mm": 22, "0": 1, "0.00": 2, "@": 49}
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


class Styles:
    """The styles part; formats are appended, never changed."""

    def __init__(self, data: bytes, part: str) -> None:
        refuse_entities(data, part)
        self._data = data
        self._part = part
        self._prefix = root_prefix(data, b"styleSheet", part)
        self._new_formats: list[bytes] = []
        self._new_codes: list[tuple[int, str]] = []
        self._made: dict[tuple[int, str], int] = {}

    @cached_property
    def _formats(self) -> list[bytes]:
        """The xf elements of cellXfs, each as it stands."""
        start, end = self._span(b"cellXfs")
        single = rb"<%bxf(?=[\s/>])[^>]*?/>|<%bxf(?=[\s>])[^>]*[^/]>.*?</%bxf>" % (
            (self._prefix,) * 3
        )
        return re.findall(single, self._data[start:end], re.DOTALL)

    @cached_property
    def _codes(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for tag in re.findall(rb"<%bnumFmt\s[^>]*>" % self._prefix, self._data):
            told = attributes(tag)
            found[whole_number(told.get("numFmtId"))] = told.get("formatCode", "")
        return found

    def _span(self, name: bytes) -> tuple[int, int]:
        """Find where an element's content starts and ends."""
        opening = tag_pattern(self._prefix, name).search(self._data)
        if not opening or opening[2]:
            raise CannotWrite("no-cell-formats", where=self._part)
        return opening.end(), self._data.index(b"</" + self._prefix + name, opening.end())

    def _number_format(self, style: int) -> int:
        formats = self._formats
        if style >= len(formats):
            return 0
        return whole_number(
            attribute(formats[style][: formats[style].index(b">") + 1], b"numFmtId")
        )

    def shows_date(self, style: int) -> bool:
        """Say whether a format shows its number as a date or a time."""
        number = self._number_format(style)
        if number not in self._codes:
            return number in _BUILT_IN_DATES
        return bool(re.search("[ymdhs]", _LITERAL.sub("", self._codes[number]), re.IGNORECASE))

    def shows_only_time(self, style: int) -> bool:
        """Say whether a format shows a time of day or a duration, but no date."""
        number = self._number_format(style)
        if number not in self._codes:
            return number in _BUILT_IN_TIMES
        return not re.search("[yd]", _LITERAL.sub("", self._codes[number]), re.IGNORECASE)

    def like(self, style: int, code: str) -> int:
        """Give the format that differs from `style` only in its number format; append it if need
        be.
        """
        if (style, code) not in self._made:
            total = len(self._formats) + len(self._new_formats)
            if total >= MAX_FORMATS:
                raise CannotWrite("too-many-cell-formats", where=self._part, count=total)
            source = (
                self._formats[style]
                if style < len(self._formats)
                else b"<" + self._prefix + b"xf/>"
            )
            end = source.index(b">") + 1
            tag = with_attribute(source[:end], b"numFmtId", str(self._code_number(code)))
            tag = with_attribute(tag, b"applyNumberFormat", "1")
            self._new_formats.append(tag + source[end:])
            self._made[style, code] = total
        return self._made[style, code]

    def _code_number(self, code: str) -> int:
        known = {text: number for number, text in (*self._codes.items(), *self._new_codes)}
        number = known.get(code, _BUILT_IN_CODES.get(code))
        if number is None:
            number = max((163, *self._codes, *(taken for taken, _ in self._new_codes))) + 1
            self._new_codes.append((number, code))
        return number

    def render(self) -> bytes | None:
        """Give the part with what was appended; None where nothing was."""
        if not self._new_formats:
            return None
        data = self._data
        if self._new_codes:
            data = self._with_codes(data)
        return _appended(data, self._prefix, b"cellXfs", self._new_formats)

    def _with_codes(self, data: bytes) -> bytes:
        name, made = self._prefix + b"numFmt", []
        for number, code in self._new_codes:
            made.append(
                b'<%b numFmtId="%d" formatCode=%b/>' % (name, number, quoteattr(code).encode())
            )
        opening = tag_pattern(self._prefix, b"numFmts").search(data)
        if opening and not opening[2]:
            return _appended(data, self._prefix, b"numFmts", made)
        block = b'<%bs count="%d">%b</%bs>' % (name, len(made), b"".join(made), name)
        if opening:
            return data[: opening.start()] + block + data[opening.end() :]
        root = tag_pattern(self._prefix, b"styleSheet").search(data)
        if not root:
            raise CannotWrite("no-cell-formats", where=self._part)
        return data[: root.end()] + block + data[root.end() :]


def _appended(data: bytes, prefix: bytes, name: bytes, items: list[bytes]) -> bytes:
    """Append children to an element and raise its count."""
    opening = tag_pattern(prefix, name).search(data)
    if not opening:
        raise CannotWrite("no-cell-formats")
    tag, count = opening[0], attribute(opening[0], b"count")
    if count is not None:
        tag = with_attribute(tag, b"count", str(whole_number(count) + len(items)))
    end = data.index(b"</" + prefix + name, opening.end())
    return data[: opening.start()] + tag + data[opening.end() : end] + b"".join(items) + data[end:]
