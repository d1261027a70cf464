"""Which days does a filter by moving dates show: this month, last week, the year to date?

They move with the day on which a filter is applied. Excel's is the machine's, so is ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

_MONDAY_TO_SUNDAY = 7


def period(kind: str, today: dt.date) -> list[tuple[dt.date, dt.date]] | None:
    """List the readings of a moving period, each as its first day and the day after its last.

    There are two for a week: it begins on Sunday or on Monday, as the system's settings have it.

    Returns: None where the kind is no moving period.
    """
    day = dt.timedelta(days=1)
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if kind in days:
        first = today + days[kind] * day
        return [(first, first + day)]
    if kind == "yearToDate":
        return [(dt.date(today.year, 1, 1), today + day)]

    for word, step in (("last", -1), ("this", 0), ("next", 1)):
        unit = kind.removeprefix(word)
        if unit == kind:
            continue
        if unit == "Week":
            return list(_weeks(today, step))
        if unit == "Month":
            return [_months(today.year, today.month - 1, 1, step)]
        if unit == "Quarter":
            return [_months(today.year, (today.month - 1) // 3 * 3, 3, step)]
        if unit == "Year":
            return [_months(today.year, 0, 12, step)]

    return None


def months_of(kind: str) -> range | None:
    """Give the months that a filter for a month or a quarter of any year shows: `M3`, `Q1`."""
    number = kind[1:]
    if not number.isascii() or not number.isdigit():
        return None
    if kind[0] == "M" and 1 <= int(number) <= 12:
        return range(int(number), int(number) + 1)
    if kind[0] == "Q" and 1 <= int(number) <= 4:
        first = 3 * int(number) - 2
        return range(first, first + 3)
    return None


def _weeks(today: dt.date, step: int) -> Iterator[tuple[dt.date, dt.date]]:
    week = dt.timedelta(days=_MONDAY_TO_SUNDAY)
    since_monday = dt.timedelta(days=today.weekday())
    since_sunday = dt.timedelta(days=(today.weekday() + 1) % _MONDAY_TO_SUNDAY)
    for since in (since_sunday, since_monday):
        first = today - since + step * week
        yield first, first + week


def _months(year: int, month: int, length: int, step: int) -> tuple[dt.date, dt.date]:
    """Give a span of months, `step` spans on; months count from 0 here."""
    first = 12 * year + month + step * length
    end = first + length
    return dt.date(first // 12, first % 12 + 1, 1), dt.date(end // 12, end % 12 + 1, 1)
