"""What do the texts of single settings mean: days of the week, working hours, minutes, cuts?

Each setting of more than one word is read here and nowhere else, when the policy is made.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Annotated, Final, NamedTuple

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from salesbook.labels import code_of_choice
from salesbook.tables.lists import list_items

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_DAY: Final = 3
"""Letters that an English day has at least: `sat`; two would leave Tuesday and Thursday open."""
_CHINESE_WEEKDAYS: Final = "一二三四五六日"
_DASHES: Final = re.compile(r"\s*(?:[-‐‑‒–—―−~〜至到]+|\bto\b)\s*")
_HOURS: Final = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
"""`09:00-18:00`: hours and minutes with a colon, and nothing else that Python would take."""
_MINUTES: Final = re.compile(
    r"(?P<channel>[^\d=:]*?)\s*[=:]?\s*(?P<number>\d+(?:\.\d+)?)\s*(?:min(?:utes)?|分钟|分)?"
)
"""`phone 15`, `visit = 90 min`, `电话：15 分钟`, or a number alone, after NFKC."""
_MINUTES_A_DAY: Final = 1440
_CUT_COUNT: Final = 4
"""Four cuts part five scores."""

_MONTH: Final = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2})(?: ?[-/.月].*)?")
"""`2026-06`, `2026年6月`, and the date that a sheet makes of the first: `2026-06-01 00:00:00`."""

VALUE_FAULTS: Final = frozenset(
    {
        "weekend-unreadable",
        "hours-unreadable",
        "minutes-unreadable",
        "month-unreadable",
        "cuts-rise",
        "cuts-fall",
    }
)
"""Findings that say why a setting of more than one word cannot be read."""


def _weekend(value: object) -> frozenset[int]:
    """Weekdays off, Monday 0, from `sat,sun` or `周六、周日`; blank is no weekend.

    At least one day must be left to work.
    """
    if not isinstance(value, str):
        return frozenset(value)  # type: ignore[call-overload,no-any-return]
    days = {_weekday(name) for name in list_items(value)}
    if None in days or len(days) == len(_WEEKDAYS):
        raise PydanticCustomError("weekend-unreadable", "no days of the week")
    return frozenset(day for day in days if day is not None)


def _weekday(name: str) -> int | None:
    """The number of a day's name; None for anything else: `sat sun` is no Saturday."""
    folded = name.casefold()
    if len(folded) >= _SHORTEST_DAY:
        for number, weekday in enumerate(_WEEKDAYS):
            if weekday.startswith(folded):
                return number
    # "周六", "星期六" and "礼拜六" end in the day's numeral; Sunday is also "周天".
    numeral = name[-1].replace("天", "日")
    is_chinese = name[:-1] in ("周", "星期", "礼拜") and numeral in _CHINESE_WEEKDAYS
    return _CHINESE_WEEKDAYS.index(numeral) if is_chinese else None


def weekend_code(text: str) -> str:
    """Days off as programs read them, in the week's order: `sat,sun` for `周六、周日`.

    Raises: PydanticCustomError for what is no days of the week.
    """
    return ",".join(_WEEKDAYS[day][:_SHORTEST_DAY] for day in sorted(_weekend(text)))


def _hours(value: object) -> tuple[dt.time, dt.time]:
    """First and last minute of the working day from `09:00-18:00`."""
    if not isinstance(value, str):
        return value  # type: ignore[return-value]
    # NFKC makes `：` and `～` narrow; dashes of many lengths are typed for "to", `——` in Chinese.
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", value).casefold())
    match = _HOURS.fullmatch(plain.strip())
    if not match:
        raise PydanticCustomError("hours-unreadable", "no working hours")
    try:
        start, end = (dt.time.fromisoformat(text.zfill(5)) for text in match.groups())
    except ValueError:  # 25:00
        raise PydanticCustomError("hours-unreadable", "no working hours") from None
    if start >= end:
        raise PydanticCustomError("hours-unreadable", "the end is not after the start")
    return start, end


class MinutesByChannel(NamedTuple):
    """Minutes that a touch takes, by the codes of its channels."""

    phone: float
    email: float
    message: float
    visit: float


def _touch_minutes(value: object) -> MinutesByChannel:
    """Minutes of every channel from `phone 15, visit 90, ...` or `电话 15、拜访 90、...`.

    A number alone holds for every channel that has none of its own: `15, visit 90`. Without one each
    channel has to be named: nobody can guess what a visit takes.
    """
    if not isinstance(value, str):
        return MinutesByChannel(*value)  # type: ignore[misc]
    for_others: float | None = None
    by_channel: dict[str, float] = {}
    for item in list_items(value.casefold()):
        match = _MINUTES.fullmatch(item)
        if not match or not 0 < float(match["number"]) <= _MINUTES_A_DAY:
            raise PydanticCustomError("minutes-unreadable", "no minutes")
        minutes = float(match["number"])
        if not match["channel"] and for_others is None:
            for_others = minutes
            continue
        channel = code_of_choice("Customers.channel", match["channel"], MinutesByChannel._fields)
        if channel is None or channel in by_channel:
            raise PydanticCustomError("minutes-unreadable", "no channel, or one twice")
        by_channel[channel] = minutes

    each = [by_channel.get(channel, for_others) for channel in MinutesByChannel._fields]
    known = [minutes for minutes in each if minutes is not None]
    if len(known) < len(each):
        raise PydanticCustomError("minutes-unreadable", "a channel is missing")
    return MinutesByChannel(*known)


def _first_month(value: object) -> str:
    """A month from `2026-06`, or from the date that a sheet makes of that; blank stays blank."""
    match = _MONTH.fullmatch(unicodedata.normalize("NFKC", str(value)).strip())
    if not match and str(value).strip():
        raise PydanticCustomError("month-unreadable", "no month")
    if not match:
        return ""
    year, month = int(match[1]), int(match[2])
    if not 1 <= month <= 12 or not 1900 <= year <= 2200:
        raise PydanticCustomError("month-unreadable", "no month of a calendar")
    return f"{year}-{month:02}"


def _cuts(value: object, *, rising: bool) -> tuple[Decimal, ...]:
    """The four numbers that part scores, from `1,3,6,9`; each its own, in one direction."""
    if not isinstance(value, str):
        return tuple(value)  # type: ignore[arg-type]
    code = "cuts-rise" if rising else "cuts-fall"
    try:
        cuts = tuple(Decimal(item) for item in list_items(value))
    except InvalidOperation:
        raise PydanticCustomError(code, "no numbers") from None
    if len(cuts) != _CUT_COUNT or not all(cut.is_finite() and cut >= 0 for cut in cuts):
        raise PydanticCustomError(code, "not four numbers from 0 on")
    if list(cuts) != sorted(cuts, reverse=not rising):
        raise PydanticCustomError(code, "not in order")
    return cuts


Weekend = Annotated[frozenset[int], BeforeValidator(_weekend)]
WorkingHours = Annotated[tuple[dt.time, dt.time], BeforeValidator(_hours)]
TouchMinutes = Annotated[MinutesByChannel, BeforeValidator(_touch_minutes)]
FirstMonth = Annotated[str, BeforeValidator(_first_month)]
RisingCuts = Annotated[tuple[Decimal, ...], BeforeValidator(partial(_cuts, rising=True))]
FallingCuts = Annotated[tuple[Decimal, ...], BeforeValidator(partial(_cuts, rising=False))]
