"""How does each seat lean to the months of a year, and which sums are hard, by TargetMonths?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.targets.season import calendar_month
from salesbook.domain.targets.spread.locks import lock_constraints
from salesbook.domain.targets.spread.problem import Constraint
from salesbook.domain.targets.spread.seats import Seats
from salesbook.domain.targets.target_months import MonthsOfTarget, hard_sum, months_of_targets
from salesbook.messages import Finding
from salesbook.names.folding import fold_name


@dataclass(frozen=True)
class MonthsAsked:
    """What TargetMonths say of one year and metric."""

    company: MonthsOfTarget | None = None
    teams: Mapping[str, MonthsOfTarget] = field(default_factory=dict)
    """By folded name."""
    reps: Mapping[str, MonthsOfTarget] = field(default_factory=dict)
    """By folded rep_id."""

    def season(self, months: tuple[str, ...], ordinary: Floats) -> Floats:
        """The season of the company's months."""
        return self.company.season(months, ordinary) if self.company else ordinary

    def seasons_of(self, seats: Seats, season: Floats) -> Floats:
        """The season of each seat, (seats, months): the rep's own, else the team's, else `season`."""
        seasons = np.tile(season, (len(seats.rep_ids), 1))
        for seat, (rep, team) in enumerate(zip(seats.rep_ids, seats.folded_teams, strict=True)):
            of_seat = self.reps.get(fold_name(rep)) or self.teams.get(team)
            if of_seat is not None:
                seasons[seat] = of_seat.season(seats.months, season)
        return seasons

    @property
    def parts_alone(self) -> bool:
        """True where teams or reps have months and the company has none: then it sums up theirs."""
        return self.company is None and bool(self.teams or self.reps)

    def of_team(self, team: str) -> MonthsAsked:
        """The same with the team in the place of the company."""
        return MonthsAsked(self.teams[team], {}, self.reps)

    def hard_teams(self, months: tuple[str, ...]) -> list[str]:
        """Teams with a hard sum in some of these months."""
        return [team for team in sorted(self.teams) if hard_sum(self.teams[team], months)[1]]

    def month_sums(self, months: tuple[str, ...], since: str = "") -> list[Constraint]:
        """The company's hard months as constraints, from a month on."""
        constraints: list[Constraint] = []
        for column, month in enumerate(months):
            amount = self.company.hard.get(calendar_month(month)) if self.company else None
            if amount is not None and month >= since:
                constraints.append(Constraint("month", amount, month, month=column))
        return constraints

    def cells_of_reps(self, seats: Seats) -> list[Constraint]:
        """Hard months of reps: each fixes the cell of the seat in which the rep is then."""
        constraints: list[Constraint] = []
        for rep in dict.fromkeys(seats.rep_ids):
            own = self.reps.get(fold_name(rep))
            if own is None:
                continue
            seats_of_rep = seats.of_rep(rep)
            for column, month in enumerate(seats.months):
                amount = own.hard.get(calendar_month(month))
                if amount is None:
                    continue
                present = [seat for seat in seats_of_rep if seats.present[seat, column]]
                # Of somebody who is away then, the sum meets an employment constraint, unless 0.
                seat = present[0] if present else seats_of_rep[0]
                key = f"{rep} {month}"
                constraints.append(Constraint("lock", amount, key, row=seat, month=column))
        return constraints

    def without_room(self, seats: Seats) -> Flags:
        """Seats that cannot carry a gap: all of their months are hard, of rep, team or company."""
        stuck = np.zeros(len(seats.rep_ids), dtype=bool)
        for seat, (rep, team) in enumerate(zip(seats.rep_ids, seats.folded_teams, strict=True)):
            worked = tuple(
                month for column, month in enumerate(seats.months) if seats.present[seat, column]
            )
            above = (self.company, self.teams.get(team))
            of_scopes = [_is_hard_throughout(scope, seats.months) for scope in above]
            stuck[seat] = any(of_scopes) or (
                bool(worked) and _is_hard_throughout(self.reps.get(fold_name(rep)), worked)
            )
        return stuck


NO_MONTHS: Final = MonthsAsked()


@dataclass(frozen=True)
class CellsAsked:
    """Everything that fixes or bounds single cells: Locks, and hard months of reps."""

    locks: pd.DataFrame
    months: MonthsAsked

    def constraints(self, seats: Seats) -> tuple[list[Constraint], list[Finding]]:
        """As `lock_constraints`, with the hard months of reps behind the locks."""
        cells, findings = lock_constraints(self.locks, seats)
        return [*cells, *self.months.cells_of_reps(seats)], findings


def _is_hard_throughout(of_target: MonthsOfTarget | None, months: tuple[str, ...]) -> bool:
    return hard_sum(of_target, months)[1] == len(months)


def months_asked(
    targets: pd.DataFrame, target_months: pd.DataFrame, year: int, metric: str
) -> MonthsAsked:
    """What TargetMonths say of one year and metric.

    Args:
        targets: as they count (`targets_as_they_count`).
    """
    company: MonthsOfTarget | None = None
    teams: dict[str, MonthsOfTarget] = {}
    reps: dict[str, MonthsOfTarget] = {}
    for key, of_target in months_of_targets(targets, target_months).items():
        if (key[0], key[3]) != (year, metric):
            continue
        _, kind, scope, _ = key
        if kind == "company":
            company = of_target
        elif kind == "team":
            teams[scope] = of_target
        else:
            reps[scope] = of_target
    return MonthsAsked(company, teams, reps)
