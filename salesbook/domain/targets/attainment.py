"""How much of each target is reached, by month, quarter and year, company, team and rep?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
from salesbook.domain.sales.credit import PIECE, new_customers, order_counts
from salesbook.domain.team.staff import NO_TEAM, Staff
from salesbook.frames import frame_of, sorted_by_key
from salesbook.money import times_rate

COMPANY: Final = "company"
_KEY: Final = ["period", "scope_kind", "scope", "metric"]
_MEASURES: Final = ["target", "quota", "actual"]


def monthly(
    lines: pd.DataFrame, plan: pd.DataFrame, staff: Staff, *, with_pieces: bool = False
) -> pd.DataFrame:
    """Target and actual by month, rep and metric: what every longer period and group adds up.

    A rep's sale belongs to the team of that day, a target to the team of the month's first day (the
    plan's own team where neither Reps nor Assignments knows one). Who has no team is in NO_TEAM.

    Args:
        with_pieces: whether to count the metric `quantity`: only a company that sets targets in
            pieces wants to read it in every table.

    Returns: month, rep_id, team, metric, target, quota, actual (measures); one row per combination
        that has any. The quota is what the target counts for in its year; see `plan_in_force`.
    """
    sold = lines.assign(team=staff.teams(lines["rep_id"], lines["on"]))
    parts = [
        _actuals(sold, "revenue", sold["amount"]),
        _actuals(order_counts(sold), "orders"),
        _actuals(new_customers(sold), "new_customers"),
        planned(plan, staff),
    ]
    if with_pieces:
        parts.append(pieces_sold(sold))
    facts = pd.concat(parts, ignore_index=True)

    keys = ["month", "rep_id", "team", "metric"]
    grouped = facts.groupby(keys, dropna=False, as_index=False)
    summed = grouped[_MEASURES].sum()
    has_any = (summed[_MEASURES] != 0).any(axis=1)
    return summed[has_any].reset_index(drop=True)


def _actuals(lines: pd.DataFrame, metric: str, amounts: pd.Series[Any] | int = 1) -> pd.DataFrame:
    """Sales as facts of a metric; without amounts each line counts 1."""
    facts = lines[["month", "rep_id", "team"]]
    return facts.assign(metric=metric, target=0, quota=0, actual=amounts)


def pieces_sold(sold: pd.DataFrame) -> pd.DataFrame:
    """Pieces as facts, whole by month, rep and team, so that longer periods and groups add up.

    Args: sold are credits with their team on the day, `team`.
    """
    grouped = sold.groupby(["month", "rep_id", "team"], as_index=False)
    sums = grouped["pieces"].sum()
    whole_pieces, _ = times_rate(sums["pieces"].to_numpy(), 1 / PIECE)
    return _actuals(sums, "quantity", pd.Series(whole_pieces, index=sums.index))


def planned(plan: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    """Targets and quotas of the plan as facts, with the columns of `monthly`; see there."""
    first_days = pd.to_datetime(plan["period"] + "-01", format="%Y-%m-%d")
    known_team = staff.on(plan["rep_id"], first_days)["team"]
    return pd.DataFrame(
        {
            "month": plan["period"],
            "rep_id": plan["rep_id"],
            "metric": plan["metric"],
            "team": known_team.fillna(plan["team"]).fillna(NO_TEAM),
            "target": plan["amount"].astype(np.int64),
            "quota": plan["quota"].astype(np.int64),
            "actual": 0,
        }
    )


def attain(
    facts: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    as_of: dt.date,
    start_month: int,
    calendar: WorkCalendar,
) -> pd.DataFrame:
    """Compare target and actual of every period and scope, up to the end of this fiscal year.

    The gap is actual − target; without a target both it and the rate are missing. Months still to come show
    their target with nothing sold yet, so that a quarter's gap is the sum of its months'. After a
    re-split a year's target stays what it was: what later months carry for earlier ones is asked
    for in both. What a running period still needs per working day counts the days worked from
    `as_of` to its end, `as_of` included, rounded up; 0 when the target is reached, missing when no
    working day is left. What is due of a running month counts its working days gone. Floor and
    stretch of a Targets row fall to its months in proportion to the plan.

    Args:
        facts: what `monthly` gives, of sales up to `as_of`.
        targets: the Targets table, for floor and stretch.

    Returns: Attainment, by key.

    Source: by hand, 24,000 of 30,000 is 80 %.
    """
    this_year = fiscal_year_of(as_of, start_month)
    last_month = months_of_year(this_year, start_month)[-1]
    until_then = with_due(facts[facts["month"] <= last_month], as_of, calendar)
    scopes = _scopes(until_then, [*_MEASURES, "due", "quota_due"])

    rows = _periods(scopes, ["target", "actual", "due"], start_month)
    has_target = rows["target"] > 0
    # No target is another thing than one of 0 that is always met.
    rows["target"] = rows["target"].astype("Int64").where(has_target)
    rows["gap"] = rows["actual"] - rows["target"]
    rows["rate"] = rows["actual"] / rows["target"]
    rows["due"] = rows["due"].astype("Int64").where(has_target)

    for field in ("floor", "stretch"):
        marks = _marks(field, scopes, targets, start_month)
        rows = rows.merge(marks, on=_KEY, how="left")

    days_left = _workdays_left(rows["period"], as_of, start_month, calendar)
    is_running = days_left.notna()
    asks_for_more = is_running & has_target
    gaps = rows.loc[asks_for_more, "gap"]
    rows["per_workday_needed"] = _per_day(gaps, days_left[asks_for_more])

    attainment = frame_of("Attainment", dict(rows.items()))
    return sorted_by_key("Attainment", attainment)


def with_due(facts: pd.DataFrame, as_of: dt.date, calendar: WorkCalendar) -> pd.DataFrame:
    """Facts with what of target and quota was due by a day: of the running month, by work days.

    Rounded once per fact, so that what is due adds up over people and months.
    """
    share_by_month = {
        month: calendar.share_gone(first_day(month, 1), last_day(month, 1), as_of)
        for month in facts["month"].unique()
    }
    share = facts["month"].map(share_by_month).astype("float64")
    due, _ = times_rate(facts["target"], share)
    quota_due, _ = times_rate(facts["quota"], share)
    return facts.assign(due=due, quota_due=quota_due)


def _scopes(facts: pd.DataFrame, measures: list[str]) -> pd.DataFrame:
    """The same facts once for the company, once for the team and once for the rep."""
    company = facts.assign(scope_kind="company", scope=COMPANY)
    team = facts.assign(scope_kind="team", scope=facts["team"])
    rep = facts.assign(scope_kind="rep", scope=facts["rep_id"])

    every_scope = pd.concat([company, team, rep], ignore_index=True)
    keys = ["month", "scope_kind", "scope", "metric"]
    return every_scope.groupby(keys, as_index=False)[measures].sum()


def _periods(scopes: pd.DataFrame, columns: list[str], start_month: int) -> pd.DataFrame:
    """Months, and the quarters and years that they add up to; a year's targets are its quotas."""
    months = scopes["month"].unique()
    quarter_of = {month: quarter_of_month(month, start_month) for month in months}
    year_of = {month: year_of_month(month, start_month) for month in months}

    for_years = scopes
    if "quota" in scopes:
        for_years = scopes.assign(target=scopes["quota"], due=scopes["quota_due"])

    every_period = pd.concat(
        [
            scopes.assign(period=scopes["month"]),
            scopes.assign(period=scopes["month"].map(quarter_of)),
            for_years.assign(period=for_years["month"].map(year_of)),
        ],
        ignore_index=True,
    )
    every_period["period"] = every_period["period"].astype("str")
    return every_period.groupby(_KEY, as_index=False)[columns].sum()


def _marks(
    field: str, scopes: pd.DataFrame, targets: pd.DataFrame, start_month: int
) -> pd.DataFrame:
    """Floor or stretch of Targets by period and scope, spread in the plan's proportions."""
    marked = targets[targets[field].notna()]
    plan_by_scope = _plan_by_scope(scopes, {COMPANY, *marked["scope"]})

    parts = []
    for row in marked.itertuples():
        kind = str(row.scope_kind)
        scope = COMPANY if kind == "company" else str(row.scope)
        metric = str(row.metric)

        plan = plan_by_scope.get((kind, scope, metric), {})
        months_planned = sorted(set(months_of_year(int(row.year), start_month)) & plan.keys())
        weights = {month: int(plan[month]) for month in months_planned}
        # Without a plan, nothing says how the mark falls to the months.
        if not weights:
            continue

        mark = int(getattr(row, field))
        amounts = allocate(mark, list(weights.values()), keys=list(weights))
        months = pd.DataFrame({"month": list(weights), field: amounts})
        parts.append(months.assign(scope_kind=kind, scope=scope, metric=metric))

    if not parts:
        no_keys = {name: pd.Series(dtype="str") for name in _KEY}
        return pd.DataFrame({**no_keys, field: pd.Series(dtype="Int64")})
    return _periods(pd.concat(parts, ignore_index=True), [field], start_month)


def _plan_by_scope(
    scopes: pd.DataFrame, wanted: set[str]
) -> dict[tuple[str, str, str], Mapping[str, int]]:
    """The targets of each wanted scope by month, under its kind, scope and metric."""
    is_planned = scopes["target"] > 0
    planned = scopes[is_planned & scopes["scope"].isin(wanted)]
    by_scope: dict[tuple[str, str, str], Mapping[str, int]] = {}
    for key, rows in planned.groupby(["scope_kind", "scope", "metric"]):
        by_scope[key] = dict(zip(rows["month"], rows["target"], strict=True))
    return by_scope


def _workdays_left(
    periods: pd.Series[str], as_of: dt.date, start_month: int, calendar: WorkCalendar
) -> pd.Series[Any]:
    """Days worked from `as_of` to each period's end; missing where `as_of` is not in the period."""
    days_left = {}
    for period in periods.unique():
        first = first_day(period, start_month)
        last = last_day(period, start_month)
        if first <= as_of <= last:
            days_left[period] = calendar.count(as_of, last)
    return periods.map(days_left)


def _per_day(gaps: pd.Series[Any], days_left: pd.Series[Any]) -> pd.Series[Any]:
    """What is missing, over the days left, rounded up to the unit.

    With no day left, a target that is reached needs 0, and one that is not can be met no more.
    """
    needed: list[int | None] = []
    for gap, days in zip(gaps, days_left, strict=True):
        missing = max(-int(gap), 0)
        if not missing:
            needed.append(0)
        elif days > 0:
            rounded_up = -(-missing // int(days))
            needed.append(rounded_up)
        else:
            needed.append(None)
    return pd.Series(needed, index=gaps.index, dtype="Int64")
