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
            rows.append({"scope_kind": scope_kind, "scope": scope, **_counts(group)})
    return sorted_by_key("HiringFunnel", frame_from_rows("HiringFunnel", rows))


def _people(
    candidates: pd.DataFrame, openings: pd.DataFrame, history: pd.DataFrame
) -> pd.DataFrame:
    """Per applicant: how high they climbed, how they ended, days to hire, role."""
    rung = {stage: place for place, stage in enumerate(LADDER)}
    candidate_ids = candidates["candidate_id"]
    opening = openings.set_index("opening_id")

    # A rejected applicant's own stage has no rung: only history knows how far he came.
    rung_now = candidates["stage"].map(rung)
    highest_rung = history["stage"].map(rung).groupby(history["candidate_id"]).max()
    both = pd.concat([rung_now, _looked_up(highest_rung, candidate_ids)], axis=1)
    climbed = both.max(axis=1).fillna(0).astype(np.int64)

    hires = history[history["stage"] == "hired"]
    hired_on = _looked_up(hires.groupby("candidate_id")["entered_on"].min(), candidate_ids)
    filled_on = _looked_up(opening["filled_on"], candidates["opening_id"])
    days = (hired_on.fillna(filled_on) - candidates["applied_on"]).dt.days

    people = candidates[["candidate_id", "opening_id", "channel", "cost", "stage"]].copy()
    people["climbed"] = climbed
    people["role"] = _looked_up(opening["role"], candidates["opening_id"])
    people["days"] = days.where(climbed == _HIRED)
    people[ALL] = ALL
    return people


def _looked_up(known: pd.Series[Any], keys: pd.Series[Any]) -> pd.Series[Any]:
    return known.reindex(keys).set_axis(keys.index)


def _counts(people: pd.DataFrame) -> dict[str, Any]:
    """The fields of HiringFunnel that count a group of applicants."""
    counts: dict[str, Any] = {}
    for place, stage in enumerate(LADDER):
        counts[stage] = int((people["climbed"] >= place).sum())
    for stage in _ENDS:
        counts[stage] = int((people["stage"] == stage).sum())

    hires = counts["hired"]
    costs = people["cost"].dropna()
    has_cost_per_hire = len(costs) > 0 and hires > 0
    has_days = people["days"].notna().any()
    counts["days_to_hire"] = float(people["days"].median()) if has_days else None
    counts["cost_per_hire"] = (
        round_half_away(int(costs.sum()) / hires) if has_cost_per_hire else None
    )
    return counts
