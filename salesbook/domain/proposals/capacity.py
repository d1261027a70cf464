"""How much can each person win anew in the months to come, by what he and the others won before?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.proposals.history import History
from salesbook.domain.targets.spread.seats import Seats


@dataclass(frozen=True)
class Productivity:
    """What a full month's work wins anew: in all, and of each rep."""

    of_all: float
    of_rep: dict[str, float]


def productivity(history: History, seats: Seats, season: Floats, *, few: int) -> Productivity:
    """What each rep won anew per full month of work, drawn to what all won.

    Work is capacity × ramp × season: half a month of a beginner in a weak month is little work. How
    much a rep's own months count: with e the sales that such work usually brings, e / (e + few). So
    who has hardly worked yet counts as the others, and who worked and won nothing does not.

    Args:
        history: of the months of `seats`.
        seats: who worked in the past months.
        season: a weight per month.
        few: sales that say as much as what the others won.

    Source: by hand, test_proposal_steps: 12 months of work, 20 sales of 5,000 in all by two reps,
        one of whom made 15; few 10: e = 10, half own and half all.
    """
    work = (seats.capacity * season[None, :]).sum(axis=1)
    work_of = pd.Series(work, index=pd.Index(seats.rep_ids)).groupby(level=0).sum()
    rows = history.of_months(seats.months)
    rows = rows[rows["rep_id"].isin(work_of.index)]
    all_work = float(work_of.sum())
    if not all_work > 0:
        return Productivity(0.0, {})

    won = rows.groupby("rep_id")["fresh"].sum().reindex(work_of.index).fillna(0)
    sales_per_work = float(rows["sales"].sum()) / all_work
    of_all = float(won.sum()) / all_work
    usual_sales = work_of.to_numpy(dtype=np.float64) * sales_per_work
    trust = usual_sales / (usual_sales + few)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(work_of > 0, won.to_numpy(dtype=np.float64) / work_of.to_numpy(), of_all)
    drawn = trust * own + (1 - trust) * of_all
    return Productivity(of_all, dict(zip(work_of.index, drawn.tolist(), strict=True)))


def capacity_part(of_work: Productivity, seats: Seats, weights: Floats) -> Floats:
    """What each seat wins anew in all: productivity × capacity × ramp, summed over months.

    Args:
        seats: of the months to come.
        weights: per month: its season × the part of it that is left × the part of new business that
            is not in the pipeline already.
    """
    of_seat = [of_work.of_rep.get(rep, of_work.of_all) for rep in seats.rep_ids]
    part: Floats = np.array(of_seat, dtype=np.float64) * (seats.capacity @ weights)
    return np.maximum(part, 0.0)
