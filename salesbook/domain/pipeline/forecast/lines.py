"""What goes into a forecast: money won, money still open, and targets, each with its month and its
slices.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.pipeline.funnel.slices import ALL, teams_of
from salesbook.domain.pipeline.stages.codes import OPEN, WON, KnownDeals, StageCodes
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
    won = frame[
        (deals.kind == WON) & (frame["closed_on"] <= pd.Timestamp(as_of)).to_numpy(dtype=bool)
    ]
    if (deals.kind == WON).any():
        closed = won.assign(what=CLOSED, month=month_number(won["closed_on"]), rate=1.0)
    else:
        closed = _order_lines(tables["Orders"], tables["Reps"], as_of)
    parts = [_whole(closed), open_lines, _target_lines(tables["TargetPlan"], tables["Reps"])]
    return pd.concat([part[list(COLUMNS)] for part in parts], ignore_index=True), findings


def _with_slices(deals: KnownDeals, reps: pd.DataFrame) -> pd.DataFrame:
    frame = deals.frame
    return frame.assign(
        amount=deals.amount.astype(np.int64),
        all=ALL,
        team=teams_of(frame["rep_id"], reps),
        rep=frame["rep_id"],
        pipeline=frame["pipeline"].fillna(MAIN_PIPELINE),
    )


def _whole(lines: pd.DataFrame) -> pd.DataFrame:
    """Closed money counts in full, so that its weight is itself."""
    return lines.assign(weighted=lines["amount"])


def _open_lines(
    frame: pd.DataFrame, deals: KnownDeals, codes: StageCodes, rates: Floats, as_of: dt.date
) -> tuple[pd.DataFrame, list[Finding]]:
    stage_category = np.array(
        [stage.category or "pipeline" for stage in codes.stages], dtype=object
    )
    is_open = deals.kind == OPEN
    part = frame[is_open]
    code = deals.code[is_open]
    own = pd.Series(stage_category[code], index=part.index, dtype="str")
    category = part["category"].fillna(own)
    weighted, _ = times_rate(part["amount"].to_numpy(dtype=np.int64), np.nan_to_num(rates[code]))
    lines = part.assign(
        what=category, month=month_number(part["expected_on"]), rate=rates[code], weighted=weighted
    )
    lines = lines[category != "omitted"]
    this_month = as_of.year * 12 + as_of.month - 1
    undated, passed = lines["month"].isna(), lines["month"] < this_month
    findings = [*_left_out("no-expected-day", undated), *_left_out("expected-month-passed", passed)]
    return lines[~undated & ~passed], findings


def _left_out(code: str, rows: pd.Series[Any]) -> list[Finding]:
    count = int(rows.sum())
    params: dict[str, Any] = {"count": count}
    found = Finding(code, "warning", "Deals", field="expected_on", found=str(count), params=params)
    return [found] if count else []


def _order_lines(orders: pd.DataFrame, reps: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    kept = standing(orders) & (orders["ordered_on"] <= pd.Timestamp(as_of))
    part = orders[kept.to_numpy(dtype=bool)]
    return part.assign(
        what=CLOSED,
        month=month_number(part["ordered_on"]),
        amount=part["amount"].to_numpy(dtype=np.int64),
        rate=1.0,
        all=ALL,
        team=teams_of(part["rep_id"], reps),
        rep=part["rep_id"],
        source=pd.Series(None, index=part.index, dtype="str"),
        pipeline=pd.Series(None, index=part.index, dtype="str"),
    )


def _target_lines(plan: pd.DataFrame, reps: pd.DataFrame) -> pd.DataFrame:
    held = plan_in_force(plan)
    part = held[held["metric"] == "revenue"]
    blank = pd.Series(None, index=part.index, dtype="str")
    month = pd.to_datetime(part["period"] + "-01", format="%Y-%m-%d", errors="coerce")
    lines = part.assign(
        what=TARGET,
        month=month_number(month),
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
