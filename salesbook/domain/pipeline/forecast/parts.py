"""Which part of what nobody has entered yet falls to each rep, team, source and product?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.team.staff import NO_TEAM

_YEAR_OF_DAYS: Final = 365.0


@dataclass(frozen=True)
class Parts:
    """Per name of one kind of slice: its part of new deals and of orders without a deal."""

    new_deals: pd.Series[Any]
    repeats: pd.Series[Any]

    def of(self, names: pd.Index[Any]) -> tuple[Floats, Floats]:
        """The parts of each name, 0 for one that gets none."""
        new_deals = self.new_deals.reindex(names).fillna(0.0)
        repeats = self.repeats.reindex(names).fillna(0.0)
        return new_deals.to_numpy(dtype=np.float64), repeats.to_numpy(dtype=np.float64)


def shrunk_parts(own: Floats, counts: Floats, few: int) -> Floats:
    """Share something out by what each had of it before, drawn to equal parts where that is little.

    a own + (1 - a) all / reps, where a = n / (n + few): who has three deals of his own is mostly
    taken for an average rep.

    Args:
        own: what each had; negative counts as 0.
        counts: n, of how many deals or orders that came.

    Returns: parts that add up to 1; none where there is nobody.
    """
    if not len(own):
        return np.zeros(0)
    positive = np.maximum(own, 0.0)
    trust = counts / (counts + few)
    blend = trust * positive + (1 - trust) * positive.mean()
    total = blend.sum()
    return np.asarray(blend / total if total > 0 else np.full(len(own), 1 / len(own)))


def parts_of_company() -> Parts:
    """The company gets all of it."""
    whole = pd.Series([1.0], index=[ALL])
    return Parts(whole, whole)


def parts_of_reps(
    new_deals: pd.Series[Any], repeats: pd.DataFrame, reps: pd.Index[Any], few: int
) -> Parts:
    """Parts of the reps who will be there.

    Args:
        new_deals: the rep of each deal that came lately.
        repeats: `rep_id` and `amount` of each credit for an order that names no deal.
        reps: who shares in what is to come, by key.
    """
    own_deals = _counted(new_deals, reps)
    own_orders = _counted(repeats["rep_id"], reps)
    money = repeats.groupby("rep_id")["amount"].sum().reindex(reps).fillna(0)
    own_money = money.to_numpy(dtype=np.float64)
    return Parts(
        pd.Series(shrunk_parts(own_deals, own_deals, few), index=reps),
        pd.Series(shrunk_parts(own_money, own_orders, few), index=reps),
    )


def parts_of_teams(of_reps: Parts, teams: pd.Series[Any]) -> Parts:
    """A team gets what its reps of today get; what is nobody's falls to no team.

    Args: teams has each rep's team, in the order of `of_reps`.
    """
    if of_reps.new_deals.empty:
        # Whoever sold has left, and nobody is there who would bring what is to come.
        whole = pd.Series([1.0], index=[NO_TEAM])
        return Parts(whole, whole)
    team = teams.to_numpy()
    return Parts(
        of_reps.new_deals.groupby(team).sum(),
        of_reps.repeats.groupby(team).sum(),
    )


def parts_by_field(new_deals: pd.Series[Any], repeats: pd.DataFrame | None, field: str) -> Parts:
    """Parts by a field of deals; those whose field is blank go to no slice.

    Args: repeats is None for a field that an order without a deal cannot have.
    """
    counts = new_deals.value_counts() / max(len(new_deals), 1)
    if repeats is None or repeats["amount"].sum() <= 0:
        return Parts(counts, pd.Series(dtype="float64"))
    money = repeats.groupby(field)["amount"].sum().clip(lower=0).astype("float64")
    return Parts(counts, money / float(repeats["amount"].sum()))


def _counted(names: pd.Series[Any], among: pd.Index[Any]) -> Floats:
    counts = names.value_counts().reindex(among).fillna(0)
    return np.asarray(counts.to_numpy(dtype=np.float64))


def slice_numbers(column: pd.Series[Any], names: pd.Index[Any]) -> Ints:
    """The place of each row's slice among the names, -1 for a row in none."""
    return np.asarray(names.get_indexer(pd.Index(column)), dtype=np.int64)
