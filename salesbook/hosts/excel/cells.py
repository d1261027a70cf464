"""What does a cell hold as Excel hands it over, and how is a value spelled so that Excel keeps it?"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from salesbook.hosts.cell_facts import DAY, DAY_ZERO_1900, moment_of
from salesbook.store import MAX_TEXT_LENGTH, Cell, CellError, text_length

_ERROR_BASE: Final = -2146828288
_ERRORS: Final = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
}
ERROR_NAMES: Final = frozenset(_ERRORS.values())
_MILLISECOND: Final = 1 / 86_400_000
_HALF_SECOND: Final = 0.5 / 86_400
_WHOLE_NUMBER_LIMIT: Final = 1e15
"""From here on a cell's 15 digits do not hold every whole number."""
_FIRST_DAY: Final = DAY_ZERO_1900 + 2 * DAY
_MIDNIGHT: Final = dt.time()
_SAME_15_DIGITS: Final = 1e-13
_LOGICAL: Final = frozenset(
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro 真 假".split()
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that calculates: its formula as Excel spells it, and what it shows."""

    text: str
    shown: Cell = None


Content = Cell | Formula


def cell_of(raw: Any) -> Cell:
    """A raw value of Excel's as a cell.

    Whole floats are ints; an error value, which comes as a number far below zero, has its name,
    whether old or new.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int):
        return _number_or_error(raw)

    if isinstance(raw, float | Decimal):
        number = float(raw)
        is_whole = number.is_integer() and abs(number) < _WHOLE_NUMBER_LIMIT
        return int(number) if is_whole else number

    if isinstance(raw, dt.datetime):
        return _day_or_moment(raw)
    return raw if isinstance(raw, dt.date) else str(raw)


def _number_or_error(raw: int) -> Cell:
    code = raw - _ERROR_BASE
    is_error = 2000 <= code < 3000
    return CellError(_ERRORS.get(code, "#UNKNOWN!")) if is_error else raw


def _day_or_moment(raw: dt.datetime) -> Cell:
    """A date where it is midnight; a bare time is the share of a day that the cell stores."""
    # COM's times are of a class of their own, with a time zone that means nothing.
    whole_seconds = dt.datetime(*raw.timetuple()[:6])
    milliseconds = round(raw.microsecond / 1000)
    moment = whole_seconds + dt.timedelta(milliseconds=milliseconds)
    if moment < _FIRST_DAY:
        exact = whole_seconds.replace(microsecond=raw.microsecond)
        share_of_day = (exact - DAY_ZERO_1900) / DAY
        return cell_of(share_of_day)

    if moment.time() == _MIDNIGHT:
        return moment.date()
    return moment


def serial(value: dt.date) -> float:
    """The number that stands for a date."""
    return (moment_of(value) - DAY_ZERO_1900) / DAY


def same(left: Content, right: Content, *, to_the_letter: bool = True) -> bool:
    """True where two contents are one.

    Args:
        to_the_letter: False where one was written and the other is what Excel made of it. Excel
            spells formulas its own way, may keep 15 digits of a number and one sign for the end of
            a line.
    """
    if isinstance(left, Formula) and isinstance(right, Formula):
        return not to_the_letter or left.text == right.text
    if isinstance(left, Formula) or isinstance(right, Formula):
        return False
    if _is_blank(left) or _is_blank(right):
        return _is_blank(left) and _is_blank(right)
    if isinstance(left, bool) or isinstance(right, bool):
        # True equals 1, and is another value.
        return left is right
    if isinstance(left, dt.date | int | float) and isinstance(right, dt.date | int | float):
        return _same_number(left, right, to_the_letter)
    if not to_the_letter and isinstance(left, str) and isinstance(right, str):
        return left.splitlines() == right.splitlines()
    return left == right


def _is_blank(content: Content) -> bool:
    return content is None or content == ""


def _same_number(left: dt.date | float, right: dt.date | float, to_the_letter: bool) -> bool:
    if isinstance(left, dt.date) or isinstance(right, dt.date):
        tolerance = _MILLISECOND if to_the_letter else _HALF_SECOND
        difference = _as_number(left) - _as_number(right)
        return abs(difference) < tolerance
    if left == right:
        return True
    return not to_the_letter and math.isclose(left, right, rel_tol=_SAME_15_DIGITS)


def _as_number(value: dt.date | float) -> float:
    return serial(value) if isinstance(value, dt.date) else value


def must_guard(text: str) -> bool:
    """True where Excel might take a text for something else.

    That is a number, a date, a formula, a logical or an error value.
    """
    if not text[:1].isalpha() or text.casefold() in _LOGICAL:
        return True
    return any(letter.isnumeric() for letter in text)


def spelled(value: Cell, *, in_text_format: bool) -> Any:
    """A value as it has to be assigned.

    Numbers go as floats; a text that Excel might take for something else goes behind the sign that
    keeps it text.
    """
    if isinstance(value, CellError):
        return value.code

    if isinstance(value, str) and value:
        # A cell that is formatted for text takes anything but the sign itself.
        needs_sign = value[0] == "'" if in_text_format else must_guard(value)
        has_room = text_length(value) < MAX_TEXT_LENGTH
        return "'" + value if needs_sign and has_room else value

    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
