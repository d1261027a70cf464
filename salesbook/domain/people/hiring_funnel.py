"""How far do applicants get, how long does a hire take and what does it cost?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.money import round_half_away

LADDER: Final = ("applied", "screened", "interviewed", "offered", "hired")
"""Stages in the order in which an applicant climbs them."""
_HIRED: Final = LADDER.index("hired")
_ENDS: Final = ("rejected", "withdrawn")
ALL: Final = "all"

_SCOPES: Final = (("all", ALL), ("opening", "opening_id"), ("role", "role"), ("channel", "channel"))
"""Kinds of scope, and the column that names an applicant's."""


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
    day = pd.Timestamp(as_of)
    applicants = candidates[candidates["applied_on"] <= day]
    past = history[history["entered_on"] <= day]
    people = _people(applicants, openings, past)

    rows: list[dict[str, Any]] = []
    for scope_kind, column in _SCOPES:
        for scope, group in people.groupby(column):
            row = {"scope_kind": scope_kind, "scope": scope}
            rows.append(row | _counts(group))

    funnel = frame_from_rows("HiringFunnel", rows)
    return sorted_by_key("HiringFunnel", funnel)


def _people(
    candidates: pd.DataFrame, openings: pd.DataFrame, history: pd.DataFrame
) -> pd.DataFrame:
    """Per applicant: how high they climbed, how they ended, days to hire, role."""
    rung_of_stage = {stage: rung for rung, stage in enumerate(LADDER)}
    candidate_ids = candidates["candidate_id"]
    opening_ids = candidates["opening_id"]
    opening = openings.set_index("opening_id")

    # A rejected applicant's own stage has no rung: only history knows how far he came.
    rung_now = candidates["stage"].map(rung_of_stage)
    rungs_of_history = history["stage"].map(rung_of_stage)
    highest = rungs_of_history.groupby(history["candidate_id"]).max()
    highest_in_history = _looked_up(highest, candidate_ids)
    climbed = pd.concat([rung_now, highest_in_history], axis=1).max(axis=1)
    # Without either, there is at least the application.
    climbed = climbed.fillna(0).astype(np.int64)

    is_hire = history["stage"] == "hired"
    first_hired = history[is_hire].groupby("candidate_id")["entered_on"].min()
    hired_on = _looked_up(first_hired, candidate_ids)
    filled_on = _looked_up(opening["filled_on"], opening_ids)
    time_to_hire = hired_on.fillna(filled_on) - candidates["applied_on"]

    people = candidates[["candidate_id", "opening_id", "channel", "cost", "stage"]].copy()
    people["climbed"] = climbed
    people["role"] = _looked_up(opening["role"], opening_ids)
    people["days"] = time_to_hire.dt.days.where(climbed == _HIRED)
    people[ALL] = ALL
    return people


def _looked_up(known: pd.Series[Any], keys: pd.Series[Any]) -> pd.Series[Any]:
    return known.reindex(keys).set_axis(keys.index)


def _counts(people: pd.DataFrame) -> dict[str, Any]:
    """The fields of HiringFunnel that count a group of applicants."""
    counts: dict[str, Any] = {}
    for rung, stage in enumerate(LADDER):
        # Who reached a stage reached those below it too.
        has_reached = people["climbed"] >= rung
        counts[stage] = int(has_reached.sum())
    for stage in _ENDS:
        is_there = people["stage"] == stage
        counts[stage] = int(is_there.sum())

    days = people["days"].dropna()
    counts["days_to_hire"] = None
    if len(days):
        counts["days_to_hire"] = float(days.median())

    # The cost of all applicants: those who were not hired cost money too.
    costs = people["cost"].dropna()
    hires = counts["hired"]
    counts["cost_per_hire"] = None
    if len(costs) and hires:
        total = int(costs.sum())
        counts["cost_per_hire"] = round_half_away(total / hires)
    return counts
