"""What does a rep have in hand that somebody else has to go on with?

Customers, open deals and open tasks go to others. What is done and what was sold stays whose it was:
orders, won and lost deals, activities, answered feedback and every history keep their rep, for pay,
score cards and win rates rest on them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from salesbook.domain.outcome import Task
from salesbook.domain.sales.stages import stage_kinds

COLUMNS: Final = ("table", "row", "field", "row_key", "customer_id", "deal_id", "amount")
_OPEN_LEADS: Final = ("new", "contacted", "qualified")


def in_hand(task: Task, rep_id: str) -> pd.DataFrame:
    """List every cell in which a rep is named for something that is still to be done.

    Returns: one row per cell, columns as COLUMNS: `row` is the frame's index, `customer_id` and
        `deal_id` say what it belongs to, `amount` is what the deal is worth, of the rep's deals alone.
    """
    parts = [part for part in _parts(task, rep_id) if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def open_of(task: Task) -> pd.DataFrame:
    """Deals in an open stage as they stand."""
    deals = task.tables["Deals"]
    return deals[(stage_kinds(deals, task.policy) == "open").fillna(False).astype("bool")]


def open_leads(task: Task) -> pd.DataFrame:
    """Leads that became neither a deal nor nothing."""
    leads = task.tables["Leads"]
    return leads[leads["status"].fillna("new").isin(_OPEN_LEADS) & leads["deal_id"].isna()]


def open_complaints(task: Task) -> pd.DataFrame:
    """Complaints that nobody has settled."""
    feedback = task.tables["Feedback"]
    return feedback[(feedback["kind"] == "complaint") & feedback["resolved_at"].isna()]


def open_steps(task: Task) -> pd.DataFrame:
    """Steps of the sales plan that are not done."""
    steps = task.tables["Initiatives"]
    return steps[steps["done_on"].isna()]


def _parts(task: Task, rep_id: str) -> Iterator[pd.DataFrame]:
    customers, deals = task.tables["Customers"], open_of(task)
    yield _cells(customers, "Customers", "owner_id", rep_id, keys=["customer_id"])
    his_deals = deals.assign(amount=deals["amount"].fillna(0))
    yield _cells(his_deals, "Deals", "rep_id", rep_id, keys=["deal_id"])
    yield _cells(deals.assign(amount=0), "Deals", "partner_id", rep_id, keys=["deal_id"])

    # Who works on a stage of a deal is named by the deal; its customer says who knows it.
    customer_of = deals.drop_duplicates("deal_id").set_index("deal_id")["customer_id"]
    members = task.tables["DealTeam"]
    members = members[members["deal_id"].isin(customer_of.index)]
    members = members.assign(customer_id=members["deal_id"].map(customer_of))
    yield _cells(members, "DealTeam", "rep_id", rep_id, keys=["deal_id", "stage"])

    yield _cells(open_leads(task), "Leads", "rep_id", rep_id, keys=["lead_id"])
    yield _cells(open_complaints(task), "Feedback", "owner_id", rep_id, keys=["feedback_id"])
    yield _cells(open_steps(task), "Initiatives", "owner_id", rep_id, keys=["plan", "step"])


def _cells(
    frame: pd.DataFrame, table: str, field: str, rep_id: str, *, keys: list[str]
) -> pd.DataFrame:
    """The rows in which the field names the rep, as rows of `in_hand`."""
    his = frame[frame[field] == rep_id]
    key_parts = [his[key].astype("str") for key in keys]
    row_key = key_parts[0]
    for part in key_parts[1:]:
        row_key = row_key + "|" + part
    nothing = pd.Series(None, index=his.index, dtype="str")
    return pd.DataFrame(
        {
            "table": table,
            "row": his.index,
            "field": field,
            "row_key": row_key,
            "customer_id": his.get("customer_id", nothing),
            "deal_id": his["deal_id"] if table in ("Deals", "DealTeam") else nothing,
            "amount": his["amount"].astype("int64") if table == "Deals" else 0,
        }
    )
