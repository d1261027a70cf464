"""What does a header say when the mouse rests on it? A cell note with what its column means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from salesbook import labels
from salesbook.labels import Language
from salesbook.tables import FieldSpec
from workbook.build import look
from workbook.build.canvas import Canvas, Spot

AUTHOR: Final = "salesbook"
"""Excel's status bar names it; a nameless note looks like one that somebody left behind."""
_WIDTH: Final = 250
_MARGIN: Final = 20
"""Pixels that Excel keeps free left and right of a note's text, and likewise above and below."""
_FONT_SIZE: Final = 10
_LINE: Final = 18
_HALF_WIDTH: Final[Mapping[Language, float]] = {"en": 6.0, "zh-CN": 6.8}
"""Pixels that a half-width character of the font takes on average, at `_FONT_SIZE`."""


def explain_header(canvas: Canvas, spot: Spot, table: str, field: FieldSpec) -> None:
    """Give a header its field's note, large enough for the text and hidden until asked for."""
    text = labels.field_note(table, field.name, canvas.language)
    options = {
        "author": AUTHOR,
        "color": look.PAPER,
        "font_name": look.FONTS[canvas.language],
        "font_size": _FONT_SIZE,
        "width": _WIDTH,
        "height": _height(text, canvas.language),
    }
    spot.sheet.write_comment(spot.row, spot.column, text, options)


def _height(text: str, language: Language) -> int:
    """Pixels that the text needs.

    A line holds less than its width in characters, because it ends with a whole word: one character
    in ten is allowed for that.
    """
    line_room = (_WIDTH - _MARGIN) * 0.9
    text_width = look.shown_length(text) * _HALF_WIDTH[language]
    line_count = math.ceil(text_width / line_room)
    return line_count * _LINE + _MARGIN
