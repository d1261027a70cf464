"""What becomes of a value that is entered into a cell of desktop Excel, and what does the cell hand
back?
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ERRORS = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036,
    "#N/A": 2042, "#SPILL!": 2045, "#BLOCKED!": 2047, "#FIELD!": 2049, "#CALC!": 2050,
}  # fmt: skip
TYPED_ERRORS = frozenset(list(ERRORS)[:7])
DAY_ZERO = dt.datetime(1899, 12, 30)
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")
DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[-/](\d{1,2})([-/](\d{4}))?")
SHOWS_DATE = re.compile(r"(?<!\[)[ymdhs]", re.IGNORECASE)


class TimeType(dt.datetime):
    """As pywintypes' time: a datetime with a time zone that means nothing."""


class com_error(Exception):  # noqa: N801 - the name that COM gives it
    """As pywintypes': four arguments, of which the third says what Excel says."""

    def __init__(
        self, hresult: int, strerror: str, excepinfo: Any = None, argerror: Any = None
    ) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult, self.strerror, self.excepinfo, self.argerror = (
            hresult,
            strerror,
            excepinfo,
            argerror,
        )


def refused(words: str) -> com_error:
    """Excel's general refusal, error 1004."""
    return com_error(
        -2147352567, "Exception occurred.", (0, "Excel", words, "", 0, -2146827284), None
    )


def rejected() -> com_error:
    """What any call gets while somebody edits a cell."""
    return com_error(-2147418111, "Call was rejected by callee.", None, None)


@dataclass(frozen=True)
class Error:
    """An error value."""

    name: str

    @property
    def number(self) -> int:
        return -2146828288 + ERRORS[self.name]


@dataclass
class Slot:
    """One cell."""

    value: Any = None
    formula: str | None = None
    number_format: str = "General"

    def enter(self, given: Any, *, sign_counts_in_text: bool = True) -> None:
        """Take a value as Range.Value does."""
        self.formula = None
        if given is None or given == "":
            self.value = None
        elif isinstance(given, str):
            self._type(given, sign_counts_in_text)
        elif isinstance(given, dt.datetime):
            self._store_date(given.replace(tzinfo=None))
        elif isinstance(given, bool):
            self.value = given
        elif isinstance(given, int) and abs(given) > 2**31:
            raise refused("Overflow")
        else:
            self.value = float(given) if self.number_format != "@" else _shown(float(given))

    def calculate(self, formula: str) -> None:
        """Take a formula as Range.Formula does; nothing calculates it."""
        if not formula.startswith("=") or self.number_format == "@":
            self.enter(formula)
            return
        self.formula, self.value = formula, 0.0

    def _store_date(self, moment: dt.datetime) -> None:
        if self.number_format == "@":
            self.value = str(moment)
            return
        if self.number_format == "General":
            self.number_format = "m/d/yyyy"
        self.value = (moment - DAY_ZERO) / dt.timedelta(days=1)

    def _type(self, text: str, sign_counts_in_text: bool) -> None:
        """Do as if somebody typed it."""
        if self.number_format == "@" and not (sign_counts_in_text and text.startswith("'")):
            self.value = text
        elif text.startswith("'"):
            self.value = text[1:]
        elif text.startswith(("=", "@")) and len(text) > 1:
            self.calculate("=" + text.lstrip("=@"))
        elif text.upper() in ("TRUE", "FALSE"):
            self.value = text.upper() == "TRUE"
        elif text.upper() in TYPED_ERRORS:
            self.value = Error(text.upper())
        else:
            self._number_or_text(text)

    def _number_or_text(self, text: str) -> None:
        plain = text.strip()
        date = DATE.fullmatch(plain)
        if plain and any(map(str.isdigit, plain)) and NUMBER.fullmatch(plain):
            self.value = float(plain.replace(",", ""))
        elif date:
            iso = date.group(1, 2, 3)
            year, month, day = iso if iso[0] else (date[7] or "2026", date[4], date[5])
            self._store_date(dt.datetime(int(year), int(month), int(day)))
        elif text[0] in "+-" and len(text) > 1:
            self.calculate("=" + text)
        else:
            self.value = text

    @property
    def raw(self) -> Any:
        """What Range.Value hands out."""
        if isinstance(self.value, Error):
            return self.value.number
        if isinstance(self.value, float) and not isinstance(self.value, bool):
            return self._number()
        return self.value

    def _number(self) -> Any:
        code = re.sub(r'"[^"]*"|\\.|\[\$[^\]]*\]|General', "", self.number_format)
        if "$" in self.number_format and "[" not in self.number_format:
            return Decimal(str(round(self.value, 4)))
        if code != "@" and SHOWS_DATE.search(code) and 0 <= self.value < 2_958_466:
            moment = DAY_ZERO + dt.timedelta(milliseconds=round(self.value * 86_400_000))
            return TimeType(*moment.timetuple()[:6], moment.microsecond, tzinfo=dt.UTC)
        return self.value

    @property
    def spelled(self) -> str:
        """What Range.Formula hands out: the formula, or the constant as text."""
        if self.formula is not None:
            return self.formula
        if self.value is None:
            return ""
        return self.value.name if isinstance(self.value, Error) else _shown(self.value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
