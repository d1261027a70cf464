"""What goes into a forecast: money won, money open and targets, each with month and slices."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats
from salesbook.domain.pipeline.forecast.basis import stage_categories
from salesbook.domain.pipeline.funnel.slices import ALL
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes
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


def forecast_lines(*parts: pd.DataFrame) -> pd.DataFrame:
    """Put lines of what was sold, of open deals and of targets together."""
    return pd.concat([part[list(COLUMNS)] for part in parts], ignore_index=True)


def credited_deals(deals: KnownDeals, staff: Staff, as_of: dt.date) -> pd.DataFrame:
    """Deals with a row for each who is credited, and a column per kind of slice.

    `place` is the deal's among all, `share` the part of it that is credited, `amount` minor units:
    the partner's part is rounded and the rep gets the rest, as in what was sold.
    """
    frame = deals.frame
    amount = deals.amount.astype(np.int64)
    has_partner = frame["partner_id"].notna()
    share = frame["partner_share"].where(has_partner).fillna(0.0).to_numpy(dtype=np.float64)
    partner_amount, _ = times_rate(amount, share)

    common = frame.assign(
        place=np.arange(len(frame)),
        all=ALL,
        pipeline=frame["pipeline"].fillna(MAIN_PIPELINE),
    )
    of_reps = common.assign(share=1 - share, amount=amount - partner_amount, rep=frame["rep_id"])
    of_partners = common.assign(share=share, amount=partner_amount, rep=frame["partner_id"])
    both = pd.concat([of_reps, of_partners[share > 0]], ignore_index=True)
    today = pd.Series(pd.Timestamp(as_of), index=both.index)
    return both.assign(amount=both["amount"].astype(np.int64), team=staff.teams(both["rep"], today))


def closed_lines(credit_lines: pd.DataFrame, staff: Staff) -> pd.DataFrame:
    """What was sold, as Attainment has it, credited to reps and to the team of the day.

    It counts in full, so that its weight is itself.
    """
    return credit_lines.assign(
        what=CLOSED,
        month=month_number(credit_lines["on"]),
        rate=1.0,
        weighted=credit_lines["amount"],
        all=ALL,
        team=staff.teams(credit_lines["rep_id"], credit_lines["on"]),
        rep=credit_lines["rep_id"],
    )


def open_lines(
    credited: pd.DataFrame, deals: KnownDeals, codes: StageCodes, chances: Floats, as_of: dt.date
) -> tuple[pd.DataFrame, list[Finding]]:
    """Lines of open deals that are expected on some day.

    An open deal is credited as it will be when it is won, to rep and partner and to their teams on
    `as_of`. It stands in the month of `expected_on`; one that is overdue, which may close on any
    day, in the month of `as_of`; one without a date in none. Its category is its own, else its
    stage's, else pipeline; omitted deals are left out.

    Args:
        credited: open deals and others, as `credited_deals` gives them.
        chances: how likely each deal is won, of those that are open; nan adds nothing to what is
            weighted.

    Returns: the lines, and warnings that count deals that are overdue or without a date.
    """
    place = credited["place"].to_numpy(dtype=np.int64)
    is_open = deals.is_open[place]
    part = credited[is_open]
    code = deals.code[place[is_open]]
    rate = chances[place[is_open]]
    category = part["category"].fillna(stage_categories(codes, code, part))

    # A deal of a stage of which nobody knows the rate adds nothing to what is weighted.
    amount = part["amount"].to_numpy(dtype=np.int64)
    weighted, _ = times_rate(amount, np.nan_to_num(rate))

    this_month = as_of.year * 12 + as_of.month - 1
    expected_month = month_number(part["expected_on"])
    lines = part.assign(
        what=category,
        month=expected_month.clip(lower=this_month),
        rate=rate,
        weighted=weighted,
    )
    lines = lines[category != "omitted"]
    expected_month = expected_month[category != "omitted"]

    is_undated = expected_month.isna()
    findings = [
        *_left_out("no-expected-day", lines["place"][is_undated]),
        *_left_out("expected-month-passed", lines["place"][expected_month < this_month]),
    ]
    return lines[~is_undated], findings


def _left_out(code: str, places: pd.Series[Any]) -> list[Finding]:
    count = int(places.nunique())
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


def target_lines(plan: pd.DataFrame, staff: Staff) -> pd.DataFrame:
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
