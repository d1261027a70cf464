"""Which cell formats does the workbook have, and which must be appended to show a date as one?

Or to show the colour that somebody put on a row.

A cell's `s="3"` is the place of an `<xf>` among `cellXfs`; that names, among much else, a number
format by its id. Ids below 164 are built in; for others `<numFmt numFmtId="164"
formatCode="dd.mm.yyyy"/>` says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from xml.sax.saxutils import quoteattr

from salesbook.errors import CannotWrite
from salesbook.hosts import number_formats
from salesbook.hosts.package import colours
from salesbook.hosts.package.guards import refuse_entities
from salesbook.hosts.package.xmlscan import (
    attribute,
    attributes,
    replaced,
    root_prefix,
    start_tag,
    tag_pattern,
    whole_number,
    with_attribute,
)

_YES = ("1", "true", "on")
MAX_FORMATS = 65_490
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
_BUILT_IN_TIMES = frozenset((18, 19, 20, 21, 32, 33, 45, 46, 47, 55, 56))
_BUILT_IN_CODES = {"General": 0, "mm-dd-yy": 14, "m/d/yy h:mm": 22, "0": 1, "0.00": 2, "@": 49}
_LAST_BUILT_IN = 163
_CODES_OF_BUILT_IN = {
    0: number_formats.GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    49: "@",
}
"""What the built-in formats show that are alike in every language."""
_FIRST_FILL = 2
"""The first two fills of every workbook are none and a grey that Excel keeps for itself."""


class Styles:
    """The styles part; formats are appended, never changed."""

    def __init__(self, data: bytes, part: str, theme: Callable[[], Sequence[str]] = tuple) -> None:
        refuse_entities(data, part)
        self._read_theme = theme
        self._colours: dict[int, str | None] = {}
        """The fills that were asked for, by format."""
        self._new_fills: list[str] = []
        self._data = data
        self._part = part
        self._prefix = root_prefix(data, b"styleSheet", part)
        self._new_formats: list[bytes] = []
        self._new_codes: list[tuple[int, str]] = []
        """Number formats that are appended: their id and code."""
        self._made: dict[tuple[int, str], int] = {}
        """Cell formats that were made, by the format they are like and the code or colour in which
        they differ."""

    @cached_property
    def _formats(self) -> list[bytes]:
        """The xf elements of cellXfs, each as it stands."""
        opening = tag_pattern(self._prefix, b"cellXfs").search(self._data)
        if not opening or opening[2]:
            raise CannotWrite("no-cell-formats", where=self._part)

        closing = b"</" + self._prefix + b"cellXfs"
        end = self._data.index(closing, opening.end())
        content = self._data[opening.end() : end]

        # Matches <xf numFmtId="14"/> and <xf numFmtId="14"><alignment/></xf>
        single = rb"<%bxf(?=[\s/>])[^>]*?/>|<%bxf(?=[\s>])[^>]*[^/]>.*?</%bxf>"
        names = (self._prefix, self._prefix, self._prefix)
        return re.findall(single % names, content, re.DOTALL)

    @cached_property
    def _codes(self) -> dict[int, str]:
        """The number formats that the part defines, by id."""
        codes: dict[int, str] = {}
        for tag in re.findall(rb"<%bnumFmt\s[^>]*>" % self._prefix, self._data):
            values = attributes(tag)
            codes[whole_number(values.get("numFmtId"))] = values.get("formatCode", "")
        return codes

    def _format(self, style: int) -> bytes | None:
        """Give a cell format, an appended one too; None where there is no such place."""
        known = len(self._formats)
        formats = self._formats if style < known else self._new_formats
        place = style if style < known else style - known
        return formats[place] if place < len(formats) else None

    def _number_format_id(self, style: int) -> int:
        cell_format = self._format(style)
        if cell_format is None:
            return 0
        return whole_number(attribute(start_tag(cell_format), b"numFmtId"))

    def _code(self, number: int) -> str | None:
        """Give the code of a number format that the part defines, or will."""
        if number in self._codes:
            return self._codes[number]
        return next((code for new, code in self._new_codes if new == number), None)

    def number_format(self, style: int) -> str | None:
        """Give a cell format's code; None where it differs from language to language."""
        number = self._number_format_id(style)
        code = self._code(number)
        return _CODES_OF_BUILT_IN.get(number) if code is None else code

    def shows_date(self, style: int) -> bool:
        """Say whether a format shows its number as a date or a time."""
        number = self._number_format_id(style)
        code = self._code(number)
        return number in _BUILT_IN_DATES if code is None else number_formats.shows_date(code)

    def shows_only_time(self, style: int) -> bool:
        """Say whether a format shows a time of day or a duration, but no date."""
        number = self._number_format_id(style)
        code = self._code(number)
        return number in _BUILT_IN_TIMES if code is None else number_formats.shows_only_time(code)

    def wraps(self, style: int) -> bool:
        """Say whether a format breaks a text into lines: `<alignment wrapText="1"/>`."""
        return self._alignment(style, b"wrapText") in _YES

    def begins_left(self, style: int) -> bool:
        """Say whether a format puts values at the left of their cells."""
        return self._alignment(style, b"horizontal") == "left"

    def _alignment(self, style: int, name: bytes) -> str | None:
        cell_format = self._format(style)
        if cell_format is None:
            return None
        alignment = tag_pattern(self._prefix, b"alignment").search(cell_format)
        return attribute(alignment[0], name) if alignment else None

    def fill_colour(self, style: int) -> str | None:
        """Say with which colour a format fills its cell, as `#RRGGBB`; None where with none."""
        if style not in self._colours:
            self._colours[style] = self._read_colour(style)
        return self._colours[style]

    @cached_property
    def _theme(self) -> Sequence[str]:
        """The colours of the workbook's theme, as `#RRGGBB`."""
        return self._read_theme()

    def _read_colour(self, style: int) -> str | None:
        if style >= len(self._formats):
            return None
        number = whole_number(attribute(start_tag(self._formats[style]), b"fillId"))
        if number < _FIRST_FILL or number >= len(self._fills):
            return None
        return colours.fill_colour(self._fills[number], self._prefix, self._theme)

    @cached_property
    def _fills(self) -> list[bytes]:
        """The fill elements, each as it stands."""
        # Matches <fill><patternFill patternType="solid">...</patternFill></fill> and <fill/>
        single = rb"<%bfill(?=[\s/>])[^>]*?/>|<%bfill(?=[\s>])[^>]*[^/]?>.*?</%bfill>"
        opening = tag_pattern(self._prefix, b"fills").search(self._data)
        if not opening or opening[2]:
            return []
        end = self._data.index(b"</" + self._prefix + b"fills", opening.end())
        content = self._data[opening.end() : end]
        return re.findall(single % ((self._prefix,) * 3), content, re.DOTALL)

    def filled(self, style: int, colour: str) -> int:
        """Give the format that differs from another only in its fill; append it if need be.

        Args:
            colour: `#RRGGBB`.

        Raises: CannotWrite where the workbook has as many formats as Excel takes.
        """
        if self.fill_colour(style) == colour:
            return style
        key = (style, colour)
        if key not in self._made:
            changes = {b"fillId": str(self._fill_id(colour)), b"applyFill": "1"}
            self._made[key] = self._appended_format(style, changes)
        return self._made[key]

    def _fill_id(self, colour: str) -> int:
        """Find or make the id of a fill."""
        for number, fill in enumerate(self._fills):
            is_solid = number >= _FIRST_FILL and b'"solid"' in fill
            if is_solid and colours.fill_colour(fill, self._prefix, self._theme) == colour:
                return number
        if colour not in self._new_fills:
            self._new_fills.append(colour)
        return len(self._fills) + self._new_fills.index(colour)

    def unfilled(self, style: int) -> int:
        """Give the format that differs from another only in that it has no fill."""
        if self.fill_colour(style) is None:
            return style
        key = (style, "")
        if key not in self._made:
            self._made[key] = self._appended_format(style, {b"fillId": "0"})
        return self._made[key]

    def like(self, style: int, code: str) -> int:
        """Give the format that differs from another only in its number format; append it if need be.

        Raises: CannotWrite where the workbook has as many formats as Excel takes.
        """
        key = (style, code)
        if key not in self._made:
            changes = {b"numFmtId": str(self._code_id(code)), b"applyNumberFormat": "1"}
            self._made[key] = self._appended_format(style, changes)
        return self._made[key]

    def _appended_format(self, style: int, changes: Mapping[bytes, str]) -> int:
        """Append a format that differs from another in some attributes of its tag.

        Returns: its place, or that of one that is the same to the letter.
        """
        source = b"<" + self._prefix + b"xf/>"
        known = [*self._formats, *self._new_formats]
        if style < len(known):
            source = known[style]

        old_tag = tag = start_tag(source)
        for name, value in changes.items():
            tag = with_attribute(tag, name, value)
        new = tag + source[len(old_tag) :]
        # An earlier run may have made it: a book must not grow with every run.
        if new in known:
            return known.index(new)
        if len(known) >= MAX_FORMATS:
            raise CannotWrite("too-many-cell-formats", where=self._part, count=len(known))
        self._new_formats.append(new)
        return len(known)

    def _code_id(self, code: str) -> int:
        """Find or make the id of a number format."""
        ids = {known: number for number, known in (*self._codes.items(), *self._new_codes)}
        if code in ids:
            return ids[code]
        if code in _BUILT_IN_CODES:
            return _BUILT_IN_CODES[code]
        number = max((_LAST_BUILT_IN, *ids.values(), *self._codes)) + 1
        self._new_codes.append((number, code))
        return number

    def render(self) -> bytes | None:
        """Give the part with what was appended; None where nothing was."""
        if not self._new_formats:
            return None
        data = self._with_codes(self._data) if self._new_codes else self._data
        if self._new_fills:
            data = _appended(data, self._prefix, b"fills", self._new_fill_elements())
        return _appended(data, self._prefix, b"cellXfs", self._new_formats)

    def _new_fill_elements(self) -> list[bytes]:
        p = self._prefix
        return [
            b'<%bfill><%bpatternFill patternType="solid"><%bfgColor rgb="FF%b"/>'
            b'<%bbgColor indexed="64"/></%bpatternFill></%bfill>'
            % (p, p, p, colour.removeprefix("#").encode(), p, p, p)
            for colour in self._new_fills
        ]

    def _with_codes(self, data: bytes) -> bytes:
        name = self._prefix + b"numFmt"
        items = []
        for number, code in self._new_codes:
            quoted_code = quoteattr(code).encode()
            items.append(b'<%b numFmtId="%d" formatCode=%b/>' % (name, number, quoted_code))

        opening = tag_pattern(self._prefix, b"numFmts").search(data)
        if opening and not opening[2]:
            return _appended(data, self._prefix, b"numFmts", items)

        block = b'<%bs count="%d">%b</%bs>' % (name, len(items), b"".join(items), name)
        if opening:
            return replaced(data, opening, block)

        root = tag_pattern(self._prefix, b"styleSheet").search(data)
        if not root:
            raise CannotWrite("no-cell-formats", where=self._part)
        # Number formats are the first of a style sheet's elements.
        return data[: root.end()] + block + data[root.end() :]


def _appended(data: bytes, prefix: bytes, name: bytes, items: list[bytes]) -> bytes:
    """Append children to an element and raise its count."""
    opening = tag_pattern(prefix, name).search(data)
    if not opening:
        raise CannotWrite("no-cell-formats")

    closing = b"</" + prefix + name
    content_end = data.index(closing, opening.end())

    tag = opening[0]
    count = attribute(tag, b"count")
    if count is not None:
        new_count = whole_number(count) + len(items)
        tag = with_attribute(tag, b"count", str(new_count))

    before = data[: opening.start()]
    content = data[opening.end() : content_end]
    after = data[content_end:]
    return b"".join((before, tag, content, *items, after))
