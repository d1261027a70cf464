"""What does the plan of a fiscal year ask of whom, and what was sold, month by month?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import pandas as pd

from salesbook.domain.arithmetic.calendar import (
    first_day,
    fiscal_year_of_month,
    last_day,
    months_in,
)
from salesbook.domain.targets.adding_up import MissedTarget, missed_targets
from salesbook.domain.targets.attainment import planned
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.staff import NO_TEAM
from salesbook.pages.lines.context import WHOLE_COMPANY, PageContext, Scope
from salesbook.pages.lines.line import whole
from salesbook.pages.lines.without_target import targets_of

MonthAmounts = tuple[int | None, ...]
"""An amount for each of the twelve months of a year; None where nothing is to be shown."""
_Planned = Mapping[str, tuple[int, int]]
"""By month what is planned, and the part of it that makes up for months gone."""
_MOST_YEARS: Final = 4
"""Years that can be chosen: an older plan stands in its own table."""


class _Attained(NamedTuple):
    """What Attainment says of a scope in a period."""

    actual: int
    due: int | None


@dataclass(frozen=True)
class Figures:
    """What the matrix says of a company, a team or a rep."""

    plan: MonthAmounts
    sold: MonthAmounts
    """None for months that have not begun."""
    carried: int
    """The part of the plan's months that makes up for months gone: the year does not hold it."""
    due: int | None
    """What should have been sold by now; None where nothing is known of it."""

    @property
    def months_sum(self) -> int | None:
        """What the months of the plan add up to; None without a plan."""
        amounts = [amount for amount in self.plan if amount is not None]
        return sum(amounts) if amounts else None

    @property
    def target(self) -> int | None:
        """The plan of the year: its months without what they carry."""
        return None if self.months_sum is None else self.months_sum - self.carried

    @property
    def sold_sum(self) -> int | None:
        """What was sold so far; None before the year begins."""
        amounts = [amount for amount in self.sold if amount is not None]
        return sum(amounts) if amounts else None

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither a plan nor a sale."""
        return not any(self.plan) and not any(self.sold) and not self.due and not self.carried


def together(parts: Sequence[Figures]) -> Figures:
    """The sum of several."""
    dues = [part.due for part in parts if part.due is not None]
    return Figures(
        plan=_each_month([part.plan for part in parts]),
        sold=_each_month([part.sold for part in parts]),
        carried=sum(part.carried for part in parts),
        due=sum(dues) if dues else None,
    )


def less(whole: Figures, part: Figures) -> Figures:
    """What of the whole the part does not hold; a month in which that is nothing is None."""
    due = (whole.due or 0) - (part.due or 0)
    return Figures(
        plan=_difference(whole.plan, part.plan),
        sold=_difference(whole.sold, part.sold),
        carried=whole.carried - part.carried,
        due=due or None,
    )


def _each_month(rows: Sequence[MonthAmounts]) -> MonthAmounts:
    sums: list[int | None] = []
    for month in range(12):
        amounts = [amount for row in rows if (amount := row[month]) is not None]
        sums.append(sum(amounts) if amounts else None)
    return tuple(sums)


def _difference(whole: MonthAmounts, part: MonthAmounts) -> MonthAmounts:
    return tuple(
        (amount or 0) - (of_part or 0) or None for amount, of_part in zip(whole, part, strict=True)
    )


@dataclass(frozen=True)
class YearPlan:
    """The plan of one fiscal year and metric, and what was sold of it."""

    context: PageContext
    year: str
    """The period: FY2026."""
    metric: str

    @property
    def number(self) -> int:
        """The fiscal year as tables of targets name it."""
        return int(self.year.removeprefix("FY"))

    @cached_property
    def months(self) -> list[str]:
        """The months of the year, in order."""
        return months_in(self.year, self.context.first_month)

    @cached_property
    def running_place(self) -> int | None:
        """The place of the running month among those of the year, from 0; None in another year."""
        month = self.context.month
        return self.months.index(month) if month in self.months else None

    @cached_property
    def months_begun(self) -> int:
        """How many of the year's months have begun."""
        return sum(month <= self.context.month for month in self.months)

    # The plan.

    @cached_property
    def _drawn_up(self) -> pd.DataFrame:
        """All rows of TargetPlan of this year and metric."""
        plan = self.context.tables["TargetPlan"]
        is_ours = plan["period"].isin(self.months) & (plan["metric"] == self.metric)
        return plan[is_ours]

    @cached_property
    def is_first_draft(self) -> bool:
        """Whether there is a plan that was never published."""
        return plan_in_force(self._drawn_up).empty and not self._drawn_up.empty

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows of TargetPlan that are shown: those that hold, or else those of a first draft."""
        drawn_up = self._drawn_up
        if not self.is_first_draft:
            return plan_in_force(drawn_up)
        return drawn_up.assign(quota=drawn_up["amount"] - drawn_up["carried"].fillna(0))

    @cached_property
    def _facts(self) -> pd.DataFrame:
        """The plan by month, rep and the team that the month counts for."""
        return planned(self.rows, self.context.staff)

    @cached_property
    def _by_rep(self) -> dict[str, _Planned]:
        return _planned_by(self._facts, "rep_id")

    @cached_property
    def _by_team(self) -> dict[str, _Planned]:
        return _planned_by(self._facts, "team")

    @cached_property
    def by_cell(self) -> dict[tuple[str, str], int]:
        """The plan by rep and month."""
        rows = self.rows
        keys = zip(rows["rep_id"], rows["period"], strict=True)
        return {key: int(amount) for key, amount in zip(keys, rows["amount"], strict=True)}

    @cached_property
    def drafted_by_cell(self) -> dict[tuple[str, str], int]:
        """The plan as it would be with its drafts published, by rep and month."""
        rows = self._drawn_up
        keys = zip(rows["rep_id"], rows["period"], strict=True)
        return {key: int(amount) for key, amount in zip(keys, rows["amount"], strict=True)}

    @property
    def has_plan(self) -> bool:
        """Whether anybody has a target."""
        return not self.rows.empty

    @cached_property
    def planned_reps(self) -> set[str]:
        """Who has a target in some month."""
        return set(self.rows["rep_id"])

    @cached_property
    def version(self) -> int | None:
        """The newest version of the plan shown; None without one.

        A draft is one version above what holds until it is published.
        """
        if not self.has_plan:
            return None
        shown = self._drawn_up.loc[self.rows.index]
        drafts_above = shown["status"].ne("published") & (not self.is_first_draft)
        return int((shown["version"] - drafts_above.astype("int64")).max())

    @cached_property
    def published_on(self) -> pd.Timestamp | None:
        """The day on which a part of it was published last; None for a draft."""
        days = self._drawn_up["published_on"].dropna()
        return None if days.empty else days.max()

    @cached_property
    def locks(self) -> list[Any]:
        """The rows of Locks of this year and metric, as typed."""
        locks = self.context.tables["Locks"]
        is_ours = (locks["year"] == self.number) & (locks["metric"] == self.metric)
        return list(locks[is_ours].itertuples())

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The rows of PlanChanges of this year and metric."""
        changes = self.context.tables["PlanChanges"]
        is_ours = (changes["metric"] == self.metric) & changes["period"].isin(self.months)
        return changes[is_ours]

    @cached_property
    def targets(self) -> pd.DataFrame:
        """The rows of Targets of this year and metric, as they count."""
        return targets_of(self.context, self.number, self.metric)

    @cached_property
    def missed(self) -> list[MissedTarget]:
        """The targets that the plan does not come to, the company's first."""
        return list(missed_targets(self.targets, self.rows, self.context.first_month))

    # What was sold.

    @cached_property
    def _attained(self) -> dict[tuple[str, str, str], _Attained]:
        """What Attainment says of this metric, by kind of scope, scope and period."""

        def gather() -> dict[tuple[str, str, str], _Attained]:
            attained = self.context.tables["Attainment"]
            of_metric = attained[attained["metric"] == self.metric]
            scopes = (of_metric[name] for name in ("scope_kind", "scope", "period"))
            amounts = (of_metric[name] for name in ("actual", "due"))
            return {
                key: _Attained(int(actual), whole(due))
                for key, actual, due in zip(zip(*scopes, strict=True), *amounts, strict=True)
            }

        return self.context.once(f"attained of {self.metric}", gather)

    @property
    def is_counted(self) -> bool:
        """Whether anybody has counted yet what was sold: before, that is not nothing."""
        return not self.context.tables["Attainment"].empty

    def _with_sales(self, kind: str) -> set[str]:
        """Teams or reps of whom Attainment knows a sale in the year."""
        months = set(self.months)
        return {
            scope
            for (scope_kind, scope, period), attained in self._attained.items()
            if scope_kind == kind and period in months and attained.actual
        }

    def _sold(self, scope: Scope, shows_zero: Sequence[bool]) -> MonthAmounts:
        """What a scope sold by month; a month without a sale is 0 where that says something."""
        if not self.is_counted:
            return (None,) * len(self.months)
        sold: list[int | None] = []
        for place, month in enumerate(self.months):
            attained = self._attained.get((*scope, month))
            if place >= self.months_begun:
                sold.append(None)
            elif attained is not None and attained.actual:
                sold.append(attained.actual)
            else:
                sold.append(0 if shows_zero[place] else None)
        return tuple(sold)

    def _due(self, scope: Scope) -> int | None:
        attained = self._attained.get((*scope, self.year))
        return None if attained is None else attained.due

    # Who stands in the matrix.

    @cached_property
    def day(self) -> dt.date:
        """The day whose teams the reps stand in: today's, or those of the year's last day."""
        return min(self.context.as_of, last_day(self.year, self.context.first_month))

    @cached_property
    def _team_on_day(self) -> dict[str, str]:
        teams = self.context.staff.on_day(self.day)["team"].dropna()
        return {str(rep): str(team) for rep, team in teams.items()}

    @cached_property
    def _team_in_plan(self) -> dict[str, str]:
        """The team for which the plan's last month counts, of whom no table of people knows one."""
        in_order = self._facts.sort_values("month")
        return {
            str(rep): str(team)
            for rep, team in zip(in_order["rep_id"], in_order["team"], strict=True)
        }

    def team_of(self, rep_id: str) -> str:
        """In which team a rep stands in the matrix."""
        return self._team_on_day.get(rep_id) or self._team_in_plan.get(rep_id, NO_TEAM)

    @cached_property
    def without_plan(self) -> list[str]:
        """Who works here, leads nobody and has no target of a plan that others have, by key.

        Whoever leaves before the year begins needs none.
        """
        is_over = last_day(self.year, self.context.first_month) < self.context.as_of
        if not self.has_plan or is_over:
            return []
        managers = self.context.staff.managers(self.context.as_of)
        at_work = {rep for rep in self.context.reps.index if self.context.is_at_work(rep)}
        begins = first_day(self.year, self.context.first_month)
        leave = {rep for rep in at_work if self.context.leaves_before(rep, begins)}
        return sorted(at_work - managers - self.planned_reps - leave)

    @cached_property
    def reps(self) -> list[str]:
        """Everybody with a plan or a sale in the year, or who should have a plan, by key."""
        return sorted(self.planned_reps | self._with_sales("rep") | set(self.without_plan))

    @cached_property
    def teams(self) -> list[str]:
        """The teams of the matrix: the largest plan first, then by name; no team comes last."""
        teams = {self.team_of(rep) for rep in self.reps}
        teams |= self._by_team.keys() | self._with_sales("team")
        return sorted(
            teams, key=lambda team: (team == NO_TEAM, -(self.of_team(team).target or 0), team)
        )

    # The figures of each.

    @cached_property
    def of_company(self) -> Figures:
        """The company's row."""
        planned_by_month = _planned_by(self._facts.assign(all="all"), "all").get("all", {})
        return self._figures(WHOLE_COMPANY, planned_by_month, [True] * 12)

    def of_team(self, team: str) -> Figures:
        """A team's row: plan and sales of whoever was in it at the time."""
        if team not in self._of_teams:
            of_plan = self._by_team.get(team, {})
            self._of_teams[team] = self._figures(Scope("team", team), of_plan, [True] * 12)
        return self._of_teams[team]

    @cached_property
    def _of_teams(self) -> dict[str, Figures]:
        """Rows of teams that were asked for."""
        return {}

    @cached_property
    def of_rep(self) -> Mapping[str, Figures]:
        """Each rep's row, of all teams; months outside employment are empty unless he sold then."""
        return {rep: self._of_rep(rep) for rep in self.reps}

    def _of_rep(self, rep_id: str) -> Figures:
        hired_on, left_on = self.context.staff.employment.get(rep_id, (None, None))
        first_month = self.context.first_month
        is_employed = [
            (hired_on is None or hired_on <= last_day(month, first_month))
            and (left_on is None or left_on >= first_day(month, first_month))
            for month in self.months
        ]
        return self._figures(Scope("rep", rep_id), self._by_rep.get(rep_id, {}), is_employed)

    def _figures(self, scope: Scope, of_scope: _Planned, shows_zero: Sequence[bool]) -> Figures:
        return Figures(
            plan=tuple(of_scope.get(month, (None, 0))[0] for month in self.months),
            sold=self._sold(scope, shows_zero),
            carried=sum(carried for _, carried in of_scope.values()),
            due=self._due(scope),
        )


def _planned_by(facts: pd.DataFrame, column: str) -> dict[str, _Planned]:
    """Target of each month, and what of it is carried, by rep or team."""
    sums = facts.groupby([column, "month"])[["target", "quota"]].sum()
    planned_by: dict[str, dict[str, tuple[int, int]]] = {}
    for (owner, month), target, quota in zip(
        sums.index, sums["target"], sums["quota"], strict=True
    ):
        planned_by.setdefault(str(owner), {})[str(month)] = (int(target), int(target - quota))
    return dict(planned_by)


def year_plans(context: PageContext) -> list[YearPlan]:
    """Every fiscal year with a plan or a target to be split, the newest first, each with every metric.

    The running year's revenue is always there: without a plan its page says what to do.
    """
    plan = context.tables["TargetPlan"][["period", "metric"]].drop_duplicates()
    known = {
        (fiscal_year_of_month(str(period), context.first_month), str(metric))
        for period, metric in zip(plan["period"], plan["metric"], strict=True)
    }
    targets = context.tables["Targets"]
    typed = targets[["year", "metric"]].dropna()
    known |= {
        (int(year), str(metric))
        for year, metric in zip(typed["year"], typed["metric"], strict=True)
    }
    running = int(context.year.removeprefix("FY"))
    known.add((running, "revenue"))

    years = sorted({year for year, _ in known}, reverse=True)
    shown = sorted({*years[:_MOST_YEARS], running}, reverse=True)
    metrics = sorted({metric for _, metric in known}, key=lambda name: (name != "revenue", name))
    return [YearPlan(context, f"FY{year}", metric) for year in shown for metric in metrics]
