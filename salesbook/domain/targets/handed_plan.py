"""Which targets do a leaver's months to come become, where they are to go along with a handover?

A draft, so that nobody's published target moves before somebody looks at it and publishes it. Every
month keeps its sum to the cent: what one loses the others get, by whole units.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.frames import frame_of, sorted_by_key

_CELL = ["period", "rep_id", "metric"]


def months_ahead(plan: pd.DataFrame, leaver: str, this_month: str) -> pd.DataFrame:
    """The leaver's targets that hold, of the months after this one, without those that are locked."""
    held = plan_in_force(plan)
    is_his = (held["rep_id"] == leaver) & (held["period"] > this_month)
    is_locked = held["locked"].fillna(False).astype("bool")
    return held[is_his & ~is_locked & (held["amount"] != 0)]


def handed_plan(
    plan: pd.DataFrame,
    leaver: str,
    shares: Mapping[str, float],
    teams: Mapping[str, str | None],
    this_month: str,
) -> pd.DataFrame:
    """TargetPlan with a draft in which the leaver's months to come are the successors'.

    Args:
        plan: TargetPlan, all of it published.
        shares: what each successor takes of it, as weights above 0.
        teams: the team of each successor on that day, for months in which he has no target yet.
        this_month: the running one, which stays with all before it.

    Returns: the whole table, by key; as it was where nothing goes along.
    """
    going = months_ahead(plan, leaver, this_month)
    if going.empty:
        return plan
    takers = sorted(shares)
    weights = [shares[taker] for taker in takers]

    # What each cell gains, in the target and in the part of it that makes up for months gone.
    gains: dict[tuple[str, str, str], tuple[int, int]] = {}
    for cell in going.itertuples(index=False):
        amounts = allocate(int(cell.amount), weights, keys=takers)
        carried = allocate(int(cell.carried), weights, keys=takers)
        gains[cell.period, leaver, cell.metric] = (-int(cell.amount), -int(cell.carried))
        for taker, amount, part in zip(takers, amounts, carried, strict=True):
            gains[cell.period, taker, cell.metric] = (amount, part)

    cells = list(zip(*(plan[name] for name in _CELL), strict=True))
    is_moved = pd.Series([cell in gains for cell in cells], index=plan.index)
    moved = _moved(plan[is_moved], gains)
    missing = [cell for cell in gains if cell not in set(cells)]
    added = _added(missing, gains, teams, int(moved["version"].max()))
    parts = [plan[~is_moved], moved, added]
    both = pd.concat([part for part in parts if len(part)], ignore_index=True)
    whole = frame_of("TargetPlan", {name: both[name] for name in plan.columns})
    return sorted_by_key("TargetPlan", whole)


def _moved(
    held: pd.DataFrame, gains: Mapping[tuple[str, str, str], tuple[int, int]]
) -> pd.DataFrame:
    """Drafts over published targets, which hold until the draft is published."""
    gained = [gains[cell] for cell in zip(*(held[name] for name in _CELL), strict=True)]
    carried = held["carried"].fillna(0)
    return held.assign(
        amount=held["amount"] + pd.array([amount for amount, _ in gained], dtype="Int64"),
        carried=carried + pd.array([part for _, part in gained], dtype="Int64"),
        in_force=held["amount"],
        carried_in_force=held["carried"],
        weighed_in_force=held["weighed_by"],
        status="draft",
        version=held["version"] + 1,
        published_on=pd.NaT,
    )


def _added(
    cells: list[tuple[str, str, str]],
    gains: Mapping[tuple[str, str, str], tuple[int, int]],
    teams: Mapping[str, str | None],
    version: int,
) -> pd.DataFrame:
    """Drafts of targets where a successor had none."""
    rows = sorted(cells)
    return frame_of(
        "TargetPlan",
        {
            "period": [period for period, _, _ in rows],
            "rep_id": [rep for _, rep, _ in rows],
            "metric": [metric for _, _, metric in rows],
            "team": pd.Series([teams.get(rep) for _, rep, _ in rows], dtype="str"),
            "amount": [gains[cell][0] for cell in rows],
            "carried": [gains[cell][1] for cell in rows],
            "locked": [False] * len(rows),
            "status": ["draft"] * len(rows),
            "version": [version] * len(rows),
        },
    )
