"""Tables drawn in a test, and `score` run on them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Outcome, Task
from salesbook.policy import Policy, read_policy
from tests.drawn_tables import Rows, frames_of

STAGES: Rows = (
    {"stage": "Talk", "rank": 1, "kind": "open"},
    {"stage": "Won", "rank": 2, "kind": "won"},
    {"stage": "Lost", "rank": 3, "kind": "lost"},
)
FLAT = {"plan": "std", "valid_from": dt.date(2020, 1, 1), "from_rate": 0.0, "pay_rate": 0.1}


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def policy_of(**tables: Rows) -> Policy:
    """A policy with three stages and the settings rows given, as read from a workbook."""
    rows = {"Stages": STAGES, **tables}
    return read_policy({name: tuple(enumerate(body)) for name, body in rows.items()})


def task_of(as_of: str, policy: Policy | None = None, **tables: Rows | pd.DataFrame) -> Task:
    """A task with the tables given and all others empty."""
    return Task(frames_of(tables), policy or policy_of(), dt.date.fromisoformat(as_of))


def scored(as_of: str, policy: Policy | None = None, **tables: Rows | pd.DataFrame) -> Outcome:
    return ACTIONS["score"].run(task_of(as_of, policy, **tables))


def order(order_id: str, rep: str, on: str, amount: int, **more: Any) -> dict[str, Any]:
    facts = {"line_no": 1, "customer_id": f"c-{order_id}", "ordered_on": day(on)}
    return {"order_id": order_id, "rep_id": rep, "amount": amount, **facts, **more}


def planned(rep: str, amounts: Mapping[str, int], **more: Any) -> list[dict[str, Any]]:
    """Published rows of the plan for one rep, by month."""
    fixed = {
        "rep_id": rep,
        "metric": "revenue",
        "locked": False,
        "status": "published",
        "version": 1,
    }
    return [
        {"period": month, "amount": amount, **fixed, **more} for month, amount in amounts.items()
    ]


def at(frame: pd.DataFrame, **key: Any) -> dict[str, Any]:
    """The one row with that key; missing values are None."""
    found = frame
    for name, value in key.items():
        found = found[found[name] == value]
    assert len(found) == 1, f"{len(found)} rows for {key}"
    row = found.iloc[0].to_dict()
    return {
        name: None if pd.api.types.is_scalar(v) and pd.isna(v) else v for name, v in row.items()
    }


def rows_of(frame: pd.DataFrame, *fields: str) -> list[tuple[Any, ...]]:
    """Some columns of a frame as plain rows; missing values are None."""
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame[list(fields)].astype("object").itertuples(index=False)
    ]
