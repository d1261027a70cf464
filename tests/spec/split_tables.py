"""Tables that tests of `split` draw, and what they read of its outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from salesbook.domain import split
from salesbook.domain.outcome import Outcome, Task
from salesbook.frames import frame_from_rows
from salesbook.policy import Policy, read_policy
from tests.drawn_tables import Rows, frames_of


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def policy(*, season: Sequence[float] = (), ramp: Sequence[float] = (), **rules: Any) -> Policy:
    tables: dict[str, Rows] = {
        "Policy": [{"key": key, "value": str(value)} for key, value in rules.items()],
        "Season": [
            {"month": month, "weight": weight} for month, weight in enumerate(season, start=1)
        ],
        "Ramp": [{"month": month, "share": share} for month, share in enumerate(ramp, start=1)],
        "Stages": [
            {"stage": "Talk", "rank": 1, "kind": "open"},
            {"stage": "Won", "rank": 2, "kind": "won"},
        ],
    }
    return read_policy({name: tuple(enumerate(body)) for name, body in tables.items()})


def task(as_of: str, settings: Policy | None = None, **tables: Rows | pd.DataFrame) -> Task:
    return Task(frames_of(tables), settings or policy(), dt.date.fromisoformat(as_of))


def reps(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"rep_id": name, "name": name, **more} for name in names]


def company(target: int, year: int = 2026, metric: str = "revenue") -> dict[str, Any]:
    return {
        "year": year,
        "scope_kind": "company",
        "scope": "company",
        "metric": metric,
        "target": target,
    }


def aim(kind: str, scope: str, target: int, *, binding: bool = False) -> dict[str, Any]:
    fields = {"scope_kind": kind, "scope": scope, "target": target, "binding": binding}
    return {"year": 2026, "metric": "revenue", **fields}


def lock(rep: str, month: int, amount: int, kind: str = "lock") -> dict[str, Any]:
    fields = {"rep_id": rep, "month": month, "kind": kind, "amount": amount}
    return {"year": 2026, "metric": "revenue", **fields}


def sale(order_id: str, rep: str, on: str, amount: int) -> dict[str, Any]:
    fields = {"line_no": 1, "customer_id": f"c-{order_id}", "ordered_on": day(on)}
    return {"order_id": order_id, "rep_id": rep, "amount": amount, **fields}


def plan_of(outcome: Outcome) -> pd.DataFrame:
    return outcome.tables["TargetPlan"]


def by_rep(outcome: Outcome) -> dict[str, int]:
    return {
        str(rep): int(sum_)
        for rep, sum_ in plan_of(outcome).groupby("rep_id")["amount"].sum().items()
    }


def by_month(outcome: Outcome) -> list[int]:
    return [int(sum_) for sum_ in plan_of(outcome).groupby("period")["amount"].sum()]


def codes(outcome: Outcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def published(asked: Task) -> Task:
    """The task with its targets split and published."""
    plan = plan_of(split.run(replace(asked, publish=True)))
    return replace(asked, tables={**asked.tables, "TargetPlan": plan})


def with_tables(asked: Task, **tables: Rows | pd.DataFrame) -> Task:
    """The task with other tables in the place of some."""
    frames = {
        name: body if isinstance(body, pd.DataFrame) else frame_from_rows(name, body)
        for name, body in tables.items()
    }
    return replace(asked, tables={**asked.tables, **frames})


def on(asked: Task, as_of: str, **options: Any) -> Task:
    """The task on another day, asked for something else."""
    nothing = {"publish": False, "year": None, "resplit_from": None}
    return replace(asked, as_of=dt.date.fromisoformat(as_of), **{**nothing, **options})
