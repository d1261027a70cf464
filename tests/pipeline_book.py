"""A small pipeline book for tests: tables drawn as rows, everything else empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import hypothesis
import pandas as pd

from salesbook.actions import ACTIONS
from salesbook.domain.outcome import Task
from salesbook.domain.pipeline.stages.codes import KnownDeals, StageCodes, known_deals, stage_codes
from salesbook.frames import frame_from_rows
from salesbook.policy import Policy
from salesbook.tables.settings import Rules, Stage
from tests.drawn_tables import day, frames_of

FEWER = hypothesis.settings(max_examples=max(hypothesis.settings.default.max_examples // 4, 10))
"""For laws that run the whole verb."""
AS_OF = dt.date(2026, 6, 30)
STAGES = (
    Stage(stage="Lead", rank=1, kind="open"),
    Stage(stage="Offer", rank=2, kind="open"),
    Stage(stage="Talks", rank=3, kind="open"),
    Stage(stage="Won", kind="won"),
    Stage(stage="Lost", kind="lost"),
)


def deal(deal_id: str, stage: str, **fields: Any) -> dict[str, Any]:
    dates = {
        name: day(value)
        for name, value in fields.items()
        if name.endswith(("_on", "_since")) and isinstance(value, str)
    }
    return {"deal_id": deal_id, "rep_id": "ann", "stage": stage} | fields | dates


def policy(stages: tuple[Stage, ...] = STAGES, **rules: Any) -> Policy:
    return Policy(rules=Rules(**rules), stages=stages)


def draw(
    *,
    as_of: dt.date = AS_OF,
    settings: Policy | None = None,
    **tables: list[dict[str, Any]] | pd.DataFrame,
) -> Task:
    return Task(frames_of(tables, ACTIONS["funnel"].reads), settings or policy(), as_of)


def numbered(
    rows: list[dict[str, Any]], settings: Policy | None = None
) -> tuple[KnownDeals, StageCodes]:
    codes = stage_codes(settings or policy())
    return known_deals(frame_from_rows("Deals", rows), codes), codes


def records(frame: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """The frame's rows as plain tuples; dates as dates, missing as None."""
    return [
        tuple(_plain(value) for value in row) for row in frame[list(names)].itertuples(index=False)
    ]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
