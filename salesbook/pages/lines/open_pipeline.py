"""Which open deals has each scope, which of them are stuck or overdue, and what do they come to?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats, Ints
from salesbook.domain.pipeline.next_steps import with_next_steps
from salesbook.domain.pipeline.stages.stuck import is_stuck
from salesbook.pages.lines.context import COMPANY, PageContext, Scope


@dataclass(frozen=True)
class Sums:
    """What some deals come to; money in minor units."""

    count: int
    amount: int
    expected: int | None
    """In the running quarter; None where nobody knows of any of them."""


@dataclass(frozen=True)
class OpenPipeline:
    """All open deals by key, with what DealScores says of each; places are those of `deals`."""

    context: PageContext

    @cached_property
    def deals(self) -> pd.DataFrame:
        """Rows of Deals with the next step that is planned, and those fields of DealScores."""
        context = self.context
        activities = context.tables["Activities"]
        planned = with_next_steps(context.open_deals, activities, context.today)
        scores = context.tables["DealScores"].set_index("deal_id")
        fields = ["win_rate", "quarter_amount", "days_in_stage", "limit_days"]
        of_deals = scores[fields].reindex(planned["deal_id"]).set_axis(planned.index)
        code = context.deals.code[context.deals.is_open]
        return planned.assign(**of_deals.to_dict("series"), code=code).reset_index(drop=True)

    @cached_property
    def amount(self) -> Floats:
        """Minor units; 0 where missing."""
        amount: Floats = self.deals["amount"].to_numpy(dtype=np.float64, na_value=0.0)
        return amount

    @cached_property
    def expected(self) -> Floats:
        """What each brings in the running quarter; nan where nobody knows."""
        brings = self.deals["quarter_amount"].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(brings, dtype=np.float64)

    @cached_property
    def stuck(self) -> Flags:
        """Longer in the stage than its limit."""
        days, limits = self.deals["days_in_stage"], self.deals["limit_days"]
        return is_stuck(days.to_numpy(dtype=np.float64), limits.to_numpy(dtype=np.float64))

    @cached_property
    def overdue(self) -> Flags:
        """Expected on a day that is over."""
        is_over: Flags = (self.deals["expected_on"] < self.context.today).to_numpy(dtype=bool)
        return is_over

    @cached_property
    def step_late(self) -> Flags:
        """With a next step that was planned for a day that is over."""
        is_late: Flags = (self.deals["next_on"] < self.context.today).to_numpy(dtype=bool)
        return is_late

    @cached_property
    def is_late(self) -> Flags:
        """Stuck, or overdue itself or in its next step: to be decided. All others are on track."""
        return self.stuck | self.overdue | self.step_late

    @cached_property
    def _by_scope(self) -> Mapping[Scope, Ints]:
        """Places of each scope's deals."""
        context = self.context
        reps = self.deals["rep_id"]
        found: dict[Scope, Ints] = {}
        for kind, names in (("rep", reps), ("team", reps.map(context.team_of))):
            for name, places in names.groupby(names).indices.items():
                found[Scope(kind, str(name))] = np.sort(np.asarray(places, dtype=np.int64))
        return found

    def of(self, scope: Scope) -> Ints:
        """The places of a scope's deals."""
        if scope.kind == COMPANY:
            return np.arange(len(self.deals))
        return self._by_scope.get(scope, np.zeros(0, dtype=np.int64))

    def sums(self, places: Ints) -> Sums:
        """Add up some deals."""
        expected = self.expected[places]
        is_known = ~np.isnan(expected)
        return Sums(
            count=len(places),
            amount=int(self.amount[places].sum()),
            expected=int(expected[is_known].sum()) if is_known.any() else None,
        )

    @cached_property
    def at_stake(self) -> Floats:
        """What hangs on the alert of each deal on which most hangs; nan where nobody can say."""
        alerts = self.context.tables["Alerts"]
        of_deals = alerts[(alerts["table"] == "Deals") & alerts["at_stake"].notna()]
        most = of_deals.groupby("row_key")["at_stake"].max()
        of_each = most.reindex(self.deals["deal_id"])
        at_stake: Floats = of_each.to_numpy(dtype=np.float64, na_value=np.nan)
        return at_stake

    def in_order(self, places: Ints, by: Floats) -> Ints:
        """The largest first, those without a figure last; equal ones by amount and key.

        Args: by is a figure of every open deal.
        """
        first = np.nan_to_num(by[places], nan=-1.0)
        return places[np.lexsort((places, -self.amount[places], -first))]

    @cached_property
    def _shared_names(self) -> set[str]:
        """Names that several open deals have."""
        names = pd.Series(list(self._names.values()), dtype="str")
        return set(names[names.duplicated()])

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """What people call each open deal, asked for all at once."""
        return self.context.names("Deals", [str(deal_id) for deal_id in self.deals["deal_id"]])

    def name(self, place: int) -> str:
        """What people call a deal; with its id behind it where two open ones are called so."""
        deal_id = str(self.deals["deal_id"].iloc[place])
        name = self._names.get(deal_id, deal_id)
        return f"{name} ({deal_id})" if name in self._shared_names else name

    def cell(self, place: int, field: str) -> Any:
        """A cell of a deal; None where it is missing."""
        if field not in self._cells:
            column = self.deals[field]
            values = column.astype(object)
            self._cells[field] = values.where(column.notna(), None).tolist()
        return self._cells[field][place]

    @cached_property
    def _cells(self) -> dict[str, list[Any]]:
        """Columns as lists, of those that were asked for: one cell of a column is slow to come by."""
        return {}


def open_pipeline(context: PageContext) -> OpenPipeline:
    """All open deals, the same for every list of a run."""
    return context.once("open deals with their scores", lambda: OpenPipeline(context))
