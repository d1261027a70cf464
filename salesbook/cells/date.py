"""Which day or moment a cell holds: ISO, Chinese, named months, d/m/y by order, Excel serials."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from salesbook.cells.base import (
    DateOrder,
    Reason,
    error_in,
    is_placeholder,
    plain_number_text,
    shown,
)
from salesbook.cells.chinese import NUMERAL_CHARS, chinese_numeral

Rule = DateOrder | Literal["open", "conflict"]
"""The order of day, month and year in a column: known; not known; or different in different cells.
"""

FIRST_SERIAL, LAST_SERIAL = 18_264, 73_050
"""Days of 1950 to 2099 as Excel counts them: other bare numbers are no dates."""

MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january|feb february|mar march|apr april|may|jun june|jul july|aug august|sep sept september"
        "|oct october|nov november|dec december".split("|"),
        start=1,
    )
    for name in names.split()
}
_MONTH = rf"(?P<mon>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? +"
    r"|[ (]*(?:星期|周|週|礼拜)[一二三四五六日天][)]?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?<=\d)T|[ ,]+|(?<=[日号號]))(?P<noon>[ap]\.?m\.?|上午|下午|晚上|凌晨)? ?"
    r"(?P<h>\d{1,2})(?::|时|時|点|點)(?P<m>\d{2})(?:(?::|分)(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?:秒|分)?"
    r" ?(?P<noon2>[ap]\.?m\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?:(?P<sep>[-/. ])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2}))")
_CHINESE = re.compile(r"(?P<y>\d{4}|\d{2}) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?[日号號]?")
_DIGITS = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_THREE = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{1,2})")
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ .\-/]*{_MONTH}[ .,\-/]*(?P<y>\d{{4}}|'?\d{{2}})",
        rf"{_MONTH}[ .\-/]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:[ ,.\-/]+(?P<y>\d{{4}})|, *'?(?P<yy>\d{{2}}))",
        rf"(?P<y>\d{{4}})[ .,\-/]*{_MONTH}[ .\-/]*(?P<d>\d{{1,2}})",
    )
)
_INCOMPLETE = re.compile(
    rf"\d{{4}}[-/.年] ?\d{{1,2}}月?|\d{{1,2}}[-/.]\d{{4}}|\d{{1,2}}[-/.月]\d{{1,2}}[日号號]?|\d{{4}}年?"
    rf"|{_MONTH}[ ,\-]*'?\d{{2,4}}"
    rf"|\d{{1,2}}[ \-]?{_MONTH.replace('<mon>', '<mon2>')}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?")
_SPELLED_PART = re.compile(rf"[{NUMERAL_CHARS}]+(?=[年月日号號])")


class Numeric(NamedTuple):
    """A date of three numbers as written; which is the day, its digits may not tell."""

    first: str
    second: str
    third: str
    separator: str

    @property
    def whole_year(self) -> bool:
        """True where the year has four digits."""
        return len(self.third) == 4


def two_digit_year(year: int) -> int:
    """A year of two digits: 00 to 49 are 2000 to 2049, 50 to 99 are 1950 to 1999."""
    return year + (2000 if year < 50 else 1900)


def numeric_date(text: str) -> Numeric | None:
    """The parts of a date such as `03/04/2024` whose order its digits may not tell; None for
    others.
    """
    match = _THREE.fullmatch(_split_time(_without_weekday(text))[0])
    return _numeric(match) if match else None


def _numeric(match: re.Match[str]) -> Numeric:
    return Numeric(match["a"], match["b"], match["c"], match["sep"])


def possible(date: Numeric) -> dict[DateOrder, dt.date]:
    """The days that the numbers may mean, by order; dots never put the month first before a short
    year.
    """
    a, b, c = int(date.first), int(date.second), int(date.third)
    trials: list[tuple[DateOrder, int, int, int]] = []
    if len(date.third) > 1:
        year = c if date.whole_year else two_digit_year(c)
        trials.append(("dmy", year, b, a))
        if date.separator != "." or date.whole_year:
            trials.append(("mdy", year, a, b))
    if not date.whole_year and len(date.first) == 2:
        trials.append(("ymd", two_digit_year(a), b, c))
    found: dict[DateOrder, dt.date] = {}
    for order, y, m, d in trials:
        day = _day(y, m, d)
        if isinstance(day, dt.date):
            found[order] = day
    return found


def decide_order(dates: Iterable[Numeric]) -> Rule:
    """The one order under which every date of a column exists; "open" where several do, else
    "conflict".
    """
    left: set[DateOrder] = {"dmy", "mdy", "ymd"}
    seen = False
    for parts in dates:
        orders = possible(parts)
        if orders:
            seen, left = True, left & set(orders)
    if not seen or len(left) > 1:
        return "open"
    return left.pop() if left else "conflict"


def read_moment(
    text: str, rule: Rule = "open", *, epoch_1904: bool = False
) -> dt.datetime | Reason | None:
    """The day and time that a text spells; the wall clock as written, whatever offset follows it.

    Args: text normalised by `plain_number_text`; rule as the column or the option has it.
    """
    if not text or is_placeholder(text):
        return None
    error = error_in(text)
    if error:
        return error
    if len(text) > 80:
        return Reason("date-unreadable", {"found": shown(text)})
    if _SERIAL.fullmatch(text):
        return from_serial(Decimal(text), epoch_1904=epoch_1904)
    day_text, time = _split_time(_without_weekday(text))
    if isinstance(time, Reason):
        return time
    day = _read_day(day_text, rule)
    return day if isinstance(day, Reason) else dt.datetime.combine(day, time)


def from_serial(number: Decimal | float, *, epoch_1904: bool = False) -> dt.datetime | Reason:
    """The moment of an Excel serial, or of `20240305` typed as a number; only plausible ones."""
    if number == int(number):
        match = _DIGITS.fullmatch(str(int(number)))
        if match:
            day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
            return day if isinstance(day, Reason) else dt.datetime.combine(day, dt.time())
    days = Decimal(str(number)) + (1462 if epoch_1904 else 0)
    if not FIRST_SERIAL <= days < LAST_SERIAL + 1:
        return Reason("date-is-number", {"found": str(number)})
    whole = int(days)
    seconds = int(((days - whole) * 86_400).to_integral_value())
    return dt.datetime(1899, 12, 30) + dt.timedelta(days=whole, seconds=seconds)


def _without_weekday(text: str) -> str:
    return _WEEKDAY.sub("", text).strip()


def _split_time(text: str) -> tuple[str, dt.time | Reason]:
    match = _TIME.search(text)
    if not match:
        if re.fullmatch(r"(?:19|20)\d{12}", text):
            hour, minute, second = int(text[8:10]), int(text[10:12]), int(text[12:])
            return text[:8], _clock(hour, minute, second)
        return text, dt.time()
    hour = int(match["h"])
    noon = (match["noon"] or match["noon2"] or "").lower().replace(".", "")
    if noon in ("pm", "下午", "晚上") and hour < 12:
        hour += 12
    elif noon in ("am", "凌晨") and hour == 12:
        hour = 0
    elif (noon in ("am", "上午", "凌晨") and hour > 12) or (noon == "晚上" and hour == 12):
        return text, Reason("date-impossible")
    micro = int((match["f"] or "0")[:6].ljust(6, "0"))
    return text[: match.start()].rstrip(" ,"), _clock(
        hour, int(match["m"]), int(match["s"] or 0), micro
    )


def _clock(hour: int, minute: int, second: int, micro: int = 0) -> dt.time | Reason:
    try:
        return dt.time(hour, minute, second, micro)
    except ValueError:
        return Reason("date-impossible")


def _day(year: int, month: int, day: int) -> dt.date | Reason:
    if not 1900 <= year <= 9999:
        return Reason("date-out-of-range", {"year": year})
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Reason("date-impossible")


def _read_day(text: str, rule: Rule) -> dt.date | Reason:
    if "年" in text or "月" in text:
        text = _SPELLED_PART.sub(_digits_of, text)
    for pattern in (_YEAR_FIRST, _CHINESE, _DIGITS):
        match = pattern.fullmatch(text)
        if match:
            year = int(match["y"])
            return _day(
                year if len(match["y"]) == 4 else two_digit_year(year),
                int(match["m"]),
                int(match["d"]),
            )
    match = _THREE.fullmatch(text)
    if match:
        return _by_order(_numeric(match), rule)
    for pattern in _NAMED:
        match = pattern.fullmatch(text)
        if match:
            return _named(match)
    if re.fullmatch(r"\d{8}", text) and rule in ("dmy", "mdy"):
        return _by_order(Numeric(text[:2], text[2:4], text[4:], ""), rule)
    code = "date-incomplete" if _INCOMPLETE.fullmatch(text) else "date-unreadable"
    return Reason(code, {"found": shown(text)})


def _digits_of(match: re.Match[str]) -> str:
    number = chinese_numeral(match[0])
    return match[0] if number is None or number == "unclear" else str(int(number))


def _named(match: re.Match[str]) -> dt.date | Reason:
    parts = match.groupdict()
    digits = (parts.get("y") or parts.get("yy") or "").lstrip("'")
    year = int(digits) if len(digits) == 4 else two_digit_year(int(digits))
    return _day(year, MONTHS[match["mon"].lower()], int(match["d"]))


def _by_order(date: Numeric, rule: Rule) -> dt.date | Reason:
    days = possible(date)
    if not days:
        return Reason("date-impossible")
    if rule != "open" and rule != "conflict":
        if rule in days:
            return days[rule]
        if not (rule == "ymd" and date.whole_year):
            return Reason("date-order-contradicts", {"order": rule, "option": "--date-order"})
    if rule == "open" and date.separator == "." and date.whole_year and "dmy" in days:
        return days["dmy"]
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    first, second = list(days.values())[:2]
    return Reason("date-ambiguous", {"first": first, "second": second, "option": "--date-order"})


def moment_of(cell: object, rule: Rule, *, epoch_1904: bool) -> dt.datetime | Reason | None:
    """The moment in a raw cell of any type but the ones that `read_cell` refuses."""
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, dt.date):
        return dt.datetime.combine(cell, dt.time())
    if isinstance(cell, str):
        return read_moment(plain_number_text(cell), rule, epoch_1904=epoch_1904)
    if isinstance(cell, (int, float)) and cell == cell and abs(cell) < 1e15:
        return from_serial(Decimal(repr(cell)), epoch_1904=epoch_1904)
    return Reason("number-not-finite")
