"""How did customers move between tiers month by month, and on how few does the business rest?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.customers.snapshots import TierPast
from salesbook.domain.outcome import Task
from salesbook.frames import frame_from_rows
from salesbook.messages import Message

_LARGEST: Final = 10


def tier_months(task: Task, tiers: pd.DataFrame) -> pd.DataFrame:
    """Compare the last snapshot of each month, and today, with the one before it.

    Only months before the running one have a last snapshot, and only of days that are kept whole is it
    known what everybody brought.

    Args: tiers is CustomerTiers.

    Returns: TierMonths: one row per day, the oldest first.
    """
    past = TierPast(task.as_it_stands("TierHistory"))
    first_of_month = pd.Timestamp(task.as_of.replace(day=1))
    last_days: dict[str, pd.Timestamp] = {}
    for day in sorted(past.whole_days):
        if day < first_of_month:
            last_days[day.strftime("%Y-%m")] = day
    history = past.rows
    is_there = (history["buying_stage"] != "gone").fillna(True)
    whole = history[history["as_of"].isin(list(last_days.values())) & is_there]
    snapshots = [(day, rows) for day, rows in whole.groupby("as_of", sort=True)]
    snapshots.append((pd.Timestamp(task.as_of), tiers))

    place_of = {rule.tier: place for place, rule in enumerate(task.policy.tier_rules)}
    rows: list[dict[str, Any]] = []
    before: pd.Series[float] | None = None
    for day, snapshot in snapshots:
        places = snapshot.set_index("customer_id")["tier"].map(place_of).astype("float64")
        rows.append({"as_of": day, **_concentration(snapshot["value"]), **_moves(before, places)})
        before = places
    return frame_from_rows("TierMonths", rows)


def _concentration(value: pd.Series[int]) -> dict[str, Any]:
    """What all customers bring, refunds taken off, and what the largest do of those above zero."""
    net = int(value.astype("int64").sum())
    in_order = np.sort(value.astype("int64").to_numpy())[::-1]
    brings = in_order[in_order > 0]
    row: dict[str, Any] = {"customers": len(value), "buyers": brings.size}
    if not brings.size:
        return row | {"value": net, "because": Message("months.no-value")}
    total = int(brings.sum())
    half = int(np.searchsorted(2 * np.cumsum(brings), total)) + 1
    largest = int(brings[0]) / total
    facts = {"half": half, "buyers": int(brings.size), "largest": largest}
    return row | {
        "value": net,
        "largest_rate": largest,
        "ten_rate": int(brings[:_LARGEST].sum()) / total,
        "half_count": half,
        "because": Message("months.half", facts),
    }


def _moves(before: pd.Series[float] | None, now: pd.Series[float]) -> dict[str, Any]:
    """How many rose, fell, came and went since the snapshot before; a tier that is gone is none."""
    if before is None:
        return {}
    then = before.reindex(now.index)
    return {
        "up": int((now < then).sum()),
        "down": int((now > then).sum()),
        "came": int((~now.index.isin(before.index)).sum()),
        "gone": int((~before.index.isin(now.index)).sum()),
    }
