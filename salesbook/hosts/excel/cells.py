"""What does a cell hold as Excel hands it over, and how must a value be spelled so that Excel keeps
it?
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from salesbook.store import Cell, CellError

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
MOST_LETTERS: Final = 32_767
_DAY: Final = dt.timedelta(days=1)
_MILLISECOND: Final = 1 / 86_400_000
_HALF_SECOND: Final = 0.5 / 86_400
_DAY_ZERO: Final = dt.datetime(1899, 12, 30)
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
    """A raw value of Excel's as a cell: whole floats are ints,
    old and new errors have their names.
    """
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool | str):
        return raw
    if isinstance(raw, int):
        is_error = _ERROR_BASE + 2000 <= raw < _ERROR_BASE + 3000
        return CellError(_ERRORS.get(raw - _ERROR_BASE, "#UNKNOWN!")) if is_error else raw
    if isinstance(raw, float | Decimal):
        number = float(raw)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if isinstance(raw, dt.datetime):
        return _day_or_moment(raw)
    return raw if isinstance(raw, dt.date) else str(raw)


def _day_or_moment(raw: dt.datetime) -> Cell:
    """A date where it is midnight; a bare time is the share of a day that the cell stores."""
    naive = dt.datetime(*raw.timetuple()[:6])
    moment = naive + dt.timedelta(milliseconds=round(raw.microsecond / 1000))
    if moment < _DAY_ZERO + 2 * _DAY:
        return cell_of((naive.replace(microsecond=raw.microsecond) - _DAY_ZERO) / _DAY)
    return moment.date() if moment.time() == dt.time() else moment


def serial(value: dt.date) -> float:
    """The number that stands for a date."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime(value.year, value.month, value.day)
    return (value - _DAY_ZERO) / _DAY


def same(left: Content, right: Content, *, to_the_letter: bool = True) -> bool:
    """True where two contents are one.

    Args:
        to_the_letter: False where one was written and the other is what Excel made of it. Excel
            spells formulas its own way, may keep 15 digits of a number and one sign for the end of
            a line.
    """
    if isinstance(left, Formula) or isinstance(right, Formula):
        both = isinstance(left, Formula) and isinstance(right, Formula)
        return both and (not to_the_letter or left.text == right.text)  # type: ignore[union-attr]
    if left is None or left == "" or right is None or right == "":
        return left in (None, "") and right in (None, "")
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dt.date | int | float) and isinstance(right, dt.date | int | float):
        return _same_number(left, right, to_the_letter)
    if not to_the_letter and isinstance(left, str) and isinstance(right, str):
        return left.splitlines() == right.splitlines()
    return left == right


def _same_number(left: dt.date | float, right: dt.date | float, to_the_letter: bool) -> bool:
    one, other = (serial(value) if isinstance(value, dt.date) else value for value in (left, right))
    if isinstance(left, dt.date) or isinstance(right, dt.date):
        return abs(one - other) < (_MILLISECOND if to_the_letter else _HALF_SECOND)
    return one == other or (not to_the_letter and math.isclose(one, other, rel_tol=1e-13))


def must_guard(text: str) -> bool:
    """True where Excel might take a text for a number, a date, a formula, a logical or an error
    value.
    """
    if not text[:1].isalpha() or text.casefold() in _LOGICAL:
        return True
    return any(letter.isnumeric() for letter in text)


def spelled(value: Cell, *, in_text_format: bool) -> Any:
    """A value as it has to be assigned: numbers as floats,
    text behind the sign that keeps it text.
    """
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, str) and value:
        guarded = value[0] == "'" if in_text_format else must_guard(value)
        return "'" + value if guarded and len(value) < MOST_LETTERS else value
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
