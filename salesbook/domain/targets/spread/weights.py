"""How large a part of a target falls to each person and month, before anything is fixed?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Flags, Floats
from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    first_day,
    last_day,
    month_of,
    next_month,
)
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.targets.attainment import monthly
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.targets.ramp import first_month
from salesbook.domain.targets.season import (
    FLAT,
    MONTHS,
    Season,
    calendar_month,
    season_as_typed,
    season_from_history,
    season_from_workdays,
)
from salesbook.domain.targets.spread.seats import Seats
from salesbook.domain.team.staff import Staff
from salesbook.frames import Tables
from salesbook.messages import Finding
from salesbook.policy import Policy

_HISTORY_MONTHS: Final = 12


@dataclass(frozen=True)
class Evidence:
    """What weights and seasons rest on."""

    tables: Tables
    policy: Policy
    facts: pd.DataFrame
    """Actuals by month, rep, team and metric (`attainment.monthly`)."""
    as_of: dt.date
    calendar: WorkCalendar

    def history(self, metric: str, before: str) -> pd.DataFrame:
        """Actuals of the metric in complete months before the plan's first."""
        is_metric = self.facts["metric"] == metric
        is_complete = self.facts["month"] < min(before, month_of(self.as_of))
        return self.facts[is_metric & is_complete]


def evidence_of(tables: Tables, policy: Policy, as_of: dt.date, calendar: WorkCalendar) -> Evidence:
    """What weights and seasons rest on: sales by month, without any target."""
    staff = Staff(tables["Reps"], tables["Assignments"])
    credit_lines = credits_of(tables, policy, as_of=as_of).lines
    no_plan = plan_in_force(tables["TargetPlan"].iloc[:0])
    facts = monthly(credit_lines, no_plan, staff, with_pieces=True)
    return Evidence(tables, policy, facts, as_of, calendar)


def month_weights(seats: Seats, metric: str, evidence: Evidence) -> tuple[Floats, list[Finding]]:
    """Weigh each person and month by the setting `split_by`, blended with equal weights.

    equal: every month worked counts the same. capacity: capacity rate × ramp. history: what the rep
    achieved per month worked in the last twelve complete months; who has none yet counts as the
    others' mean on the ramp. potential: budgets of the customers a rep looks after, else amounts of
    open deals. A month without any capacity weighs nothing. Where a rule has nothing to go by,
    equal weights stand in, with a finding.

    Returns: (seats, months), 0 where not present.
    """
    rules = evidence.policy.rules
    by_rule = _RULES[rules.split_by](seats, metric, evidence)
    equal = _equal(seats, metric, evidence)

    if not by_rule.sum() > 0:
        nothing_to_weigh = Finding(
            "split-nothing-to-weigh",
            "warning",
            "Policy",
            row_key="split_by",
            found=rules.split_by,
            params={
                "metric": f"Targets.metric={metric}",
                "rule": f"Policy.split_by={rules.split_by}",
            },
        )
        return equal, [nothing_to_weigh]

    blend = rules.split_blend_rate
    blended = _shares(by_rule) * blend + _shares(equal) * (1 - blend)
    return blended, []


def _shares(weights: Floats) -> Floats:
    """The weights as parts of 1, so that rules with different units can be blended."""
    total = float(weights.sum())
    return weights / total if total > 0 else weights


def _works(seats: Seats) -> Flags:
    """Where somebody is present with any capacity: on leave, with a rate of 0, nobody sells."""
    works: Flags = seats.present & (seats.rate > 0)
    return works


def _equal(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    return np.where(_works(seats), 1.0, 0.0)


def _capacity(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    return seats.capacity


def _history(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    history = evidence.history(metric, seats.months[0])
    end = min(seats.months[0], month_of(evidence.as_of))
    start = next_month(end, -_HISTORY_MONTHS)
    recent = history[history["month"] >= start]
    means = _mean_per_month(recent, end, evidence)

    # Who changes teams has two seats and one history.
    reps = dict.fromkeys(seats.rep_ids)
    known = [means[rep] for rep in reps if rep in means]
    mean_of_others = sum(known) / len(known) if known else 0.0
    on_the_ramp = mean_of_others * seats.capacity

    mean_of_seat = [means.get(rep, np.nan) for rep in seats.rep_ids]
    per_month = np.array(mean_of_seat)[:, None]
    when_working = np.where(_works(seats), per_month, 0.0)
    return np.where(np.isnan(per_month), on_the_ramp, when_working)


def _mean_per_month(recent: pd.DataFrame, end: str, evidence: Evidence) -> dict[str, float]:
    """What each rep achieved per month worked before `end`; refunds alone are nothing achieved.

    Months worked are those since hire, at most twelve, but never fewer than had sales: those of
    somebody whose day of hire is wrong count as well.
    """
    months_with_sales = recent.groupby("rep_id")["month"].nunique()
    sums = recent.groupby("rep_id")["actual"].sum().clip(lower=0)
    hired = evidence.tables["Reps"].set_index("rep_id")["hired_on"]

    means = {}
    for rep in months_with_sales.index:
        if rep not in hired.index:
            continue
        since_hire = _months_between(hired[rep], end)
        worked = max(int(months_with_sales.get(rep, 1)), since_hire)
        months = min(_HISTORY_MONTHS, worked)
        if months:
            means[str(rep)] = float(sums[rep]) / months
    return means


def _months_between(hired_on: pd.Timestamp, end: str) -> int:
    """Months from hire to the end of the history, twelve where the day of hire is unknown."""
    if pd.isna(hired_on):
        return _HISTORY_MONTHS
    year, month = first_month(hired_on.date())
    years_between = int(end[:4]) - year
    return years_between * MONTHS + calendar_month(end) - month


def _potential(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    customers = evidence.tables["Customers"]
    budgets = customers.groupby("owner_id")["budget"].sum()

    deals = evidence.tables["Deals"]
    open_deals = deals[stage_kinds(deals, evidence.policy) == "open"]
    open_amounts = open_deals.groupby("rep_id")["amount"].sum()

    potential = budgets if budgets.sum() > 0 else open_amounts
    potential_of_seat = [float(potential.get(rep, 0)) for rep in seats.rep_ids]
    in_every_month = np.array(potential_of_seat)[:, None]
    return np.where(_works(seats), in_every_month, 0.0)


_RULES: Final[Mapping[str, Callable[[Seats, str, Evidence], Floats]]] = {
    "equal": _equal,
    "capacity": _capacity,
    "history": _history,
    "potential": _potential,
}


def season_of(
    months: tuple[str, ...], metric: str, evidence: Evidence
) -> tuple[Floats, list[Finding]]:
    """Weigh the months of a plan by the setting `season_from`: typed, history or workdays."""
    policy = evidence.policy
    findings: list[Finding] = []
    season: Season = FLAT

    if policy.rules.season_from == "typed":
        season = season_as_typed({row.month: row.weight for row in policy.season})
    elif policy.rules.season_from == "workdays":
        season = _season_of_workdays(months, evidence.calendar)
    else:
        history = evidence.history(metric, months[0])
        season = season_from_history(_by_month(history), enough_years=policy.rules.season_years)
        if history.empty:
            findings.append(
                Finding(
                    "season-without-history",
                    "warning",
                    "Policy",
                    row_key="season_from",
                    params={"metric": f"Targets.metric={metric}"},
                )
            )
    by_month = np.array([season[calendar_month(month) - 1] for month in months])
    return by_month, findings


def _season_of_workdays(months: tuple[str, ...], calendar: WorkCalendar) -> Season:
    days_worked = {}
    for month in months:
        days = calendar.count(first_day(month, 1), last_day(month, 1))
        days_worked[calendar_month(month)] = days

    # A season has twelve months; any that the plan does not have gets the mean and changes nothing.
    mean = sum(days_worked.values()) // len(days_worked)
    twelve = [days_worked.get(month, mean) for month in range(1, MONTHS + 1)]
    return season_from_workdays(twelve)


def _by_month(history: pd.DataFrame) -> Mapping[tuple[int, int], int]:
    """Sums by year and calendar month, 0 in months without sales between the first and last."""
    if history.empty:
        return {}

    sums = history.groupby("month")["actual"].sum()
    month = str(sums.index.min())
    last = str(sums.index.max())
    totals = {}
    while month <= last:
        year_and_month = int(month[:4]), calendar_month(month)
        totals[year_and_month] = int(sums.get(month, 0))
        month = next_month(month)
    return totals
