"""What does every rule of an alert look at?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.calendar import WorkCalendar
from salesbook.domain.pipeline.moves.notes import Notes, Pushes, pushes_of
from salesbook.domain.pipeline.next_steps import with_next_steps
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.pipeline.stages.times import Stays
from salesbook.domain.pipeline.watch.people_met import people_met
from salesbook.domain.team.staff import NO_TEAM, Staff
from salesbook.frames import Tables, empty_frame
from salesbook.money import three_digits, to_decimal
from salesbook.policy import Policy

_ANSWERED_FOR: Final = ("all", "team", "rep")
"""Kinds of slices that somebody answers for: of a source or a product nobody does."""


@dataclass(frozen=True)
class AlertContext:
    """The tables and settings of the run, and what the funnel found out about deals and stages."""

    tables: Tables
    policy: Policy
    as_of: dt.date
    calendar: WorkCalendar
    deals: KnownDeals
    codes: StageCodes
    days_in_stage: Floats
    """Per deal: days in its stage; nan where closed."""
    stage_limits: Floats
    """Per stage: days after which a deal is stuck; nan where nothing says."""
    limits_learned: Flags
    """Per stage: the limit comes from won deals, nobody typed it."""
    leaks: pd.DataFrame
    funnel: pd.DataFrame
    stage_times: pd.DataFrame
    scores: pd.DataFrame
    """DealScores."""
    deal_orders: pd.DataFrame
    stays: Stays
    notes: Notes
    """Amounts and expected days as runs saw them."""
    forecast: pd.DataFrame
    forecast_lines: pd.DataFrame
    """What was sold, what is open and what the targets are, as the forecast adds them up."""
    leads_due: pd.DataFrame
    """LeadsDue: who waits for a first contact, and who could take it."""
    unpaid: pd.DataFrame
    """What is owed for each order, as `unpaid_orders` finds it."""
    customer_values: Mapping[str, int]
    """What customers bought in the last `tier_months`, by key, in minor units."""
    lead_worth: int | None
    """What a lead brings on average, in minor units; None where nothing became of any yet."""
    actions: pd.DataFrame = field(default_factory=lambda: empty_frame("ActionLog"))
    """The action log of the day, once it is brought up to date."""
    merged_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By table: the row that stands for each id which was merged away."""

    @cached_property
    def today(self) -> pd.Timestamp:
        """The day of the run as pandas has it."""
        return pd.Timestamp(self.as_of)

    @cached_property
    def staff(self) -> Staff:
        """Who had which team and manager when."""
        return Staff(self.tables["Reps"], self.tables["Assignments"])

    def is_at_work(self, rep_id: str) -> bool:
        """Whether a rep works for us today."""
        return self.staff.is_at_work(rep_id, self.as_of)

    def responsible(self, rep_id: str | None) -> str | None:
        """Who can act for a rep today; None where nobody can, for then it is the company's."""
        return self.staff.responsible(rep_id, self.as_of)

    def answered_for(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of a table of slices about which somebody at work can do something.

        What a rep who has left did not sell, or one who is still to come will sell, is asked of
        nobody: not of the rep, and not of the manager, who has a target of his own. The rows of the
        team and of the company hold it too. Of a team whose people have all left the company's do.

        Args: rows of Leaks or Forecast.
        """
        kind, name = rows["slice_kind"], rows["slice"]
        is_nobodys = (kind == "team") & name.isin({NO_TEAM, *self._deserted_teams})
        is_away = (kind == "rep") & ~name.map(self.is_at_work).astype(bool)
        return rows[kind.isin(_ANSWERED_FOR) & ~is_nobodys & ~is_away]

    @cached_property
    def _deserted_teams(self) -> set[str]:
        """Teams of people of whom nobody is at work."""
        teams = self.staff.on_day(self.as_of)["team"].dropna()
        works = teams.index.map(self.is_at_work).to_numpy(dtype=bool)
        return set(teams) - set(teams[works])

    def money(self, minor: float) -> Decimal:
        """Minor units as a message shows them."""
        return to_decimal(int(minor), self.policy.decimals)

    def about(self, minor: float) -> Decimal:
        """A sum that nobody pays, in minor units, as a message shows it: with three digits."""
        return three_digits(int(minor), self.policy.decimals)

    @cached_property
    def won_deals(self) -> pd.DataFrame:
        """Rows of Deals in a won stage."""
        return self.deals.frame[self.deals.is_won]

    @cached_property
    def open_deals(self) -> pd.DataFrame:
        """Rows of Deals in an open stage, with what the Settings and the history say of the stage.

        `stage_name` is the present name, whatever earlier one was typed, `stage_code` its number,
        `days` the days in it and `limit` its limit. `doer` is who works on it in this stage: the
        member of the deal's team for the stage, if he is at work, else the deal's rep. `place` is the
        deal's place in `deals`.
        """
        code = self.deals.code
        present_names = np.array([stage.stage for stage in self.codes.stages], dtype=object)

        frame = self.deals.frame.assign(
            place=np.arange(len(self.deals)),
            stage_code=code,
            stage_name=present_names[code],
            days=self.days_in_stage,
            limit=self.stage_limits[code],
        )
        frame = frame[self.deals.is_open]
        return frame.assign(doer=self._doers(frame))

    @cached_property
    def met(self) -> pd.DataFrame:
        """Per row of `deals.frame` who was met, see `people_met`: until a deal closed, else today."""
        frame = self.deals.frame
        until = frame["closed_on"].mask(self.deals.is_open, self.today)
        return people_met(frame, self.tables["Activities"], until)

    def _doers(self, deals: pd.DataFrame) -> pd.Series[Any]:
        team = self.tables["DealTeam"]
        members = team[team["rep_id"].map(self.is_at_work).astype(bool)]
        if members.empty:
            return deals["rep_id"]
        rep_of = dict(
            zip(
                zip(members["deal_id"], members["stage"], strict=True),
                members["rep_id"],
                strict=True,
            )
        )
        of_stage = zip(deals["deal_id"], deals["stage_name"], strict=True)
        named = pd.Series([rep_of.get(pair) for pair in of_stage], deals.index, dtype="str")
        return named.fillna(deals["rep_id"])

    @cached_property
    def pushes(self) -> Pushes:
        """How often the expected day of each deal was put off."""
        return pushes_of(self.notes, len(self.deals))

    @cached_property
    def planned_deals(self) -> pd.DataFrame:
        """Open deals with the next step that is planned, see `with_next_steps`."""
        return with_next_steps(self.open_deals, self.tables["Activities"], self.today)
