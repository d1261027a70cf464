"""What happened in the process, when, and with whom: the events that a review adds up by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from salesbook.arrays import Floats, Ints
from salesbook.domain.arithmetic.working_hours import hours_to_answer
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.now import PipelineNow
from salesbook.domain.pipeline.review.rule import Quantity
from salesbook.domain.sales.credit import Credits, new_customers, order_counts

_MONTHS_KNOWN_BEFORE: Final = 12
"""Months after which a customer whose first order the book knows is taken for a new one."""
_STAYED: Final = 0.9
"""Part of all stays in a stage that must fit into the months before those that are compared."""
_DAYS_OF_MONTH: Final = 30.4


@dataclass(frozen=True)
class Happened:
    """The events of one measure: columns with a place for each of them."""

    measure: str
    quantity: Quantity
    unit: str
    days: pd.Series[Any]
    rep: pd.Series[Any]
    """Who had it; missing for nobody."""
    value: Floats
    """1 where it counts, 0 where it only was a chance to; money in minor units; days."""
    stage: Ints | None = None
    """Number of the stage that it happened in."""
    higher_is_better: bool = True
    first_month: int | None = None
    """The month, since year 0, after which all of them are known; None: that of the first event."""


def happened(task: Task, now: PipelineNow, sales: Credits, since: pd.Timestamp) -> list[Happened]:
    """List the events of every measure, in the order in which they are shown.

    Args:
        sales: what was sold, as Attainment has it.
        since: the first day that is looked at.
    """
    made: list[Callable[[], Iterator[Happened]]] = [
        lambda: _sales(sales),
        lambda: _deals(now),
        lambda: _stages(now),
        lambda: _leads(task, since),
        lambda: _activities(task),
    ]
    return [events for make in made for events in make()]


def month_numbers(days: pd.Series[Any]) -> Ints:
    """Months since year 0 of days that are all there."""
    months: Ints = days.to_numpy().astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return months


def _sales(sales: Credits) -> Iterator[Happened]:
    """What was sold: money by order and rep, orders, and customers who had never bought."""
    lines = sales.lines
    # Where orders take over from deals, a month of the one is not like a month of the other.
    first_month = None
    if sales.from_orders is not None and len(lines):
        cut_over = sales.from_orders.year * 12 + sales.from_orders.month - 1
        is_inside = (lines["on"] < pd.Timestamp(sales.from_orders)).any()
        first_month = cut_over - 1 if is_inside else None

    keys = ["order_id", "rep_id", "on"]
    by_order = lines.groupby(keys, as_index=False, dropna=False)["amount"].sum()
    amounts = by_order["amount"].to_numpy(dtype=np.float64)
    yield Happened(
        "sold",
        "money",
        "money",
        by_order["on"],
        by_order["rep_id"],
        amounts,
        first_month=first_month,
    )
    if sales.from_orders is not None:
        yield _counted("orders", order_counts(lines), "on", first_month)

    first = new_customers(lines)
    begun = month_numbers(lines["on"]).min() if len(lines) else None
    known_from = None if begun is None else int(begun) + _MONTHS_KNOWN_BEFORE
    yield _counted("new_customers", first, "on", known_from)


def _counted(
    measure: str, frame: pd.DataFrame, day: str, first_month: int | None = None
) -> Happened:
    """Rows of a table, each of which counts 1."""
    rows = frame[frame[day].notna()]
    ones = np.ones(len(rows))
    return Happened(
        measure, "count", "count", rows[day], rows["rep_id"], ones, first_month=first_month
    )


def _deals(now: PipelineNow) -> Iterator[Happened]:
    """Deals made, won and lost, how large those won were, and how long they took."""
    deals = now.pipeline.deals
    frame = deals.frame
    is_dated = frame["closed_on"].notna().to_numpy()
    closed, won = frame[~deals.is_open & is_dated], frame[deals.is_won & is_dated]
    is_won = deals.is_won[~deals.is_open & is_dated].astype(np.float64)
    yield _counted("deals_created", frame, "created_on")
    yield _counted("deals_won", won, "closed_on")
    yield Happened("win_rate", "rate", "percent", closed["closed_on"], closed["rep_id"], is_won)

    priced = won[won["amount"].fillna(0) > 0]
    amounts = priced["amount"].to_numpy(dtype=np.float64)
    yield Happened("average_deal", "mean", "money", priced["closed_on"], priced["rep_id"], amounts)
    days = (won["closed_on"] - won["created_on"]).dt.days
    timed = won[days >= 0]
    yield Happened(
        "cycle_days",
        "mean",
        "days",
        timed["closed_on"],
        timed["rep_id"],
        days[days >= 0].to_numpy(dtype=np.float64),
        higher_is_better=False,
    )


def _stages(now: PipelineNow) -> Iterator[Happened]:
    """Of each open stage: which part of the deals that leave it go on, and after how many days."""
    visits, deals, codes = now.visits, now.pipeline.deals, now.pipeline.codes
    rows = np.flatnonzero(visits.left & ~np.isnan(visits.end))
    deal, code = visits.deal[rows], visits.code[rows]
    days = pd.Series(np.floor(visits.end[rows]).astype("int64").astype("datetime64[D]"))
    rep = deals.frame["rep_id"].iloc[deal].reset_index(drop=True)

    # A deal goes on where the next stage that it is seen in lies behind this one, or it is won.
    after = np.minimum(rows + 1, max(len(visits.deal) - 1, 0))
    has_next = (rows + 1 < len(visits.deal)) & (visits.deal[after] == deal)
    goes_on = np.where(
        has_next, codes.place[visits.code[after]] > codes.place[code], deals.is_won[deal]
    )
    ends = ~has_next & deals.is_lost[deal]
    decided = goes_on | ends
    yield Happened(
        "stage_rate",
        "rate",
        "percent",
        days[decided],
        rep[decided],
        goes_on[decided].astype(np.float64),
        stage=code[decided],
    )

    stayed = visits.end[rows] - visits.start[rows]
    is_known = ~np.isnan(stayed)
    yield Happened(
        "stage_days",
        "mean",
        "days",
        days[is_known],
        rep[is_known],
        np.maximum(stayed[is_known], 0.0),
        stage=code[is_known],
        higher_is_better=False,
        first_month=_with_long_stays(visits.start[rows], stayed),
    )


def _with_long_stays(start: Floats, stayed: Floats) -> int | None:
    """The month after which long stays can be over: before it, only short ones are known.

    In the first months of a history whoever leaves has just come.
    """
    known = ~np.isnan(stayed)
    if not known.any():
        return None
    begun = np.datetime64(int(np.floor(start[known].min())), "D").astype("datetime64[M]")
    longest = float(np.quantile(stayed[known], _STAYED))
    return int(begun.astype(np.int64)) + 1970 * 12 + int(np.ceil(longest / _DAYS_OF_MONTH))


def _leads(task: Task, since: pd.Timestamp) -> Iterator[Happened]:
    """Leads that came in, and which of them were contacted within the limit."""
    leads = task.tables["Leads"]
    came = leads[leads["received_at"].notna()]
    yield _counted("leads", came, "received_at")

    recent = came[came["received_at"] >= since]
    limit = task.policy.rules.answer_limit_hours
    hours = _hours_to_contact(task, recent)
    # Who was not contacted yet may still be, in time, where the limit has not passed.
    was_contacted = recent["first_contact_at"].notna().to_numpy() & ~np.isnan(hours)
    is_decided = was_contacted | (hours > limit)
    yield Happened(
        "answered_rate",
        "rate",
        "percent",
        recent["received_at"][is_decided],
        recent["rep_id"][is_decided],
        (hours[is_decided] <= limit).astype(np.float64),
        first_month=int(month_numbers(came["received_at"]).min()) if len(came) else None,
    )


def _hours_to_contact(task: Task, leads: pd.DataFrame) -> Floats:
    """Working hours from receiving a lead to the first contact, or to the end of the day of the run.

    Missing where the contact is dated before the lead came.
    """
    end_of_day = dt.datetime.combine(task.as_of, dt.time.max)
    until = leads["first_contact_at"].fillna(pd.Timestamp(end_of_day))
    hours = task.policy.rules.working_hours
    return hours_to_answer(leads["received_at"], until, task.calendar, hours)


def _activities(task: Task) -> Iterator[Happened]:
    """Visits and calls, as the metric of score cards counts them."""
    activities = task.tables["Activities"]
    is_counted = activities["kind"].isin(["visit", "phone"])
    yield _counted("activities", activities[is_counted], "done_on")
