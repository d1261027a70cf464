"""How much of each target is reached, by month, quarter and year, company, team and rep?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.domain.arithmetic.allocation import allocate
from salesbook.domain.arithmetic.calendar import (
    WorkCalendar,
    first_day,
    fiscal_year_of,
    last_day,
    months_of_year,
    quarter_of_month,
    year_of_month,
)
from salesbook.domain.sales.credit import new_customers, order_counts
from salesbook.domain.team.staff import Staff
from salesbook.frames import frame_of, sorted_by_key

COMPANY: Final = "company"
_KEY: Final = ["period", "scope_kind", "scope", "metric"]
_MEASURES: Final = ["target", "quota", "actual"]


def monthly(lines: pd.DataFrame, plan: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    """Target and actual by month, rep and metric: what every longer period and group adds up.

    A rep's sale belongs to the team of that day, a target to the team of the month's first day (the
    plan's own team where neither Reps nor Assignments knows one).

    Returns: month, rep_id, team, metric, target, quota, actual (measures); one row per combination
        that has any. The quota is what the target counts for in its year; see `plan_in_force`.
    """
    sold = lines.assign(team=staff.on(lines["rep_id"], lines["on"])["team"])
    parts = [
        _facts(sold, "revenue", sold["amount"]),
        _facts(order_counts(sold), "orders"),
        _facts(new_customers(sold), "new_customers"),
        _planned(plan, staff),
    ]
    facts = pd.concat(parts, ignore_index=True)
    grouped = facts.groupby(["month", "rep_id", "team", "metric"], dropna=False, as_index=False)
    summed = grouped[_MEASURES].sum()
    return summed[(summed[_MEASURES] != 0).any(axis=1)].reset_index(drop=True)


def _facts(lines: pd.DataFrame, metric: str, amounts: pd.Series[Any] | int = 1) -> pd.DataFrame:
    return lines[["month", "rep_id", "team"]].assign(
        metric=metric, target=0, quota=0, actual=amounts
    )


def _planned(plan: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    days = pd.to_datetime(plan["period"] + "-01", format="%Y-%m-%d")
    team = staff.on(plan["rep_id"], days)["team"].fillna(plan["team"])
    columns = {
        "month": plan["period"],
        "rep_id": plan["rep_id"],
        "metric": plan["metric"],
        "team": team,
    }
    amounts = {"target": plan["amount"].astype(np.int64), "quota": plan["quota"].astype(np.int64)}
    return pd.DataFrame({**columns, **amounts, "actual": 0})


def attain(
    facts: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    as_of: dt.date,
    start_month: int,
    calendar: WorkCalendar,
) -> pd.DataFrame:
    """Compare target and actual of every period and scope up to the end of the fiscal year of
    `as_of`.

    The gap is actual − target; the rate is missing without a target. Months still to come show
    their target with nothing sold yet, so that a quarter's gap is the sum of its months'. After a
    re-split a year's target stays what it was: what later months carry for earlier ones is asked
    for in both. What a running period still needs per working day counts the days worked from
    `as_of` to its end, `as_of` included, rounded up; 0 when the target is reached, missing when no
    working day is left. Floor and stretch of a Targets row fall to its months in proportion to the
    plan.

    Args:
        facts: what `monthly` gives, of sales up to `as_of`.
        targets: the Targets table, for floor and stretch.

    Returns: Attainment, by key.

    Source: rules.md's own example by hand: 24,000 of 30,000 is 80 %.
    """
    shown = facts[
        facts["month"] <= months_of_year(fiscal_year_of(as_of, start_month), start_month)[-1]
    ]
    scopes = _scopes(shown)
    rows = _periods(scopes, ["target", "actual"], start_month)
    rows["gap"] = rows["actual"] - rows["target"]
    rows["rate"] = rows["actual"] / rows["target"].where(rows["target"] > 0)
    for field in ("floor", "stretch"):
        rows = rows.merge(_mark(field, scopes, targets, start_month), on=_KEY, how="left")
    left = rows["period"].map(_workdays_left(rows["period"].unique(), as_of, start_month, calendar))
    needs = rows[left.notna() & (rows["target"] > 0)]
    rows["per_workday_needed"] = _per_day(needs["gap"], left[needs.index])
    return sorted_by_key("Attainment", frame_of("Attainment", dict(rows.items())))


def _scopes(facts: pd.DataFrame) -> pd.DataFrame:
    """The same facts once for the company, once for the team and once for the rep."""
    company = facts.assign(scope_kind="company", scope=COMPANY)
    team = facts[facts["team"].notna()].assign(scope_kind="team")
    team["scope"] = team["team"]
    rep = facts.assign(scope_kind="rep", scope=facts["rep_id"])
    both = pd.concat([company, team, rep], ignore_index=True)
    keys = ["month", "scope_kind", "scope", "metric"]
    return both.groupby(keys, as_index=False)[_MEASURES].sum()


def _periods(scopes: pd.DataFrame, columns: list[str], start_month: int) -> pd.DataFrame:
    """Months, and the quarters and years that they add up to; a year's targets are its quotas."""
    months = scopes["month"].unique()
    years = scopes.assign(target=scopes["quota"]) if "quota" in scopes else scopes
    parts = [scopes.assign(period=scopes["month"])]
    for part, longer in ((scopes, quarter_of_month), (years, year_of_month)):
        names = {month: longer(month, start_month) for month in months}
        parts.append(part.assign(period=part["month"].map(names)))
    both = pd.concat(parts, ignore_index=True)
    both["period"] = both["period"].astype("str")
    return both.groupby(_KEY, as_index=False)[columns].sum()


def _mark(
    field: str, scopes: pd.DataFrame, targets: pd.DataFrame, start_month: int
) -> pd.DataFrame:
    """Floor or stretch of Targets by period and scope, spread in the plan's proportions."""
    marked = targets[targets[field].notna()]
    asked = scopes[(scopes["target"] > 0) & scopes["scope"].isin({COMPANY, *marked["scope"]})]
    planned = {
        key: dict(zip(group["month"], group["target"], strict=True))
        for key, group in asked.groupby(["scope_kind", "scope", "metric"])
    }
    parts = []
    for row in marked.itertuples():
        kind = str(row.scope_kind)
        scope = COMPANY if kind == "company" else str(row.scope)
        year = set(months_of_year(int(row.year), start_month))
        months: Mapping[str, int] = planned.get((kind, scope, str(row.metric)), {})
        weights = {month: int(amount) for month, amount in sorted(months.items()) if month in year}
        if weights:
            amounts = allocate(int(getattr(row, field)), list(weights.values()), keys=list(weights))
            made = pd.DataFrame({"month": list(weights), field: amounts})
            parts.append(made.assign(scope_kind=kind, scope=scope, metric=str(row.metric)))
    if not parts:
        return pd.DataFrame(
            {name: pd.Series(dtype="str") for name in _KEY} | {field: pd.Series(dtype="Int64")}
        )
    return _periods(pd.concat(parts, ignore_index=True), [field], start_month)


def _workdays_left(
    periods: Iterable[str], as_of: dt.date, start_month: int, calendar: WorkCalendar
) -> dict[str, int]:
    """Days worked from `as_of` to the end of each period that `as_of` falls in."""
    running = (p for p in periods if first_day(p, start_month) <= as_of <= last_day(p, start_month))
    return {period: calendar.count(as_of, last_day(period, start_month)) for period in running}


def _per_day(gap: pd.Series[Any], days: pd.Series[Any]) -> pd.Series[Any]:
    """What is missing, over the days left, rounded up to the unit."""
    needed = [
        -(-max(-int(short), 0) // int(left)) if left > 0 else (0 if short >= 0 else None)
        for short, left in zip(gap, days, strict=True)
    ]
    return pd.Series(needed, index=gap.index, dtype="Int64")
