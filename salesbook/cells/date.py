"""Which day or moment a cell holds: ISO, Chinese, named months, d/m/y by order, Excel serials."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from salesbook.cells.base import (
    DIGIT_LIMIT,
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

_EPOCH: Final = dt.datetime(1899, 12, 30)
"""Day 0 of Excel's serials from March 1900 on; it counts a 29 February 1900 that never was."""
_DAYS_TO_1904: Final = 1462
_SECONDS_PER_DAY: Final = 86_400
_MOST_CHARACTERS: Final = 80

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
"""`Thursday, ` before a date; `(星期四)` anywhere in it."""

_TIME = re.compile(
    r"(?:(?<=\d)T|[ ,]+|(?<=[日号號]))(?P<noon>[ap]\.?m\.?|上午|下午|晚上|凌晨)? ?"
    r"(?P<h>\d{1,2})(?::|时|時|点|點)(?P<m>\d{2})(?:(?::|分)(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?:秒|分)?"
    r" ?(?P<noon2>[ap]\.?m\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$",
    re.IGNORECASE,
)
"""A time at the end: `T10:30:00.123+02:00`, ` 3:04 p.m.`, `下午3点04分`."""

_AFTERNOON: Final = ("pm", "下午", "晚上")
_MORNING: Final = ("am", "上午", "凌晨")
_NIGHT: Final = ("am", "凌晨")
"""Of these twelve o'clock is midnight; 上午 12 点 is noon."""

_DIGITS_WITH_TIME = re.compile(r"(?:19|20)\d{12}")
"""`20240305103000`: day and time without any sign between."""

_YEAR_FIRST = re.compile(r"(?P<y>\d{4})(?:(?P<sep>[-/. ])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2}))")
"""`2024-03-05`, `2024/3/5`, with one separator throughout."""

_CHINESE = re.compile(r"(?P<y>\d{4}|\d{2}) ?年 ?(?P<m>\d{1,2}) ?月 ?(?P<d>\d{1,2}) ?[日号號]?")
"""`2024年3月5日`, `24年3月5号`."""

_DIGITS = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})")
"""`20240305`."""

_THREE = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{1,2})")
"""`03/04/2024`, `3.4.24`: which number is the day, the digits may not tell."""

_EIGHT_DIGITS = re.compile(r"\d{8}")
"""`05032024`, a date only where the order of day and month is known."""

_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # `5th of March 2024`, `5-Mar-24`, `5. March '24`
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ .\-/]*{_MONTH}[ .,\-/]*(?P<y>\d{{4}}|'?\d{{2}})",
        # `March 5th, 2024`, `Mar 5, 24`: a year of two digits needs the comma
        rf"{_MONTH}[ .\-/]*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:[ ,.\-/]+(?P<y>\d{{4}})|, *'?(?P<yy>\d{{2}}))",
        # `2024 March 5`
        rf"(?P<y>\d{{4}})[ .,\-/]*{_MONTH}[ .\-/]*(?P<d>\d{{1,2}})",
    )
)
_INCOMPLETE = re.compile(
    rf"\d{{4}}[-/.年] ?\d{{1,2}}月?|\d{{1,2}}[-/.]\d{{4}}|\d{{1,2}}[-/.月]\d{{1,2}}[日号號]?|\d{{4}}年?"
    rf"|{_MONTH}[ ,\-]*'?\d{{2,4}}"
    rf"|\d{{1,2}}[ \-]?{_MONTH.replace('<mon>', '<mon2>')}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?",
    re.IGNORECASE,
)
"""Part of a date: `2024-03`, `03/2024`, `3月5日`, `2024`, `Mar 2024`, `5 March`, `10:30`."""

_SERIAL = re.compile(r"\d{5}(?:\.\d{1,12})?")
"""`45356.4375`, as Excel keeps 2024-03-05 10:30."""

_SPELLED_PART = re.compile(rf"[{NUMERAL_CHARS}]+(?=[年月日号號])")
"""The numerals of `二〇二四年三月五日`."""


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
    """Complete a year of two digits: 00 to 49 are 2000 to 2049, 50 to 99 are 1950 to 1999."""
    return year + (2000 if year < 50 else 1900)


def year_of(digits: str) -> int:
    """Read a year of four digits, or of two as `two_digit_year` completes it."""
    year = int(digits)
    return year if len(digits) == 4 else two_digit_year(year)


def numeric_date(text: str) -> Numeric | None:
    """The parts of a date such as `03/04/2024` whose order its digits may not tell, else None."""
    day_text, _ = _split_time(_without_weekday(text))
    match = _THREE.fullmatch(day_text)
    return _numeric(match) if match else None


def _numeric(match: re.Match[str]) -> Numeric:
    return Numeric(match["a"], match["b"], match["c"], match["sep"])


def possible(date: Numeric) -> dict[DateOrder, dt.date]:
    """The days that the numbers may mean, by order.

    `3.4.24` is written where the day stands first: dots never put the month first before a year of
    two digits.
    """
    first = int(date.first)
    second = int(date.second)
    third = int(date.third)
    days: dict[DateOrder, dt.date | Reason] = {}

    may_end_with_year = len(date.third) > 1
    if may_end_with_year:
        year = year_of(date.third)
        days["dmy"] = _day(year, second, first)
        if date.separator != "." or date.whole_year:
            days["mdy"] = _day(year, first, second)

    may_begin_with_year = not date.whole_year and len(date.first) == 2
    if may_begin_with_year:
        year = two_digit_year(first)
        days["ymd"] = _day(year, second, third)

    return {order: day for order, day in days.items() if isinstance(day, dt.date)}


def decide_order(dates: Iterable[Numeric]) -> Rule:
    """The one order under which every date of a column exists.

    Returns: "open" where several do or no date exists under any, "conflict" where none does.
    """
    left: set[DateOrder] = {"dmy", "mdy", "ymd"}
    has_dates = False
    for date in dates:
        orders = possible(date)
        if orders:
            has_dates = True
            left = left & set(orders)
    if not has_dates or len(left) > 1:
        return "open"
    return left.pop() if left else "conflict"


def read_moment(
    text: str, rule: Rule = "open", *, epoch_1904: bool = False
) -> dt.datetime | Reason | None:
    """Read the day and time that a text spells; the wall clock, whatever offset follows it.

    Args:
        text: normalised by `plain_number_text`.
        rule: as the column or the option has it.
    """
    if not text or is_placeholder(text):
        return None
    error = error_in(text)
    if error:
        return error
    if len(text) > _MOST_CHARACTERS:
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
            return _midnight(_day_of(match))

    serial = Decimal(str(number))
    if epoch_1904:
        serial += _DAYS_TO_1904
    if not FIRST_SERIAL <= serial < LAST_SERIAL + 1:
        return Reason("date-is-number", {"found": str(number)})

    # Binary fractions of a day are never exact: the nearest second is what was typed.
    days = int(serial)
    seconds = (serial - days) * _SECONDS_PER_DAY
    return _EPOCH + dt.timedelta(days=days, seconds=int(seconds.to_integral_value()))


def _midnight(day: dt.date | Reason) -> dt.datetime | Reason:
    return day if isinstance(day, Reason) else dt.datetime.combine(day, dt.time())


def _without_weekday(text: str) -> str:
    return _WEEKDAY.sub("", text).strip()


def _split_time(text: str) -> tuple[str, dt.time | Reason]:
    """The text of the day, and the time behind it; midnight where there is none."""
    match = _TIME.search(text)
    if match:
        return _split_clock(text, match)
    if _DIGITS_WITH_TIME.fullmatch(text):
        return text[:8], _clock(int(text[8:10]), int(text[10:12]), int(text[12:]))
    return text, dt.time()


def _split_clock(text: str, match: re.Match[str]) -> tuple[str, dt.time | Reason]:
    """A day and its time on a clock of 24 or of 12 hours."""
    noon_word = match["noon"] or match["noon2"] or ""
    hour = _hour_of_day(int(match["h"]), noon_word.lower().replace(".", ""))
    if hour is None:
        return text, Reason("date-impossible")

    minute = int(match["m"])
    second = int(match["s"] or 0)
    fraction = match["f"] or "0"
    microsecond = int(fraction[:6].ljust(6, "0"))
    day_text = text[: match.start()].rstrip(" ,")
    return day_text, _clock(hour, minute, second, microsecond)


def _hour_of_day(hour: int, noon_word: str) -> int | None:
    """The hour from 0 to 23 that an hour and `pm`, 上午 or 凌晨 mean; None where they contradict."""
    if noon_word in _MORNING and hour > 12:
        return None
    # 晚上 12 点 is midnight to some and noon to nobody: no guess.
    if noon_word == "晚上" and hour == 12:
        return None

    if noon_word in _AFTERNOON and hour < 12:
        return hour + 12
    if noon_word in _NIGHT and hour == 12:
        return 0
    return hour


def _clock(hour: int, minute: int, second: int, microsecond: int = 0) -> dt.time | Reason:
    try:
        return dt.time(hour, minute, second, microsecond)
    except ValueError:
        return Reason("date-impossible")


def _day(year: int, month: int, day: int) -> dt.date | Reason:
    if not 1900 <= year <= 9999:
        return Reason("date-out-of-range", {"year": year})
    try:
        return dt.date(year, month, day)
    except ValueError:
        return Reason("date-impossible")


def _day_of(match: re.Match[str]) -> dt.date | Reason:
    """A day whose parts are numbers in a known order."""
    year = year_of(match["y"])
    month = int(match["m"])
    day = int(match["d"])
    return _day(year, month, day)


def _read_day(text: str, rule: Rule) -> dt.date | Reason:
    if "年" in text or "月" in text:
        text = _SPELLED_PART.sub(_digits_of, text)

    for pattern in (_YEAR_FIRST, _CHINESE, _DIGITS):
        match = pattern.fullmatch(text)
        if match:
            return _day_of(match)

    match = _THREE.fullmatch(text)
    if match:
        return _by_order(_numeric(match), rule)

    for pattern in _NAMED:
        match = pattern.fullmatch(text)
        if match:
            return _named(match)

    if rule in ("dmy", "mdy") and _EIGHT_DIGITS.fullmatch(text):
        return _by_order(Numeric(text[:2], text[2:4], text[4:], ""), rule)

    code = "date-incomplete" if _INCOMPLETE.fullmatch(text) else "date-unreadable"
    return Reason(code, {"found": shown(text)})


def _digits_of(match: re.Match[str]) -> str:
    """A Chinese numeral in digits; what is none, or has two readings, as it stands."""
    number = chinese_numeral(match[0])
    return match[0] if number is None or number == "unclear" else str(int(number))


def _named(match: re.Match[str]) -> dt.date | Reason:
    """A day whose month is a word."""
    parts = match.groupdict()
    year = year_of((parts.get("y") or parts.get("yy") or "").lstrip("'"))
    return _day(year, MONTHS[match["mon"].lower()], int(match["d"]))


def _by_order(date: Numeric, rule: Rule) -> dt.date | Reason:
    """The day that three numbers mean in a column of this order."""
    days = possible(date)
    if not days:
        return Reason("date-impossible")

    if rule not in ("open", "conflict"):
        if rule in days:
            return days[rule]
        # Among `24-03-05`, a `05/03/2024` shows its year: it is judged by itself.
        is_judged_alone = rule == "ymd" and date.whole_year
        if not is_judged_alone:
            return Reason("date-order-contradicts", {"order": rule, "option": "--date-order"})

    # Nobody writes `3.4.2024` month first.
    if rule == "open" and date.separator == "." and date.whole_year and "dmy" in days:
        return days["dmy"]

    different_days = list(days.values())
    if len(set(different_days)) == 1:
        return different_days[0]
    first, second = different_days[:2]
    return Reason("date-ambiguous", {"first": first, "second": second, "option": "--date-order"})


def moment_of(cell: object, rule: Rule, *, epoch_1904: bool) -> dt.datetime | Reason | None:
    """Read the moment in a raw cell of any type but flags and errors, which `parse_cell` refuses."""
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, dt.date):
        return dt.datetime.combine(cell, dt.time())
    if isinstance(cell, str):
        return read_moment(plain_number_text(cell), rule, epoch_1904=epoch_1904)
    if isinstance(cell, (int, float)) and cell == cell and abs(cell) < DIGIT_LIMIT:
        return from_serial(Decimal(repr(cell)), epoch_1904=epoch_1904)
    return Reason("number-not-finite")
