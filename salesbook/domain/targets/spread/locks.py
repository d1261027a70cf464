"""Which cells of a plan are fixed, bounded or empty, by Locks and by who works here when?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.calendar import next_month
from salesbook.domain.targets.season import calendar_month
from salesbook.domain.targets.spread.problem import Constraint
from salesbook.domain.targets.spread.seats import Seats
from salesbook.frames import row_keys
from salesbook.messages import Finding


def lock_constraints(locks: pd.DataFrame, seats: Seats) -> tuple[list[Constraint], list[Finding]]:
    """Turn the locks and bounds of one year and metric into constraints on cells.

    A lock of somebody without a target, or in a month that is not planned, has no cell: the first
    is a finding. In a month in which the rep does not work here it meets an employment constraint.
    """
    column_of_month = {calendar_month(month): column for column, month in enumerate(seats.months)}
    keys = row_keys("Locks", locks)
    constraints, findings = [], []

    for lock in locks.sort_values(["rep_id", "month", "kind"]).itertuples():
        seats_of_rep = seats.of_rep(str(lock.rep_id))
        if not seats_of_rep:
            findings.append(
                Finding(
                    "lock-without-target",
                    "warning",
                    "Locks",
                    row=int(lock.Index),
                    field="rep_id",
                    row_key=keys[lock.Index],
                    found=str(lock.rep_id),
                )
            )
            continue

        month = column_of_month.get(int(lock.month))
        if month is None:
            continue

        # Who changes teams has several seats: the lock is for the one of that month.
        present = [seat for seat in seats_of_rep if seats.present[seat, month]]
        seat = present[0] if present else seats_of_rep[0]
        key = f"{lock.rep_id} {seats.months[month]}"
        constraints.append(Constraint(lock.kind, int(lock.amount), key, row=seat, month=month))

    return constraints, findings


def is_kept(kind: str, locked: int, planned: int) -> bool:
    """Whether a plan keeps a lock."""
    if kind == "min":
        return planned >= locked
    return planned <= locked if kind == "max" else planned == locked


def employment_constraints(seats: Seats) -> list[Constraint]:
    """Keep the months empty in which a rep does not work here, or not in the seat's team."""
    constraints = []
    for seat, (rep, present) in enumerate(zip(seats.rep_ids, seats.present, strict=True)):
        months_away = np.flatnonzero(~present).tolist()
        if months_away:
            spans = _spans([seats.months[month] for month in months_away])
            constraints.append(
                Constraint("employment", key=f"{rep} {spans}", row=seat, months=tuple(months_away))
            )
    return constraints


def _spans(months: Sequence[str]) -> str:
    """Months as text, neighbours drawn together: `2026-01…2026-03, 2026-11`."""
    spans: list[str] = []
    first = last = ""
    for month in months:
        is_neighbour = last and month == next_month(last)
        if not is_neighbour:
            spans.append(month)
            first = month
        else:
            spans[-1] = f"{first}…{month}"
        last = month
    return ", ".join(spans)
