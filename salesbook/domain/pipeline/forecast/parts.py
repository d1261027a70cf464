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

_YEAR_OF_DAYS: Final = 365.0


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
    """By rep: `deals` and `orders` that came of late, `money` of these orders; and his `team`."""
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

        deals, orders, money = (
            self.own[name].to_numpy(dtype=np.float64) for name in ("deals", "orders", "money")
        )
        parts = Parts(
            pd.Series(shrunk_parts(deals, deals, self.few, there), index=self.own.index),
            pd.Series(shrunk_parts(money, orders, self.few, there), index=self.own.index),
        )
        if not self.by_team:
            return parts
        team = self.own["team"].to_numpy()
        return Parts(parts.new_deals.groupby(team).sum(), parts.repeats.groupby(team).sum())

    def _there(self, window: Window) -> Floats:
        shares = [self.presence.share(rep, window) for rep in self.own.index]
        return np.array(shares, dtype=np.float64)


def shrunk_parts(own: Floats, counts: Floats, few: int, there: Floats | None = None) -> Floats:
    """Share something out by what each had of it before, drawn to equal parts where that is little.

    a own + (1 - a) all / reps, where a = n / (n + few): who has three deals of his own is mostly
    taken for an average rep.

    Args:
        own: what each had; negative counts as 0.
        counts: n, of how many deals or orders that came.
        there: the part of the days on which each is there; all of them where it is left out.

    Returns: parts that add up to 1; none where there is nobody.
    """
    if not len(own):
        return np.zeros(0)
    if there is None:
        there = np.ones(len(own))
    positive = np.maximum(own, 0.0)
    trust = counts / (counts + few)
    # Who comes next year makes nobody's part smaller today.
    usual = positive[there > 0].mean()
    blend = (trust * positive + (1 - trust) * usual) * there
    total = blend.sum()
    return np.asarray(blend / total if total > 0 else there / there.sum())


def parts_of_company() -> Parts:
    """The company gets all of it."""
    whole = pd.Series([1.0], index=[ALL])
    return Parts(whole, whole)


def own_before(
    new_deals: pd.Series[Any], repeats: pd.DataFrame, teams: pd.Series[Any]
) -> pd.DataFrame:
    """What each rep had of new deals and of orders without a deal: `PartsOfPeople.own`.

    Args:
        new_deals: the rep of each deal that came lately.
        repeats: `rep_id` and `amount` of each credit for an order that names no deal.
        teams: the team of each rep who shares in what is to come, by key.
    """
    reps = teams.index
    money = repeats.groupby("rep_id")["amount"].sum().reindex(reps).fillna(0)
    return pd.DataFrame(
        {
            "deals": _counted(new_deals, reps),
            "orders": _counted(repeats["rep_id"], reps),
            "money": money.to_numpy(dtype=np.float64),
            "team": teams.to_numpy(),
        },
        index=reps,
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
