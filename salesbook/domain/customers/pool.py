"""Which customers go into the public pool, when, and who could take them from it?

The rule of the pool: whom nobody has contacted for `pool_days` is free for others, so that no owner
keeps customers whom he does not look after. It does not take from anybody what he cannot have
neglected: a customer under contract stays, and so does one whom the owner has only just got.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.customers.touch import known_since, last_touches
from salesbook.domain.customers.touch_load import WEEKS
from salesbook.domain.outcome import Task
from salesbook.domain.team.staff import Staff, staff_of_run
from salesbook.frames import Tables, frame_of
from salesbook.messages import Message, joined
from salesbook.names.forgotten import are_forgotten
from salesbook.policy import Policy

AHEAD: Final = pd.Timedelta(weeks=WEEKS)
"""So far the preview looks: as far as TouchLoad plans calls."""
_ONE_DAY: Final = pd.Timedelta(days=1)


def pool_standing(tables: Tables, policy: Policy, as_of: dt.date) -> pd.DataFrame:
    """Say of each customer with an owner from which day on others may take him.

    He is free `pool_days` after the last touch, also where he was entered after it; never touched,
    after the day he was entered. But not
    before the day after his contract ends, nor within `pool_spare_days` of the day from which the
    owner has him: an import, a pick from the pool and a handover note that day. Of whom nothing of
    all this is known is nothing said; nor in a book that logs no contacts, for there everybody would
    be free.

    Returns: `customer_id`, `owner_id`, `since_on` (last touch, or entered), `is_untouched` (never),
        `contract_end_on`, `spared_to` and `free_on`, under the index of Customers.
    """
    customers = tables["Customers"]
    touched = last_touches(tables, as_of)
    touches = touched.reindex(customers["customer_id"]).astype("datetime64[us]")
    last = touches.set_axis(customers.index)
    since = last.fillna(known_since(customers))

    rules = policy.rules
    after_silence = since + pd.Timedelta(days=rules.pool_days)
    spared_to = customers["owner_since"] + pd.Timedelta(days=rules.pool_spare_days)
    after_contract = customers["contract_end_on"] + _ONE_DAY

    standing = pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "owner_id": customers["owner_id"],
            "since_on": since,
            "is_untouched": last.isna(),
            "contract_end_on": customers["contract_end_on"],
            "spared_to": spared_to,
            "free_on": _latest(after_silence, spared_to, after_contract),
        }
    )
    is_forgotten = np.array(are_forgotten(customers["customer_id"]), dtype=bool)
    is_known = customers["owner_id"].notna() & since.notna() & ~is_forgotten
    return standing[is_known] if len(touched) else standing[:0]


def _latest(*columns: pd.Series[Any]) -> pd.Series[Any]:
    """The latest day of each row; missing days do not count, and where all are missing it is."""
    days = [column.to_numpy(dtype="datetime64[us]") for column in columns]
    return pd.Series(np.fmax.reduce(days), index=columns[0].index)


def pool_preview(task: Task, value: pd.Series[int]) -> pd.DataFrame:
    """Name who would lose which customer within four weeks, and who could take those who are free.

    Args: value of each customer, by key.

    Returns: PoolPreview, who is free first before others, of one day the most valuable.
    """
    today = pd.Timestamp(task.as_of)
    standing = pool_standing(task.tables, task.policy, task.as_of)
    soon = standing[standing["free_on"] <= today + AHEAD]
    soon = soon.assign(
        value=value.reindex(soon["customer_id"]).fillna(0).to_numpy(dtype="int64"),
        days_left=(soon["free_on"] - today).dt.days.clip(lower=0),
    )
    soon = soon.sort_values(
        ["free_on", "value", "customer_id"], ascending=[True, False, True], ignore_index=True
    )
    takers = _Takers(task, staff_of_run(task))
    suggested = takers.for_those_free(soon)
    # Who has not been taken yet is lost today at the earliest.
    lost_on = soon["free_on"].clip(lower=today)
    again_on = lost_on + pd.Timedelta(days=task.policy.rules.pool_cooloff_days)
    because = [
        joined(_because(row, taker, task, takers))
        for row, taker in zip(soon.itertuples(index=False), suggested, strict=True)
    ]
    return frame_of(
        "PoolPreview",
        {
            "customer_id": soon["customer_id"],
            "rep_id": soon["owner_id"],
            "free_on": soon["free_on"],
            "days_left": soon["days_left"],
            "since_on": soon["since_on"],
            "value": soon["value"],
            "again_on": again_on,
            "suggested_id": pd.Series(suggested, dtype="str"),
            "because": pd.Series(because, dtype="object"),
        },
    )


def _because(row: Any, taker: str | None, task: Task, takers: _Takers) -> Iterator[Message]:
    """Since when nobody has called; what has kept the customer so far; who could take him."""
    today = pd.Timestamp(task.as_of)
    days, limit = (today - row.since_on).days, task.policy.rules.pool_days
    facts = {"since": row.since_on.date(), "days": days, "limit": limit}
    yield Message("pool.never" if row.is_untouched else "pool.silent", facts)
    acting = takers.acts_for(row.owner_id)
    if acting is not None and acting != row.owner_id:
        yield Message("pool.acts", {"who": (takers.name_of(acting),)})
    silent_to = row.since_on + pd.Timedelta(days=limit)
    # What binds longer than the silence is the reason for the day.
    if pd.notna(row.contract_end_on) and row.contract_end_on >= max(silent_to, today):
        yield Message("pool.contract", {"day": row.contract_end_on.date()})
    if pd.notna(row.spared_to) and row.spared_to > max(silent_to, today):
        yield Message("pool.spared", {"day": (row.spared_to - _ONE_DAY).date()})
    if row.days_left:
        yield Message("pool.call-by", {"day": (row.free_on - _ONE_DAY).date()})
    elif taker is None:
        yield Message("pool.nobody")
    else:
        yield Message("pool.taker", {"who": (takers.name_of(taker),)})


class _Takers:
    """Who has room for customers of the pool, the one with fewest for his capacity first."""

    def __init__(self, task: Task, staff: Staff) -> None:
        self._staff = staff
        self._day = task.as_of
        self._acts_for: dict[str, str | None] = {}
        self._limit = task.policy.rules.pool_pick_limit
        self._capacity = staff.capacity(task.as_of)
        owners = task.tables["Customers"]["owner_id"].dropna()
        self._has = {str(rep): int(count) for rep, count in owners.value_counts().items()}
        managers = staff.managers(task.as_of)
        self._free = [
            str(rep)
            for rep in staff.ids
            if rep not in managers
            and staff.is_at_work(rep, task.as_of)
            and self._capacity.get(rep, 1.0) > 0
        ]

    def name_of(self, rep_id: str) -> str:
        """What a rep is called."""
        return self._staff.name_of(rep_id)

    def acts_for(self, owner: str) -> str | None:
        """Who calls for an owner, as the call list has it."""
        if owner not in self._acts_for:
            self._acts_for |= self._staff.who_calls([owner], self._day)
        return self._acts_for[owner]

    def for_those_free(self, soon: pd.DataFrame) -> list[str | None]:
        """Suggest a rep for each customer who is free, the most valuable customer first.

        Nobody is advised to take more than `pool_pick_limit`, nor a customer whom he has just lost.
        """
        suggested: list[str | None] = [None] * len(soon)
        is_free = soon["days_left"] == 0
        in_order = soon[is_free].sort_values(["value", "customer_id"], ascending=[False, True])
        queue = [(self._burden(rep, 0), rep, 0) for rep in self._free if self._limit]
        heapq.heapify(queue)
        for place, owner in zip(in_order.index, in_order["owner_id"], strict=True):
            loser = heapq.heappop(queue) if queue and queue[0][1] == owner else None
            if queue:
                _, rep, taken = heapq.heappop(queue)
                suggested[place] = rep
                if taken + 1 < self._limit:
                    heapq.heappush(queue, (self._burden(rep, taken + 1), rep, taken + 1))
            if loser is not None:
                heapq.heappush(queue, loser)
        return suggested

    def _burden(self, rep_id: str, taken: int) -> float:
        """Customers after one more, for a full capacity."""
        return (self._has.get(rep_id, 0) + taken + 1) / self._capacity.get(rep_id, 1.0)
