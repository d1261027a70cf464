"""What do all proposals of a run rest on?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.calendar import (
    first_day,
    last_whole_months,
    month_of,
    next_month,
)
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.chances.model.win_model import win_model
from salesbook.domain.pipeline.forecast.lines import credited_deals, open_lines
from salesbook.domain.pipeline.now import pipeline_now
from salesbook.domain.proposals.history import History, history_of, new_business_share, repeats
from salesbook.domain.proposals.outlook import Outlook, outlook_of
from salesbook.domain.proposals.span import YEAR_OF_MONTHS, Span, spans_of
from salesbook.domain.targets.attainment import pieces_sold
from salesbook.domain.targets.spread.seats import Seats, seats_of
from salesbook.domain.targets.spread.weights import Evidence, season_of
from salesbook.domain.team.staff import NO_TEAM, Staff
from salesbook.names.folding import fold_name

FIRST_METRIC: Final = "revenue"
_PIECES: Final = "quantity"
_YEARS_OF_CYCLES: Final = 24
"""Months over which it is counted how long deals take."""


@dataclass(frozen=True)
class ProposalBasis:
    """The past, the people and the pipeline, as of the day of the run.

    Reps and Assignments are those of the workbook, whatever their days: a proposal is for months to
    come, with who joins, moves or leaves in them (docs/decisions/0053).
    """

    task: Task
    facts: pd.DataFrame
    """What `attainment.monthly` gives, of sales up to the day, and always what was sold in pieces."""
    lines: pd.DataFrame
    """Credits with their team on the day, `team`."""

    @cached_property
    def reps(self) -> pd.DataFrame:
        """Everybody, whoever comes later among them."""
        return self.task.as_it_stands("Reps")

    @cached_property
    def assignments(self) -> pd.DataFrame:
        """Every dated change, those to come among them."""
        return self.task.as_it_stands("Assignments")

    @cached_property
    def staff(self) -> Staff:
        """Who had, has and will have which team."""
        return Staff(self.reps, self.assignments)

    @property
    def as_of(self) -> dt.date:
        """The day of the run."""
        return self.task.as_of

    @cached_property
    def outlook(self) -> Outlook:
        """What people expect of market and strategy."""
        return outlook_of(self.task.tables["Outlook"])

    @cached_property
    def spans(self) -> list[Span]:
        """The fiscal years to propose for."""
        asked = self.task.tables["Outlook"]["year"].dropna().astype(int).unique().tolist()
        start_month = self.task.policy.rules.fiscal_year_start
        return spans_of(asked, self.as_of, start_month, self.task.calendar)

    def metrics(self, year: int) -> list[str]:
        """Revenue, and what else a row of Targets or Outlook of the year is about."""
        named: set[str] = set()
        for table in ("Targets", "Outlook"):
            rows = self.task.tables[table]
            named |= set(rows.loc[rows["year"] == year, "metric"].dropna())
        return [FIRST_METRIC, *sorted(named - {FIRST_METRIC})]

    @cached_property
    def _histories(self) -> dict[str, History]:
        return {}

    @cached_property
    def _is_repeat(self) -> Flags:
        return repeats(self.lines)

    def history(self, metric: str) -> History:
        """What was sold of a metric."""
        if metric not in self._histories:
            self._histories[metric] = history_of(
                metric, self.facts, self.lines, self._is_repeat, self.as_of
            )
        return self._histories[metric]

    @cached_property
    def last_year(self) -> tuple[str, ...]:
        """The last twelve whole months."""
        return last_whole_months(self.as_of)

    @cached_property
    def _seats(self) -> dict[tuple[str, ...], Seats]:
        return {}

    def seats(self, months: tuple[str, ...]) -> Seats:
        """Who works when, in which team, with how much capacity.

        Managers carry no target of their own, unless they sold lately or Targets has a row for them.
        """
        if months not in self._seats:
            self._seats[months] = self._seats_of(months)
        return self._seats[months]

    def _seats_of(self, months: tuple[str, ...]) -> Seats:
        targets = self.task.tables["Targets"]
        of_reps = targets.loc[targets["scope_kind"] == "rep", "scope"]
        sell = {fold_name(str(rep)) for rep in of_reps}
        lately = self.history(FIRST_METRIC).of_months(self.last_year)
        sell |= {fold_name(str(rep)) for rep in lately.loc[lately["total"] > 0, "rep_id"]}
        day = first_day(months[0], 1)
        managers = self.staff.managers(max(day, self.as_of)) | self.staff.managers(day)
        return seats_of(
            self.reps,
            self.assignments,
            months=months,
            ramp=[step.share for step in self.task.policy.ramp],
            leave_out=[rep for rep in managers if fold_name(rep) not in sell],
        )

    @cached_property
    def past_seats(self) -> Seats:
        """Who worked in the last twelve whole months."""
        return self.seats(self.last_year)

    def season(self, months: tuple[str, ...], metric: str) -> Floats:
        """A weight per month, by the setting `season_from` and what was sold until today."""
        tables = {**self.task.tables, "Reps": self.reps}
        evidence = Evidence(tables, self.task.policy, self.facts, self.as_of, self.task.calendar)
        # The history of a season ends before the month given: here with the day of the run.
        ahead = next_month(month_of(self.as_of))
        calendar_year = tuple(next_month(ahead, step) for step in range(YEAR_OF_MONTHS))
        by_calendar_month, _ = season_of(calendar_year, metric, evidence)
        weight = dict(zip((m[5:] for m in calendar_year), by_calendar_month.tolist(), strict=True))
        return np.array([weight[month[5:]] for month in months], dtype=np.float64)

    def new_business(self, days: Floats) -> Floats:
        """Which part of what is won so many days ahead is not in the pipeline yet."""
        fresh = self.lines[~self._is_repeat]
        since = next_month(month_of(self.as_of), -_YEARS_OF_CYCLES)
        return new_business_share(fresh, self.task.tables["Deals"], days, since)

    @cached_property
    def pipeline(self) -> pd.DataFrame:
        """Weighted open deals by month, rep and team on the day: what Forecast weighs, too."""
        now = pipeline_now(self.task)
        deals, codes = now.pipeline.deals, now.pipeline.codes
        credited = credited_deals(deals, self.staff, self.as_of)
        lines, _ = open_lines(credited, deals, codes, win_model(self.task).chances(now), self.as_of)
        year, month = lines["month"] // 12, lines["month"] % 12 + 1
        texts = [f"{int(y):04d}-{int(m):02d}" for y, m in zip(year, month, strict=True)]
        named = lines.assign(month=pd.Series(texts, index=lines.index, dtype="str"))
        named = named.assign(rep_id=named["rep"])
        return named.groupby(["month", "rep_id", "team"], as_index=False)["weighted"].sum()


def basis_of(task: Task, facts: pd.DataFrame, lines: pd.DataFrame) -> ProposalBasis:
    """Gather it.

    Args:
        facts: what `attainment.monthly` gives; pieces are added where nobody plans in pieces yet.
        lines: credits, as `credits_of` gives them.
    """
    basis = ProposalBasis(task, facts, lines)
    sold = lines.assign(team=basis.staff.teams(lines["rep_id"], lines["on"]))
    if not facts.loc[facts["metric"] == _PIECES, "actual"].any():
        in_pieces = pieces_sold(sold)
        facts = pd.concat([facts, in_pieces[in_pieces["actual"] != 0]], ignore_index=True)
    return replace(basis, facts=facts, lines=sold)


def team_name(team: Any) -> str:
    """A seat's team as facts name it."""
    return str(team) if isinstance(team, str) and team else NO_TEAM
