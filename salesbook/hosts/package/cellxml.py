"""How is a value written as a cell? Text is always an inline string, whatever it looks like."""

from __future__ import annotations

import datetime as dt
import math
import re

from salesbook.errors import CannotWrite
from salesbook.hosts.package.xmlscan import attribute, whole_number, with_attribute
from salesbook.store import NOT_CALCULATED, Cell, CellError

MAX_TEXT_UNITS = 32_767
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SPACE_THAT_COUNTS = re.compile(r"^\s|\s$|[\t\r\n]|\s\s")
_USUAL_STYLE = re.compile(rb'<(?:[\w.-]+:)?c r="[A-Z]{1,3}[0-9]{1,7}" s="([0-9]{1,9})"')
_SURROGATE = re.compile("[\ud800-\udfff]")
_EPOCH_1904 = dt.datetime(1904, 1, 1)
_EPOCH_1900 = dt.datetime(1899, 12, 30)
_LEAP_BUG_ENDS = dt.datetime(1900, 3, 1)
_DAY = dt.timedelta(days=1)


def after_reference(value: Cell, style: int, prefix: str, is_1904: bool, reference: str) -> str:
    """Write what follows a cell's reference, which is the same in all cells that hold the same.

    Raises: CannotWrite for text or a date that no cell can hold; ValueError for a number that no
    cell can hold, which is our bug.
    """
    start = f' s="{style}"' if style else ""
    if value is None or value == "":
        return f"{start}/>"
    if isinstance(value, str):
        text = escaped(value, reference)
        space = ' xml:space="preserve"' if _SPACE_THAT_COUNTS.search(value) else ""
        return f'{start} t="inlineStr"><{prefix}is><{prefix}t{space}>{text}</{prefix}t></{prefix}is></{prefix}c>'
    kind, content = "", ""
    if isinstance(value, bool):
        kind, content = ' t="b"', str(int(value))
    elif isinstance(value, (int, float)):
        content = _number(value, reference)
    elif isinstance(value, CellError):
        code = "#N/A" if value == NOT_CALCULATED else value.code
        kind, content = ' t="e"', escaped(code, reference)
    else:
        content = repr(serial(value, is_1904, reference))
        content = content.removesuffix(".0")
    return f"{start}{kind}><{prefix}v>{content}</{prefix}v></{prefix}c>"


def escaped(text: str, reference: str) -> str:
    """Escape text for a cell: control characters as Excel does, and what looks like such an escape.

    Raises: CannotWrite.
    """
    if (
        len(text) * 2 > MAX_TEXT_UNITS
        and len(text.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TEXT_UNITS
    ):
        raise CannotWrite("text-too-long", where=reference, length=len(text), limit=MAX_TEXT_UNITS)
    if _SURROGATE.search(text):
        raise CannotWrite("text-not-unicode", where=reference)
    if _UNWRITABLE.search(text):
        text = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _number(value: int | float, reference: str) -> str:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{reference}: {value} is no number a cell can hold")
    return repr(value) if isinstance(value, int) and abs(value) < 10**15 else repr(number)


def serial(value: dt.date, is_1904: bool, reference: str) -> float:
    """Count a date in days, as the workbook does.

    Raises: CannotWrite where it lies before the workbook's first day.
    """
    moment = (
        value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)
    )
    if moment.tzinfo is not None:
        raise ValueError(f"{reference}: {value} has a time zone")
    first = _EPOCH_1904 if is_1904 else dt.datetime(1900, 1, 1)
    if moment < first:
        raise CannotWrite(
            "date-before-epoch",
            where=reference,
            found=value.isoformat(),
            first=first.date().isoformat(),
        )
    days = (moment - (_EPOCH_1904 if is_1904 else _EPOCH_1900)) / _DAY
    # Excel counts a 29 February 1900 that never was.
    return days - 1 if not is_1904 and moment < _LEAP_BUG_ENDS else days


def style_of(cell: bytes) -> int:
    """Read a cell's format."""
    usual = _USUAL_STYLE.match(cell)
    if usual:
        return int(usual[1])
    return whole_number(attribute(cell[: cell.index(b">") + 1], b"s"))


def placed(cell: bytes, reference: str) -> bytes:
    """Give a cell another reference and leave everything else in it."""
    end = cell.index(b">") + 1
    return with_attribute(cell[:end], b"r", reference) + cell[end:]
