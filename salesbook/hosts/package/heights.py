"""How high must a row be so that its sentences fit, and none runs over the next row?

Excel fits the heights of rows whenever somebody types, but not when it opens a file; LibreOffice does
neither. So a row says its height where a wrapped text takes more than a line:
`<row r="7" ht="45">`. Without `customHeight` it stays a height that Excel goes on fitting; one that
somebody chose has that attribute and is left alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from unicodedata import east_asian_width

from salesbook.hosts.area import Area
from salesbook.hosts.package.rows import SheetRows
from salesbook.hosts.package.styles import Styles
from salesbook.hosts.package.xmlscan import (
    attribute,
    start_tag,
    tag_pattern,
    whole_number,
    with_attribute,
)
from salesbook.store import NewCell

_YES = ("1", "true", "on")
_USUAL_HEIGHT = 15.0
_USUAL_WIDTH = 9.0
_MOST_HEIGHT = 409.0
"""Points that a row may be high in Excel."""
_ROOM = 1.5
"""Digits of a column's width that go to its margins."""
_LETTER, _WIDE_LETTER = 0.96, 1.96
"""How wide letters are beside digits, by which columns are measured; with room for words that break."""
_WIDE = ("W", "F")
"""Characters as wide as two others, as Chinese ones."""
_ASCII = re.compile(r"[\x00-\x7f]*")

Values = Callable[[int], NewCell]
"""Hands out the value of a row by the place of its column in the table."""


class Heights:
    """What rows of one table's body need."""

    def __init__(
        self, rows: SheetRows, styles: Styles, body: Area, column_styles: Iterable[int]
    ) -> None:
        self._rows = rows
        self._widths = {
            place: self._width(body.left + place)
            for place, style in enumerate(column_styles)
            if styles.wraps(style)
        }

    @property
    def are_needed(self) -> bool:
        """Whether any column of the table breaks its texts into lines."""
        return bool(self._widths)

    def height(self, value_at: Values) -> str | None:
        """The height that a row needs, in points; None where one line is enough."""
        lines = max((self._lines(value_at(place), place) for place in self._widths), default=1)
        if lines <= 1:
            return None
        return f"{min(lines * self._line_height, _MOST_HEIGHT):g}"

    def fit(self, number: int, value_at: Values) -> None:
        """Give a row of the sheet the height that it needs, unless somebody chose one."""
        tag = self._rows.row(number).tag
        if not tag or attribute(tag, b"customHeight") in _YES:
            return
        fitting = self.height(value_at)
        if attribute(tag, b"ht") != fitting:
            row = self._rows.edit(number)
            row.tag = with_attribute(row.tag, b"ht", fitting)

    def _lines(self, value: NewCell, place: int) -> int:
        if not isinstance(value, str) or not value:
            return 1
        room = max(self._widths[place] - _ROOM, 1.0)
        return sum(max(1, math.ceil(shown_width(line) / room)) for line in value.split("\n"))

    def _width(self, column: int) -> float:
        """How many characters a column is wide: `<col min="2" max="3" width="40.7"/>`."""
        return next(
            (width for columns, width in self._widths_of_sheet.items() if column in columns),
            _USUAL_WIDTH,
        )

    @cached_property
    def _widths_of_sheet(self) -> Mapping[range, float]:
        widths: dict[range, float] = {}
        for match in tag_pattern(self._rows.prefix, b"col").finditer(self._rows.head):
            tag = start_tag(match[0])
            first, last = (whole_number(attribute(tag, name)) for name in (b"min", b"max"))
            widths[range(first, last + 1)] = _number(attribute(tag, b"width"), _USUAL_WIDTH)
        return widths

    @cached_property
    def _line_height(self) -> float:
        usual = tag_pattern(self._rows.prefix, b"sheetFormatPr").search(self._rows.head)
        stated = attribute(usual[0], b"defaultRowHeight") if usual else None
        return _number(stated, _USUAL_HEIGHT)


def _number(text: str | None, default: float) -> float:
    try:
        number = float(text or "")
    except ValueError:
        return default
    return number if 0 < number < _MOST_HEIGHT else default


def shown_width(text: str) -> float:
    """How many digits a line is as wide as."""
    if _ASCII.fullmatch(text):
        return len(text) * _LETTER
    wide = sum(1 for character in text if east_asian_width(character) in _WIDE)
    return wide * _WIDE_LETTER + (len(text) - wide) * _LETTER
