"""Which month, quarter and fiscal year a day falls in, and which days are worked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.policy import Policy

# A month `2026-07`, a fiscal quarter `FY2026-Q3` or a fiscal year `FY2026`.
_PERIOD: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})|FY(?P<fiscal>\d{4})(?:-Q(?P<quarter>[1-4]))?"
)


def month_of(day: dt.date) -> str:
    """The month period of a day: `2026-07`."""
    return f"{day.year:04d}-{day.month:02d}"


def months_of(days: pd.Series[Any]) -> pd.Series[str]:
    """The month period of each day; missing stays missing."""
    return days.dt.strftime("%Y-%m").astype("str")


def fiscal_year_of(day: dt.date, start_month: int) -> int:
    """The fiscal year a day falls in, named after the calendar year it ends in.

    A year that starts in January is the calendar year itself.
    """
    return day.year + (1 if start_month > 1 and day.month >= start_month else 0)


def fiscal_year_of_month(period: str, start_month: int) -> int:
    """The fiscal year of a month period."""
    return fiscal_year_of(first_day(period, start_month), start_month)


def months_of_year(fiscal_year: int, start_month: int) -> list[str]:
    """The twelve month periods of a fiscal year, in order."""
    year = fiscal_year - (1 if start_month > 1 else 0)
    return [next_month(f"{year:04d}-{start_month:02d}", step) for step in range(12)]


def next_month(period: str, step: int = 1) -> str:
    """The month period so many months later, or earlier."""
    year, month = divmod(int(period[:4]) * 12 + int(period[5:7]) - 1 + step, 12)
    return f"{year:04d}-{month + 1:02d}"


def quarter_of_month(period: str, start_month: int) -> str:
    """The fiscal quarter of a month period: `FY2026-Q3`."""
    quarter = (int(period[5:7]) - start_month) % 12 // 3 + 1
    return f"FY{fiscal_year_of_month(period, start_month)}-Q{quarter}"


def year_of_month(period: str, start_month: int) -> str:
    """The fiscal year of a month period as a period: `FY2026`."""
    return f"FY{fiscal_year_of_month(period, start_month)}"


def months_in(period: str, start_month: int) -> list[str]:
    """The month periods that a month, quarter or year consists of.

    Raises: ValueError for what is no period.
    """
    match = _PERIOD.fullmatch(period)
    if not match:
        raise ValueError(f"no period: {period!r}")
    if match["month"]:
        return [period]

    months = months_of_year(int(match["fiscal"]), start_month)
    if match["quarter"]:
        first = (int(match["quarter"]) - 1) * 3
        return months[first : first + 3]
    return months


def first_day(period: str, start_month: int) -> dt.date:
    """The first day of a period."""
    month = months_in(period, start_month)[0] if period.startswith("FY") else period
    return dt.date(int(month[:4]), int(month[5:7]), 1)


def last_day(period: str, start_month: int) -> dt.date:
    """The last day of a period."""
    after = next_month(months_in(period, start_month)[-1])
    return dt.date(int(after[:4]), int(after[5:7]), 1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: a week's pattern, days off and days worked in exchange."""

    weekend: frozenset[int] = frozenset({5, 6})
    """Weekdays off, Monday 0."""
    off: frozenset[dt.date] = frozenset()
    work: frozenset[dt.date] = frozenset()

    @classmethod
    def of_policy(cls, policy: Policy, years: Iterable[int] = ()) -> WorkCalendar:
        """Make the calendar of Settings: weekend, public holidays of `years`, the Holidays table.

        Chinese make-up days count as worked. A year that the public calendar does not know yet has
        only its weekends and what Holidays says.
        """
        off, work = _public_days(policy.rules.calendar, tuple(sorted(set(years))))
        typed_off = {row.day for row in policy.holidays if row.kind == "off"}
        typed_work = {row.day for row in policy.holidays if row.kind == "work"}

        # What a team typed goes before what a country publishes.
        all_off = (off | typed_off) - typed_work
        all_work = (work | typed_work) - typed_off
        return cls(policy.rules.weekend, frozenset(all_off), frozenset(all_work))

    @cached_property
    def _numpy(self) -> np.busdaycalendar:
        is_worked = [number not in self.weekend for number in range(7)]
        # numpy refuses a week without a work day: what comes out for one is a week without pattern.
        weekmask = is_worked if any(is_worked) else [True] * 7
        return np.busdaycalendar(weekmask=weekmask, holidays=sorted(self.off))

    def is_workday(self, day: dt.date) -> bool:
        """True where the day is worked."""
        return day in self.work or not self._is_free(day)

    def _is_free(self, day: dt.date) -> bool:
        """True where the week's pattern or a holiday makes the day free."""
        return day.weekday() in self.weekend or day in self.off

    def next_workday(self, day: dt.date) -> dt.date:
        """The day itself if worked, else the next one that is."""
        for step in range(400):
            later = day + dt.timedelta(days=step)
            if self.is_workday(later):
                return later
        return day

    def count(self, start: dt.date, end: dt.date) -> int:
        """Days worked from `start` to `end`, both included; 0 where `end` is earlier."""
        if end < start:
            return 0
        after_end = end + dt.timedelta(days=1)
        plain = int(np.busday_count(start, after_end, busdaycal=self._numpy))

        # A day worked in exchange is free in the pattern that numpy counts by.
        inside = [day for day in self.work if start <= day <= end]
        made_up = sum(self._is_free(day) for day in inside)
        return plain + made_up


def _public_days(country: str, years: tuple[int, ...]) -> tuple[set[dt.date], set[dt.date]]:
    """Public days off and make-up days worked of the years that the calendar really knows."""
    if not country or not years:
        return set(), set()
    if country.upper() == "CN":
        return _chinese_days(years)
    import holidays

    return set(holidays.country_holidays(country.upper(), years=list(years))), set()


def _chinese_days(years: tuple[int, ...]) -> tuple[set[dt.date], set[dt.date]]:
    from chinese_calendar import constants

    off = {day for day in constants.holidays if day.year in years}
    return off, {day for day in constants.workdays if day.year in years}


def working_hours_between(
    start: dt.datetime, end: dt.datetime, calendar: WorkCalendar, hours: tuple[dt.time, dt.time]
) -> float:
    """Count the working hours between two moments, on work days; 0 where end is earlier.

    Args: hours are start and end of the working day, in that order.
    """
    if end <= start:
        return 0.0
    opens, closes = (_hour(moment) for moment in hours)

    # A first day that is not worked counts as over, a last one as not begun.
    first_hour, last_hour = closes, opens
    if calendar.is_workday(start.date()):
        first_hour = _clipped(start.time(), opens, closes)
    if calendar.is_workday(end.date()):
        last_hour = _clipped(end.time(), opens, closes)
    if start.date() == end.date():
        return max(last_hour - first_hour, 0.0)

    one_day = dt.timedelta(days=1)
    days_between = calendar.count(start.date() + one_day, end.date() - one_day)
    on_first_day = closes - first_hour
    on_last_day = last_hour - opens
    return on_first_day + days_between * (closes - opens) + on_last_day


def _hour(moment: dt.time) -> float:
    """The time of day in hours; parts of a second do not count."""
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _clipped(moment: dt.time, opens: float, closes: float) -> float:
    """The hour of a moment, moved into the working day."""
    return min(max(_hour(moment), opens), closes)
