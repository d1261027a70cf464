"""What did each rep do in each complete month, by the metrics that a course may move?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.calendar import WorkCalendar, first_day, last_day, year_and_month
from salesbook.domain.people.training_effect import Measured
from salesbook.domain.targets.ramp import employed_months, months_on_ramp, ramp_shares
from salesbook.domain.team.sources import Events, Sources

MONTHS: Final = 36
"""Months that are looked back on."""
_POINTS: Final = 100.0


def training_measures(
    sources: Sources, months: Sequence[str], *, ramp: Sequence[float]
) -> list[Measured]:
    """Attainment, win rate, and visits and calls a day, of every rep on the staff, by month.

    Attainment and win rate are shown in points of a hundred. A month counts from the end of the ramp
    to leaving: who grows into the job does better whatever course he takes. A metric begins with the
    first month of which anything is known of it.
    """
    is_there = _at_full_capacity(sources, months, ramp)
    revenue = sources.facts[sources.facts["metric"] == "revenue"]
    sold = _by_month(revenue, "actual", sources, months)
    quota = _by_month(revenue, "quota", sources, months)
    quota = np.where(quota > 0, quota, np.nan)

    deals, activities = sources.closed_deals, sources.activities
    won, closed = (_counted(deals, months, hits=hits) for hits in (True, False))
    touches = _counted(activities, months, hits=True)
    workdays = _workdays(sources.calendar, months)
    return [
        Measured("attainment", _since(sold, is_there), _since(quota, is_there), _POINTS),
        Measured("win_rate", _since(won, is_there), closed, _POINTS),
        Measured("activity", _since(touches, is_there), np.broadcast_to(workdays, touches.shape)),
    ]


def _at_full_capacity(sources: Sources, months: Sequence[str], ramp: Sequence[float]) -> Floats:
    """1 in months at full capacity, nan in others: places of `Staff.ids` down, months across."""
    calendar = [year_and_month(month) for month in months]
    # Shares are 0 before hire and 1 after the last step of the ramp, whatever a full rep carries.
    steps = [0.0] * months_on_ramp(ramp) + [1.0]
    rows = []
    for rep in sources.staff.ids:
        hired_on, left_on = sources.staff.employment[rep]
        employed = employed_months(calendar, hired_on=hired_on, left_on=left_on)
        shares = ramp_shares(calendar, hired_on=hired_on, ramp=steps)
        rows.append(np.where(employed, shares, 0.0))
    full = np.array(rows).reshape(len(rows), len(months))
    return np.where(full > 0, 1.0, np.nan)


def _by_month(facts: pd.DataFrame, column: str, sources: Sources, months: Sequence[str]) -> Floats:
    sums = facts.groupby(["rep_id", "month"])[column].sum().unstack(fill_value=0)
    cells = sums.reindex(index=sources.staff.ids, columns=list(months), fill_value=0)
    values: Floats = cells.to_numpy(dtype=np.float64)
    return values


def _counted(events: Events, months: Sequence[str], *, hits: bool) -> Floats:
    """How many events, or only hits, each rep had in each month."""
    month_of_event: Ints = events.days.astype("datetime64[M]").astype(np.int64)
    first = int(np.datetime64(months[0], "M").astype(np.int64))
    place = month_of_event - first
    counts = (place >= 0) & (place < len(months)) & (events.rep >= 0) & ~np.isnat(events.days)
    if hits:
        counts &= events.hit
    cells = events.rep[counts] * len(months) + place[counts]
    size = events.staff_size * len(months)
    by_cell = np.bincount(cells, minlength=size).astype(np.float64)
    return by_cell.reshape(events.staff_size, len(months))


def _workdays(calendar: WorkCalendar, months: Sequence[str]) -> Floats:
    counts = [calendar.count(first_day(month, 1), last_day(month, 1)) for month in months]
    return np.array(counts, dtype=np.float64)


def _since(values: Floats, is_there: Floats) -> Floats:
    """Values where somebody was there, from the first month on in which anybody has any."""
    has_any = np.nan_to_num(values).any(axis=0)
    is_known = np.maximum.accumulate(has_any)
    return np.where(is_known, values * is_there, np.nan)
