"""How large a part of a target falls to each person and month, before anything is fixed?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    first_day,
    last_day,
    month_of,
    next_month,
)
from salesbook.domain.sales.stages import stage_kinds
from salesbook.domain.targets.ramp import first_month
from salesbook.domain.targets.season import (
    FLAT,
    season_as_typed,
    season_from_history,
    season_from_workdays,
)
from salesbook.domain.targets.spread.seats import Seats
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

    def history(self, metric: str, before: str) -> pd.DataFrame:
        """Actuals of the metric in complete months before the plan's first."""
        end = min(before, month_of(self.as_of))
        return self.facts[(self.facts["metric"] == metric) & (self.facts["month"] < end)]


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
    equal = np.where(seats.present & (seats.rate > 0), 1.0, 0.0)
    chosen = _METHODS[rules.split_by](seats, metric, evidence)
    if not chosen.sum() > 0:
        facts = {"metric": f"Targets.metric={metric}", "rule": f"Policy.split_by={rules.split_by}"}
        finding = Finding(
            "split-nothing-to-weigh",
            "warning",
            "Policy",
            row_key="split_by",
            found=rules.split_by,
            params=facts,
        )
        return equal, [finding]
    return _shares(chosen) * rules.split_blend_rate + _shares(equal) * (
        1 - rules.split_blend_rate
    ), []


def season_of(
    months: tuple[str, ...], metric: str, evidence: Evidence
) -> tuple[Floats, list[Finding]]:
    """Weigh the months of a plan by the setting `season_from`: typed, history or workdays."""
    rules, policy = evidence.policy.rules, evidence.policy
    findings: list[Finding] = []
    season = FLAT
    if rules.season_from == "typed":
        season = season_as_typed({row.month: row.weight for row in policy.season})
    elif rules.season_from == "workdays":
        calendar = WorkCalendar.of_policy(policy, {int(month[:4]) for month in months})
        by_month = {
            int(month[5:7]): calendar.count(first_day(month, 1), last_day(month, 1))
            for month in months
        }
        mean = sum(by_month.values()) // len(by_month)
        season = season_from_workdays([by_month.get(month, mean) for month in range(1, 13)])
    else:
        history = evidence.history(metric, months[0])
        season = season_from_history(_by_month(history), enough_years=rules.season_years)
        if history.empty:
            facts = {"metric": f"Targets.metric={metric}"}
            findings.append(
                Finding(
                    "season-without-history",
                    "warning",
                    "Policy",
                    row_key="season_from",
                    params=facts,
                )
            )
    return np.array([season[int(month[5:7]) - 1] for month in months]), findings


def _by_month(history: pd.DataFrame) -> Mapping[tuple[int, int], int]:
    """Sums by year and calendar month; months between the first and the
    last without sales are 0.
    """
    if history.empty:
        return {}
    sums = history.groupby("month")["actual"].sum()
    month, last = str(sums.index.min()), str(sums.index.max())
    totals = {}
    while month <= last:
        totals[int(month[:4]), int(month[5:7])] = int(sums.get(month, 0))
        month = next_month(month)
    return totals


def _shares(weights: Floats) -> Floats:
    total = float(weights.sum())
    return weights / total if total > 0 else weights


def _equal(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    return np.where(seats.present & (seats.rate > 0), 1.0, 0.0)


def _capacity(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    return seats.capacity


def _history(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    history = evidence.history(metric, seats.months[0])
    end = min(seats.months[0], month_of(evidence.as_of))
    recent = history[history["month"] >= next_month(end, -_HISTORY_MONTHS)]
    worked = recent.groupby("rep_id")["month"].nunique()
    hired = evidence.tables["Reps"].set_index("rep_id")["hired_on"]
    since = {
        str(rep): min(
            _HISTORY_MONTHS, max(int(worked.get(rep, 1)), _months_between(hired[rep], end))
        )
        for rep in worked.index
        if rep in hired.index
    }
    sums = recent.groupby("rep_id")["actual"].sum().clip(lower=0)
    means = {rep: float(sums[rep]) / months for rep, months in since.items() if months}
    known = [means[rep] for rep in dict.fromkeys(seats.rep_ids) if rep in means]
    others = sum(known) / len(known) if known else 0.0
    per_month = np.array([means.get(rep, np.nan) for rep in seats.rep_ids])[:, None]
    full = np.where(seats.present & (seats.rate > 0), per_month, 0.0)
    return np.where(np.isnan(per_month), others * seats.capacity, full)


def _months_between(hired_on: pd.Timestamp, end: str) -> int:
    """Months from hire to the end of the history, twelve where the day of hire is unknown."""
    if pd.isna(hired_on):
        return _HISTORY_MONTHS
    year, month = first_month(hired_on.date())
    return (int(end[:4]) - year) * 12 + int(end[5:7]) - month


def _potential(seats: Seats, metric: str, evidence: Evidence) -> Floats:
    customers, deals = evidence.tables["Customers"], evidence.tables["Deals"]
    budgets = customers.groupby("owner_id")["budget"].sum()
    open_deals = deals[stage_kinds(deals, evidence.policy) == "open"]
    amounts = open_deals.groupby("rep_id")["amount"].sum()
    potential = budgets if budgets.sum() > 0 else amounts
    per_rep = np.array([float(potential.get(rep, 0)) for rep in seats.rep_ids])[:, None]
    return np.where(seats.present & (seats.rate > 0), per_rep, 0.0)


_METHODS: Final[Mapping[str, Callable[[Seats, str, Evidence], Floats]]] = {
    "equal": _equal,
    "capacity": _capacity,
    "history": _history,
    "potential": _potential,
}
