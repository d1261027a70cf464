"""What goes into a forecast: money won, money open and targets, each with month and slices."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.pipeline.funnel.slices import ALL, teams_of
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
from salesbook.domain.sales.standing import standing
from salesbook.domain.targets.in_force import plan_in_force
from salesbook.frames import Tables
from salesbook.messages import Finding
from salesbook.money import times_rate
from salesbook.policy import MAIN_PIPELINE

CLOSED: Final = "closed"
TARGET: Final = "target"
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
"""A line is closed, one of the open categories, or target; its month counts from year 0."""


def month_number(days: pd.Series[Any]) -> pd.Series[Any]:
    """Months since year 0; missing stays missing."""
    return days.dt.year * 12 + days.dt.month - 1


def forecast_lines(
    tables: Tables, deals: KnownDeals, codes: StageCodes, rates: Floats, *, as_of: dt.date
) -> tuple[pd.DataFrame, list[Finding]]:
    """Gather closed money, open deals and published revenue targets.

    Closed is the amount of won deals by `closed_on`, up to `as_of`; only where no deal was ever won
    do order lines that are not cancelled stand in, by `ordered_on`. An open deal stands in the
    month of `expected_on`; one without it, or expected before the month of `as_of`, is in no period
    and is counted in a warning. Its category is its own, else its stage's, else pipeline; omitted
    deals are left out.

    Args: rates is the chance to be won per stage; nan adds nothing to what is weighted.
    """
    frame = _with_slices(deals, tables["Reps"])
    open_lines, findings = _open_lines(frame, deals, codes, rates, as_of)

    if deals.is_won.any():
        closed_lines = _won_lines(frame, deals, as_of)
    else:
        closed_lines = _order_lines(tables["Orders"], tables["Reps"], as_of)

    parts = [closed_lines, open_lines, _target_lines(tables["TargetPlan"], tables["Reps"])]
    return pd.concat([part[list(COLUMNS)] for part in parts], ignore_index=True), findings


def _with_slices(deals: KnownDeals, reps: pd.DataFrame) -> pd.DataFrame:
    """Deals with a column per kind of slice; `source` and `product` are there already."""
    frame = deals.frame
    return frame.assign(
        amount=deals.amount.astype(np.int64),
        all=ALL,
        team=teams_of(frame["rep_id"], reps),
        rep=frame["rep_id"],
        pipeline=frame["pipeline"].fillna(MAIN_PIPELINE),
    )


def _won_lines(frame: pd.DataFrame, deals: KnownDeals, as_of: dt.date) -> pd.DataFrame:
    """Won deals up to the day; closed money counts in full, so that its weight is itself."""
    is_past = (frame["closed_on"] <= pd.Timestamp(as_of)).to_numpy(dtype=bool)
    won = frame[deals.is_won & is_past]
    return won.assign(
        what=CLOSED,
        month=month_number(won["closed_on"]),
        rate=1.0,
        weighted=won["amount"],
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


def _order_lines(orders: pd.DataFrame, reps: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Order lines up to the day that are not cancelled; orders know no source and no pipeline."""
    is_past = orders["ordered_on"] <= pd.Timestamp(as_of)
    kept = (standing(orders) & is_past).to_numpy(dtype=bool)
    part = orders[kept]
    amount = part["amount"].to_numpy(dtype=np.int64)
    blank = pd.Series(None, index=part.index, dtype="str")
    return part.assign(
        what=CLOSED,
        month=month_number(part["ordered_on"]),
        amount=amount,
        weighted=amount,
        rate=1.0,
        all=ALL,
        team=teams_of(part["rep_id"], reps),
        rep=part["rep_id"],
        source=blank,
        pipeline=blank,
    )


def _target_lines(plan: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    """Revenue targets in force, by month; a target has no source, product or pipeline."""
    in_force = plan_in_force(plan)
    part = in_force[in_force["metric"] == "revenue"]
    first_day = pd.to_datetime(part["period"] + "-01", format="%Y-%m-%d", errors="coerce")
    blank = pd.Series(None, index=part.index, dtype="str")

    lines = part.assign(
        what=TARGET,
        month=month_number(first_day),
        amount=part["amount"].to_numpy(dtype=np.int64, na_value=0),
        rate=0.0,
        weighted=0,
        all=ALL,
        team=part["team"].fillna(teams_of(part["rep_id"], reps)),
        rep=part["rep_id"],
        source=blank,
        product=blank,
        pipeline=blank,
    )
    return lines[lines["month"].notna()]
