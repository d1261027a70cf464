"""Which part of what nobody has entered yet falls to each rep, team, source and product?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.forecast.windows import Window
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.team.staff import NO_TEAM

_OWN: Final = ("deals", "orders", "money", "deal_days", "order_days")


class Shared(Protocol):
    """How new deals and orders without a deal are shared out among one kind of slice."""

    def names(self) -> set[str]:
        """Who gets something of them on some day."""

    def within(self, window: Window) -> Parts:
        """What each gets of what comes in a month, or in what is left of it."""

    def is_steady(self, window: Window) -> bool:
        """Whether the parts are the same on each day of the window."""


@dataclass(frozen=True)
class Parts:
    """Per name of one kind of slice: its part of new deals and of orders without a deal."""

    new_deals: pd.Series[Any]
    repeats: pd.Series[Any]

    def names(self) -> set[str]:
        """Who gets something of them."""
        both = (self.new_deals, self.repeats)
        return {str(name) for parts in both for name in parts.index[parts > 0]}

    def within(self, window: Window) -> Parts:
        """The same on all days."""
        del window
        return self

    def is_steady(self, window: Window) -> bool:
        """Always."""
        del window
        return True

    def of(self, names: pd.Index[Any]) -> tuple[Floats, Floats]:
        """The parts of each name, 0 for one that gets none."""
        new_deals = self.new_deals.reindex(names).fillna(0.0)
        repeats = self.repeats.reindex(names).fillna(0.0)
        return new_deals.to_numpy(dtype=np.float64), repeats.to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class Presence:
    """From when to when each rep works here; days count from that of the forecast."""

    days: Mapping[str, tuple[float, float]]
    """First and last day, infinite where there is none; whom it lacks is always there."""

    def within(self, rep: str, window: Window) -> Window | None:
        """What of a window a rep works here; None where that is no day."""
        first, last = self.days.get(rep, (-np.inf, np.inf))
        after, until = max(window.after, first - 1), min(window.until, last)
        if after > window.until or until < window.after or (after >= until and window.days > 0):
            return None
        return Window(after, until)

    def share(self, rep: str, window: Window) -> float:
        """Which part of a window's days a rep works here."""
        there = self.within(rep, window)
        if there is None:
            return 0.0
        return there.days / window.days if window.days > 0 else 1.0


@dataclass(frozen=True)
class PartsOfPeople:
    """Parts that go by what reps had before, of those who are there when it comes.

    Nobody wins a deal before he is hired or after he has left: then the others bring it.
    """

    own: pd.DataFrame
    """By rep: `deals` and `orders` that came of late, `money` of these orders; his `team`; and how
    much of the time he was there, `deal_days` and `order_days`, from 0 to 1."""
    presence: Presence
    few: int
    by_team: bool

    def names(self) -> set[str]:
        """Who gets something on some day; no team is one of them where nobody is left."""
        if not self.by_team:
            return set(self.own.index)
        return {*self.own["team"]} or {NO_TEAM}

    def is_steady(self, window: Window) -> bool:
        """Whether everybody is there on all days of the window."""
        return bool((self._there(window) == 1).all())

    def within(self, window: Window) -> Parts:
        """What each rep or team gets of what comes in the window.

        What is to come while nobody is there falls to no team, and is no rep's.
        """
        there = self._there(window)
        if not there.any():
            whole = pd.Series([1.0] if self.by_team else [], index=[NO_TEAM] * self.by_team)
            return Parts(whole, whole)

        own = {name: self.own[name].to_numpy(dtype=np.float64) for name in _OWN}
        of_deals = shrunk_parts(own["deals"], own["deals"], self.few, own["deal_days"], there)
        of_orders = shrunk_parts(own["money"], own["orders"], self.few, own["order_days"], there)
        parts = Parts(
            pd.Series(of_deals, index=self.own.index), pd.Series(of_orders, index=self.own.index)
        )
        if not self.by_team:
            return parts
        team = self.own["team"].to_numpy()
        return Parts(parts.new_deals.groupby(team).sum(), parts.repeats.groupby(team).sum())

    def _there(self, window: Window) -> Floats:
        shares = [self.presence.share(rep, window) for rep in self.own.index]
        return np.array(shares, dtype=np.float64)


def shrunk_parts(
    own: Floats,
    counts: Floats,
    few: int,
    was_there: Floats | None = None,
    there: Floats | None = None,
) -> Floats:
    """Share something out by what each had of it before, drawn to equal parts where that says little.

    a own + (1 - a) all / reps, where a = m / (m + few) and m is how many deals or orders are usual
    for such a time. Who had none in a year in which ten were usual has shown that it is less for
    him; who came last week has shown nothing. A proposal judges people in the same way.

    Args:
        own: what each had; negative counts as 0.
        counts: of how many deals or orders that came.
        was_there: the part of the time in which each was there before; all of it where left out.
        there: the part of the days to come on which each is there; all of them where left out.

    Returns: parts that add up to 1; none where there is nobody.

    Source: by hand, 9, 3 and 0 deals of three reps, few = 4: m = 4, a = 1/2; 6.5, 3.5, 2 of 12.
    """
    if not len(own):
        return np.zeros(0)
    was_there = np.ones(len(own)) if was_there is None else was_there
    there = np.ones(len(own)) if there is None else there

    # Who comes next year makes nobody's part smaller today.
    is_listed = there > 0
    watched = max(float(was_there[is_listed].sum()), 1e-9)
    positive = np.maximum(own, 0.0)
    usual = positive[is_listed].sum() / watched
    usual_count = counts[is_listed].sum() / watched * was_there

    # Of half a year as much again would have come in the other half.
    own_rate = np.divide(positive, was_there, out=np.zeros(len(own)), where=was_there > 0)
    trust = usual_count / (usual_count + few)
    blend = (trust * own_rate + (1 - trust) * usual) * there
    total = blend.sum()
    return np.asarray(blend / total if total > 0 else there / there.sum())


def parts_of_company() -> Parts:
    """The company gets all of it."""
    whole = pd.Series([1.0], index=[ALL])
    return Parts(whole, whole)


def own_before(
    new_deals: pd.Series[Any],
    repeats: pd.DataFrame,
    teams: pd.Series[Any],
    *,
    presence: Presence,
    days: tuple[float, float],
) -> pd.DataFrame:
    """What each rep had of new deals and of orders without a deal: `PartsOfPeople.own`.

    Args:
        new_deals: the rep of each deal that came lately.
        repeats: `rep_id` and `amount` of each credit for an order that names no deal.
        teams: the team of each rep who shares in what is to come, by key.
        days: up to today over which deals, and over which orders, are counted.
    """
    reps = teams.index
    money = repeats.groupby("rep_id")["amount"].sum().reindex(reps).fillna(0)
    of_deals, of_orders = (
        [presence.share(rep, Window(-counted, 0.0)) for rep in reps] for counted in days
    )
    return pd.DataFrame(
        {
            "deals": _counted(new_deals, reps),
            "orders": _counted(repeats["rep_id"], reps),
            "money": money.to_numpy(dtype=np.float64),
            "deal_days": of_deals,
            "order_days": of_orders,
            "team": teams.to_numpy(),
        },
        index=reps,
    )


def parts_by_field(new_deals: pd.Series[Any], repeats: pd.DataFrame | None, field: str) -> Parts:
    """Parts by a field of deals; those whose field is blank go to no slice.

    What was taken back more than bought gets nothing, and takes nothing from the others: together
    they never get more than there is.

    Args: repeats is None for a field that an order without a deal cannot have.
    """
    counts = new_deals.value_counts() / max(len(new_deals), 1)
    if repeats is None or repeats["amount"].sum() <= 0:
        return Parts(counts, pd.Series(dtype="float64"))
    sums = repeats.groupby(field, dropna=False)["amount"].sum().clip(lower=0).astype("float64")
    money = sums[sums.index.notna()]
    return Parts(counts, money / float(sums.sum()))


def _counted(names: pd.Series[Any], among: pd.Index[Any]) -> Floats:
    counts = names.value_counts().reindex(among).fillna(0)
    return np.asarray(counts.to_numpy(dtype=np.float64))


def slice_numbers(column: pd.Series[Any], names: pd.Index[Any]) -> Ints:
    """The place of each row's slice among the names, -1 for a row in none."""
    return np.asarray(names.get_indexer(pd.Index(column)), dtype=np.int64)
