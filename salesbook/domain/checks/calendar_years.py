"""Did a verb count on days of a year whose public holidays nobody knows yet?"""

from __future__ import annotations

from salesbook.domain.arithmetic.calendar import last_known_year
from salesbook.domain.outcome import Task
from salesbook.messages import Finding


def unknown_years(task: Task) -> list[Finding]:
    """Say up to when the calendar is known, where the verb went by a day beyond.

    One warning, about the first such year: it stands on the setting, of which there is one.
    """
    calendar = task.asked_calendar
    latest_by_year = calendar.unknown_years() if calendar else {}
    if calendar is None or not latest_by_year:
        return []

    first_year = min(latest_by_year)
    return [
        Finding(
            "calendar-year-unknown",
            "warning",
            "Policy",
            field="value",
            row_key="calendar",
            found=task.policy.rules.calendar,
            params={
                "country": calendar.country,
                "until": str(last_known_year(calendar.country)),
                "year": str(first_year),
                "day": max(latest_by_year.values()),
            },
        )
    ]
