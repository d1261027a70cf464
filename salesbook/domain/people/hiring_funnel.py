"""How far do applicants get, how long does it take, which channel yields hires, at what cost?"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.intervals import wilson, z_of
from salesbook.frames import frame_from_rows, sorted_by_key
from salesbook.messages import Fact, Message
from salesbook.money import round_half_away

LADDER: Final = ("applied", "screened", "interviewed", "offered", "hired")
"""Stages in the order in which an applicant climbs them."""
_HIRED: Final = LADDER.index("hired")
ENDS: Final = ("rejected", "withdrawn")
ALL: Final = "all"

_SCOPES: Final = (("all", ALL), ("opening", "opening_id"), ("role", "role"), ("channel", "channel"))
"""Kinds of scope, and the column that names an applicant's."""
_RATES: Final = {1: "screened_rate", 2: "interviewed_rate", 3: "offered_rate", 4: "accepted_rate"}
"""By rung: the rate of those who came from the rung below."""
_DAYS: Final = {1: "screened_days", 2: "interviewed_days", 3: "offered_days"}
"""By rung: the median days from the application to it."""
FEWEST_HIRES: Final = 3
"""Below this, chance leaves the cost of the next hire anywhere: no range is given."""


def hiring_funnel(
    openings: pd.DataFrame,
    candidates: pd.DataFrame,
    history: pd.DataFrame,
    *,
    as_of: dt.date,
    level: float,
) -> pd.DataFrame:
    """Count who reached each stage, how fast and at what cost: for all, by opening, role, channel.

    Who reached a stage reached those below it too. The furthest stage is the highest that
    CandidateHistory up to `as_of` or the applicant's own `stage` knows; a rejected applicant
    without history has only applied.

    An application is *decided* once the applicant is hired, turned down or gone, by his own `stage`
    or the last row of his history, and when its opening is filled. Rates count only applicants of
    whom it is known: of those who reached the stage below, who came further, over them and those
    whose application ended there. Who still waits counts in neither: counted as failures, a channel
    would look the worse the newer it is.

    Days are medians from application to the first day in the stage, of those whose history has that
    day; those to hire fall back on the opening's `filled_on`. A day before the application is a
    slip of the pen and counts as missing.

    Cost per hire is the cost of all applicants over the hires; missing without a hire or without
    any cost. For its range see `_cost_range`.

    Args:
        level: of the intervals, such as 0.8.

    Returns: HiringFunnel, by key; no rows without applicants. An opening nobody applied to has no
    row.
    """
    day = pd.Timestamp(as_of)
    applicants = candidates[candidates["applied_on"] <= day]
    past = history[history["entered_on"] <= day]
    people = _people(applicants, openings, past, day)

    rows: list[dict[str, Any]] = []
    for scope_kind, column in _SCOPES:
        for scope, group in people.groupby(column):
            row = {"scope_kind": scope_kind, "scope": scope}
            rows.append(row | _figures(group, level))

    funnel = frame_from_rows("HiringFunnel", rows)
    return sorted_by_key("HiringFunnel", funnel)


def _people(
    candidates: pd.DataFrame, openings: pd.DataFrame, history: pd.DataFrame, day: pd.Timestamp
) -> pd.DataFrame:
    """Per applicant: how high they climbed, how they ended, days to each stage, role."""
    opening_ids = candidates["opening_id"]
    opening = openings.set_index("opening_id")
    filled_on = _looked_up(opening["filled_on"], opening_ids)

    people = candidates[["candidate_id", "opening_id", "channel", "cost"]].copy()
    people[ALL] = ALL
    people["role"] = _looked_up(opening["role"], opening_ids)
    people["climbed"] = _climbed(candidates, history)
    people["end"] = _ends(candidates, history).where(people["climbed"] < _HIRED)

    is_filled = (filled_on <= day).fillna(False)
    people["decided"] = (people["climbed"] == _HIRED) | people["end"].notna() | is_filled

    for rung, stage in enumerate(LADDER):
        reached_on = _first_day(candidates, history, stage)
        if stage == "hired":
            reached_on = reached_on.fillna(filled_on)
        days = (reached_on - candidates["applied_on"]).dt.days
        is_known = (days >= 0) & (people["climbed"] >= rung)
        people[f"{stage}_days"] = days.where(is_known)
    return people


def _climbed(candidates: pd.DataFrame, history: pd.DataFrame) -> pd.Series[int]:
    """The highest rung of LADDER that an applicant reached, from 0."""
    rung_of_stage = {stage: rung for rung, stage in enumerate(LADDER)}
    # A rejected applicant's own stage has no rung: only history knows how far he came.
    rung_now = candidates["stage"].map(rung_of_stage)
    rungs_of_history = history["stage"].map(rung_of_stage)
    highest = rungs_of_history.groupby(history["candidate_id"]).max()
    highest_in_history = _looked_up(highest, candidates["candidate_id"])
    climbed = pd.concat([rung_now, highest_in_history], axis=1).max(axis=1)
    # Without either, there is at least the application.
    return climbed.fillna(0).astype(np.int64)


def _ends(candidates: pd.DataFrame, history: pd.DataFrame) -> pd.Series[str]:
    """How an application ended: by the applicant's own stage, else by the last row of history."""
    in_order = history.sort_values(["candidate_id", "seq"], kind="stable")
    last = in_order.drop_duplicates("candidate_id", keep="last").set_index("candidate_id")["stage"]
    last_in_history = _looked_up(last, candidates["candidate_id"])

    own = candidates["stage"].where(candidates["stage"].isin(ENDS))
    return own.fillna(last_in_history.where(last_in_history.isin(ENDS)))


def _first_day(candidates: pd.DataFrame, history: pd.DataFrame, stage: str) -> pd.Series[Any]:
    entries = history[history["stage"] == stage]
    first = entries.groupby("candidate_id")["entered_on"].min()
    return _looked_up(first, candidates["candidate_id"])


def _looked_up(known: pd.Series[Any], keys: pd.Series[Any]) -> pd.Series[Any]:
    return known.reindex(keys).set_axis(keys.index)


def _figures(people: pd.DataFrame, level: float) -> dict[str, Any]:
    """The fields of HiringFunnel about a group of applicants."""
    figures: dict[str, Any] = {}
    climbed = people["climbed"].to_numpy()
    is_decided = people["decided"].to_numpy(dtype=bool)
    for rung, stage in enumerate(LADDER):
        # Who reached a stage reached those below it too.
        figures[stage] = int((climbed >= rung).sum())
    for end in ENDS:
        figures[end] = int((people["end"] == end).sum())
    figures["decided"] = int(is_decided.sum())

    for rung, field in _RATES.items():
        came_further = int((climbed >= rung).sum())
        ended_below = int(((climbed == rung - 1) & is_decided).sum())
        known = came_further + ended_below
        figures[field] = came_further / known if known else None
    for rung, field in _DAYS.items():
        figures[field] = _median(people[f"{LADDER[rung]}_days"])
    figures["days_to_hire"] = _median(people["hired_days"])

    hires, decided = figures["hired"], figures["decided"]
    if decided:
        figures["yield_rate"] = hires / decided
        figures["yield_low"], figures["yield_high"] = wilson(hires, decided, level)
    figures |= _costs(people, hires, level)
    figures["because"] = _reason(figures)
    return figures


def _median(days: pd.Series[Any]) -> float | None:
    known = days.dropna()
    return float(known.median()) if len(known) else None


def _costs(people: pd.DataFrame, hires: int, level: float) -> dict[str, int]:
    """Cost per hire, and the range that chance leaves it; empty without a hire or any cost."""
    costs = people["cost"]
    # The cost of all applicants: those who were not hired cost money too.
    total = int(costs.dropna().sum())
    if not hires or not costs.notna().any():
        return {}
    per_hire = total / hires
    figures = {"cost_per_hire": round_half_away(per_hire)}
    if hires < FEWEST_HIRES or not total:
        return figures
    spread = _cost_range(
        costs.fillna(0).to_numpy(dtype=np.float64),
        (people["climbed"] == _HIRED).to_numpy(dtype=np.float64),
    )
    factor = float(np.exp(z_of(level) * spread))
    figures["cost_low"] = round_half_away(per_hire / factor)
    figures["cost_high"] = round_half_away(per_hire * factor)
    return figures


def _cost_range(costs: Floats, hired: Floats) -> float:
    """Standard error of the logarithm of cost per hire, a ratio of two sums over applicants.

    Each applicant brings his part of the cost and his part of the hires; what the ratio owes to
    chance is how far these two parts differ, applicant by applicant. Where every applicant costs
    the same this is √(1/hires - 1/applicants), the error of the rate of hires; where only a hire
    costs, as an agency's fee, cost per hire owes nothing to how many were hired.

    Source: Taylor linearisation of a ratio (W. G. Cochran, Sampling Techniques, 3rd edition,
    section 6.4), of its logarithm, for a cost cannot be negative.
    """
    count = len(costs)
    differences = costs / costs.sum() - hired / hired.sum()
    squares = float((differences * differences).sum())
    correction = count / (count - 1) if count > 1 else 1.0
    return float(np.sqrt(squares * correction))


def _reason(figures: dict[str, Any]) -> Message:
    """What can be said of the hires, or why nothing can."""
    hires, decided = figures["hired"], figures["decided"]
    facts: dict[str, Fact] = {"hires": hires, "decided": decided}
    if not decided:
        return Message("hiring-undecided", {"applied": figures["applied"]})
    if not hires:
        return Message("hiring-nobody", {"decided": decided, "high": figures["yield_high"]})
    facts |= {"low": figures["yield_low"], "high": figures["yield_high"]}
    if hires < FEWEST_HIRES:
        return Message("hiring-few", facts | {"needed": FEWEST_HIRES})
    return Message("hiring-yield", facts)


def usual_days(funnel: pd.DataFrame) -> dict[str, float]:
    """Days from application to hire by role, and `all` for everybody.

    One or two hires say too little of a role: it lacks, and goes by all.

    Args:
        funnel: HiringFunnel.
    """
    known = funnel[funnel["days_to_hire"].notna()]
    by_role = known[(known["scope_kind"] == "role") & (known["hired"] >= FEWEST_HIRES)]
    days = {str(row.scope): float(row.days_to_hire) for row in by_role.itertuples()}
    for row in known[known["scope_kind"] == ALL].itertuples():
        days[ALL] = float(row.days_to_hire)
    return days
