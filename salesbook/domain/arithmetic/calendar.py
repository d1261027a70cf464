"""Which month, quarter and fiscal year a day falls in, and which days are worked."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.policy import Policy

# A month `2026-07`, a fiscal quarter `FY2026-Q3` or a fiscal year `FY2026`.
_PERIOD: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})|FY(?P<fiscal>\d{4})(?:-Q(?P<quarter>[1-4]))?"
)

_FESTIVALS: Final = 7
"""New Year, Spring Festival, Tomb Sweeping, Labour, Dragon Boat, Mid-Autumn and National Day."""


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
    year, month = year_and_month(period)
    year, month = divmod(year * 12 + month - 1 + step, 12)
    return f"{year:04d}-{month + 1:02d}"


@cache
def year_and_month(period: str) -> tuple[int, int]:
    """The calendar year and month, from 1, of a month period."""
    return int(period[:4]), int(period[5:7])


def months_between(first: str, end: str) -> int:
    """How many months from one month period to another; below 0 where that is earlier."""
    (first_year, first_month), (end_year, end_month) = year_and_month(first), year_and_month(end)
    return (end_year - first_year) * 12 + end_month - first_month


def last_whole_months(as_of: dt.date, count: int = 12) -> tuple[str, ...]:
    """The newest months that are over at the end of the day, the oldest first."""
    running = month_of(as_of + dt.timedelta(days=1))
    return tuple(next_month(running, -back) for back in range(count, 0, -1))


def quarter_of_month(period: str, start_month: int) -> str:
    """The fiscal quarter of a month period: `FY2026-Q3`."""
    quarter = (int(period[5:7]) - start_month) % 12 // 3 + 1
    return f"FY{fiscal_year_of_month(period, start_month)}-Q{quarter}"


@cache
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
    return dt.date(*year_and_month(month), 1)


def last_day(period: str, start_month: int) -> dt.date:
    """The last day of a period."""
    after = next_month(months_in(period, start_month)[-1])
    return dt.date(*year_and_month(after), 1) - dt.timedelta(days=1)


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: a week's pattern, days off and days worked in exchange.

    It notes what it is asked for: a country publishes its days off year by year, and who counts on
    a year that nobody knows yet has to say so (`unknown_years`).
    """

    weekend: frozenset[int] = frozenset({5, 6})
    """Weekdays off, Monday 0."""
    off: frozenset[dt.date] = frozenset()
    work: frozenset[dt.date] = frozenset()
    country: str = ""
    """Whose public days are off as well, and Chinese make-up days worked; blank: nobody's.

    What a team typed, above, goes before what a country publishes.
    """
    _asked: dict[int, dt.date] = field(default_factory=dict, compare=False, repr=False)
    """The latest day asked for in each year."""
    _patterns: dict[tuple[int, int], _Pattern] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Days off and worked by first and last year, once they were needed."""

    @classmethod
    def of_policy(cls, policy: Policy) -> WorkCalendar:
        """Make the calendar of Settings: weekend, public holidays, the Holidays table."""
        off = {row.day for row in policy.holidays if row.kind == "off"}
        work = {row.day for row in policy.holidays if row.kind == "work"}
        country = policy.rules.calendar.strip().upper()
        return cls(policy.rules.weekend, frozenset(off), frozenset(work), country)

    def is_workday(self, day: dt.date) -> bool:
        """True where the day is worked."""
        self._note(day, day)
        pattern = self._pattern(day.year, day.year)
        return day in pattern.work or not self._is_free(day, pattern)

    def _is_free(self, day: dt.date, pattern: _Pattern) -> bool:
        """True where the week's pattern or a holiday makes the day free."""
        return day.weekday() in self.weekend or day in pattern.off

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
        self._note(start, end)
        pattern = self._pattern(start.year, end.year)
        after_end = end + dt.timedelta(days=1)
        plain = int(np.busday_count(start, after_end, busdaycal=pattern.numpy))

        # A day worked in exchange is free in the pattern that numpy counts by.
        inside = [day for day in pattern.work if start <= day <= end]
        made_up = sum(self._is_free(day, pattern) for day in inside)
        return plain + made_up

    def share_gone(self, first: dt.date, last: dt.date, day: dt.date) -> float:
        """The part of a span's work days up to a day; 1 once it is over, 0 before it begins."""
        if day >= last:
            return 1.0
        if day < first:
            return 0.0
        workdays = self.count(first, last)
        return self.count(first, day) / workdays if workdays else 1.0

    def unknown_years(self) -> dict[int, dt.date]:
        """Years asked for whose days off nobody knows yet, each with the latest day asked for.

        A year counts as known where the country's calendar has it, or where a team has typed as
        many days off in it as China has festivals: somebody has copied what was published.
        """
        last_known = last_known_year(self.country)
        if last_known is None:
            return {}
        typed = Counter(day.year for day in self.off)
        return {
            year: self._asked[year]
            for year in sorted(self._asked)
            if year > last_known and typed[year] < _FESTIVALS
        }

    def _note(self, start: dt.date, end: dt.date) -> None:
        """Note the years of a span, for which somebody counts on this calendar."""
        if not self.country:
            return
        for year in range(start.year, end.year + 1):
            latest = end if year == end.year else dt.date(year, 12, 31)
            self._asked[year] = max(latest, self._asked.get(year, latest))

    def _pattern(self, first_year: int, last_year: int) -> _Pattern:
        """What is off and worked in these years, worked out once."""
        # Without a country there is nothing that differs from year to year.
        years = (first_year, last_year) if self.country else (0, 0)
        if years not in self._patterns:
            off, work = _public_days(self.country, *years)
            all_off = (off | self.off) - self.work
            all_work = (work | self.work) - self.off
            self._patterns[years] = _Pattern(self.weekend, all_off, all_work)
        return self._patterns[years]


@dataclass(frozen=True)
class _Pattern:
    """Days off and days worked of some years."""

    weekend: frozenset[int]
    off: frozenset[dt.date]
    work: frozenset[dt.date]

    @cached_property
    def numpy(self) -> np.busdaycalendar:
        """The pattern as numpy counts by it, without days worked in exchange."""
        is_worked = [number not in self.weekend for number in range(7)]
        # numpy refuses a week without a work day: what comes out for one is a week without pattern.
        weekmask = is_worked if any(is_worked) else [True] * 7
        return np.busdaycalendar(weekmask=weekmask, holidays=sorted(self.off))


def last_known_year(country: str) -> int | None:
    """The last year whose public days off are known; None where no country is asked.

    China's State Council publishes a year's days off, and the weekend days worked in exchange, in
    the November before. The days of other countries follow from their laws.
    """
    if not country:
        return None
    if country == "CN":
        return max(int(day.year) for day in _chinese_constants().holidays)
    import holidays

    return int(holidays.country_holidays(country).end_year)


def _public_days(
    country: str, first_year: int, last_year: int
) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """Public days off and make-up days worked of the years that the calendar really knows."""
    if not country:
        return frozenset(), frozenset()
    years = range(first_year, last_year + 1)
    if country == "CN":
        constants = _chinese_constants()
        off = frozenset(day for day in constants.holidays if day.year in years)
        return off, frozenset(day for day in constants.workdays if day.year in years)
    import holidays

    return frozenset(holidays.country_holidays(country, years=list(years))), frozenset()


def _chinese_constants() -> Any:
    """The published days of `chinesecalendar`; only who sells in China waits for it."""
    from chinese_calendar import constants

    return constants


def working_hours_between(
    start: dt.datetime, end: dt.datetime, calendar: WorkCalendar, hours: tuple[dt.time, dt.time]
) -> float:
    """Count the working hours between two moments, on work days; 0 where end is earlier.

    Args: hours are start and end of the working day, in that order.
    """
    if end <= start:
        return 0.0
    opens, closes = (hour_of(moment) for moment in hours)

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


def hour_of(moment: dt.time) -> float:
    """The time of day in hours; parts of a second do not count."""
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _clipped(moment: dt.time, opens: float, closes: float) -> float:
    """The hour of a moment, moved into the working day."""
    return min(max(hour_of(moment), opens), closes)
