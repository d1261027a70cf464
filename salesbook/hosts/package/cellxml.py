"""How is a value written as a cell? Text is always an inline string, whatever it looks like.

A shared text would have to go into a part of its own, which all sheets use; an inline one concerns
its cell alone. What follows a cell's reference is the same in all cells that hold the same value in
the same format: `<c r="B2` and then `" s="3"><v>7</v></c>`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from salesbook.errors import CannotWrite
from salesbook.hosts.cell_facts import (
    DAY,
    DAY_ZERO_1900,
    DAY_ZERO_1904,
    moment_of,
)
from salesbook.hosts.package.xmlscan import attribute, start_tag, whole_number, with_attribute
from salesbook.store import (
    MAX_TEXT_LENGTH,
    NOT_CALCULATED,
    Cell,
    CellError,
    is_too_long,
    text_length,
)

_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Matches a control character that XML cannot hold, and the `_` of a text like `_x0041_`.

Excel writes the first as `_x0007_`, so that the second would be read as one.
"""
_SPACE_THAT_COUNTS = re.compile(r"^\s|\s$|[\t\r\n]|\s\s")
"""Matches spaces that XML readers drop unless told to keep them: at an end, or several."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Matches half of a character, which is no text."""
_USUAL_STYLE = re.compile(rb'<(?:[\w.-]+:)?c r="[A-Z]{1,3}[0-9]{1,7}" s="([0-9]{1,9})"')
"""Matches the usual start of a cell with a format: `<c r="B2" s="3"`."""
_FIRST_DAY_1900 = dt.datetime(1900, 1, 1)
_LEAP_BUG_ENDS = dt.datetime(1900, 3, 1)
_WHOLE_NUMBER_LIMIT: Final = 10**15
"""From here on a cell's 15 digits do not hold every whole number."""
_BLANK_KIND: Final = type(None)
_NEEDS_A_LOOK: Final = ("&", "<", ">", "_x", "  ", "| ", " |")
"""What a text holds that has to be escaped or marked for its spaces, as texts joined by `|`."""


def after_reference(value: Cell, style: int, prefix: str, is_1904: bool, reference: str) -> str:
    """Write what follows the closing quote of a cell's reference.

    Args:
        style: the number of its cell format.
        prefix: what the sheet's main namespace goes by, colon included.
        reference: the cell's name, for what is wrong with the value.

    Raises: CannotWrite for text or a date that no cell can hold; ValueError for a number that no
    cell can hold, which is our bug.
    """
    start = f' s="{style}"' if style else ""
    if value is None or value == "":
        return f"{start}/>"

    if isinstance(value, str):
        text = escaped(value, reference)
        space = ' xml:space="preserve"' if _SPACE_THAT_COUNTS.search(value) else ""
        return (
            f'{start} t="inlineStr"><{prefix}is><{prefix}t{space}>{text}'
            f"</{prefix}t></{prefix}is></{prefix}c>"
        )

    kind, content = _kind_and_content(value, is_1904, reference)
    return f"{start}{kind}><{prefix}v>{content}</{prefix}v></{prefix}c>"


def _kind_and_content(
    value: bool | float | CellError | dt.date, is_1904: bool, reference: str
) -> tuple[str, str]:
    """Write a value that is neither blank nor text: the attribute for its kind, and itself."""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, (int, float)):
        return "", number_text(value, reference)
    if isinstance(value, CellError):
        # Excel knows no such error of ours, and would repair the file.
        code = "#N/A" if value == NOT_CALCULATED else value.code
        return ' t="e"', escaped(code, reference)
    return "", repr(serial(value, is_1904, reference)).removesuffix(".0")


def escaped(text: str, reference: str) -> str:
    """Escape text for a cell: control characters as Excel does, and what looks like such an escape.

    Raises: CannotWrite.
    """
    if is_too_long(text):
        length = text_length(text)
        raise CannotWrite("text-too-long", where=reference, length=length, limit=MAX_TEXT_LENGTH)
    if _SURROGATE.search(text):
        raise CannotWrite("text-not-unicode", where=reference)

    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)

    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def number_text(value: int | float, reference: str) -> str:
    """Write a number; ValueError for one that no cell can hold, which is our bug."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{reference}: {value} is no number a cell can hold")
    is_exact = isinstance(value, int) and abs(value) < _WHOLE_NUMBER_LIMIT
    return repr(value) if is_exact else repr(number)


def serial(value: dt.date, is_1904: bool, reference: str) -> float:
    """Count a date in days, as the workbook does.

    Raises: CannotWrite where it lies before the workbook's first day.
    """
    moment = moment_of(value)
    if moment.tzinfo is not None:
        raise ValueError(f"{reference}: {value} has a time zone")

    first_day = DAY_ZERO_1904 if is_1904 else _FIRST_DAY_1900
    if moment < first_day:
        raise CannotWrite(
            "date-before-epoch",
            where=reference,
            found=value.isoformat(),
            first=first_day.date().isoformat(),
        )
    if is_1904:
        return (moment - DAY_ZERO_1904) / DAY

    days = (moment - DAY_ZERO_1900) / DAY
    # Excel counts a 29 February 1900 that never was.
    return days - 1 if moment < _LEAP_BUG_ENDS else days


def rests_of(
    values: Sequence[Any], style_for: Callable[[Cell], int], prefix: str, is_1904: bool
) -> list[str] | None:
    """Write many values as `after_reference` writes each, the closing quote of the reference first.

    A column mostly holds one kind of values, few of which need a look of their own.

    Args:
        style_for: the format for a value, the same for all of its kind.

    Returns: what follows each cell's reference, nothing for a blank one without a format. None
    where kinds are mixed or a value cannot be written: then each is to be written alone.
    """
    kinds = set(map(type, values)) - {_BLANK_KIND}
    blank = _blank_rest(style_for(None))
    if not kinds:
        return [blank] * len(values)
    if kinds <= {int, float}:
        return _number_rests(values, _rest_start(style_for(0)), blank, prefix)
    if len(kinds) > 1:
        return None

    unique = set(values) - {None, ""}
    if kinds == {str} and _need_no_look(unique):
        start = f'{_rest_start(style_for(""))} t="inlineStr"><{prefix}is><{prefix}t>'
        end = f"</{prefix}t></{prefix}is></{prefix}c>"
        rests = {value: f"{start}{value}{end}" for value in unique}
    else:
        try:
            rests = {
                value: '"' + after_reference(value, style_for(value), prefix, is_1904, "")
                for value in unique
            }
        except CannotWrite:
            return None

    rests[None] = rests[""] = blank
    return [rests[value] for value in values]


def _rest_start(style: int) -> str:
    return f'" s="{style}"' if style else '"'


def _blank_rest(style: int) -> str:
    return f'" s="{style}"/>' if style else ""


def _number_rests(values: Sequence[Any], start: str, blank: str, prefix: str) -> list[str] | None:
    """Write numbers, unless one may be too large to be written as it is, or is none at all.

    The sum of all is below the limit only if each is; with a NaN it is below nothing.
    """
    total = sum(abs(value) for value in values if value is not None)
    if not total < _WHOLE_NUMBER_LIMIT:
        return None

    start = f"{start}><{prefix}v>"
    end = f"</{prefix}v></{prefix}c>"
    return [blank if value is None else f"{start}{value!r}{end}" for value in values]


def _need_no_look(texts: Collection[str]) -> bool:
    """Say whether none of the texts has to be escaped, marked for its spaces, or refused."""
    joined = f"|{'|'.join(texts)}|"
    are_short = max(map(len, texts), default=0) * 2 <= MAX_TEXT_LENGTH
    return are_short and joined.isprintable() and not any(odd in joined for odd in _NEEDS_A_LOOK)


def style_of(cell: bytes) -> int:
    """Read the number of a cell's format."""
    usual = _USUAL_STYLE.match(cell)
    if usual:
        return int(usual[1])
    return whole_number(attribute(start_tag(cell), b"s"))


def placed(cell: bytes, reference: str) -> bytes:
    """Give a cell another reference and leave everything else in it."""
    tag = start_tag(cell)
    return with_attribute(tag, b"r", reference) + cell[len(tag) :]


def blank_cell(cell: bytes, reference: str, prefix: bytes) -> bytes:
    """Write a cell that has another's format, and nothing else of it."""
    style = style_of(cell)
    start = b'<%bc r="%b"' % (prefix, reference.encode())
    return start + (b' s="%d"/>' % style if style else b"/>")


def formula_cell(text: str, reference: str, style: int, prefix: bytes) -> bytes:
    """Write a cell that is calculated; what it shows is calculated when the workbook is loaded."""
    p = prefix.decode()
    attributes = f' r="{reference}"' + (f' s="{style}"' if style else "")
    return f"<{p}c{attributes}><{p}f>{escape(text)}</{p}f></{p}c>".encode()


def with_style(cell: bytes, style: int) -> bytes:
    """Give a cell another format and leave everything else in it."""
    tag = start_tag(cell)
    return with_attribute(tag, b"s", str(style)) + cell[len(tag) :]


def with_value(cell: bytes, value: Cell, prefix: bytes) -> bytes:
    """Give a cell that is calculated another value, and leave its formula and format.

    Matches `<c r="B2" t="str"><f>A1</f><v>old</v></c>`.

    Args:
        value: NOT_CALCULATED takes the value away, so that whoever loads the workbook calculates it.
    """
    p = prefix.decode()
    formula = re.search(
        rb"<%bf(?=[\s/>])[^>]*?(?:/>|>.*?</%bf\s*>)" % (prefix, prefix), cell, re.DOTALL
    )
    if formula is None:
        raise ValueError(f"{cell!r} holds no formula")

    old_tag = start_tag(cell)
    kind: str | None = None
    content = ""
    if isinstance(value, str):
        # Here a text stands as a value, and a blank one as an empty text.
        kind, content = "str", escaped(value, "")
    elif value is not None and value != NOT_CALCULATED:
        attribute_text, content = _kind_and_content(value, False, "")
        kind = attribute_text[len(' t="') : -1] or None
    tag = with_attribute(old_tag, b"t", kind)

    space = ' xml:space="preserve"' if _SPACE_THAT_COUNTS.search(content) else ""
    has_value = value is not None and value != NOT_CALCULATED
    shown = f"<{p}v{space}>{content}</{p}v>" if has_value else ""
    return tag + formula[0] + shown.encode() + f"</{p}c>".encode()
