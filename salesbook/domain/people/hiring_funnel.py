"""How far do applicants get, how long does a hire take and what does it cost?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.frames import frame_of, sorted_by_key
from salesbook.money import round_half_away

LADDER: Final = ("applied", "screened", "interviewed", "offered", "hired")
"""Stages in the order in which an applicant climbs them."""
_ENDS: Final = ("rejected", "withdrawn")
ALL: Final = "all"


def hiring_funnel(
    openings: pd.DataFrame, candidates: pd.DataFrame, history: pd.DataFrame, *, as_of: Any
) -> pd.DataFrame:
    """Count the applicants who reached each stage: for all, by opening, role and channel.

    Who reached a stage reached those below it too. The furthest stage is the highest that
    CandidateHistory up to `as_of` or the applicant's own `stage` knows; a rejected applicant
    without history has only applied. Days to hire is the median from application to the day hired;
    where the history lacks that day, to the opening's `filled_on`; missing without either. Cost per
    hire is the cost of all applicants over the hires, in minor units; missing without a hire or
    without any cost.

    Returns: HiringFunnel, by key; no rows without applicants. An opening nobody applied to has no
    row.
    """
    known = candidates[candidates["applied_on"] <= pd.Timestamp(as_of)]
    past = history[history["entered_on"] <= pd.Timestamp(as_of)]
    people = _people(known, openings, past)
    parts = [
        _counted(people.assign(scope_kind=kind, scope=people[column]))
        for kind, column in (
            ("all", ALL),
            ("opening", "opening_id"),
            ("role", "role"),
            ("channel", "channel"),
        )
    ]
    rows = [row for part in parts for row in part]
    columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
    return sorted_by_key("HiringFunnel", frame_of("HiringFunnel", columns))


def _people(
    candidates: pd.DataFrame, openings: pd.DataFrame, history: pd.DataFrame
) -> pd.DataFrame:
    """Per applicant: how high they climbed, how they ended, days to hire, role."""
    rung = {stage: at for at, stage in enumerate(LADDER)}
    seen = history["stage"].map(rung).groupby(history["candidate_id"]).max()
    now = candidates["stage"].map(rung)
    opening = openings.set_index("opening_id")
    people = candidates[["candidate_id", "opening_id", "channel", "cost", "stage"]].copy()
    climbed = (
        pd.concat([now, _looked_up(seen, candidates["candidate_id"])], axis=1).max(axis=1).fillna(0)
    )
    people["climbed"] = climbed.astype(np.int64)
    people["role"] = _looked_up(opening["role"], candidates["opening_id"])
    days = history[history["stage"] == "hired"].groupby("candidate_id")["entered_on"].min()
    hired_on = _looked_up(days, candidates["candidate_id"])
    hired_on = hired_on.fillna(_looked_up(opening["filled_on"], candidates["opening_id"]))
    people["days"] = (hired_on - candidates["applied_on"]).dt.days.where(
        people["climbed"] == rung["hired"]
    )
    return people.assign(**{ALL: ALL})


def _looked_up(known: pd.Series[Any], keys: pd.Series[Any]) -> pd.Series[Any]:
    return known.reindex(keys).set_axis(keys.index)


def _counted(people: pd.DataFrame) -> list[dict[str, Any]]:
    rows = []
    for (kind, scope), group in people.groupby(["scope_kind", "scope"]):
        row: dict[str, Any] = {"scope_kind": kind, "scope": scope}
        row |= {stage: int((group["climbed"] >= at).sum()) for at, stage in enumerate(LADDER)}
        row |= {stage: int((group["stage"] == stage).sum()) for stage in _ENDS}
        costs = group["cost"].dropna()
        row["days_to_hire"] = float(group["days"].median()) if group["days"].notna().any() else None
        row["cost_per_hire"] = (
            round_half_away(int(costs.sum()) / row["hired"])
            if len(costs) and row["hired"]
            else None
        )
        rows.append(row)
    return rows
