"""What goes into a forecast: money won, money open and targets, each with month and slices."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.sales.credit import credits_of
from salesbook.domain.targets.attainment import planned
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.domain.team.staff import Staff
from salesbook.messages import Finding
from salesbook.money import times_rate
from salesbook.policy import MAIN_PIPELINE

CLOSED: Final = "closed"
TARGET: Final = "target"
QUOTA: Final = "quota"
"""What a target counts for in its year, whatever a re-split carries from month to month."""
OPEN_CATEGORIES: Final = ("commit", "best_case", "pipeline")

COLUMNS: Final = (
    "what",
    "month",
    "amount",
    "weighted",
    "rate",
    "all",
    "team",
    "rep",
    "source",
    "product",
    "pipeline",
)
"""A line is closed, one of the open categories, target or quota; its month counts from year 0."""


def month_number(days: pd.Series[Any]) -> pd.Series[Any]:
    """Months since year 0; missing stays missing."""
    return days.dt.year * 12 + days.dt.month - 1


def forecast_lines(
    task: Task, deals: KnownDeals, codes: StageCodes, rates: Floats
) -> tuple[pd.DataFrame, list[Finding]]:
    """Gather what was sold, open deals and published revenue targets.

    Sold money and targets are those of Attainment: credited to reps and to the team of the day. An
    open deal is its rep's and that of the rep's team on `as_of`; it stands in the month of
    `expected_on`. One without it, or expected before the month of `as_of`, is in no period and is
    counted in a warning. Its category is its own, else its stage's, else pipeline; omitted deals
    are left out.

    Args: rates is the chance that a deal now in the stage is won, per stage; nan adds nothing to
    what is weighted.
    """
    tables, as_of = task.tables, task.as_of
    staff = Staff(tables["Reps"], tables["Assignments"])
    open_lines, findings = _open_lines(
        _with_slices(deals, staff, as_of), deals, codes, rates, as_of
    )
    parts = [
        _closed_lines(credits_of(tables, task.policy, as_of=as_of).lines, staff),
        open_lines,
        _target_lines(tables["TargetPlan"], staff),
    ]
    return pd.concat([part[list(COLUMNS)] for part in parts], ignore_index=True), findings


def _with_slices(deals: KnownDeals, staff: Staff, as_of: dt.date) -> pd.DataFrame:
    """Deals with a column per kind of slice; `source` and `product` are there already."""
    frame = deals.frame
    today = pd.Series(pd.Timestamp(as_of), index=frame.index)
    return frame.assign(
        amount=deals.amount.astype(np.int64),
        all=ALL,
        team=staff.teams(frame["rep_id"], today),
        rep=frame["rep_id"],
        pipeline=frame["pipeline"].fillna(MAIN_PIPELINE),
    )


def _closed_lines(credit_lines: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    """What was sold; it counts in full, so that its weight is itself."""
    return credit_lines.assign(
        what=CLOSED,
        month=month_number(credit_lines["on"]),
        rate=1.0,
        weighted=credit_lines["amount"],
        all=ALL,
        team=staff.teams(credit_lines["rep_id"], credit_lines["on"]),
        rep=credit_lines["rep_id"],
    )


def _open_lines(
    frame: pd.DataFrame, deals: KnownDeals, codes: StageCodes, rates: Floats, as_of: dt.date
) -> tuple[pd.DataFrame, list[Finding]]:
    """Open deals that are expected this month or later, with warnings that count the others."""
    is_open = deals.is_open
    part = frame[is_open]
    code = deals.code[is_open]
    rate = rates[code]
    category = part["category"].fillna(_stage_categories(codes, code, part.index))

    # A stage of which nobody knows the rate adds nothing to what is weighted.
    amount = part["amount"].to_numpy(dtype=np.int64)
    weighted, _ = times_rate(amount, np.nan_to_num(rate))

    lines = part.assign(
        what=category,
        month=month_number(part["expected_on"]),
        rate=rate,
        weighted=weighted,
    )
    lines = lines[category != "omitted"]

    this_month = as_of.year * 12 + as_of.month - 1
    is_undated = lines["month"].isna()
    is_passed = lines["month"] < this_month
    findings = [
        *_left_out("no-expected-day", is_undated),
        *_left_out("expected-month-passed", is_passed),
    ]
    return lines[~is_undated & ~is_passed], findings


def _stage_categories(codes: StageCodes, code: Ints, index: pd.Index[Any]) -> pd.Series[Any]:
    """The category of each deal's stage, pipeline where the stage has none."""
    categories = [stage.category or "pipeline" for stage in codes.stages]
    by_code = np.array(categories, dtype=object)
    return pd.Series(by_code[code], index=index, dtype="str")


def _left_out(code: str, rows: pd.Series[Any]) -> list[Finding]:
    count = int(rows.sum())
    if not count:
        return []
    return [
        Finding(
            code,
            "warning",
            "Deals",
            field="expected_on",
            found=str(count),
            params={"count": count},
        )
    ]


def _target_lines(plan: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    """Revenue targets in force and their quotas; they have no source, product or pipeline."""
    of_plan = planned(plan_in_force(plan), staff)
    part = of_plan[of_plan["metric"] == "revenue"]
    blank = pd.Series(None, index=part.index, dtype="str")
    lines = part.assign(
        month=month_number(pd.to_datetime(part["month"] + "-01", format="%Y-%m-%d")),
        rate=0.0,
        weighted=0,
        all=ALL,
        rep=part["rep_id"],
        source=blank,
        product=blank,
        pipeline=blank,
    )
    targets = lines.assign(what=TARGET, amount=lines["target"])
    quotas = lines.assign(what=QUOTA, amount=lines["quota"])
    return pd.concat([targets, quotas], ignore_index=True)
