"""How many, how much and how long were the events of a measure in each month, for whom?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints, Objects
from salesbook.domain.pipeline.review.happened import Happened, month_numbers
from salesbook.domain.pipeline.review.rule import Months
from salesbook.domain.team.staff import Staff

NO_STAGE: Final = -1


@dataclass(frozen=True)
class AddedUp:
    """The events of one measure in the months that are looked at."""

    events: Happened
    first_place: int
    """The first month that is looked at, since year 0."""
    months: int
    """How many months are looked at."""
    month: Ints
    """Of each event in them: its place among the months."""
    rep: Objects
    team: Objects
    """Of the rep on that day."""
    value: Floats
    stage: Ints
    """NO_STAGE for events of no single stage."""
    first_month: int
    """The month, since year 0, after which all events of the measure are known."""
    has_any: bool
    """Whether there was ever an event."""

    @classmethod
    def of(cls, events: Happened, first_month: int, months: int, staff: Staff) -> AddedUp:
        """Place events among the months, with the team that each rep had on the day."""
        number = month_numbers(events.days)
        place = number - first_month
        rows = (place >= 0) & (place < months)
        rep, days = events.rep[rows], events.days[rows]
        known_since = events.first_month
        if known_since is None:
            known_since = int(number.min()) if len(number) else first_month
        stage = events.stage
        return cls(
            events=events,
            first_place=first_month,
            months=months,
            month=place[rows],
            rep=rep.to_numpy(dtype=object),
            team=staff.teams(rep, days).to_numpy(dtype=object),
            value=events.value[rows],
            stage=np.full(int(rows.sum()), NO_STAGE) if stage is None else stage[rows],
            first_month=known_since,
            has_any=len(number) > 0,
        )

    def of_slices(self, kind: str, names: Sequence[str]) -> tuple[Ints, Ints, Months]:
        """Add up by slice, stage and month: rows of a slice's place and a stage, months across.

        A measure of stages has a row for each stage in which anything happened.

        Args: kind is all, team or rep; names are those of the slices.
        """
        slice_of = self._slice_of(kind, names)
        stages = np.unique(self.stage) if self.events.stage is not None else np.array([NO_STAGE])
        stage_place = np.searchsorted(stages, self.stage)
        row = slice_of * len(stages) + stage_place
        counts = slice_of >= 0
        size = len(names) * len(stages)
        cell = row[counts] * self.months + self.month[counts]
        value = self.value[counts]

        def summed(weights: Floats) -> Floats:
            sums = np.bincount(cell, weights, size * self.months)
            return np.asarray(sums.reshape(size, self.months), dtype=np.float64)

        months = Months(summed(np.ones(len(value))), summed(value), summed(value**2))
        slice_rows = np.repeat(np.arange(len(names)), len(stages))
        return slice_rows, np.tile(stages, len(names)), months

    def _slice_of(self, kind: str, names: Sequence[str]) -> Ints:
        """The place of each event's slice among the names; -1 where it belongs to none."""
        if kind == "all":
            return np.zeros(len(self.month), dtype=np.int64)
        column = self.team if kind == "team" else self.rep
        places: Ints = pd.Index(names, dtype=object).get_indexer(pd.Index(column, dtype=object))
        return places
